package desk

import (
	"context"
	"sync"
	"time"

	"parley/internal/store"
)

// Change says that cases or stores changed. It carries no content: whoever hears it reads again what he may see.
type Change struct {
	Cases  []int64
	Stores []int64
	All    bool // anything may have changed: more than can be listed, or what other nodes wrote was missed
}

// live tells watchers about commits. A watcher who is slow misses nothing: what he has not heard yet is joined into one change.
type live struct {
	mu       sync.Mutex
	watchers map[*watcher]struct{}
}

type watcher struct {
	mu      sync.Mutex
	pending map[int64]bool
	stores  map[int64]bool
	all     bool // anything may have changed
	ring    chan struct{}
}

// maxPending caps what is remembered for a slow watcher; beyond it anything may have changed.
const maxPending = 500

func newLive() *live { return &live{watchers: map[*watcher]struct{}{}} }

func (l *live) publish(c store.Changes) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for w := range l.watchers {
		w.add(c)
	}
}

func (w *watcher) add(c store.Changes) {
	w.mu.Lock()
	w.all = w.all || c.All
	for _, id := range c.Cases {
		if len(w.pending) < maxPending {
			w.pending[id] = true
		}
	}
	for _, id := range c.Stores {
		w.stores[id] = true
	}
	w.mu.Unlock()
	wake(w.ring)
}

func (w *watcher) take() Change {
	w.mu.Lock()
	defer w.mu.Unlock()
	var c Change
	for id := range w.pending {
		c.Cases = append(c.Cases, id)
	}
	for id := range w.stores {
		c.Stores = append(c.Stores, id)
	}
	if w.all || len(c.Cases) >= maxPending {
		c = Change{All: true}
	}
	w.all = false
	clear(w.pending)
	clear(w.stores)
	return c
}

// Watch gives a change whenever something was committed, until the context ends; then the channel is closed.
func (d *Desk) Watch(ctx context.Context, who Who) <-chan Change {
	out := make(chan Change)
	w := &watcher{pending: map[int64]bool{}, stores: map[int64]bool{}, ring: make(chan struct{}, 1)}
	d.live.mu.Lock()
	d.live.watchers[w] = struct{}{}
	d.live.mu.Unlock()
	go func() {
		defer close(out)
		defer func() {
			d.live.mu.Lock()
			delete(d.live.watchers, w)
			d.live.mu.Unlock()
		}()
		for {
			select {
			case <-ctx.Done():
				return
			case <-w.ring:
			}
			select {
			case <-ctx.Done():
				return
			case out <- w.take():
			}
		}
	}()
	return out
}

// presence knows who looks at which case. It lives in memory: it is a courtesy, not a lock.
type presence struct {
	mu   sync.Mutex
	seen map[int64]map[int64]look // case → member
}

type look struct {
	name string
	at   time.Time
}

// stillHere is how long a look counts without another one.
const stillHere = 45 * time.Second

func newPresence() *presence { return &presence{seen: map[int64]map[int64]look{}} }

// here marks the member and gives the others. It tells whether the circle changed.
func (p *presence) here(who Who, caseID int64, now time.Time) (others []MemberRef, joined bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.seen[caseID]
	if at == nil {
		at = map[int64]look{}
		p.seen[caseID] = at
	}
	_, was := at[who.MemberID]
	at[who.MemberID] = look{who.Name, now}
	for id, l := range at {
		switch {
		case now.Sub(l.at) > stillHere:
			delete(at, id)
		case id != who.MemberID:
			others = append(others, MemberRef{id, l.name})
		}
	}
	return others, !was
}

// Here marks the member as looking at the case and gives the others who do.
func (d *Desk) Here(who Who, caseID int64) []MemberRef {
	others, joined := d.presence.here(who, caseID, d.Now())
	if joined && len(others) > 0 {
		d.live.publish(store.Changes{Cases: []int64{caseID}})
	}
	return others
}
