package desk

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/store"
)

// How outward acts end: shown by the platform, refused, contradicted or in doubt, with the decision they belong to.

// confirm ends the effect with what the platform shows now.
func (t *trial) confirm(ctx context.Context, after connector.Snapshot) error {
	if t.remembers() {
		return t.endSeeing(ctx, confirmed, nil, after)
	}
	return t.d.ends.take(ctx, shownAct{t, after})
}

// shownAct is an act that the platform shows as done.
type shownAct struct {
	t    *trial
	seen connector.Snapshot
}

// confirmAll ends acts that are done, takes in what their platforms show now, and ends the decisions of which they were the last.
func (d *Desk) confirmAll(ctx context.Context, all []shownAct) error {
	now := d.Now()
	trials := make([]*trial, len(all))
	decisions := make([]string, len(all))
	events := make([]store.Event, len(all))
	for i, one := range all {
		t := one.t
		t.e.State, t.e.EndedAt, t.e.DueAt = confirmed, now, time.Time{}
		trials[i], decisions[i] = t, t.e.DecisionID
		var err error
		if events[i], err = t.endEvent(confirmed, nil, now); err != nil {
			return err
		}
	}
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := putEffects(tx, trials, now); err != nil { // first: a claim that was lost ends here
			return err
		}
		if err := d.show(ctx, tx, all, now); err != nil {
			return err
		}
		if err := tx.EndDecisions(decisions); err != nil {
			return err
		}
		return tx.AddEvents(events)
	})
	if err == nil {
		written(trials)
		d.ended()
	}
	return err
}

// show takes in what platforms show of acts that end, store by store. A record that was taken in shows the end of its act; the other cases
// are told.
func (d *Desk) show(ctx context.Context, tx *store.Tx, all []shownAct, now time.Time) error {
	states := map[int64]string{}
	stores := map[int64]store.Store{}
	seen := map[int64][]connector.Snapshot{}
	for _, one := range all {
		states[one.t.e.CaseID] = one.t.e.State
		stores[one.t.st.ID] = one.t.st
		seen[one.t.st.ID] = append(seen[one.t.st.ID], one.seen)
	}
	// All cases are locked in one order before any store is taken in: those who write several stores never wait for each other.
	if err := tx.LockCases(slices.Collect(maps.Keys(states))); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(seen)) {
		in := intake{d: d, tx: tx, st: stores[id], now: now, ended: states}
		if _, err := in.take(ctx, seen[id]); err != nil {
			return err
		}
	}
	return tx.SetCaseEffects(states)
}

// ended wakes the loops that may have work when an act has ended.
func (d *Desk) ended() {
	wake(d.wakeTimers)
	wake(d.wakeOrders)
	wake(d.wakeNotices)
}

// end closes the effect where nothing new was seen.
func (t *trial) end(ctx context.Context, state string, f *fault.Fault) error {
	return t.endAfter(ctx, state, f, func(tx *store.Tx, _ time.Time) error { return tx.SetCaseEffect(t.e.CaseID, state) })
}

// endSeeing closes the effect and takes in what the platform shows, in one transaction.
func (t *trial) endSeeing(ctx context.Context, state string, f *fault.Fault, seen connector.Snapshot) error {
	return t.endAfter(ctx, state, f, func(tx *store.Tx, now time.Time) error {
		return t.d.show(ctx, tx, []shownAct{{t, seen}}, now)
	})
}

// endAfter closes the effect with its event, records what was done where the platform keeps no trace a record shows, and settles the
// decision: the rest of a decision whose step failed is cancelled, never sent.
func (t *trial) endAfter(ctx context.Context, state string, f *fault.Fault, show func(*store.Tx, time.Time) error) error {
	now := t.d.Now()
	t.e.State, t.e.EndedAt, t.e.DueAt = state, now, time.Time{}
	if f != nil {
		t.e.Fault = faultJSON(f)
	}
	err := t.d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := putEffects(tx, []*trial{t}, now); err != nil { // first: a claim that was lost ends here
			return err
		}
		if err := show(tx, now); err != nil {
			return err
		}
		if err := t.settle(ctx, tx, state, now); err != nil {
			return err
		}
		ev, err := t.endEvent(state, f, now)
		if err != nil {
			return err
		}
		if err := tx.AddEvents([]store.Event{ev}); err != nil {
			return err
		}
		if err := t.d.noticeEffect(ctx, tx, t.e, t.step.Do, f, now); err != nil {
			return err
		}
		return t.wantOrder(ctx, tx, now)
	})
	if err == nil {
		t.d.ended()
	}
	return err
}

// settle ends the decision when its last step ended, or at the first step that failed.
func (t *trial) settle(ctx context.Context, tx *store.Tx, state string, now time.Time) error {
	if state == confirmed {
		if err := t.remember(ctx, tx, now); err != nil {
			return err
		}
		return tx.EndDecisions([]string{t.e.DecisionID})
	}
	if err := tx.CancelEffects(t.e.DecisionID, now); err != nil {
		return err
	}
	if err := t.netAgain(ctx, tx, now); err != nil {
		return err
	}
	end := "failed"
	if state == inDoubt || state == contradicted {
		end = "in_doubt"
	}
	return tx.SetDecisionState(t.e.DecisionID, end)
}

// remembers tells whether the platform's own record does not list the act.
func (t *trial) remembers() bool { return t.step.Do == "extend_protection" }

// remember records acts of ours that the platform's own record does not list, and judges the case with them.
func (t *trial) remember(ctx context.Context, tx *store.Tx, now time.Time) error {
	if !t.remembers() {
		return nil
	}
	var add dispute.Facts
	add.History = []dispute.Act{{At: now, Who: "staff", Did: "extended_protection", Days: t.step.Days, Reference: t.e.ID}}
	_, err := t.d.rejudge(ctx, tx, []int64{t.e.CaseID}, now, func(m *matter) error { return m.record(add) })
	return err
}

func (t *trial) wantOrder(ctx context.Context, tx *store.Tx, now time.Time) error {
	if !t.remembers() || t.step.Ref.Order == "" {
		return nil
	}
	return tx.WantOrders(t.e.StoreID, []string{t.step.Ref.Order}, now)
}

func (t *trial) endEvent(state string, f *fault.Fault, now time.Time) (store.Event, error) {
	data := map[string]any{"effect": t.e.ID, "decision": t.e.DecisionID, "do": t.step.Do, "amount": t.step.Amount, "attempts": t.e.Attempts}
	if f != nil {
		data["fault"], data["params"] = f.Key, f.Params
	}
	raw, err := json.Marshal(data)
	return store.Event{CaseID: t.e.CaseID, At: now, Kind: "effect_" + state, Actor: "desk", Data: raw}, err
}
