package store

import (
	"context"
	"time"
)

// EffectsByState counts the outward acts that have not ended, but for those in doubt (see CountDoubtful).
func (r reader) EffectsByState(ctx context.Context) (map[string]int64, error) {
	type count struct {
		state string
		n     int64
	}
	read := func(r *record) count { return count{r.text(), r.int()} }
	found, err := all(ctx, r, read, "SELECT state, COUNT(*) FROM effect WHERE ended_at = 0 AND due_at > 0 AND state <> 'in_doubt' GROUP BY state")
	counts := make(map[string]int64, len(found))
	for _, c := range found {
		counts[c.state] = c.n
	}
	return counts, err
}

// TimersDue counts the timers that are due by an instant and still wait, at most limit.
func (r reader) TimersDue(ctx context.Context, by time.Time, limit int) (int64, error) {
	return one(ctx, r, "timers", (*record).int, "SELECT COUNT(*) FROM (SELECT 1 AS due FROM timer WHERE due_at <= ? LIMIT ? + 0) due", micros(by), limit)
}
