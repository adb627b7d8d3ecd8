package store

import (
	"context"
	"time"
)

// Work tells when the next piece of each kind of work is due; zero where nothing is planned.
type Work struct {
	Effect, Timer, Sync, Order, Notice, Look, Tracking, Feed time.Time
}

// First is the earliest of all.
func (w Work) First() time.Time {
	var first time.Time
	for _, at := range []time.Time{w.Effect, w.Timer, w.Sync, w.Order, w.Notice, w.Look, w.Tracking, w.Feed} {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}

// NextWork asks for all kinds at once; see the Next methods of each. Each column has a name: SQLite's driver would make one of its whole text.
func (r reader) NextWork(ctx context.Context) (Work, error) {
	const text = "SELECT (" + nextEffect + ") AS effect, (" + nextTimer + ") AS timer, (" + nextSync + ") AS sync, (" + nextWantedOrder + ") AS wanted, (" +
		nextNotice + ") AS notice, (" + nextLook + ") AS look, (" + nextTracking + ") AS tracking, (" + nextFeed + ") AS feed"
	return one(ctx, r, "work", func(r *record) Work {
		return Work{r.instant(), r.instant(), r.instant(), r.instant(), r.instant(), r.instant(), r.instant(), r.instant()}
	}, text)
}
