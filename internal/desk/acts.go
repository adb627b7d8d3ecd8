package desk

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/store"
)

// RecordInput is something that happened outside the desk and that a person puts on record. It is then proof for the reply checks, and
// the clocks of the rules run from it.
type RecordInput struct {
	Did       string    // an act of the glossary, or an entry of the ledger (refund, goodwill, payout), which needs Amount
	At        time.Time // when; zero = now
	Via       string
	Reference string
	Step      string
	Note      string
	Amount    money.Amount
}

// doers are the acts a person may put on record by hand, and who did them. What the platform's own record shows is not among them.
var doers = map[string]string{
	"asked_carrier": "staff", "sent_reply": "staff", "told_customer": "staff", "asked_customs_data": "staff", "messaged_supplier": "staff",
	"requested_supplier_refund": "staff", "asked_intercept": "staff", "filed_supplier_claim": "staff", "sent_return_label": "staff", "received_goods": "staff",
	"sent_back_goods": "staff", "chatted_with_platform": "staff", "flagged_abuse": "staff", "reordered": "staff", "corrected_address": "staff", "marked_resolved": "staff", "reviewed": "staff",
	"sent_documents": "staff",

	"reported_no_stock": "supplier", "reported_oversize": "supplier", "replied": "supplier", "reissued": "supplier", "verified_claim": "agent",
	"sent_customs_reminder": "agent", "intercepted": "carrier", "intercept_failed": "carrier",

	"lifted_block": "platform",

	"chose_refund": "buyer", "gave_customs_data": "buyer", "confirmed_solved": "buyer",
}

// moved are the entries of the ledger a person may put on record: money that moved outside the desk.
var moved = []string{"refund", "goodwill", "payout"}

const (
	sameClick   = time.Minute // the same act within this is the same click
	recordReach = 2 * 365 * 24 * time.Hour
)

// Recordable are the codes that Record takes, in their order.
func Recordable() []string { return append(slices.Sorted(maps.Keys(doers)), moved...) }

// Record puts on record what happened outside. The same thing within a minute of itself counts once.
func (d *Desk) Record(ctx context.Context, who Who, caseID int64, in RecordInput) error {
	if err := who.need(Act); err != nil {
		return err
	}
	add, err := in.facts(d.Now())
	if err != nil {
		return err
	}
	now := d.Now()
	ev, err := event(caseID, now, "recorded", who, map[string]any{"did": in.Did, "via": in.Via, "reference": in.Reference, "text": in.Note, "amount": in.Amount, "at": in.At})
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		cases, err := casesForUpdate(tx, who, []int64{caseID})
		if err != nil {
			return err
		}
		own, err := decodeFacts(cases[0].Own)
		if err != nil {
			return err
		}
		add := news(own, add)
		if len(add.History)+len(add.Ledger) == 0 {
			return nil
		}
		if err := tx.AddEvents([]store.Event{ev}); err != nil {
			return err
		}
		_, err = d.rejudge(ctx, tx, []int64{caseID}, now, func(m *matter) error { return m.record(add) })
		return err
	})
}

// facts are what the input adds to a case.
func (in RecordInput) facts(now time.Time) (dispute.Facts, error) {
	at := in.At.UTC()
	if at.IsZero() {
		at = now
	}
	doer, act := doers[in.Did]
	switch {
	case !act && !slices.Contains(moved, in.Did):
		return dispute.Facts{}, fault.Input("did", in.Did, strings.Join(Recordable(), ", "))
	case at.After(now) || at.Before(now.Add(-recordReach)):
		return dispute.Facts{}, fault.Input("at", in.At.Format(time.RFC3339), "up to now")
	case act:
		return dispute.Facts{History: []dispute.Act{{At: at, Who: doer, Did: in.Did, Via: in.Via, Reference: in.Reference, Step: in.Step, Note: in.Note}}}, nil
	case !in.Amount.Known() || in.Amount.Minor <= 0:
		return dispute.Facts{}, fault.Input("amount", in.Amount.String(), "above 0")
	}
	return dispute.Facts{Ledger: []dispute.Payment{{At: at, Did: in.Did, Amount: in.Amount, Method: in.Via}}}, nil
}

// news leaves out of what is to be recorded what stands there already from the same click.
func news(own, add dispute.Facts) dispute.Facts {
	near := func(a, b time.Time) bool { return a.Sub(b).Abs() < sameClick }
	add.History = slices.DeleteFunc(slices.Clone(add.History), func(a dispute.Act) bool {
		return slices.ContainsFunc(own.History, func(b dispute.Act) bool {
			same := b
			same.At = a.At
			return same == a && near(a.At, b.At)
		})
	})
	add.Ledger = slices.DeleteFunc(slices.Clone(add.Ledger), func(a dispute.Payment) bool {
		return slices.ContainsFunc(own.Ledger, func(b dispute.Payment) bool {
			same := b
			same.At = a.At
			return same == a && near(a.At, b.At)
		})
	})
	return add
}
