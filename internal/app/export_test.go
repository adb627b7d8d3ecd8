package app

import (
	"sync/atomic"
	"time"
)

// HandClock starts at an instant, runs speed times as fast as the machine's, and is moved on by hand.
func HandClock(at time.Time, speed float64) (c *Clock, forward func(time.Duration)) {
	var moved atomic.Int64
	began := time.Now()
	return &Clock{speed: speed, began: at, read: func() (time.Time, time.Duration) {
		passed := time.Duration(float64(time.Since(began))*speed) + time.Duration(moved.Load())
		return at.Add(passed), passed
	}}, func(d time.Duration) { moved.Add(int64(d)) }
}
