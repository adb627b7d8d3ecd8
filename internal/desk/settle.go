package desk

import (
	"context"
	"errors"
)

// Settle does everything that is due now, one thing after the other, and returns when nothing is left: for commands that work once and
// for tests. Beside a running desk it is safe, as both claim what they do.
func (d *Desk) Settle(ctx context.Context) error {
	for {
		n, err := d.round(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}

// round does what is due once and tells how much that was.
func (d *Desk) round(ctx context.Context) (int, error) {
	now := d.Now()
	effects, err := d.DB.ClaimEffects(ctx, now, effectLease, effectAtOnce)
	for _, e := range effects {
		err = errors.Join(err, d.advance(ctx, e))
	}
	if err != nil {
		return 0, err
	}
	fired, _, err := d.fireTimers(ctx)
	if err != nil {
		return 0, err
	}
	syncs, err := d.DB.ClaimSyncs(ctx, now, syncLease, syncAtOnce)
	if err != nil {
		return 0, err
	}
	for _, s := range syncs {
		d.syncOne(ctx, s)
	}
	orders, err := d.DB.WantedOrders(ctx, now, orderLease, orderAtOnce)
	if err != nil {
		return 0, err
	}
	for _, o := range orders {
		if err := d.readOrder(ctx, o); err != nil {
			d.postponeOrder(ctx, o, err)
		}
	}
	if _, err := d.tidy(ctx); err != nil {
		return 0, err
	}
	told, err := d.settleNotices(ctx)
	if err != nil {
		return 0, err
	}
	return len(effects) + fired + len(syncs) + len(orders) + told, ctx.Err()
}
