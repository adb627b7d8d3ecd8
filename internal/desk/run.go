package desk

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"parley/internal/store"
)

// Run does the desk's own work until the context ends: syncs, orders, timers, effects, notices. A loop that fails badly is begun again; what it
// was doing is written in the database and found there. When the context ends, acts under way are brought to an end within stopGrace,
// and whatever is left goes back at once, so that another node takes it without waiting for a lease to run out.
func (d *Desk) Run(ctx context.Context) error {
	loops := map[string]func(context.Context){
		"syncs": d.runSyncs, "orders": d.runOrders, "timers": d.runTimers, "effects": d.runEffects, "notices": d.runNotices, "feed": d.runFeed, "watch": d.runWatch, "tidy": d.runTidy,
	}
	loops["beat"], loops["reindex"], loops["trackings"], loops["subscriptions"] = d.runBeat, d.runReindex, d.runTrackings, d.runSubscriptions
	var all sync.WaitGroup
	for name, loop := range loops {
		all.Go(func() {
			for ctx.Err() == nil {
				d.guarded(ctx, name, loop)
			}
		})
	}
	all.Wait()
	d.leave()
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

// work is what a loop does again and again.
type work[T any] struct {
	name    string
	atOnce  int           // pieces side by side
	few     int           // fewer free places than this are not worth asking for more work; 0 = 1
	grace   time.Duration // how long pieces under way may go on after the end; 0 = they can be broken off at any moment
	ring    chan struct{}
	claim   func(limit int) ([]T, error)
	next    func(context.Context) (time.Time, error)
	do      func(context.Context, T)
	release func(*store.Tx, T) error // gives back what was claimed and not ended
}

// stopGrace is how long acts under way may go on after the end of the program was asked for.
const stopGrace = 10 * time.Second

// pump claims work and does it, several pieces side by side, until the context ends. A piece that hangs or fails holds no other.
func pump[T any](ctx context.Context, d *Desk, w work[T]) {
	d.pulse.beat(w.name, d.Now())
	patient, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(w.grace, cancel) })()
	var busy sync.WaitGroup
	defer busy.Wait()
	slots := make(chan struct{}, w.atOnce)
	for ctx.Err() == nil {
		free := w.atOnce - len(slots)
		if free < max(1, w.few) {
			d.pulse.beat(w.name, d.Now())
			d.Clock.Wait(ctx, d.Now().Add(lookAgain), w.ring)
			continue
		}
		due, err := w.next(ctx)
		var found []T
		if err == nil && !due.IsZero() && !due.After(d.Now()) {
			found, err = w.claim(free)
		}
		if err == nil {
			d.pulse.beat(w.name, d.Now())
		}
		for _, piece := range found {
			slots <- struct{}{}
			busy.Go(func() {
				defer func() { <-slots; wake(w.ring) }()
				d.guarded(patient, w.name, func(context.Context) { w.do(patient, piece) })
				if patient.Err() != nil {
					d.giveBack(w.name, func(tx *store.Tx) error { return w.release(tx, piece) })
				}
			})
		}
		if len(found) == 0 {
			d.Clock.Wait(ctx, d.restUntil(ctx, due, err), w.ring)
		}
	}
}

// giveBack writes that what was claimed here is free again. Where even that fails the lease ends by itself.
func (d *Desk) giveBack(what string, release func(*store.Tx) error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if err := d.DB.Write(ctx, release); err != nil {
		d.Log.Warn("claimed work could not be given back; its lease will end", "what", what, "err", err)
	}
}

// next is when a loop that found nothing to do looks again, by what is written in the database.
func (d *Desk) next(ctx context.Context, err error, ask func(context.Context) (time.Time, error)) time.Time {
	var due time.Time
	if err == nil {
		due, err = ask(ctx)
	}
	return d.restUntil(ctx, due, err)
}

// restUntil is when a loop that found nothing to do looks again: when something is due, or in a second where the database failed. What is
// due already and was not found is held by another lease: it is looked at a little later. Another node may write an earlier instant, so
// it is never later than lookAgain.
func (d *Desk) restUntil(ctx context.Context, due time.Time, err error) time.Time {
	now := d.Now()
	latest, soonest := now.Add(lookAgain), now.Add(lookSoon)
	switch {
	case err != nil:
		d.failed(ctx, "looking for work", err)
		return now.Add(time.Second)
	case due.IsZero() || due.After(latest):
		return latest
	case due.Before(soonest):
		return soonest
	}
	return due
}

// lookSoon is the shortest pause of a loop that found nothing to do and was not woken.
const lookSoon = 200 * time.Millisecond

// lookAgain is how often a loop looks for work that another node may have written.
const lookAgain = 30 * time.Second
