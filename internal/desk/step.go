package desk

import (
	"context"
	"time"
)

// Step does what is due now, once, and tells how much that was. Where nothing is due it tells when that will be; zero means that nothing
// is planned. Simulations move their time by it.
func (d *Desk) Step(ctx context.Context) (int, time.Time, error) {
	next, err := d.nextDue(ctx)
	if err != nil || next.IsZero() || next.After(d.Now()) {
		return 0, next, err
	}
	n, err := d.round(ctx)
	return n, next, err
}

// nextDue is the first instant at which any work is due.
func (d *Desk) nextDue(ctx context.Context) (time.Time, error) {
	var first time.Time
	for _, ask := range []func(context.Context) (time.Time, error){d.DB.NextEffect, d.DB.NextTimer, d.DB.NextSync, d.DB.NextWantedOrder} {
		at, err := ask(ctx)
		if err != nil {
			return first, err
		}
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first, nil
}
