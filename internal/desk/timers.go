package desk

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"parley/internal/policy"
	"parley/internal/store"
)

const timersAtOnce = 500

// runTimers looks at cases again at the instants at which time alone may change something.
func (d *Desk) runTimers(ctx context.Context) {
	d.pulse.beat("timers", d.Now())
	for ctx.Err() == nil {
		n, next, err := d.fireTimers(ctx)
		if err != nil {
			d.failed(ctx, "timers", err)
			next = d.Now().Add(time.Second)
		}
		if err == nil {
			d.pulse.beat("timers", d.Now())
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
		wake(d.wakeEffects)
		wake(d.wakeNotices)
		return fired, time.Time{}, err
	}
	return 0, d.next(ctx, nil, d.DB.NextTimer), nil
}

func (d *Desk) onTimers(ctx context.Context, tx *store.Tx, due []store.Timer, now time.Time) error {
	var ids, nets []int64
	var ringing []store.Timer
	seen, passed := map[int64]bool{}, map[int64]bool{}
	moved := movedRules{}
	for _, t := range due {
		if !seen[t.CaseID] {
			seen[t.CaseID] = true
			ids = append(ids, t.CaseID)
		}
		switch t.Kind {
		case netTimer:
			nets = append(nets, t.CaseID)
		case rulesChanged:
			moved[t.CaseID] = verdictBefore{}
		default:
			ringing = append(ringing, t)
			passed[t.CaseID] = passed[t.CaseID] || !isAlarm(t)
		}
	}
	if err := ring(ctx, tx, ringing, now); err != nil {
		return err
	}
	for _, id := range nets {
		if err := d.runNet(ctx, tx, id, now); err != nil {
			return err
		}
	}
	ms, err := d.rejudge(ctx, tx, ids, now, moved.note)
	if err != nil {
		return err
	}
	if err := moved.tell(tx, ms, now); err != nil {
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

func isAlarm(t store.Timer) bool { return strings.HasPrefix(t.Kind, "warn:") }

// ring writes that alarms rang and deadlines passed. Whatever was judged by a clock behind the one by which a timer went off has set that
// timer once more: clocks jump, and those of nodes differ. What the history tells already is not told again.
func ring(ctx context.Context, tx *store.Tx, timers []store.Timer, now time.Time) error {
	rung, err := rungOf(ctx, tx, timers)
	if err != nil {
		return err
	}
	events := make([]store.Event, 0, len(timers))
	for _, t := range timers {
		if rung[ringOf(t.CaseID, t.Kind, t.DueAt)] {
			continue
		}
		kind := "deadline_passed"
		if isAlarm(t) {
			kind = "warning"
		}
		data, err := json.Marshal(map[string]any{"kind": t.Kind, "due_at": t.DueAt, "seen_at": now})
		if err != nil {
			return err
		}
		events = append(events, store.Event{CaseID: t.CaseID, At: now, Kind: kind, Actor: "desk", Data: data})
	}
	return tx.AddEvents(events)
}

// rings is one going off of one timer.
type rings struct {
	caseID int64
	kind   string
	at     int64 // microseconds
}

func ringOf(caseID int64, kind string, at time.Time) rings {
	return rings{caseID, kind, at.UnixMicro()}
}

// rungOf gives what the histories of the timers' cases tell of alarms and lapses.
func rungOf(ctx context.Context, tx *store.Tx, timers []store.Timer) (map[rings]bool, error) {
	ids := make([]int64, 0, len(timers))
	for _, t := range timers {
		ids = append(ids, t.CaseID)
	}
	slices.Sort(ids)
	events, err := tx.EventsOfKinds(ctx, slices.Compact(ids), "warning", "deadline_passed")
	if err != nil {
		return nil, err
	}
	rung := make(map[rings]bool, len(events))
	for _, e := range events {
		var was struct {
			Kind  string    `json:"kind"`
			DueAt time.Time `json:"due_at"`
		}
		if err := json.Unmarshal(e.Data, &was); err != nil {
			return nil, err
		}
		rung[ringOf(e.CaseID, was.Kind, was.DueAt)] = true
	}
	return rung, nil
}

// movedRules are the cases that are judged again because a number of their rules was moved. Some of what that changes, such as warnings,
// shows in no column of the case; it leaves the same event.
type movedRules map[int64]verdictBefore

type verdictBefore struct {
	state   state
	verdict json.RawMessage
}

func (r movedRules) note(m *matter) error {
	if _, ok := r[m.c.ID]; ok {
		r[m.c.ID] = verdictBefore{*stateOf(m), m.c.Verdict}
	}
	return nil
}

// tell writes the events of cases whose columns stay and whose verdict differs; the others have theirs already.
func (r movedRules) tell(tx *store.Tx, ms []*matter, now time.Time) error {
	var events []store.Event
	for _, m := range ms {
		before, ok := r[m.c.ID]
		if !ok || before.state != *stateOf(m) {
			continue
		}
		changes, err := differences(before.verdict, m.c.Verdict)
		if err != nil {
			return err
		}
		if len(changes) == 0 {
			continue
		}
		data, err := json.Marshal(map[string]any{"before": before.state, "after": stateOf(m), "why": m.c.Card.Why, "changes": changes})
		if err != nil {
			return err
		}
		events = append(events, store.Event{CaseID: m.c.ID, At: now, Kind: "judged_again", Actor: "desk", Data: data})
	}
	return tx.AddEvents(events)
}

func differences(a, b json.RawMessage) ([]policy.Change, error) {
	var before, after policy.Verdict
	if len(a) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(a, &before); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, &after); err != nil {
		return nil, err
	}
	return policy.Compare(before, after), nil
}
