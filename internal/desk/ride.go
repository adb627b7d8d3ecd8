package desk

import (
	"context"
	"errors"
	"math/bits"
	"sync"

	"parley/internal/fault"
)

// ride lets those who want the same kind of write at the same time share one transaction: a question to the database costs nearly the same
// for one row and for a hundred. Who comes while a driver's seat is free drives at once, alone; who comes meanwhile goes with the next.
type ride[T any] struct {
	all   func(ctx context.Context, riders []T) error // the write for all of them: it happens for all or for none
	seats int                                         // how many writes may be under way side by side

	mu      sync.Mutex
	driving int
	waiting []*rider[T]
}

type rider[T any] struct {
	ctx  context.Context
	what T
	lead chan struct{} // closed when it is this rider's turn to drive
	done chan error    // how the write of another driver went
}

// rideMost is how many share a write at most.
const rideMost = 128

// errShared tells a rider that the shared write failed without a trace.
var errShared = errors.New("desk: a shared write failed")

// take writes what, together with others where some wait. A failure of a shared write in which nothing happened is no reason to fail for
// those who had no part in it: each of them is then written alone.
func (r *ride[T]) take(ctx context.Context, what T) error {
	me := &rider[T]{ctx: ctx, what: what, lead: make(chan struct{}), done: make(chan error, 1)}
	var err error
	if r.seat(me) {
		err = r.drive(me)
	} else {
		select {
		case <-me.lead:
			err = r.drive(me)
		case err = <-me.done:
		}
	}
	if errors.Is(err, errShared) {
		return r.all(ctx, []T{what})
	}
	return err
}

// seat tells whether the rider may drive at once; else it waits.
func (r *ride[T]) seat(me *rider[T]) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.driving < r.seats {
		r.driving++
		return true
	}
	r.waiting = append(r.waiting, me)
	return false
}

// leave gives the seat to the next who waits.
func (r *ride[T]) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.waiting) == 0 {
		r.driving--
		return
	}
	close(r.waiting[0].lead)
	r.waiting = r.waiting[1:]
}

// board takes along those who wait, so many that together they are a power of two: few different sentences arise.
func (r *ride[T]) board(me *rider[T]) []*rider[T] {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := min(rideMost, 1<<(bits.Len(uint(len(r.waiting)+1))-1)) - 1
	group := append([]*rider[T]{me}, r.waiting[:n]...)
	r.waiting = r.waiting[n:]
	return group
}

func (r *ride[T]) drive(me *rider[T]) (err error) {
	defer r.leave()
	group := r.board(me)
	ctx := me.ctx
	if len(group) > 1 {
		ctx = context.WithoutCancel(ctx)
	}
	err = errShared // for the others, where the write panics
	defer func() {
		for _, other := range group[1:] {
			other.done <- err
		}
	}()
	what := make([]T, len(group))
	for i, one := range group {
		what[i] = one.what
	}
	failed := r.all(ctx, what)
	if failed == nil || len(group) == 1 || fault.Is(failed, fault.Unknown) {
		err = failed // an end that nobody knows is everybody's
	}
	return err
}
