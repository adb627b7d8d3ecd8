package desk

import (
	"context"
	"errors"
	"time"

	"parley/internal/store"
)

// Settle does everything that is due now, one thing after the other, and returns when nothing is left: for commands that work once and
// for tests. Beside a running desk it is safe, as both claim what they do.
func (d *Desk) Settle(ctx context.Context) error {
	for {
		work, err := d.DB.NextWork(ctx)
		if err != nil {
			return err
		}
		if n, err := d.round(ctx, work); err != nil || n == 0 {
			return err
		}
	}
}

// Step does what is due now, once, and tells how much that was. Where it did nothing, it tells when something will be due; zero means that
// nothing is planned. Simulations move their time by it.
func (d *Desk) Step(ctx context.Context) (int, time.Time, error) {
	work, err := d.nextWork(ctx)
	if err != nil {
		return 0, time.Time{}, err
	}
	n, err := d.round(ctx, work)
	return n, work.First(), err
}

// stepped is the work that Step found last.
type stepped struct {
	work    store.Work
	commits int64 // before it asked
	asked   bool
}

// nextWork asks for the work that is due next, unless nothing was written since it was asked last. What another program writes into the
// same file is seen after the next own write; on PostgreSQL there are others for certain.
func (d *Desk) nextWork(ctx context.Context) (store.Work, error) {
	commits := d.DB.Commits()
	if d.stepped.asked && d.stepped.commits == commits && !d.DB.Postgres() {
		return d.stepped.work, nil
	}
	work, err := d.DB.NextWork(ctx)
	d.stepped = stepped{work, commits, err == nil}
	return work, err
}

// round does what is due of some work, once, and tells how much that was.
func (d *Desk) round(ctx context.Context, work store.Work) (int, error) {
	sum, now := 0, d.Now()
	for _, kind := range []struct {
		due time.Time
		do  func(context.Context) (int, error)
	}{
		{work.Effect, d.settleEffects}, {work.Timer, d.settleTimers}, {work.Sync, d.settleSyncs}, {work.Order, d.settleOrders},
		{soonest(work.Notice, work.Look), d.settleNotices}, {work.Tracking, d.settleTrackings}, {work.Feed, d.settleFeed},
	} {
		if kind.due.IsZero() || kind.due.After(now) {
			continue
		}
		n, err := kind.do(ctx)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	if last := d.tidied.Load(); now.Unix()-last >= 3600 && d.tidied.CompareAndSwap(last, now.Unix()) {
		if _, err := d.tidy(ctx); err != nil {
			return 0, err
		}
	}
	return sum, errors.Join(d.nowAndThen(ctx), ctx.Err())
}

// soonest is the earlier of two instants of which either may be missing.
func soonest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// settleAtOnce is how many acts are claimed to be done one after the other: so few that their leases do not end while they wait.
const settleAtOnce = 64

func (d *Desk) settleEffects(ctx context.Context) (int, error) {
	trials, err := d.claimEffects(ctx, settleAtOnce)
	for _, t := range trials {
		err = errors.Join(err, t.advance(ctx))
	}
	return len(trials), err
}

func (d *Desk) settleTimers(ctx context.Context) (int, error) {
	fired, _, err := d.fireTimers(ctx)
	return fired, err
}

func (d *Desk) settleSyncs(ctx context.Context) (int, error) {
	syncs, err := d.DB.ClaimSyncs(ctx, d.Now(), syncLease, syncAtOnce)
	for _, s := range syncs {
		d.syncOne(ctx, s)
	}
	return len(syncs), err
}

func (d *Desk) settleOrders(ctx context.Context) (int, error) {
	orders, err := d.DB.WantedOrders(ctx, d.Now(), orderLease, orderAtOnce)
	for _, o := range orders {
		if err := d.readOrder(ctx, o); err != nil {
			d.postponeOrder(ctx, o, err)
		}
	}
	return len(orders), err
}
