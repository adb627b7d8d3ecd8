package desk

import (
	"context"
	"sync"
	"time"

	"parley/internal/store"
)

// Node names this program among those that share the database.
type Node struct {
	ID      string // its own for each start; empty = it keeps no row
	Host    string
	Version string
}

const (
	beatEvery = 20 * time.Second
	// quietLong is how long no node may have looked for work until people are told that the desk's own work stands still. It is longer
	// than any loop rests.
	quietLong = 2 * time.Minute
	// nodeKept is how long the row of a node that died is shown.
	nodeKept = 24 * time.Hour
	// hearEvery keeps a busy node from waking the loops of the others all the time.
	hearEvery = 100 * time.Millisecond
)

// pulse knows when each loop last looked for work and could.
type pulse struct {
	mu sync.Mutex
	at map[string]time.Time
}

func newPulse() *pulse { return &pulse{at: map[string]time.Time{}} }

func (p *pulse) beat(name string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at[name] = now
}

// slowest is when the loop that was longest without looking last looked; zero if none runs here.
func (p *pulse) slowest() (at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.at {
		if at.IsZero() || t.Before(at) {
			at = t
		}
	}
	return at
}

// runBeat says again and again that this node lives and works. Where that cannot be written, as on a full disk, its work stands still
// whatever the other loops could read.
func (d *Desk) runBeat(ctx context.Context) {
	if d.Node.ID == "" {
		<-ctx.Done()
		return
	}
	started := d.Now()
	d.pulse.beat("beat", started)
	for ctx.Err() == nil {
		now := d.Now()
		row := store.Node{ID: d.Node.ID, Host: d.Node.Host, Version: d.Node.Version, StartedAt: started, SeenAt: now, WorkedAt: d.pulse.slowest()}
		if err := d.DB.Write(ctx, func(tx *store.Tx) error { return tx.PutNode(row, now.Add(-nodeKept)) }); err != nil {
			d.failed(ctx, "beat", err)
		} else {
			d.pulse.beat("beat", d.Now())
		}
		d.Clock.Wait(ctx, now.Add(beatEvery), nil)
	}
}

// leave takes this node's row away: it has ended, and did not die.
func (d *Desk) leave() {
	if d.Node.ID != "" {
		d.giveBack("node", func(tx *store.Tx) error { return tx.DeleteNode(d.Node.ID) })
	}
}

// standingSince tells from the nodes since when none has done the desk's own work; zero while one does, or where none was ever known.
func standingSince(nodes []store.Node, now time.Time) time.Time {
	var last time.Time
	for _, n := range nodes {
		if n.WorkedAt.After(last) {
			last = n.WorkedAt
		}
	}
	if now.Sub(last) <= quietLong {
		return time.Time{}
	}
	return last
}

// committed hears of every commit, here and on other nodes: what is kept in memory is out of date, people who watch are told, and where
// another node wrote, work may be due that nobody here knows of.
func (d *Desk) committed(c store.Changes) {
	d.glance.commits.Add(1)
	if c.Names || c.All {
		d.names.forget()
		wake(d.wakeSubscriptions)
	}
	if len(c.Cases) > 0 && d.DB.Feeding() {
		wake(d.wakeFeed)
	}
	d.live.publish(c)
	if c.Elsewhere {
		d.hear.ring()
	}
}

// hearing wakes the loops after other nodes wrote, at once, and then not again for hearEvery.
type hearing struct {
	mu    sync.Mutex
	rests bool
	again bool
	wake  func()
}

func (h *hearing) ring() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.rests {
		h.again = true
		return
	}
	h.rests = true
	h.wake()
	time.AfterFunc(hearEvery, h.rested)
}

func (h *hearing) rested() {
	h.mu.Lock()
	again := h.again
	h.rests, h.again = false, false
	h.mu.Unlock()
	if again {
		h.ring()
	}
}

// wakeAll lets every loop look for work.
func (d *Desk) wakeAll() {
	for _, c := range []chan struct{}{d.wakeSync, d.wakeOrders, d.wakeTimers, d.wakeEffects, d.wakeNotices, d.wakeWatch, d.wakeTrackings, d.wakeSubscriptions, d.wakeFeed} {
		wake(c)
	}
}
