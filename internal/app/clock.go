package app

import (
	"context"
	"time"
)

// Clock is the time of the program: the machine's own, or a faster one for the demo. It is the only place that asks the machine.
type Clock struct {
	began time.Time // real, with the monotonic reading
	from  time.Time // what began means in this clock
	speed float64
}

// RealClock is the machine's clock.
func RealClock() *Clock { return &Clock{speed: 1} }

// FastClock starts at the machine's present and runs speed times as fast.
func FastClock(speed float64) *Clock {
	now := time.Now()
	return &Clock{began: now, from: now.Round(0).UTC(), speed: speed}
}

// Now is the present instant, UTC.
func (c *Clock) Now() time.Time {
	if c.speed == 1 {
		return time.Now().UTC()
	}
	return c.from.Add(time.Duration(float64(time.Since(c.began)) * c.speed))
}

// shortest keeps a fast clock from spinning.
const shortest = 5 * time.Millisecond

// Wait blocks until the instant, until wake delivers, or until the context ends.
func (c *Clock) Wait(ctx context.Context, until time.Time, wake <-chan struct{}) {
	var ring <-chan time.Time
	if !until.IsZero() {
		left := time.Duration(float64(until.Sub(c.Now())) / c.speed)
		t := time.NewTimer(max(left, shortest))
		defer t.Stop()
		ring = t.C
	}
	select {
	case <-ctx.Done():
	case <-wake:
	case <-ring:
	}
}

// Pause waits for a duration of this clock, or until the context ends.
func (c *Clock) Pause(ctx context.Context, d time.Duration) error {
	c.Wait(ctx, c.Now().Add(d), nil)
	return ctx.Err()
}
