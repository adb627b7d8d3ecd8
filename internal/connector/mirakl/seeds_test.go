package mirakl_test

import (
	"slices"
	"testing"
	"time"

	"parley/internal/connector/mirakl/fake"
	"parley/internal/desk"
	"parley/internal/policy"
)

// opened lists the options that a person can choose in a case, and gives its page.
func (o *office) opened(id int64) (desk.CasePage, []string) {
	o.t.Helper()
	p, err := o.Case(o.t.Context(), o.owner, id)
	o.must(err)
	var codes []string
	for _, x := range p.Options {
		if x.Open {
			codes = append(codes, x.Code)
		}
	}
	return p, codes
}

// TestReturnsOfEveryKindGoFromTheMarketplaceAndBack: a withdrawal, a fault soon after the delivery and one long after it come in with their
// class and clock, cannot be refused where there is a right, and each step taken here is seen there, the money once.
func TestReturnsOfEveryKindGoFromTheMarketplaceAndBack(t *testing.T) {
	for _, c := range []struct {
		name, reason, class string
		after               time.Duration
		clock               string
		never               string
	}{
		{"withdrawal", "RETURN_CHANGED_MIND", "withdrawal.legal", 3 * 24 * time.Hour, "refund_due", "refuse_return"},
		{"fault in the first thirty days", "RETURN_WARRANTY", "warranty.within_30", 12 * 24 * time.Hour, "repair_due", ""},
		{"fault after them", "RETURN_WARRANTY", "warranty.after_30", 70 * 24 * time.Hour, "repair_due", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t)
			order := o.buy()
			o.pass(c.after)
			back := order.AskReturn(0, fake.ReturnSpec{Reason: c.reason, Text: "no carga"})
			asked := o.clock.Now()
			o.pass(2 * time.Minute)
			rows := o.queue()
			if len(rows) != 1 || rows[0].Class != c.class || rows[0].DueKind != "first_reply" || !rows[0].DueAt.Equal(asked.Add(24*time.Hour)) {
				t.Fatalf("queue %+v", rows)
			}
			id := rows[0].ID
			p, open := o.opened(id)
			runs := slices.ContainsFunc(p.Verdict.Deadlines, func(d policy.Deadline) bool { return d.Kind == c.clock && !d.Lapsed })
			if !runs || !slices.Contains(open, "accept_return") || slices.Contains(open, c.never) {
				t.Errorf("open %v, deadlines %+v", open, p.Verdict.Deadlines)
			}
			if dec := o.decide(id, desk.Choice{Option: "accept_return"}); dec.State != "done" || back.State() != "IN_PROGRESS" {
				t.Fatalf("%+v, %s there", dec, back.State())
			}
			back.Sends("CORREOS", "Correos", "R1")
			o.pass(48 * time.Hour)
			if dec := o.decide(id, desk.Choice{Option: "confirm_goods"}); dec.State != "done" || back.State() != "RECEIVED" {
				t.Fatalf("%+v, %s there", dec, back.State())
			}
			o.pass(2 * time.Minute)
			if dec := o.decide(id, desk.Choice{Option: "refund", Amount: eur(4389)}); dec.State != "done" || order.Refunded(0) != 4389 {
				t.Fatalf("%+v, paid %d there", dec, order.Refunded(0))
			}
			o.pass(10 * time.Minute)
			if p, _ := o.opened(id); p.Open || p.Clock != nil {
				t.Errorf("open=%v, %s, clock %+v", p.Open, p.State, p.Clock)
			}
			if n := len(o.platform.Calls("PUT", "/api/orders/refund")); n != 1 {
				t.Errorf("paid %d times", n)
			}
		})
	}
}
