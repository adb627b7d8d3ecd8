package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"
)

const timerAll = "case_id, kind, due_at, data"

func readTimer(r *record) Timer {
	return Timer{CaseID: r.int(), Kind: r.text(), DueAt: r.instant(), Data: r.json()}
}

// TimersOf gives the timers of a case, the next first.
func (r reader) TimersOf(ctx context.Context, caseID int64) ([]Timer, error) {
	return all(ctx, r, readTimer, "SELECT "+timerAll+" FROM timer WHERE case_id = ? ORDER BY due_at, kind", caseID)
}

// NextTimer gives the instant of the next timer; zero if there is none.
func (r reader) NextTimer(ctx context.Context) (time.Time, error) {
	return one(ctx, r, "timer", (*record).instant, nextTimer)
}

const nextTimer = "SELECT coalesce(min(due_at), 0) FROM timer"

// SetTimers makes these the timers of a case: others end, new ones begin, unchanged ones cost nothing.
func (tx *Tx) SetTimers(caseID int64, timers []Timer) error {
	return tx.SetTimersOf(map[int64][]Timer{caseID: timers})
}

var timerTable = table{name: "timer", columns: []string{"case_id", "kind", "due_at", "data"}, key: []string{"case_id", "kind"}}

// SetTimersOf is SetTimers for many cases at once. A late timer is not begun; where it runs already, it goes off yet.
func (tx *Tx) SetTimersOf(timers map[int64][]Timer) error {
	ids := make([]int64, 0, len(timers))
	for id := range timers {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	running, err := byIDs(tx.ctx, tx.reader, readTimer, "SELECT "+timerAll+" FROM timer WHERE case_id", "", ids)
	if err != nil {
		return err
	}
	had := map[int64]map[string]Timer{}
	for _, t := range running {
		if had[t.CaseID] == nil {
			had[t.CaseID] = map[string]Timer{}
		}
		had[t.CaseID][t.Kind] = t
	}
	var rows [][]any
	kept := map[int64]bool{} // cases of which a timer runs on
	for _, id := range ids {
		for _, t := range timers[id] {
			old, ok := had[id][t.Kind]
			if t.Late && (!ok || micros(old.DueAt) != micros(t.DueAt)) {
				continue
			}
			delete(had[id], t.Kind)
			kept[id] = kept[id] || ok
			if !ok || micros(old.DueAt) != micros(t.DueAt) || string(old.Data) != string(t.Data) {
				rows = append(rows, []any{id, t.Kind, micros(t.DueAt), string(t.Data)})
			}
		}
	}
	if err := tx.endTimers(had, kept); err != nil {
		return err
	}
	_, err = put(tx, timerTable, rows, nothing)
	return err
}

// endTimers removes timers. Cases all of whose timers end, as they do when a matter is over, need one sentence together.
func (tx *Tx) endTimers(ended map[int64]map[string]Timer, kept map[int64]bool) error {
	var quiet []int64
	for _, id := range slices.Sorted(maps.Keys(ended)) {
		kinds := ended[id]
		switch {
		case len(kinds) == 0:
		case !kept[id]:
			quiet = append(quiet, id)
		default:
			those, args := among(tx.dialect, slices.Sorted(maps.Keys(kinds)))
			if _, err := tx.change("DELETE FROM timer WHERE case_id = ? AND kind "+those, append([]any{id}, args...)...); err != nil {
				return err
			}
		}
	}
	for _, part := range chunks(quiet, 512) {
		those, args := among(tx.dialect, part)
		if _, err := tx.change("DELETE FROM timer WHERE case_id "+those, args...); err != nil {
			return err
		}
	}
	return nil
}

// RingAll sets a timer of one kind for every open case of a store, in one sentence however many there are.
func (tx *Tx) RingAll(storeID int64, kind string, at time.Time) error {
	_, err := tx.change("INSERT INTO timer (case_id, kind, due_at, data) SELECT id, CAST(? AS TEXT), CAST(? AS BIGINT), '' FROM case_"+
		" WHERE store_id = ? AND open = 1 ON CONFLICT (case_id, kind) DO UPDATE SET due_at = excluded.due_at", kind, micros(at), storeID)
	return err
}

// TakeTimers removes the timers that are due by now, the earliest first, at most limit. Taking and acting are one
// transaction: if the write fails, the timers are there again. Two nodes never take the same one.
func (tx *Tx) TakeTimers(now time.Time, limit int) ([]Timer, error) {
	text := "DELETE FROM timer WHERE (case_id, kind) IN (SELECT case_id, kind FROM timer WHERE due_at <= ? ORDER BY due_at, case_id LIMIT ? + 0" +
		tx.dialect.skipLocked() + ") RETURNING " + timerAll
	taken, err := all(tx.ctx, tx.reader, readTimer, text, micros(now), limit)
	slices.SortFunc(taken, func(a, b Timer) int { return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.CaseID, b.CaseID)) })
	return taken, err
}
