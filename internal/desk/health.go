package desk

import (
	"context"
	"slices"
	"time"

	"parley/internal/store"
)

// Health is how the desk itself is doing, for machines that watch it. It names no case and no person.
type Health struct {
	At       time.Time
	Database error // nil = it answers
	Stores   []StoreHealth
	Open     map[string]int64 // open cases by view
	Effects  map[string]int64 // outward acts that have not ended, by state; "doubtful" = in doubt or contradicted, capped at 10,000
	Late     int64            // timers that are due and not yet handled, capped at 10,000
	Unsent   int64            // messages to people that have not gone out for a quarter of an hour, capped at 10,000
	// WorkedAt is when the slowest loop of this node last looked for work and could; zero if none runs here. Standing tells that this
	// was so long ago that its own work must be called standing still.
	WorkedAt time.Time
	Standing bool
	Nodes    []NodeHealth
	Trackers []TrackerHealth
}

// StoreHealth is how fresh the picture of a store is.
type StoreHealth struct {
	ID        int64
	Connector string
	State     string
	Age       time.Duration // since the last good reading; negative = never read
	Failing   bool
	Unheard   bool // the connection over which its messages come fails; it is read at its rhythm
	Missing   int  // open cases the platform counts and the desk does not have
}

// NodeHealth is how a node is that shares the database.
type NodeHealth struct {
	ID, Host, Version string
	Seen, Worked      time.Duration // ago; Worked negative = it does no work
}

// lateCap bounds what a reading of the figures may cost.
const lateCap = 10_000

// Ping asks the database for a sign of life; fault.Unavailable if there is none.
func (d *Desk) Ping(ctx context.Context) error { return d.DB.Ping(ctx) }

// Health gathers the figures. What cannot be read is left out and told in Database.
func (d *Desk) Health(ctx context.Context) Health {
	h := Health{At: d.Now(), Open: map[string]int64{}, WorkedAt: d.pulse.slowest()}
	h.Standing = !h.WorkedAt.IsZero() && h.At.Sub(h.WorkedAt) > quietLong
	h.Database = d.readHealth(ctx, &h)
	return h
}

func (d *Desk) readHealth(ctx context.Context, h *Health) error {
	tallies, err := d.DB.Tallies(ctx, nil)
	if err != nil {
		return err
	}
	for _, t := range tallies {
		h.Open[t.View] += t.Cases
	}
	if h.Effects, err = d.DB.EffectsByState(ctx); err != nil {
		return err
	}
	if h.Effects["doubtful"], err = d.DB.CountDoubtful(ctx, nil, lateCap); err != nil {
		return err
	}
	if h.Late, err = d.DB.TimersDue(ctx, h.At, lateCap); err != nil {
		return err
	}
	if h.Unsent, err = d.DB.LettersLate(ctx, h.At.Add(-15*time.Minute), lateCap); err != nil {
		return err
	}
	stores, err := d.DB.Stores(ctx)
	if err != nil {
		return err
	}
	syncs, err := d.DB.Syncs(ctx)
	if err != nil {
		return err
	}
	heard, err := d.DB.Subscriptions(ctx)
	if err != nil {
		return err
	}
	h.Stores = storesHealth(stores, syncs, heard, h.At)
	if h.Trackers, err = d.trackersHealth(ctx); err != nil {
		return err
	}
	nodes, err := d.DB.Nodes(ctx)
	h.Nodes = nodesHealth(nodes, h.At)
	return err
}

func nodesHealth(nodes []store.Node, now time.Time) []NodeHealth {
	out := make([]NodeHealth, 0, len(nodes))
	for _, n := range nodes {
		worked := -time.Second
		if !n.WorkedAt.IsZero() {
			worked = now.Sub(n.WorkedAt)
		}
		out = append(out, NodeHealth{n.ID, n.Host, n.Version, now.Sub(n.SeenAt), worked})
	}
	return out
}

func storesHealth(stores []store.Store, syncs []store.Sync, heard []store.Subscription, now time.Time) []StoreHealth {
	kinds := map[int64]store.Store{}
	for _, s := range stores {
		kinds[s.ID] = s
	}
	var out []StoreHealth
	for _, y := range syncs {
		s, ok := kinds[y.StoreID]
		if !ok || s.State == "closed" {
			continue
		}
		sh := StoreHealth{ID: s.ID, Connector: s.Connector, State: s.State, Age: -time.Second, Failing: !y.FailingSince.IsZero()}
		if !y.LastOKAt.IsZero() {
			sh.Age = now.Sub(y.LastOKAt)
		}
		sh.Unheard = slices.ContainsFunc(heard, func(h store.Subscription) bool { return h.StoreID == s.ID && !h.FailingSince.IsZero() })
		if y.Backfilled && y.SourceCount >= 0 {
			sh.Missing = y.SourceCount - y.DeskCount
		}
		out = append(out, sh)
	}
	return out
}
