package app

import (
	"context"
	"testing"
	"time"
)

// machine is a clock of a machine that a test sets.
type machine struct {
	wall   time.Time
	steady time.Duration
}

func (m *machine) pass(d time.Duration) { m.wall, m.steady = m.wall.Add(d), m.steady+d }

func setClock() (*Clock, *machine, *[]time.Duration) {
	m := &machine{wall: time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC)}
	var jumps []time.Duration
	c := &Clock{speed: 1, read: func() (time.Time, time.Duration) { return m.wall, m.steady }}
	c.Jumped = func(by time.Duration) { jumps = append(jumps, by) }
	c.Now()
	return c, m, &jumps
}

func TestAClockSetForwardIsFollowedAtOnce(t *testing.T) {
	c, m, jumps := setClock()
	m.wall = m.wall.Add(time.Hour)
	if got := c.Now(); !got.Equal(m.wall) {
		t.Errorf("%s, want %s", got, m.wall)
	}
	if len(*jumps) != 1 || (*jumps)[0] != time.Hour {
		t.Errorf("jumps: %v", *jumps)
	}
}

func TestAClockSetBackNeverGoesBack(t *testing.T) {
	c, m, jumps := setClock()
	before := c.Now()
	m.wall = m.wall.Add(-10 * time.Minute)
	if got := c.Now(); !got.Equal(before) {
		t.Errorf("%s, want it to stand at %s", got, before)
	}
	m.pass(10 * time.Minute) // half as much passes here: the machine is five minutes behind still
	if got, want := c.Now(), before.Add(5*time.Minute); !got.Equal(want) {
		t.Errorf("%s, want %s", got, want)
	}
	m.pass(10 * time.Minute) // now they agree
	for range 3 {
		if got := c.Now(); !got.Equal(m.wall) {
			t.Errorf("%s, want %s", got, m.wall)
		}
		m.pass(time.Minute)
	}
	if len(*jumps) != 1 || (*jumps)[0] != -10*time.Minute {
		t.Errorf("jumps: %v", *jumps)
	}
}

func TestSmallCorrectionsAreNoJump(t *testing.T) {
	c, m, jumps := setClock()
	last := c.Now()
	for i := range 1000 {
		m.pass(time.Second)
		m.wall = m.wall.Add(time.Duration(i%3-1) * 100 * time.Millisecond)
		now := c.Now()
		if now.Before(last) {
			t.Fatalf("it went back from %s to %s", last, now)
		}
		last = now
	}
	if len(*jumps) != 0 {
		t.Errorf("jumps: %v", *jumps)
	}
}

func TestAWaitEndsSoonAfterTheClockWasSetForward(t *testing.T) {
	c := FastClock(1000) // the longest rest between two looks is real time
	began := c.Now()
	c.Wait(context.Background(), began.Add(30*time.Second), nil)
	if c.Now().Before(began.Add(30 * time.Second)) {
		t.Error("it ended too early")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	c.Wait(ctx, time.Time{}, nil) // ends with the context
}

func TestClocksFromOneInstantAgree(t *testing.T) {
	at := time.Now().Add(-time.Minute)
	a, b := FastClockFrom(at, 60), FastClockFrom(at, 60)
	if d := b.Now().Sub(a.Now()).Abs(); d > time.Minute {
		t.Errorf("they differ by %s", d)
	}
	if passed := a.Now().Sub(at); passed < 50*time.Minute {
		t.Errorf("only %s passed", passed)
	}
}
