package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/store"
)

// remembered is how long after it last changed an ended record is still read again before money of its purchase moves: what ended may be
// opened or paid again. PayPal's appeals and the banks' second rounds come within some weeks.
const remembered = 60 * 24 * time.Hour

// stillLeft refuses an act that would pay back more than is left of the purchase by now. Whatever else is about that money is read first, at
// this store and at others: since the decision a bank may have ruled, or somebody may have refunded by hand.
func (t *trial) stillLeft(ctx context.Context, own connector.Snapshot) error {
	if t.step.Amount.Minor <= 0 {
		return nil
	}
	near := &nearby{id: t.e.CaseID}
	if err := t.d.looks.take(ctx, near); err != nil {
		return err
	}
	heard, err := t.hearCounterparts(ctx, near.names)
	if err != nil {
		return err
	}
	if heard {
		if err := t.d.looks.take(ctx, near); err != nil {
			return err
		}
	}
	if near.others {
		if err := t.d.wholePurchase(ctx, near); err != nil {
			return err
		}
	}
	changed, err := t.readBeside(ctx, near.records, own)
	if err != nil || !near.others && !changed {
		return err // alone and unchanged: the decision was guarded by the same figures
	}
	c, err := t.d.DB.Case(ctx, t.e.CaseID)
	if err != nil {
		return err
	}
	ms, err := gather(ctx, t.d.DB, []*store.Case{&c})
	if err != nil {
		return err
	}
	f, err := ms[0].facts()
	if err != nil {
		return err
	}
	return t.d.guardMoney(ctx, t.d.DB, ms[0], &f, t.step.Amount, t.d.sameMoney(ms[0], t.step.Do, t.e.DecisionID))
}

// nearby is what the desk has about the money of a case.
type nearby struct {
	id      int64
	others  bool           // other cases may be about the same purchase
	names   []string       // under which other systems know the purchase
	records []store.Source // of the case, then of the whole purchase
}

// lookAround asks for the records of several cases, and which of them do not stand alone: most do, and these need no further question.
func (d *Desk) lookAround(ctx context.Context, all []*nearby) error {
	ids := make([]int64, len(all))
	for i, n := range all {
		ids[i] = n.id
	}
	others, err := d.DB.Accompanied(ctx, ids)
	if err != nil {
		return err
	}
	records, err := d.DB.SourcesOfCases(ctx, ids)
	if err != nil {
		return err
	}
	names, err := d.DB.HandlesOf(ctx, ids)
	if err != nil {
		return err
	}
	for _, n := range all {
		n.others, n.records, n.names = others[n.id], records[n.id], names[n.id]
	}
	return nil
}

// wholePurchase adds the records of the other cases of the purchase.
func (d *Desk) wholePurchase(ctx context.Context, near *nearby) error {
	cases, err := d.DB.CasesByID(ctx, []int64{near.id})
	if err != nil || len(cases) == 0 {
		return err
	}
	ids, err := casesOfPurchase(ctx, d.DB, &cases[0])
	if err != nil {
		return err
	}
	records, err := d.DB.SourcesOfCases(ctx, ids)
	if err != nil {
		return err
	}
	near.records, near.others = nil, len(ids) > 1
	for _, id := range ids {
		near.records = append(near.records, records[id]...)
	}
	return nil
}

// readBeside reads records of a purchase again and takes in what changed; own is the one that was read just now.
func (t *trial) readBeside(ctx context.Context, records []store.Source, own connector.Snapshot) (changed bool, err error) {
	for _, r := range records {
		now, st, ok := own, t.st, !sameFigures(r, &own.Facts)
		if r.StoreID != t.e.StoreID || r.Kind != own.Ref.Kind || r.ExternalID != own.Ref.ID {
			if !r.Open && t.d.Now().Sub(r.ChangedAt) > remembered {
				continue
			}
			if now, st, ok, err = t.readRecord(ctx, r); err != nil {
				return changed, err
			}
		}
		if !ok || now.Problem != nil {
			continue
		}
		if _, err := t.d.takeIn(ctx, st, []connector.Snapshot{now}); err != nil {
			return changed, err
		}
		changed = true
	}
	return changed, nil
}

// sameFigures tells whether a record was already known with all that the money of its purchase hangs on. Its fingerprint does not tell: two
// changes of one second may share it, and a record in a list of the platform often has another than the same one read alone.
func sameFigures(known store.Source, now *dispute.Facts) bool {
	was, err := sharedFacts(known.Facts)
	if err != nil || known.Problem != "" {
		return false
	}
	a, err := figures(&was)
	if err != nil {
		return false
	}
	b, err := figures(now)
	return err == nil && bytes.Equal(a, b)
}

// figures are the facts of a record that the money of its purchase hangs on, as a text to compare.
func figures(f *dispute.Facts) ([]byte, error) {
	var handles []string
	if f.Order != nil {
		handles = f.Order.Handles
	}
	return json.Marshal(struct {
		Case    *dispute.Case
		Ledger  []dispute.Payment
		Total   money.Amount
		Handles []string
	}{f.Case, f.Ledger, orderTotal(f), handles})
}

// readRecord reads one record at its store. Where that fails for a while only, the act has to wait; where nothing can be read, as in a store
// that has no way in or whose authorisation ended, what is known of it has to do.
func (t *trial) readRecord(ctx context.Context, r store.Source) (connector.Snapshot, store.Store, bool, error) {
	st, err := t.d.DB.Store(ctx, r.StoreID)
	if err != nil {
		return connector.Snapshot{}, st, false, err
	}
	session, err := t.d.ready(ctx, st)
	if err != nil {
		return connector.Snapshot{}, st, false, passing(ctx, err)
	}
	ref, err := refOfSource(r)
	if err != nil {
		return connector.Snapshot{}, st, false, err
	}
	snap, err := session.Fetch(ctx, ref) // taken in whatever its fingerprint says: two changes of one second may share it
	return snap, st, err == nil, passing(ctx, err)
}

// passing is a failure that is over after a while; nil for one that will be the same then.
func passing(ctx context.Context, err error) error {
	f := fault.Of(err)
	if err == nil || ctx.Err() == nil && f != nil && !slices.Contains([]fault.Kind{fault.Unavailable, fault.Limited, fault.Unknown, fault.Garbled}, f.Kind) {
		return nil
	}
	return err
}
