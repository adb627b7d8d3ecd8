package desk

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"parley/internal/fault"
)

// TestARideIsShared lets one write hang while others come: they go together, and a failure among them is only its own.
func TestARideIsShared(t *testing.T) {
	var mu sync.Mutex
	var groups [][]int
	begun, goOn := make(chan struct{}), make(chan struct{})
	bad := errors.New("refused")
	r := &ride[int]{seats: 1}
	r.all = func(_ context.Context, riders []int) error {
		mu.Lock()
		groups = append(groups, slices.Clone(riders))
		mu.Unlock()
		if riders[0] == 0 {
			close(begun)
			<-goOn
		}
		if slices.Contains(riders, 3) {
			return bad
		}
		return nil
	}
	errs := make([]error, 5)
	var all sync.WaitGroup
	all.Go(func() { errs[0] = r.take(t.Context(), 0) })
	<-begun
	for n := 1; n < 5; n++ {
		all.Go(func() { errs[n] = r.take(t.Context(), n) })
	}
	for waiting := 0; waiting < 4; {
		r.mu.Lock()
		waiting = len(r.waiting)
		r.mu.Unlock()
	}
	close(goOn)
	all.Wait()
	for n, err := range errs {
		if (n == 3) != errors.Is(err, bad) || n != 3 && err != nil {
			t.Errorf("rider %d: %v", n, err)
		}
	}
	if len(groups[0]) != 1 || len(groups[1]) != 4 || len(groups) != 6 {
		t.Errorf("groups %v, want the first alone, four together, then each of them alone", groups)
	}
	if r.driving != 0 || len(r.waiting) != 0 {
		t.Errorf("%d drive, %d wait", r.driving, len(r.waiting))
	}
}

// TestAnUnknownEndIsNotTriedAgain: a commit of which nobody knows whether it happened may have happened for all.
func TestAnUnknownEndIsNotTriedAgain(t *testing.T) {
	calls := 0
	r := &ride[int]{seats: 1}
	begun, goOn := make(chan struct{}), make(chan struct{})
	r.all = func(_ context.Context, riders []int) error {
		if riders[0] == 0 {
			close(begun)
			<-goOn
			return nil
		}
		calls++
		return fault.New(fault.Unknown, "fault.store.commit")
	}
	var all sync.WaitGroup
	all.Go(func() { _ = r.take(t.Context(), 0) })
	<-begun
	errs := make([]error, 2)
	for n := range errs {
		all.Go(func() { errs[n] = r.take(t.Context(), n+1) })
	}
	for waiting := 0; waiting < 2; {
		r.mu.Lock()
		waiting = len(r.waiting)
		r.mu.Unlock()
	}
	close(goOn)
	all.Wait()
	if calls != 1 || !fault.Is(errs[0], fault.Unknown) || !fault.Is(errs[1], fault.Unknown) {
		t.Errorf("%d calls, %v", calls, errs)
	}
}

// TestARideOutlivesAPanic: the seat is free again, and those who rode along are written alone.
func TestARideOutlivesAPanic(t *testing.T) {
	r := &ride[int]{seats: 1}
	r.all = func(context.Context, []int) error { panic("broken") }
	func() {
		defer func() { _ = recover() }()
		_ = r.take(t.Context(), 1)
	}()
	r.all = func(context.Context, []int) error { return nil }
	if err := r.take(t.Context(), 2); err != nil || r.driving != 0 {
		t.Errorf("%v, %d drive", err, r.driving)
	}
}
