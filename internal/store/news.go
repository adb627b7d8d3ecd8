package store

import (
	"maps"
	"slices"
	"sync"
)

// Changes are the cases and stores that were changed since the last telling, in ascending order of their ids.
type Changes struct {
	Cases  []int64
	Stores []int64
}

// AfterCommit registers a listener for changes made through this DB (not by other nodes). All listeners are called one
// after the other on one goroutine; what is committed meanwhile is told together in the next call, so a slow listener
// hears less often but never misses a change. A listener must read again: it may hear before or after a newer change.
func (db *DB) AfterCommit(tell func(Changes)) { db.news.listen(tell) }

// news gathers what changed until the listeners have time for it.
type news struct {
	mu        sync.Mutex
	cases     map[int64]bool
	stores    map[int64]bool
	listeners []func(Changes)
	wake      chan struct{}
	done      chan struct{}
	closed    bool
}

func startNews() *news {
	n := &news{cases: map[int64]bool{}, stores: map[int64]bool{}, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go n.work()
	return n
}

func (n *news) listen(tell func(Changes)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listeners = append(n.listeners, tell)
}

func (n *news) add(tx *Tx) {
	if len(tx.cases)+len(tx.stores) == 0 {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.listeners) == 0 || n.closed {
		return
	}
	maps.Copy(n.cases, tx.cases)
	maps.Copy(n.stores, tx.stores)
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

func (n *news) work() {
	defer close(n.done)
	for range n.wake {
		changes, listeners := n.take()
		for _, tell := range listeners {
			tell(changes)
		}
	}
}

func (n *news) take() (Changes, []func(Changes)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	changes := Changes{slices.Sorted(maps.Keys(n.cases)), slices.Sorted(maps.Keys(n.stores))}
	clear(n.cases)
	clear(n.stores)
	return changes, slices.Clone(n.listeners)
}

// close tells what is left and ends.
func (n *news) close() {
	n.mu.Lock()
	if !n.closed {
		n.closed = true
		close(n.wake)
	}
	n.mu.Unlock()
	<-n.done
}
