package sim

import (
	"fmt"
	"math"
	"time"
)

// Draw gives numbers that look random and are the same for the same seed and words (splitmix64).
type Draw struct{ state uint64 }

// NewDraw starts a row of draws. The words say what it is for, so that rows do not depend on each other.
func NewDraw(seed uint64, words ...any) *Draw {
	d := &Draw{seed*0x9e3779b97f4a7c15 + 1}
	for _, b := range []byte(fmt.Sprint(words...)) {
		d.state = (d.state ^ uint64(b)) * 0x100000001b3
		d.next()
	}
	return d
}

func (d *Draw) next() uint64 {
	d.state += 0x9e3779b97f4a7c15
	z := d.state
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// IntN is a whole number from 0 to n-1.
func (d *Draw) IntN(n int) int { return int(d.next() % uint64(n)) }

// Float is a number from 0 up to 1.
func (d *Draw) Float() float64 { return float64(d.next()>>11) / (1 << 53) }

// Chance is true in so many cases of a hundred.
func (d *Draw) Chance(percent float64) bool { return d.Float()*100 < percent }

// Between is a duration from least up to most.
func (d *Draw) Between(least, most time.Duration) time.Duration {
	return least + time.Duration(d.Float()*float64(most-least))
}

// About is a duration around a mean as waiting times are: often short, sometimes very long.
func (d *Draw) About(mean time.Duration) time.Duration {
	return time.Duration(-math.Log(1-d.Float()) * float64(mean))
}

// Pick gives one of several.
func Pick[T any](d *Draw, of []T) T { return of[d.IntN(len(of))] }
