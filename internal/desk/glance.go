package desk

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"parley/internal/store"
)

// glance keeps what every page shows of all stores: counters, how their readings stand, and which nodes work. It is read again after any
// commit that is heard of, and after a moment in any case, as another node may have committed.
type glance struct {
	commits atomic.Int64 // commits heard of

	mu      sync.Mutex
	seen    int64 // commits when it was read
	at      time.Time
	tallies []store.Tally
	syncs   []store.Sync
	nodes   []store.Node
	heard   []store.Subscription
}

const glanceAge = time.Second

func newGlance() *glance { return &glance{seen: -1} }

// look gives counters and readings of the stores; stores nil = all. The slices belong to the caller.
func (d *Desk) look(ctx context.Context, stores []int64) ([]store.Tally, []store.Sync, error) {
	g := d.glance
	g.mu.Lock()
	defer g.mu.Unlock()
	now := d.Now()
	if n := g.commits.Load(); n != g.seen || now.Sub(g.at) > glanceAge {
		tallies, err := d.DB.Tallies(ctx, nil)
		if err != nil {
			return nil, nil, err
		}
		syncs, err := d.DB.Syncs(ctx)
		if err != nil {
			return nil, nil, err
		}
		nodes, err := d.DB.Nodes(ctx)
		if err != nil {
			return nil, nil, err
		}
		heard, err := d.DB.Subscriptions(ctx)
		if err != nil {
			return nil, nil, err
		}
		g.tallies, g.syncs, g.nodes, g.heard, g.seen, g.at = tallies, syncs, nodes, heard, n, now
	}
	if stores == nil {
		return slices.Clone(g.tallies), slices.Clone(g.syncs), nil
	}
	tallies := slices.DeleteFunc(slices.Clone(g.tallies), func(t store.Tally) bool { return !slices.Contains(stores, t.StoreID) })
	syncs := slices.DeleteFunc(slices.Clone(g.syncs), func(s store.Sync) bool { return !slices.Contains(stores, s.StoreID) })
	return tallies, syncs, nil
}

// standing tells since when no node has done the desk's own work, as of the last look.
func (d *Desk) standing() time.Time {
	d.glance.mu.Lock()
	defer d.glance.mu.Unlock()
	return standingSince(d.glance.nodes, d.Now())
}

// heard is how the connections for messages stood at the last look, by store.
func (d *Desk) heard() map[int64]store.Subscription {
	d.glance.mu.Lock()
	defer d.glance.mu.Unlock()
	out := make(map[int64]store.Subscription, len(d.glance.heard))
	for _, s := range d.glance.heard {
		out[s.StoreID] = s
	}
	return out
}
