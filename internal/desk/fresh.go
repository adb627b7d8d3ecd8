package desk

import (
	"context"
	"slices"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
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
	c, err := t.d.DB.Case(ctx, t.e.CaseID)
	if err != nil {
		return err
	}
	ids, err := casesOfPurchase(ctx, t.d.DB, &c)
	if err != nil {
		return err
	}
	records, err := t.d.DB.SourcesOfCases(ctx, ids)
	if err != nil {
		return err
	}
	var all []store.Source
	for _, id := range ids {
		all = append(all, records[id]...)
	}
	changed, err := t.readBeside(ctx, all, own)
	if err != nil || len(ids) == 1 && !changed {
		return err // alone and unchanged: the decision was guarded by the same figures
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

// readBeside reads records of a purchase again and takes in what changed; own is the one that was read just now.
func (t *trial) readBeside(ctx context.Context, records []store.Source, own connector.Snapshot) (changed bool, err error) {
	for _, r := range records {
		now, st, ok := own, t.st, own.Fingerprint != r.Fingerprint
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
