package app

import (
	"context"
	"sync"
	"time"
)

// Clock is the time of the program: the machine's own, or a faster one for the demo. It is the only place that asks the machine.
//
// The machine's clock may be set while the program runs. Forward the program follows at once, because a deadline must not be missed.
// Backward it does not follow: its time passes at half speed until the two agree again, so that nothing that was due becomes due once
// more. Either is noticed against the machine's steady count of time since it started, and told to Jumped.
type Clock struct {
	// Jumped, if set, hears of each jump with its length, negative backward. It must not block.
	Jumped func(by time.Duration)

	began time.Time // real, with the monotonic reading
	from  time.Time // what began means in this clock
	speed float64

	read   func() (wall time.Time, steady time.Duration)
	mu     sync.Mutex
	now    time.Time     // given last
	wall   time.Time     // of the machine at that moment
	steady time.Duration // likewise
}

// RealClock is the machine's clock.
func RealClock() *Clock {
	began := time.Now()
	return &Clock{speed: 1, began: began, read: func() (time.Time, time.Duration) {
		now := time.Now()
		return now.Round(0).UTC(), now.Sub(began)
	}}
}

// FastClock starts at the machine's present and runs speed times as fast.
func FastClock(speed float64) *Clock { return FastClockFrom(time.Now(), speed) }

// FastClockFrom agrees with the machine's clock at an instant, which may have passed, and runs speed times as fast from there: programs
// that are given the same instant agree with each other.
func FastClockFrom(at time.Time, speed float64) *Clock {
	return &Clock{began: at, from: at.Round(0).UTC(), speed: speed}
}

// Now is the present instant, UTC. It never goes back.
func (c *Clock) Now() time.Time {
	if c.read == nil {
		return c.from.Add(time.Duration(float64(time.Since(c.began)) * c.speed))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	wall, steady := c.read()
	if c.now.IsZero() {
		c.now, c.wall, c.steady = wall, wall, steady
		return wall
	}
	passed := steady - c.steady
	if by := wall.Sub(c.wall) - passed; by.Abs() >= jump && c.Jumped != nil {
		c.Jumped(by)
	}
	c.now, c.wall, c.steady = later(wall, c.now.Add(passed/2)), wall, steady
	return c.now
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// jump is the difference between the two counts from which the clock was set, and not merely adjusted.
const jump = 2 * time.Second

const (
	// shortest keeps a fast clock from spinning.
	shortest = 5 * time.Millisecond
	// longest is after what time a wait looks at the clock again, in case that was set.
	longest = 10 * time.Second
)

// Wait blocks until the instant, until wake delivers, or until the context ends.
func (c *Clock) Wait(ctx context.Context, until time.Time, wake <-chan struct{}) {
	for {
		left := longest
		if !until.IsZero() {
			left = min(left, max(time.Duration(float64(until.Sub(c.Now()))/c.speed), shortest))
		}
		t := time.NewTimer(left)
		select {
		case <-ctx.Done():
		case <-wake:
		case <-t.C:
			if until.IsZero() || c.Now().Before(until) {
				continue
			}
		}
		t.Stop()
		return
	}
}

// Pause waits for a duration of this clock, or until the context ends.
func (c *Clock) Pause(ctx context.Context, d time.Duration) error {
	c.Wait(ctx, c.Now().Add(d), nil)
	return ctx.Err()
}
