package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"sync"
)

// Wires are connections to a SQLite file that outlive the nodes of a simulation. A death undoes what was not committed and forgets all that
// the node knew; that the next one opens the file and has every sentence planned anew would take a tenth of a simulated year and show nothing.
type Wires struct {
	mu   sync.Mutex
	idle map[string][]*wire // by the source they were opened with
	made int
}

// wire is a connection and what stays with it from one user to the next.
type wire struct {
	full   fullConn
	source string                   // of a file; empty = the wire ends with its user
	ready  map[string][]driver.Stmt // statements nobody uses, by text
	tight  bool                     // SQLite was told that its file may not grow
}

// take gives a wire that somebody left, or a new one.
func (w *Wires) take(ctx context.Context, way driver.Connector) (*wire, error) {
	f, _ := way.(file)
	if found := w.left(f.source); found != nil {
		return found, nil
	}
	conn, err := way.Connect(ctx)
	if err != nil {
		return nil, err
	}
	n := &wire{full: conn.(fullConn)}
	if w != nil {
		n.source = f.source
		w.mu.Lock()
		w.made++
		w.mu.Unlock()
	}
	return n, nil
}

func (w *Wires) left(source string) *wire {
	if w == nil || source == "" {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	rest := w.idle[source]
	if len(rest) == 0 {
		return nil
	}
	last := rest[len(rest)-1]
	w.idle[source] = rest[:len(rest)-1]
	return last
}

// give leaves a wire on which no transaction is open to the next one.
func (w *Wires) give(n *wire) error {
	if n.source == "" {
		return n.end()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.idle == nil {
		w.idle = map[string][]*wire{}
	}
	w.idle[n.source] = append(w.idle[n.source], n)
	return nil
}

// Close ends the wires that nobody uses.
func (w *Wires) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var errs []error
	for _, wires := range w.idle {
		for _, n := range wires {
			errs = append(errs, n.end())
		}
	}
	w.idle = nil
	return errors.Join(errs...)
}

// prepare gives a statement that is ready, or makes it.
func (n *wire) prepare(ctx context.Context, text string) (driver.Stmt, error) {
	if s := n.ready[text]; len(s) > 0 {
		n.ready[text] = s[:len(s)-1]
		return s[len(s)-1], nil
	}
	return n.full.PrepareContext(ctx, text)
}

// leave keeps a statement for the next who says the same, or ends it.
func (n *wire) leave(text string, s driver.Stmt) {
	if n.source == "" {
		_ = s.Close() // nothing hangs on how a statement ends
		return
	}
	if n.ready == nil {
		n.ready = map[string][]driver.Stmt{}
	}
	n.ready[text] = append(n.ready[text], s)
}

// end closes the connection and what is ready on it.
func (n *wire) end() error {
	for _, all := range n.ready {
		for _, s := range all {
			_ = s.Close() // the connection ends with them
		}
	}
	return n.full.Close()
}
