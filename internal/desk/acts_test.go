package desk_test

import (
	"context"
	"testing"
	"time"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/money"
)

func eur(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }

func (s *scene) did(caseID int64, in desk.RecordInput) {
	s.t.Helper()
	s.must(s.Record(context.Background(), s.owner, caseID, in))
}

func deadline(p desk.CasePage, kind string) time.Time {
	for _, d := range p.Verdict.Deadlines {
		if d.Kind == kind {
			return d.At
		}
	}
	return time.Time{}
}

// What a person did at the agent moves the clocks of both sides, until both are over.
func TestActsOnRecordMoveTheClocks(t *testing.T) {
	onEach(t, func(s *scene) {
		id := s.read(s.files("dropship", nil), "dsers", purchases, nil, false).Cases[0]
		if due := deadline(s.page(id), "customer_notice"); !due.Equal(time.Date(2026, 3, 3, 8, 0, 0, 0, time.UTC)) {
			s.t.Errorf("the customer is told by %s", due)
		}
		s.did(id, desk.RecordInput{Did: "told_customer", Via: "email"})
		s.did(id, desk.RecordInput{Did: "requested_supplier_refund", Reference: "R-1", At: s.Now().Add(-time.Hour)})
		p := s.page(id)
		if p.Verdict.SupplierState != "refund_requested" || !deadline(p, "supplier_response").Equal(s.Now().Add(23*time.Hour)) || !deadline(p, "customer_notice").IsZero() {
			s.t.Errorf("after the request: %s %+v", p.Verdict.SupplierState, p.Verdict.Deadlines)
		}
		s.did(id, desk.RecordInput{Did: "chose_refund"})
		s.did(id, desk.RecordInput{Did: "refund", Amount: eur(3890)})
		if p := s.page(id); !p.Open || p.Rest != eur(0) || p.Verdict.SupplierState != "refund_requested" {
			s.t.Errorf("the customer has the money, the supplier's is still to come: %+v rest %v", p.Row, p.Rest)
		}
		s.did(id, desk.RecordInput{Did: "payout", Amount: eur(3000)})
		if p := s.page(id); p.Open || p.State != "refunded" || p.Verdict.SupplierState != "refunded" {
			s.t.Errorf("both sides are done: %s %s open=%v", p.State, p.Verdict.SupplierState, p.Open)
		}
	})
}

func TestAClickThatComesTwiceCountsOnce(t *testing.T) {
	onEach(t, func(s *scene) {
		id := s.read(s.files("dropship", nil), "dsers", purchases, nil, false).Cases[0]
		for range 3 {
			s.did(id, desk.RecordInput{Did: "messaged_supplier"})
			s.did(id, desk.RecordInput{Did: "refund", Amount: eur(100)})
		}
		p := s.page(id)
		if n := countActs(p, "messaged_supplier"); n != 1 || p.Rest != eur(3790) {
			s.t.Errorf("%d messages, rest %v", n, p.Rest)
		}
		s.clock.Advance(2 * time.Minute)
		s.did(id, desk.RecordInput{Did: "messaged_supplier"})
		if n := countActs(s.page(id), "messaged_supplier"); n != 2 {
			s.t.Errorf("%d messages after two minutes", n)
		}
	})
}

func countActs(p desk.CasePage, did string) (n int) {
	for _, a := range p.Facts.History {
		if a.Did == did {
			n++
		}
	}
	return n
}

func TestWhatCannotBePutOnRecord(t *testing.T) {
	onEach(t, func(s *scene) {
		id := s.read(s.files("dropship", nil), "dsers", purchases, nil, false).Cases[0]
		for field, in := range map[string]desk.RecordInput{
			"did": {Did: "ruled_for_seller"}, "at": {Did: "replied", At: s.Now().Add(time.Minute)}, "amount": {Did: "refund"},
		} {
			err := s.Record(context.Background(), s.owner, id, in)
			if f := fault.Of(err); f == nil || f.Field != field {
				s.t.Errorf("%s: %v", field, err)
			}
		}
		viewer := s.owner
		viewer.Role = "viewer"
		if err := s.Record(context.Background(), viewer, id, desk.RecordInput{Did: "replied"}); !fault.Is(err, fault.Forbidden) {
			s.t.Errorf("a viewer: %v", err)
		}
	})
}
