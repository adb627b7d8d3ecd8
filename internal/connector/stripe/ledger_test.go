package stripe_test

import (
	"testing"
	"time"

	"parley/internal/connector/connectortest"
	"parley/internal/connector/stripe/fake"
	"parley/internal/dispute"
	"parley/internal/money"
)

// TestWhatADisputePaidIsBesideTheRefunds: a payment of which a part was refunded during an inquiry, and the rest lost to the bank, was paid
// back as a whole, and a pull alone tells it: who counts only one of the two pays the other once more.
func TestWhatADisputePaidIsBesideTheRefunds(t *testing.T) {
	s, m := newScene(t), connectortest.Memory{}
	d := s.dispute(fake.DisputeSpec{CaseType: "inquiry"})
	paid := d.See()
	const parts = 12 // more than a payment shows of itself
	for range parts {
		if _, err := s.shop.PayBack(paid.Charge(), 100); err != nil {
			t.Fatal(err)
		}
	}
	p, _ := s.pull(t, "", m)
	must(t, d.Escalate())
	s.platform.Advance(time.Hour)
	must(t, d.Decide(false))
	closed := s.platform.Now().Truncate(time.Second)
	_, got := s.pull(t, p.Cursor, m)
	if len(got) != 1 || got[0].Facts.Case.Reported.State != "refunded" {
		t.Fatalf("pulled %+v", got)
	}
	rest := dispute.Payment{
		At: closed, Did: "refund", Amount: money.Amount{Minor: 6990 - parts*100, Currency: "EUR"}, Method: "original_payment", Source: "stripe:dispute/" + d.ID,
	}
	all := got[0].Facts.Ledger
	if len(all) != parts+1 || all[parts] != rest {
		t.Errorf("%d payments, the last %+v, want %+v", len(all), all[len(all)-1], rest)
	}
	won := s.dispute(fake.DisputeSpec{})
	must(t, won.Decide(true))
	snap, err := s.open(t).Fetch(t.Context(), ref(won))
	must(t, err)
	if len(snap.Facts.Ledger) != 0 {
		t.Errorf("a dispute that was won paid %+v", snap.Facts.Ledger)
	}
}
