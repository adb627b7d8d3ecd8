package paypal_test

import (
	"slices"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/paypal"
	"parley/internal/money"
)

// resolvedDispute is a claim that PayPal decided for the buyer, over a sum without decimals, in the form of PayPal's documentation.
const resolvedDispute = `{"dispute_id":"PP-D-7","create_time":"2026-10-01T08:00:00.000Z","update_time":"2026-10-20T08:00:00.000Z",
"disputed_transactions":[{"seller_transaction_id":"3BC38643YC807283D","buyer_transaction_id":"9AA","create_time":"2026-09-20T08:00:00Z",
"transaction_status":"REVERSED","gross_amount":{"currency_code":"JPY","value":"3200"},"buyer":{"name":"Yuki"},"invoice_number":"1043"}],
"reason":"MERCHANDISE_OR_SERVICE_NOT_RECEIVED","status":"RESOLVED","dispute_amount":{"currency_code":"JPY","value":"3200"},
"dispute_outcome":{"outcome_code":"RESOLVED_BUYER_FAVOUR","amount_refunded":{"currency_code":"JPY","value":"3200"}},
"adjudications":[{"type":"RECOVER_FROM_SELLER","adjudication_time":"2026-10-19T10:00:00.000Z","reason":"NO_SELLER_RESPONSE"}],
"dispute_life_cycle_stage":"ARBITRATION","dispute_channel":"EXTERNAL","external_reason_code":"13.1",
"links":[{"href":"https://api-m.paypal.com/v1/customer/disputes/PP-D-7","rel":"self"},{"href":"x","rel":"appeal","method":"POST"}]}`

// strangeDispute is full of what nobody has documented, of nulls and of wrong kinds.
const strangeDispute = `{"dispute_id":"PP-R-8","create_time":"2026-10-01T08:00:00Z","update_time":"yesterday","status":"WAITING_FOR_GODOT",
"reason":"ALIENS","dispute_life_cycle_stage":"MEDIATION","dispute_channel":null,"dispute_amount":{"currency_code":"EUR","value":"39.905"},
"disputed_transactions":[{"seller_transaction_id":12345678901234567890,"gross_amount":null,"mood":"bad"}],"messages":[{"posted_by":"ROBOT",
"time_posted":"2026-10-02T08:00:00Z","content":"a\u0000b <b>"}],"offer":{"history":[{"offer_time":"2026-10-02T09:00:00Z","actor":"SELLER",
"event_type":"SHOUTED","offer_type":"HUG"}]},"evidences":"none","links":[{"rel":"dance"},null],"priority":7}`

func imported(t *testing.T, text string) connector.Snapshot {
	t.Helper()
	snaps, err := paypal.New().Import([]byte(text), time.UTC)
	if err != nil || len(snaps) != 1 {
		t.Fatalf("%d snapshots, %v", len(snaps), err)
	}
	return snaps[0]
}

func TestAResolvedClaim(t *testing.T) {
	s := imported(t, resolvedDispute)
	c := s.Facts.Case
	yen := money.Amount{Minor: 3200, Currency: "JPY"}
	if s.Open || c.Claim.Amount != yen || c.Reported.Paid != yen || c.Reported.State != "refunded" || c.Reported.Status != "ARBITRATION/RESOLVED" {
		t.Errorf("case %+v", c)
	}
	if want := time.Date(2026, 10, 19, 10, 0, 0, 0, time.UTC); !c.Reported.EndedAt.Equal(want) || !slices.Contains(c.Reported.Actions, "appeal") {
		t.Errorf("ended %v, actions %v", c.Reported.EndedAt, c.Reported.Actions)
	}
	var did []string
	for _, a := range s.Facts.History {
		did = append(did, a.Who+" "+a.Did)
	}
	if !slices.Equal(did, []string{"bank escalated", "platform ruled_for_buyer"}) || len(s.Facts.Unknown) != 0 {
		t.Errorf("history %v, unknown %v", did, s.Facts.Unknown)
	}
	if h := s.Facts.Order.Handles; !slices.Equal(h, []string{"paypal:transaction/3BC38643YC807283D"}) || s.Ref.Order != "3BC38643YC807283D" {
		t.Errorf("handles %v", h)
	}
}

// TestWhatIsNotKnownIsKept: every strange word is listed, nothing is guessed, and nobody is said to have the turn.
func TestWhatIsNotKnownIsKept(t *testing.T) {
	s := imported(t, strangeDispute)
	c := s.Facts.Case
	if !s.Open || c.Reported.State != "" || c.Reported.Owner != "" || c.Claim.Amount.Known() || s.Ref.Order != "12345678901234567890" {
		t.Errorf("case %+v of %s", c, s.Ref.Order)
	}
	if m := s.Facts.Messages[0]; m.Text != "ab <b>" || m.From != "platform" {
		t.Errorf("message %+v", m)
	}
	for _, field := range []string{"status", "reason", "dispute_life_cycle_stage", "update_time", "dispute_amount", "priority", "links[].rel",
		"disputed_transactions[0].mood", "messages[0].posted_by", "offer.history[0].event_type", "offer.history[0].offer_type"} {
		found := false
		for _, u := range s.Facts.Unknown {
			found = found || u.Field == field
		}
		if !found {
			t.Errorf("%s is not listed in %v", field, s.Facts.Unknown)
		}
	}
}

// A dispute in a list that cannot be read is kept with its problem, and does not hide the others.
func TestAnUnreadableDisputeInAFileIsKept(t *testing.T) {
	snaps, err := paypal.New().Import([]byte(`{"items":[{"dispute_id":"PP-D-2","status":null},{"dispute_id":"PP-D-3","status":"WAITING_FOR_SELLER_RESPONSE"}]}`), time.UTC)
	if err != nil || len(snaps) != 2 || snaps[0].Problem == nil || !snaps[0].Open || snaps[0].Ref.ID != "PP-D-2" || len(snaps[0].Raw) == 0 || snaps[1].Problem != nil {
		t.Errorf("%+v, %v", snaps, err)
	}
}

// TestAProofOfAReturnIsNamed: what the buyer hands in when the goods are on their way back is no unknown word.
func TestAProofOfAReturnIsNamed(t *testing.T) {
	s := newScene(t)
	snap, err := s.open(t).Fetch(t.Context(), ref(s.returned(t)))
	must(t, err)
	if e := snap.Facts.Evidence; len(e) != 1 || e[0].Kind != "return_proof" || e[0].From != "buyer" {
		t.Errorf("proofs %+v", e)
	}
}
