// Package fake is a simulated PayPal: one http.Handler that answers the Customer Disputes API v1 and the token call, keeps its accounts and
// disputes in memory, runs PayPal's clocks, lets scripted buyers act, and sends signed webhooks.
//
// It shares no code with the connector, so that a mistake on one side shows on the other. Programs made for PayPal work against it
// unchanged but for the address (package foreign runs some).
//
//	platform := fake.New(fake.Options{Now: now})        // or without Now: time moves by Advance alone
//	shop := platform.AddAccount(fake.AccountSpec{Name: "Casa Norte"})
//	server := httptest.NewServer(platform)              // shop.ClientID and shop.Secret get a token
//	dispute := platform.Open(shop, fake.DisputeSpec{...})
//
// # What it refuses
//
// What PayPal refuses: no or wrong token (401), a token without the disputes' rights (403), disputes of others (404), unknown members, words
// outside the published lists and pages over 50 (400), an act whose link the dispute does not offer (422), other bodies than JSON or
// multipart (415), files over 10 MB or of other types (400). The same PayPal-Request-Id on the same call is done once and answered twice.
//
// # Clocks
//
// Every request, script and Advance first lets happen what was due until then: an inquiry closes after 20 days, an offer that nobody
// answers closes it after 10, a seller who is asked and silent until seller_response_due_date loses, a buyer until
// buyer_response_due_date, a lost claim can be appealed for 10 days, and PayPal rules when its review is over. An instant is the first late
// moment.
//
// # What is known and what is plausible
//
// Paths, members, words, patterns and error envelopes follow PayPal's open specification (1.10) and documentation. The issue names of
// business errors are not published; the ones here are plausible. Which links stand in which state, that a message of the seller's makes it
// the buyer's turn, and that a return waits as a requested PROOF_OF_RETURN, is plausible too: a program must go by the links.
//
// # Scenario file
//
// Main reads a YAML file; Load puts one into a platform:
//
//	accounts:
//	  - name: Casa Norte            # required
//	    client_id: AFAKECLIENT0001  # client_id, secret, merchant_id: made up (but always the same) when missing
//	    secret: fake-secret-1
//	    webhook: http://127.0.0.1:8080/hooks/1   # where events go; missing: nowhere
//	    disputes:
//	      - reason: MERCHANDISE_OR_SERVICE_NOT_RECEIVED
//	        amount: 39.90 EUR
//	        gross: 51.70 EUR        # missing: the amount
//	        transaction: 8AC96375V92981234
//	        invoice: SHOP-1001
//	        buyer: Lucía Muestra
//	        item: Batería externa
//	        says: No me ha llegado el paquete.
//	        stage: INQUIRY          # INQUIRY (default), CHARGEBACK, PRE_ARBITRATION, ARBITRATION
//	        external: false         # a bank's chargeback
//	        opened_hours_ago: 30
package fake
