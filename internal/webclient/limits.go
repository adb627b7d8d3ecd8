package webclient

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"parley/internal/fault"
)

// Clock is how Limits knows and spends time. Tests make Pause instant.
type Clock struct {
	Now   func() time.Time
	Pause func(context.Context, time.Duration) error
}

// Limits keeps the calls of each key under a rate and holds them back after the other side complained. Keys name what
// the other side counts, such as store and method. The zero Limits is ready; it is safe for several goroutines.
type Limits struct {
	mu   sync.Mutex
	keys map[string]*pace
}

// pace is what is known about one key.
type pace struct {
	bucket *rate.Limiter
	until  time.Time // nobody calls before
	strike int       // complaints in a row
}

// LongestHold is how long Wait is willing to wait; beyond it the caller gets the fault and does something else.
const LongestHold = 30 * time.Second

// Wait lets a call of the key pass when its turn has come: perSecond calls a second, bursts of as many. perSecond 0
// means no rate. A hold that ends within LongestHold is waited for, a longer one is a fault of kind Limited with After.
func (l *Limits) Wait(ctx context.Context, clock Clock, key string, perSecond float64) error {
	wait := l.reserve(clock.Now(), key, perSecond)
	if wait > LongestHold {
		return &fault.Fault{Kind: fault.Limited, Key: "fault.limited", After: wait}
	}
	if wait <= 0 {
		return ctx.Err()
	}
	return clock.Pause(ctx, wait)
}

// reserve takes a turn and tells how long it is until then. A turn beyond the longest hold is not taken.
func (l *Limits) reserve(now time.Time, key string, perSecond float64) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.pace(key)
	if hold := p.until.Sub(now); hold > LongestHold {
		return hold
	}
	if perSecond <= 0 {
		return p.until.Sub(now)
	}
	if p.bucket == nil || p.bucket.Limit() != rate.Limit(perSecond) {
		p.bucket = rate.NewLimiter(rate.Limit(perSecond), max(1, int(perSecond)))
	}
	turn := p.bucket.ReserveN(now, 1)
	wait := max(turn.DelayFrom(now), p.until.Sub(now))
	if wait > LongestHold {
		turn.CancelAt(now)
	}
	return wait
}

func (l *Limits) pace(key string) *pace {
	if l.keys == nil {
		l.keys = map[string]*pace{}
	}
	p := l.keys[key]
	if p == nil {
		p = &pace{}
		l.keys[key] = p
	}
	return p
}

// Complained notes that the other side limited the key: nobody calls for as long as it said, and at least for a second
// that doubles with each complaint in a row, up to five minutes. It gives the time to stay away.
func (l *Limits) Complained(now time.Time, key string, after time.Duration) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.pace(key)
	// Several calls in flight hear the same complaint; it counts once.
	if !p.until.After(now) {
		p.strike++
	}
	after = max(after, min(time.Second<<min(p.strike-1, 9), 5*time.Minute))
	if until := now.Add(after); until.After(p.until) {
		p.until = until
	}
	return p.until.Sub(now)
}

// Worked notes an answer that was no complaint: the next one starts again at a second.
func (l *Limits) Worked(now time.Time, key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.keys[key]; p != nil && !p.until.After(now) {
		p.strike = 0
	}
}
