package desk

import (
	"context"
	"strings"
	"time"

	"parley/internal/fault"
	"parley/internal/store"
)

const doubtfulShown = 200

// Doubtful are the outward acts a person has to look at: in doubt, contradicted, or refused in the last 7 days.
func (d *Desk) Doubtful(ctx context.Context, who Who) ([]EffectItem, error) {
	if err := who.need(Read); err != nil {
		return nil, err
	}
	b, err := d.book(ctx)
	if err != nil {
		return nil, err
	}
	stores, none := who.scope(b, QueueQuery{})
	if none {
		return nil, nil
	}
	effects, err := d.DB.Doubtful(ctx, stores, d.Now().Add(-7*24*time.Hour), doubtfulShown)
	return effectItems(effects), err
}

// ResolveEffect lets a person end a doubt, with a reason: the act happened, it did not happen, or it shall be sent again. Nothing is
// ever sent again without this or without the case being unchanged.
func (d *Desk) ResolveEffect(ctx context.Context, who Who, effectID, outcome, reason string) error {
	if err := who.need(Act); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return fault.Input("reason", "", "why you are sure")
	}
	e, err := d.DB.Effect(ctx, effectID)
	if err != nil {
		return err
	}
	if _, err := d.caseSeen(ctx, who, e.CaseID); err != nil {
		return err
	}
	now := d.Now()
	err = d.DB.Write(ctx, func(tx *store.Tx) error { return d.resolve(ctx, tx, who, effectID, outcome, reason, now) })
	wake(d.wakeEffects)
	wake(d.wakeSync)
	return err
}

func (d *Desk) resolve(ctx context.Context, tx *store.Tx, who Who, effectID, outcome, reason string, now time.Time) error {
	e, err := tx.Effect(ctx, effectID)
	if err != nil {
		return err
	}
	if e.State != inDoubt && e.State != contradicted {
		return fault.New(fault.Conflict, "fault.effect_not_in_doubt", "state", e.State)
	}
	decision := "done"
	switch outcome {
	case "happened":
		e.State = confirmed
	case "did_not_happen":
		e.State, decision = refused, "failed"
	case "send_again":
		e.State, e.DueAt, e.EndedAt, e.Retries, e.Looks, decision = planned, now, time.Time{}, 0, 0, "open"
	default:
		return fault.Input("outcome", outcome, "happened, did_not_happen, send_again")
	}
	if err := tx.PutEffect(e); err != nil {
		return err
	}
	if err := tx.SetDecisionState(e.DecisionID, decision); err != nil {
		return err
	}
	if err := tx.SetCaseEffect(e.CaseID, e.State); err != nil {
		return err
	}
	ev, err := event(e.CaseID, now, "effect_resolved", who, map[string]any{"effect": effectID, "reason": outcome, "text": reason})
	if err != nil {
		return err
	}
	if err := tx.AddEvents([]store.Event{ev}); err != nil {
		return err
	}
	return tx.SyncNow(e.StoreID, now)
}

// Decision tells how a decision stands.
func (d *Desk) Decision(ctx context.Context, who Who, id string) (Decided, error) {
	dec, err := d.DB.Decision(ctx, id)
	if err != nil {
		return Decided{}, err
	}
	if _, err := d.caseSeen(ctx, who, dec.CaseID); err != nil {
		return Decided{}, err
	}
	all, err := d.DB.EffectsOf(ctx, dec.CaseID)
	if err != nil {
		return Decided{}, err
	}
	out := Decided{DecisionID: id, CaseID: dec.CaseID, State: dec.State}
	for _, e := range all {
		if e.DecisionID == id {
			out.Effects = append(out.Effects, effectItem(e))
		}
	}
	return out, nil
}

// SaveView keeps a list under a name for the member.
func (d *Desk) SaveView(ctx context.Context, who Who, name, query string) error {
	if err := who.need(Read); err != nil {
		return err
	}
	name = strings.TrimSpace(name)
	if n := len([]rune(name)); n < 1 || n > 60 {
		return fault.Input("name", name, "1 to 60 characters")
	}
	if len(query) > 2000 {
		return fault.Input("query", query, "at most 2000 characters")
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		return tx.PutSavedView(&store.SavedView{MemberID: who.MemberID, Name: name, Query: strings.TrimPrefix(query, "?")})
	})
}

// DropView forgets a member's list.
func (d *Desk) DropView(ctx context.Context, who Who, id int64) error {
	if err := who.need(Read); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error { return tx.DeleteSavedView(who.MemberID, id) })
}
