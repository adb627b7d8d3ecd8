package desk

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"parley/internal/store"
)

const timersAtOnce = 500

// runTimers looks at cases again at the instants at which time alone may change something.
func (d *Desk) runTimers(ctx context.Context) {
	for ctx.Err() == nil {
		n, next, err := d.fireTimers(ctx)
		if err != nil {
			d.failed(ctx, "timers", err)
			next = d.Now().Add(time.Second)
		}
		if n == 0 {
			d.Clock.Wait(ctx, next, d.wakeTimers)
		}
	}
}

// fireTimers takes the due timers and acts on them in one transaction, so that none is lost and none fires twice. A deadline that
// passed also makes the store be read at once: the platform has probably acted.
func (d *Desk) fireTimers(ctx context.Context) (int, time.Time, error) {
	now := d.Now()
	fired := 0
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		due, err := tx.TakeTimers(now, timersAtOnce)
		if err != nil || len(due) == 0 {
			return err
		}
		fired = len(due)
		return d.onTimers(ctx, tx, due, now)
	})
	if err != nil || fired > 0 {
		wake(d.wakeSync)
		return fired, time.Time{}, err
	}
	return 0, d.next(ctx, nil, d.DB.NextTimer), nil
}

func (d *Desk) onTimers(ctx context.Context, tx *store.Tx, due []store.Timer, now time.Time) error {
	var ids []int64
	seen := map[int64]bool{}
	events := make([]store.Event, 0, len(due))
	passed := map[int64]bool{}
	for _, t := range due {
		if !seen[t.CaseID] {
			seen[t.CaseID] = true
			ids = append(ids, t.CaseID)
		}
		kind := "deadline_passed"
		if strings.HasPrefix(t.Kind, "warn:") {
			kind = "warning"
		} else {
			passed[t.CaseID] = true
		}
		data, err := json.Marshal(map[string]any{"kind": t.Kind, "due_at": t.DueAt, "seen_at": now})
		if err != nil {
			return err
		}
		events = append(events, store.Event{CaseID: t.CaseID, At: now, Kind: kind, Actor: "desk", Data: data})
	}
	if err := tx.AddEvents(events); err != nil {
		return err
	}
	ms, err := d.rejudge(ctx, tx, ids, now, nil)
	if err != nil {
		return err
	}
	for _, m := range ms {
		if passed[m.c.ID] {
			if err := tx.SyncNow(m.c.StoreID, now); err != nil {
				return err
			}
		}
	}
	return nil
}
