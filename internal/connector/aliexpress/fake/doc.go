// Package fake is a simulated AliExpress: one http.Handler that answers the gateways of the open platform, keeps the state
// of its shops, orders, parcels and issues in memory, runs the platform's clocks and lets scripted buyers act.
//
// It shares no code with the connector: it has its own reading of parameters, its own signature check and its own
// writing of answers, so that a mistake on one side shows on the other. Programs made for the real platform work
// against it unchanged but for the address (package foreign runs some).
//
// # Starting it
//
//	platform := fake.New(fake.Options{Now: now})        // or without Now: time moves by Advance alone
//	shop := platform.AddShop(fake.ShopSpec{Name: "Casa Norte", Country: "ES", Currency: "EUR"})
//	server := httptest.NewServer(platform)              // shop.Key, shop.Secret, shop.Token sign the calls
//	order := shop.PlaceOrder(fake.OrderSpec{...})
//	issue, err := platform.OpenIssue(order, fake.IssueSpec{...})
//
// Gateways: /sync, /router/rest, /rest/PATH, /rest/2.0/PATH, /oauth/authorize, /authorize, /token; pictures under /kf/.
//
// # Clocks
//
// Every request, script and Advance first lets happen what was due until then, in the order of its instants: the lapse
// of the seller's time to answer (5 calendar days of the same wall clock in Los Angeles: the buyer's claim is carried
// out), the platform stepping into a negotiation (day 7), its ruling, the buyer's time to send back (10 days, then the
// money stays with the seller), the seller's time to confirm returned goods (30 days, then the buyer is paid), the seller's
// time to answer a wish to cancel before dispatch (48 hours, then the order is cancelled). An
// instant is the first late moment: at the instant itself the lapse has happened.
//
// # What is known and what is plausible
//
// Gateways, signatures, envelopes, field names, words and the time zone follow the public documents and captures of the
// platform. The codes of business errors (isv.*) of the issue calls are not published; the ones here are plausible
// names and nobody should decide by them beyond "the platform said no". The log's words for proof added after opening (seller_add_evidence, buyer_add_evidence) and for a
// contested return (seller_initiate_arbitration) are made up too: a program must live with log words it does not know.
// As in a capture of a live issue, the field id of
// an issue's detail differs from the issue_id of list and solutions; calls take both.
//
// # Scenario file
//
// Main reads a YAML file; Load puts one into a platform:
//
//	shops:
//	  - name: Casa Norte            # required
//	    login: es1000001            # seller login; made up when missing
//	    country: ES
//	    currency: EUR
//	    key: "500001"               # key, secret, token, refresh_token: made up (but always the same) when missing
//	    secret: fake-secret-1
//	    token: fake-token-1
//	    simplify: flat              # flat (default), or wrapped: ignores simplify=true
//	    orders:
//	      - buyer: {login: br0001, first: Ana, last: Souza, country: BR, city: Recife}
//	        product: Desk lamp
//	        price: 112.50 BRL       # what the buyer paid for each
//	        dollars: 20.10 USD      # the same in the currency of settlement
//	        quantity: 1
//	        sent_days_ago: 20       # days before the start; ordered two days earlier
//	        service: CAINIAO_STANDARD
//	        tracking: LP00123456789
//	        scans:
//	          - {days_ago: 18, code: PU_PICKUP_SUCCESS, text: Picked up, place: Shenzhen}
//	        cancel: bought twice    # why the buyer wants to cancel an order without sent_days_ago
//	        cancel_hours_ago: 5
//	        issue:                  # missing: no dispute
//	          reason: not received  # see Reasons
//	          text: O pacote não chegou
//	          amount: 112.50 BRL    # missing: everything
//	          return: false
//	          opened_hours_ago: 30
//	          worry_free: false     # the platform answers for the parcel and owns the issue
//	          escalated: false      # the buyer called the platform seconds after opening
//	          pictures: [broken-lamp]
//	          temper: {accepts_from: 60, rounds: 1, then: escalate, after_hours: 6, sends_back_days: 4}
//	          ruling: {percent: 50, return: false}   # what the platform decides, should it come to that
package fake
