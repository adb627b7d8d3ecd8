package desk

import (
	"context"
	"encoding/json"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/store"
)

// Restored looks after the outward acts that had not ended when a backup was taken. What was sent since is not known here, so nothing is
// sent before the platform was asked: an act that was planned counts as sent perhaps, with the record as last read as the state before.
// Where there is no such record a person has to look. Every case concerned gets an event. It gives the acts it found. What
// people were to be told is looked after as well: see holdBack.
func (d *Desk) Restored(ctx context.Context, taken time.Time) ([]EffectItem, error) {
	if err := d.DB.Write(ctx, (*store.Tx).ForgetPrograms); err != nil {
		return nil, err
	}
	if err := d.holdBack(ctx, taken); err != nil {
		return nil, err
	}
	var found []EffectItem
	for after := ""; ; {
		acts, err := d.DB.Unended(ctx, after, 200)
		if err != nil || len(acts) == 0 {
			return found, err
		}
		for _, e := range acts {
			after = e.ID
			if e, err = d.doubtRestored(ctx, e, taken); err != nil {
				return found, err
			}
			found = append(found, effectItem(e))
		}
	}
}

func (d *Desk) doubtRestored(ctx context.Context, e store.Effect, taken time.Time) (store.Effect, error) {
	now := d.Now()
	data, err := json.Marshal(map[string]any{"effect": e.ID, "decision": e.DecisionID, "state": e.State, "backup": taken})
	if err != nil {
		return e, err
	}
	if e.State == planned {
		if err := d.perhapsSent(ctx, &e, now); err != nil {
			return e, err
		}
	}
	if e.EndedAt.IsZero() {
		e.DueAt, e.Looks, e.Retries = now, 0, 0
	}
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutEffect(e); err != nil {
			return err
		}
		if !e.EndedAt.IsZero() {
			if err := tx.SetDecisionState(e.DecisionID, "in_doubt"); err != nil {
				return err
			}
		}
		if err := tx.SetCaseEffect(e.CaseID, e.State); err != nil {
			return err
		}
		return tx.AddEvents([]store.Event{{CaseID: e.CaseID, At: now, Kind: "effect_restored", Actor: "desk", Data: data}})
	})
	return e, err
}

// perhapsSent makes a planned act one that is looked for. The claim that it was sent is only ever made to be checked.
func (d *Desk) perhapsSent(ctx context.Context, e *store.Effect, now time.Time) error {
	step, err := payload(*e)
	if err != nil {
		return err
	}
	before, known, err := d.lastRead(ctx, e.CaseID, step.Ref)
	if err != nil {
		return err
	}
	if !known {
		e.State, e.EndedAt, e.DueAt = inDoubt, now, time.Time{}
		e.Fault = faultJSON(fault.New(fault.Unknown, "fault.no_trace"))
		return nil
	}
	e.State = sent
	e.Before, err = json.Marshal(before)
	return err
}

// lastRead gives a record of a case as it was read last.
func (d *Desk) lastRead(ctx context.Context, caseID int64, ref connector.Ref) (kept, bool, error) {
	sources, err := d.DB.SourcesOfCases(ctx, []int64{caseID})
	if err != nil {
		return kept{}, false, err
	}
	for _, s := range sources[caseID] {
		if s.Kind == ref.Kind && s.ExternalID == ref.ID {
			f, err := decodeFacts(s.Facts)
			return kept{s.Fingerprint, s.Open, s.ChangedAt, f}, true, err
		}
	}
	return kept{}, false, nil
}
