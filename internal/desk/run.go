package desk

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// Run does the desk's own work until the context ends: syncs, orders, timers, effects. A loop that fails badly is begun again; what it
// was doing is written in the database and found there.
func (d *Desk) Run(ctx context.Context) error {
	var all sync.WaitGroup
	for name, loop := range map[string]func(context.Context){
		"syncs": d.runSyncs, "orders": d.runOrders, "timers": d.runTimers, "effects": d.runEffects,
	} {
		all.Add(1)
		go func() {
			defer all.Done()
			for ctx.Err() == nil {
				d.guarded(ctx, name, loop)
			}
		}()
	}
	all.Wait()
	return ctx.Err()
}

func (d *Desk) guarded(ctx context.Context, name string, loop func(context.Context)) {
	defer func() {
		if r := recover(); r != nil {
			d.failed(ctx, name, fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
		}
	}()
	loop(ctx)
}

// pump claims work and does it, several pieces side by side, until the context ends. A piece that hangs or fails holds no other.
func pump[T any](ctx context.Context, d *Desk, atOnce int, ring chan struct{}, claim func(limit int) ([]T, error), next func(context.Context) (time.Time, error), do func(T)) {
	var busy sync.WaitGroup
	defer busy.Wait()
	slots := make(chan struct{}, atOnce)
	for ctx.Err() == nil {
		found, err := claim(max(atOnce-len(slots), 1))
		at := d.next(ctx, err, next)
		for _, piece := range found {
			slots <- struct{}{}
			busy.Go(func() {
				defer func() { <-slots; wake(ring) }()
				d.guarded(ctx, "a piece of work", func(context.Context) { do(piece) })
			})
		}
		if len(found) == 0 {
			d.Clock.Wait(ctx, at, ring)
		}
	}
}

// next is when a loop that found nothing to do looks again: at the next instant written in the database, or in a second where the
// database failed. What is due already and was not found is held by another lease: it is looked at a little later. Another node may
// write an earlier instant, so it is never later than lookAgain.
func (d *Desk) next(ctx context.Context, err error, ask func(context.Context) (time.Time, error)) time.Time {
	var at time.Time
	if err == nil {
		at, err = ask(ctx)
	}
	if err != nil {
		d.failed(ctx, "looking for work", err)
		return d.Now().Add(time.Second)
	}
	now := d.Now()
	if latest := now.Add(lookAgain); at.IsZero() || at.After(latest) {
		return latest
	}
	if soonest := now.Add(lookSoon); at.Before(soonest) {
		return soonest
	}
	return at
}

// lookSoon is the shortest pause of a loop that found nothing to do and was not woken.
const lookSoon = 200 * time.Millisecond

// lookAgain is how often a loop looks for work that another node may have written.
const lookAgain = 30 * time.Second
