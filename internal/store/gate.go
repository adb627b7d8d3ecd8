package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgconn"
)

// Sentence is what a Gate hears of a call to the engine.
type Sentence struct {
	Kind  string // connect, begin, commit, rollback, read, change
	Text  string // the sentence; empty for connect, and for begin, commit and rollback of PostgreSQL
	Inner bool   // inside a transaction
}

// Gate stands between a database and its engine, so that a simulation can let a node die or lose its connections at any sentence.
// It belongs to one DB. What passes is what the engine hears; a gate changes nothing by itself.
type Gate struct {
	// Around is called with every sentence and decides whether do, which runs it, is called, and what the caller hears. Required.
	Around func(s Sentence, do func() error) error

	// Wires keeps connections to a SQLite file for the next gate; nil = each ends with its node.
	Wires *Wires

	full  atomic.Bool
	mu    sync.Mutex
	conns map[*gatedConn]struct{}
}

// ErrCut is what a caller hears on a connection that was cut.
var ErrCut = errors.New("store: the connection was cut")

// Cut breaks every connection at once. What was not committed is undone when it returns, as if the engine had seen this process die.
func (g *Gate) Cut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for c := range g.conns {
		c.cut()
	}
}

// Inside tells whether a transaction is open.
func (g *Gate) Inside() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for c := range g.conns {
		if c.inside {
			return true
		}
	}
	return false
}

// Full lets the disk be full, or have room again: changes fail as the engine itself reports it.
func (g *Gate) Full(yes bool) { g.full.Store(yes) }

// open gives a pool behind the gate; without one it is a pool as ever.
func (g *Gate) open(way driver.Connector) *sql.DB {
	if g == nil {
		return sql.OpenDB(way)
	}
	return sql.OpenDB(gatedWay{way, g})
}

// file is the way to a SQLite file.
type file struct {
	driver driver.Driver
	source string
}

func (f file) Connect(context.Context) (driver.Conn, error) { return f.driver.Open(f.source) }
func (f file) Driver() driver.Driver                        { return f.driver }

type gatedWay struct {
	driver.Connector
	gate *Gate
}

func (w gatedWay) Connect(ctx context.Context) (driver.Conn, error) {
	var l *wire
	err := w.gate.Around(Sentence{Kind: "connect"}, func() (err error) {
		l, err = w.gate.Wires.take(ctx, w.Connector)
		return err
	})
	if err != nil {
		if l != nil {
			_ = l.end() // nobody will use it
		}
		return nil, err
	}
	c := &gatedConn{wire: l, gate: w.gate}
	w.gate.mu.Lock()
	defer w.gate.mu.Unlock()
	if w.gate.conns == nil {
		w.gate.conns = map[*gatedConn]struct{}{}
	}
	w.gate.conns[c] = struct{}{}
	return c, nil
}

// fullConn is what both drivers give.
type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
}

// gatedConn asks the gate before each sentence.
type gatedConn struct {
	*wire
	gate   *Gate
	inside bool // a transaction is open
	broken bool
	ending driver.Tx
	stmts  map[*gatedStmt]struct{} // that are not closed
}

// cut undoes what is open and leaves a connection that only fails. The caller holds the gate's lock.
func (c *gatedConn) cut() {
	if c.broken {
		return
	}
	c.broken = true
	if !c.inside {
		return
	}
	c.inside = false
	if c.ending != nil {
		_ = c.ending.Rollback() // the engine is asked; if it is gone, it undoes by itself
		return
	}
	_, _ = c.full.ExecContext(context.Background(), "ROLLBACK", nil)
}

func (c *gatedConn) isBroken() bool {
	c.gate.mu.Lock()
	defer c.gate.mu.Unlock()
	return c.broken
}

func (c *gatedConn) setInside(yes bool) {
	c.gate.mu.Lock()
	defer c.gate.mu.Unlock()
	c.inside = yes
}

// pass lets the gate decide about a sentence.
func (c *gatedConn) pass(kind, text string, do func() error) error {
	if c.isBroken() {
		return driver.ErrBadConn
	}
	return c.gate.Around(Sentence{Kind: kind, Text: text, Inner: c.inside}, func() error {
		if c.isBroken() {
			return ErrCut
		}
		return do()
	})
}

// kindOf sorts a sentence by its first word; SQLite's transactions are sentences, too.
func kindOf(text string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	switch strings.ToUpper(word) {
	case "BEGIN":
		return "begin"
	case "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE":
		if strings.HasPrefix(text, "ROLLBACK TO") {
			return "savepoint"
		}
		if k := strings.ToLower(word); k == "commit" || k == "rollback" {
			return k
		}
		return "savepoint"
	case "INSERT", "UPDATE", "DELETE":
		return "change"
	}
	return "read"
}

func (c *gatedConn) exec(ctx context.Context, kind, text string, run func() (driver.Result, error)) (driver.Result, error) {
	if kind == "change" && c.diskFull(ctx) {
		return nil, &pgconn.PgError{Severity: "ERROR", Code: "53100", Message: "could not extend file: No space left on device"}
	}
	var result driver.Result
	err := c.pass(kind, text, func() (err error) {
		result, err = run()
		c.settled(kind, err)
		return err
	})
	return result, err
}

