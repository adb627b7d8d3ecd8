package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"unicode/utf8"

	"parley/internal/fault"
)

// reader is what DB and Tx share: every question that changes nothing.
type reader struct {
	dialect dialect
	runner
	keeper keeper // nil: everything is asked for
}

// runner sends one sentence to the engine, in our text with ? for values. A limit is written "? + 0": SQLite looks into
// a bare ? after LIMIT while it plans, and would plan anew each time another value is bound.
type runner interface {
	query(ctx context.Context, text string, args []any) (*sql.Rows, error)
	// read lays each row of an answer into the record and calls row, which must not ask for anything itself.
	read(ctx context.Context, text string, args []any, into *record, row func() error) error
	exec(ctx context.Context, text string, args []any) (driver.Result, error)
}

// maxPrepared bounds the statements kept ready, each some kilobytes on every connection. Filters can be put together in
// more ways than that; what comes later is prepared anew each time.
const maxPrepared = 400

// prepared keeps statements of a pool ready by their text.
type prepared struct {
	mu    sync.RWMutex
	known map[string]*sql.Stmt
}

// get gives the statement of a text, nil if there is no room for another one.
func (p *prepared) get(ctx context.Context, on *sql.DB, text string) (*sql.Stmt, error) {
	p.mu.RLock()
	s, full := p.known[text], len(p.known) >= maxPrepared
	p.mu.RUnlock()
	if s != nil || full {
		return s, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.known[text]; s != nil {
		return s, nil
	}
	s, err := on.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	if p.known == nil {
		p.known = map[string]*sql.Stmt{}
	}
	p.known[text] = s
	return s, nil
}

func (p *prepared) query(ctx context.Context, on *sql.DB, text string, args []any) (*sql.Rows, error) {
	s, err := p.get(ctx, on, text)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return on.QueryContext(ctx, text, clean(args)...)
	}
	return s.QueryContext(ctx, clean(args)...)
}

// readRows is runner.read for what database/sql answered.
func readRows(rows *sql.Rows, err error, into *record, row func() error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := into.scan(rows); err != nil {
			return err
		}
		if err := row(); err != nil {
			return err
		}
	}
	return rows.Err()
}

// poolRunner runs each sentence on a free connection. The PostgreSQL driver keeps its own prepared statements.
type poolRunner struct {
	db       *sql.DB
	dialect  dialect
	prepared *prepared
	gated    bool // a gate ends what is under way: watching each sentence for its end would be a goroutine or two for each
}

func (r poolRunner) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	if r.gated {
		ctx = context.WithoutCancel(ctx)
	}
	if r.prepared == nil {
		return r.db.QueryContext(ctx, r.dialect.bind(text), clean(args)...)
	}
	return r.prepared.query(ctx, r.db, text, args)
}

func (r poolRunner) read(ctx context.Context, text string, args []any, into *record, row func() error) error {
	rows, err := r.query(ctx, text, args)
	return readRows(rows, err, into, row)
}

func (r poolRunner) exec(context.Context, string, []any) (driver.Result, error) {
	return nil, errors.New("store: writing happens inside DB.Write only")
}

// savingRunner reads on the writing connection while nobody writes, and elsewhere else: a reading connection of SQLite forgets every page it
// has as soon as another one has written, which is most of what a year of simulation costs. It is for one goroutine alone, behind a gate.
type savingRunner struct {
	poolRunner
	writer *writer
}

func (r savingRunner) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	if len(r.writer.lead) > 0 {
		return r.poolRunner.query(ctx, text, args) // what is not committed yet is not for those outside
	}
	return r.writer.run.query(ctx, text, args)
}

func (r savingRunner) read(ctx context.Context, text string, args []any, into *record, row func() error) error {
	if len(r.writer.lead) > 0 {
		return r.poolRunner.read(ctx, text, args, into, row)
	}
	return r.writer.run.read(ctx, text, args, into, row)
}

// txRunner runs inside a PostgreSQL transaction.
type txRunner struct {
	tx      *sql.Tx
	dialect dialect
}

func (r txRunner) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	return r.tx.QueryContext(ctx, r.dialect.bind(text), clean(args)...)
}

