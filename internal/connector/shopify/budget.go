package shopify

import (
	"sync"
	"time"
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

// wait takes what a document costs out of the bucket and tells how long it needs until it held as much. landed gives it back.
func (b *budget) wait(now time.Time, document string) (wait time.Duration, taken float64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken, known := b.asked[document]
	if !known {
		taken = unheard
	}
	b.refill(now)
	b.flying += taken
	if missing := b.flying - b.available; missing > 0 {
		wait = time.Duration(missing / b.restore * float64(time.Second))
	}
	return wait, taken
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