// settled follows SQLite's transactions.
func (c *gatedConn) settled(kind string, err error) {
	switch {
	case kind == "begin" && err == nil:
		c.setInside(true)
	case (kind == "commit" && err == nil) || kind == "rollback":
		c.setInside(false)
	}
}

// diskFull tells SQLite that its file may not grow, so that it fails in its own way; for PostgreSQL the answer is ours.
func (c *gatedConn) diskFull(ctx context.Context) bool {
	full := c.gate.full.Load()
	if _, lite := c.full.(driver.NamedValueChecker); lite { // only the PostgreSQL driver checks values
		return full
	}
	if full != c.tight {
		pages := "1073741823"
		if full {
			pages = "1" // it cannot become smaller than the file is
		}
		if rows, err := c.full.QueryContext(ctx, "PRAGMA max_page_count="+pages, nil); err == nil {
			_ = rows.Next(make([]driver.Value, len(rows.Columns())))
			_ = rows.Close()
			c.tight = full
		}
	}
	return false
}

func (c *gatedConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	return c.exec(ctx, kindOf(text), text, func() (driver.Result, error) { return c.full.ExecContext(ctx, text, args) })
}

func (c *gatedConn) query(ctx context.Context, kind, text string, run func() (driver.Rows, error)) (driver.Rows, error) {
	if kind == "change" && c.diskFull(ctx) {
		return nil, &pgconn.PgError{Severity: "ERROR", Code: "53100", Message: "could not extend file: No space left on device"}
	}
	var rows driver.Rows
	err := c.pass(kind, text, func() (err error) {
		rows, err = run()
		return err
	})
	if err != nil && rows != nil {
		_ = rows.Close() // nobody will read them
		rows = nil
	}
	return rows, err
}

func (c *gatedConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	return c.query(ctx, kindOf(text), text, func() (driver.Rows, error) { return c.full.QueryContext(ctx, text, args) })
}

func (c *gatedConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	if c.isBroken() {
		return nil, driver.ErrBadConn
	}
	s, err := c.prepare(ctx, text)
	if err != nil {
		return nil, err
	}
	g := &gatedStmt{s, c, text, kindOf(text)}
	c.gate.mu.Lock()
	defer c.gate.mu.Unlock()
	if c.stmts == nil {
		c.stmts = map[*gatedStmt]struct{}{}
	}
	c.stmts[g] = struct{}{}
	return g, nil
}

func (c *gatedConn) Prepare(text string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), text)
}

func (c *gatedConn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

func (c *gatedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	var tx driver.Tx
	err := c.pass("begin", "", func() (err error) {
		if tx, err = c.full.BeginTx(ctx, o); err == nil {
			c.ending = tx
			c.setInside(true)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return gatedTx{tx, c}, nil
}

func (c *gatedConn) Close() error {
	c.gate.mu.Lock()
	defer c.gate.mu.Unlock()
	delete(c.gate.conns, c)
	for s := range c.stmts {
		c.done(s)
	}
	if c.inside {
		return c.end()
	}
	return c.gate.Wires.give(c.wire)
}

func (c *gatedConn) Ping(ctx context.Context) error {
	if c.isBroken() {
		return driver.ErrBadConn
	}
	if p, ok := c.full.(driver.Pinger); ok {
		return p.Ping(ctx)
	}
	return nil
}

func (c *gatedConn) ResetSession(ctx context.Context) error {
	if c.isBroken() {
		return driver.ErrBadConn
	}
	if r, ok := c.full.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

func (c *gatedConn) IsValid() bool { return !c.isBroken() }

func (c *gatedConn) CheckNamedValue(v *driver.NamedValue) error {
	if k, ok := c.full.(driver.NamedValueChecker); ok {
		return k.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

type gatedTx struct {
	driver.Tx
	c *gatedConn
}

func (t gatedTx) Commit() error {
	return t.c.pass("commit", "", func() error {
		err := t.Tx.Commit()
		t.c.setInside(false)
		t.c.ending = nil
		return err
	})
}

func (t gatedTx) Rollback() error {
	if t.c.isBroken() {
		return nil // cut, and so undone
	}
	err := t.Tx.Rollback()
	t.c.setInside(false)
	t.c.ending = nil
	return err
}

type gatedStmt struct {
	driver.Stmt
	c    *gatedConn
	text string
	kind string
}

// Close ends the statement, unless its connection took it along.
func (s *gatedStmt) Close() error {
	s.c.gate.mu.Lock()
	defer s.c.gate.mu.Unlock()
	if _, open := s.c.stmts[s]; open {
		s.c.done(s)
	}
	return nil
}

// done leaves a statement ready on its wire. The caller holds the gate's lock.
func (c *gatedConn) done(s *gatedStmt) {
	delete(c.stmts, s)
	c.leave(s.text, s.Stmt)
}

func (s *gatedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.c.exec(ctx, s.kind, s.text, func() (driver.Result, error) { return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args) })
}

func (s *gatedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.c.query(ctx, s.kind, s.text, func() (driver.Rows, error) { return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args) })
}

// CutOff is what a caller hears when the connection ends while the engine works, and Refused when there is none to be had.
func (g *Gate) CutOff() error { return io.ErrUnexpectedEOF }
