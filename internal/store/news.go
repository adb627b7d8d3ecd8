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
	// Names: a name, a right or a setting changed, of a company, a store, a member or the installation.
	Names bool
	// Elsewhere: another node has written some of it, which may have left work that is due.
	Elsewhere bool
	// All: anything may have changed, such as after a break of the line to the other nodes. Cases and Stores are not complete then.
	All bool
}

// AfterCommit registers a listener for changes made through this DB, and on PostgreSQL by other nodes (see post.go). All
// listeners are called one after the other on one goroutine; what is committed meanwhile is told together in the next
// call, so a slow listener hears less often but never misses a change. A listener must read again: it may hear before or
// after a newer change. Behind a gate whoever committed calls them himself, so that they hear at a certain moment.
func (db *DB) AfterCommit(tell func(Changes)) { db.news.listen(tell) }

// gathered is what changed, not yet told.
type gathered struct {
	cases, stores         map[int64]bool
	names, elsewhere, all bool
}

func newGathered() gathered { return gathered{cases: map[int64]bool{}, stores: map[int64]bool{}} }

func (g *gathered) empty() bool {
	return len(g.cases)+len(g.stores) == 0 && !g.names && !g.elsewhere && !g.all
}

func (g *gathered) join(other gathered) {
	maps.Copy(g.cases, other.cases)
	maps.Copy(g.stores, other.stores)
	g.names, g.elsewhere, g.all = g.names || other.names, g.elsewhere || other.elsewhere, g.all || other.all
}

// take gives what was gathered and begins anew.
func (g *gathered) take() Changes {
	c := Changes{slices.Sorted(maps.Keys(g.cases)), slices.Sorted(maps.Keys(g.stores)), g.names, g.elsewhere, g.all}
	*g = newGathered()
	return c
}

// news gathers what changed until the listeners have time for it.
type news struct {
	mu        sync.Mutex
	gathered  gathered
	listeners []func(Changes)
	wake      chan struct{}
	done      chan struct{}
	closed    bool
	atOnce    bool // whoever brings news tells them
}

func startNews(atOnce bool) *news {
	n := &news{gathered: newGathered(), wake: make(chan struct{}, 1), done: make(chan struct{}), atOnce: atOnce}
	go n.work()
	return n
}

func (n *news) listen(tell func(Changes)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.listeners = append(n.listeners, tell)
}

func (n *news) add(g gathered) {
	if n.gather(g) {
		n.tell()
	}
}

// gather notes what changed and tells whether the caller has to tell it.
func (n *news) gather(g gathered) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if g.empty() || len(n.listeners) == 0 || n.closed {
		return false
	}
	n.gathered.join(g)
	if !n.atOnce {
		ring(n.wake)
	}
	return n.atOnce
}

// ring wakes whoever waits, without ever blocking.
func ring(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (n *news) work() {
	defer close(n.done)
	for range n.wake {
		n.tell()
	}
}

func (n *news) tell() {
	changes, listeners := n.take()
	for _, tell := range listeners {
		tell(changes)
	}
}

func (n *news) take() (Changes, []func(Changes)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.gathered.take(), slices.Clone(n.listeners)
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
