package shopify

import (
	"context"
	"sync"
	"time"

	"parley/internal/webclient"
)

// budgets keep what each store may still ask. Every answer tells it: a leaky bucket of points that refills by the second
// (extensions.cost.throttleStatus; 100 points a second on the smallest plan).
type budgets struct {
	mu     sync.Mutex
	stores map[string]*budget
}

func (b *budgets) of(store string) *budget {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stores == nil {
		b.stores = map[string]*budget{}
	}
	if b.stores[store] == nil {
		b.stores[store] = &budget{available: carefully, most: carefully, restore: carefully / 20, asked: map[string]float64{}}
	}
	return b.stores[store]
}

// carefully is the bucket a store is thought to have until the platform tells its own, half of the smallest there is; unheard is what a
// document is thought to cost before its first answer.
const (
	carefully = 1000
	unheard   = 400
)

// budget is the bucket of one store as last heard of, and what each document costs.
type budget struct {
	mu        sync.Mutex
	at        time.Time
	available float64
	most      float64
	restore   float64 // points a second
	flying    float64 // taken by calls that are not answered yet
	asked     map[string]float64
}

// look is how often a call that waits looks at the bucket again: most answers cost less than they asked for and give back the rest.
const look = 250 * time.Millisecond

// enter takes what a document costs out of the bucket, waiting until it holds as much, at the worst as long as refilling takes. landed
// ends it.
func (b *budget) enter(ctx context.Context, c webclient.Clock, document string) (taken float64, err error) {
	taken, rest := b.take(c.Now(), document, false)
	for ; rest > 0; rest -= look {
		if err := c.Pause(ctx, min(rest, look)); err != nil {
			return 0, err
		}
		var wait time.Duration
		if taken, wait = b.take(c.Now(), document, rest <= look); wait == 0 {
			break
		}
	}
	return taken, nil
}

// take takes a document's cost if the bucket holds it, or in any case. It gives 0 and the time refilling takes if it does not.
func (b *budget) take(now time.Time, document string, anyway bool) (taken float64, wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	asks, known := b.asked[document]
	if !known {
		asks = unheard
	}
	b.refill(now)
	if missing := b.flying + asks - b.available; missing > 0 && !anyway {
		return 0, max(time.Millisecond, time.Duration(missing/b.restore*float64(time.Second)))
	}
	b.flying += asks
	return asks, 0
}

func (b *budget) refill(now time.Time) {
	if !b.at.IsZero() {
		b.available = min(b.most, b.available+max(0, now.Sub(b.at).Seconds())*b.restore)
	}
	b.at = now
}

// landed ends a call: what the answer tells of the bucket holds from now on; without an answer the points count as spent.
func (b *budget) landed(now time.Time, document string, taken float64, c cost) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refill(now)
	b.flying -= taken
	if c.Status.Restore <= 0 {
		b.available = max(0, b.available-taken)
		return
	}
	b.available, b.most, b.restore = c.Status.Available, c.Status.Maximum, c.Status.Restore
	b.asked[document] = c.Requested
}

// short is how long a throttled call has to wait: until the bucket holds what it asked for.
func (c cost) short() time.Duration {
	missing := c.Requested - c.Status.Available
	if c.Status.Restore <= 0 || missing <= 0 {
		return time.Second
	}
	return max(time.Second, time.Duration(missing/c.Status.Restore*float64(time.Second)))
}