func (r txRunner) read(ctx context.Context, text string, args []any, into *record, row func() error) error {
	rows, err := r.query(ctx, text, args)
	return readRows(rows, err, into, row)
}

func (r txRunner) exec(ctx context.Context, text string, args []any) (driver.Result, error) {
	return r.tx.ExecContext(ctx, r.dialect.bind(text), clean(args)...)
}

// tidy takes out of a text what PostgreSQL refuses and SQLite would cut at: zero characters and broken UTF-8. What
// outside systems send must not be able to make a write fail.
func tidy(text string) string {
	if strings.IndexByte(text, 0) < 0 && utf8.ValidString(text) {
		return text
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}

func clean(args []any) []any {
	for i, a := range args {
		if s, ok := a.(string); ok {
			if t := tidy(s); len(t) != len(s) || t != s {
				args[i] = t
			}
		}
	}
	return args
}

// byAsked gives what was found under the names it was asked for by, though it is kept under tidy ones.
func byAsked[T any](asked []string, found []T, name func(T) string) map[string]T {
	kept := make(map[string]T, len(found))
	for _, f := range found {
		kept[name(f)] = f
	}
	answer := make(map[string]T, len(found))
	for _, a := range asked {
		if f, ok := kept[tidy(a)]; ok {
			answer[a] = f
		}
	}
	return answer
}

// all reads every row of an answer.
func all[T any](ctx context.Context, r reader, read func(*record) T, text string, args ...any) ([]T, error) {
	var rec record
	var found []T
	err := r.runner.read(ctx, text, args, &rec, func() error {
		if found == nil {
			found = make([]T, 0, 16) // most answers are short; growing from one copies large rows again and again
		}
		found = append(found, read(&rec))
		return rec.err
	})
	if err != nil {
		return nil, known(err)
	}
	return found, nil
}

// one reads one row; what names the thing in the NotFound fault.
func one[T any](ctx context.Context, r reader, what string, read func(*record) T, text string, args ...any) (T, error) {
	found, err := all(ctx, r, read, text, args...)
	if err == nil && len(found) == 0 {
		err = missing(what)
	}
	if err != nil {
		var none T
		return none, err
	}
	return found[0], nil
}

func missing(what string) error { return fault.New(fault.NotFound, "fault.not_found", "what", what) }

// marks gives "?,?,?" for a list of values and the list, filled up with its last value to 1, 4, 32 or 512 so that few different
// texts arise: each is prepared on every connection. An empty list gives NULL, which equals nothing.
func marks[T any](values []T) (string, []any) {
	if len(values) == 0 {
		return "NULL", nil
	}
	n := 1
	for step := 4; n < len(values); step *= 2 {
		n *= step
	}
	args := make([]any, n)
	for i := range args {
		args[i] = values[min(i, len(values)-1)]
	}
	return strings.Repeat("?,", n-1) + "?", args
}

// among gives the condition that a column is one of the values, and its arguments. PostgreSQL takes them as one array: it has one sentence for
// any number of them, and looks each up in the index; of a list of places it makes no plan that is good for few and for many.
func among[T any](d dialect, values []T) (string, []any) {
	if d.postgres && len(values) > 1 {
		switch values := any(values).(type) {
		case []int64:
			return "= ANY(CAST(? AS BIGINT[]))", []any{values}
		case []string:
			texts := make([]string, len(values))
			for i, v := range values {
				texts[i] = tidy(v)
			}
			return "= ANY(CAST(? AS TEXT[]))", []any{texts}
		}
	}
	list, args := marks(values)
	return "IN (" + list + ")", args
}

// chunks cuts a list so that no sentence has more values than the engines take.
func chunks[T any](values []T, size int) [][]T {
	var parts [][]T
	for len(values) > size {
		parts = append(parts, values[:size])
		values = values[size:]
	}
	if len(values) > 0 {
		parts = append(parts, values)
	}
	return parts
}

// gone tells whether the way to the database is broken.
func gone(err error) bool {
	var dial *net.OpError
	if err.Error() == "sql: database is closed" { // database/sql does not export it
		return true
	}
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.As(err, &dial) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
