package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"io"
)

// connRunner runs on SQLite's one writing connection, and speaks to the driver itself: keeping books of who holds which statement of a
// connection that has one user costs database/sql more than many a sentence. A context is not passed on: interrupting a change there would
// roll back the writes of everybody who shares the commit.
type connRunner struct {
	conn  *sql.Conn
	ready *readyStatements
}

// readyStatements are those of the connection, by text. Only its user touches them.
type readyStatements struct{ known map[string]driver.Stmt }

// get gives the statement of a text, and what to do with it afterwards.
func (p *readyStatements) get(conn any, text string) (driver.Stmt, func(), error) {
	if s, ok := p.known[text]; ok {
		return s, func() {}, nil
	}
	s, err := conn.(driver.ConnPrepareContext).PrepareContext(context.Background(), text)
	if err != nil {
		return nil, nil, err
	}
	if len(p.known) >= maxPrepared {
		return s, func() { _ = s.Close() }, nil // nothing hangs on how a statement ends
	}
	if p.known == nil {
		p.known = map[string]driver.Stmt{}
	}
	p.known[text] = s
	return s, func() {}, nil
}

// close ends the statements; the connection would stay in memory with them.
func (p *readyStatements) close() {
	for _, s := range p.known {
		_ = s.Close() // the connection ends with them
	}
	p.known = nil
}

// with calls do with a statement that is ready.
func (r connRunner) with(text string, do func(driver.Stmt) error) error {
	return r.conn.Raw(func(conn any) error {
		s, done, err := r.ready.get(conn, text)
		if err != nil {
			return err
		}
		defer done()
		return do(s)
	})
}

func (r connRunner) query(_ context.Context, text string, args []any) (*sql.Rows, error) {
	return r.conn.QueryContext(context.Background(), text, clean(args)...)
}

func (r connRunner) read(_ context.Context, text string, args []any, into *record, row func() error) error {
	return r.with(text, func(s driver.Stmt) error {
		given, err := named(args)
		if err != nil {
			return err
		}
		rows, err := s.(driver.StmtQueryContext).QueryContext(context.Background(), given)
		if err != nil {
			return err
		}
		defer rows.Close()
		values := make([]driver.Value, len(rows.Columns()))
		into.values = make([]any, len(values))
		for {
			switch err := rows.Next(values); err {
			case nil:
			case io.EOF:
				return nil
			default:
				return err
			}
			for i, v := range values {
				into.values[i] = v
			}
			into.next = 0
			if err := row(); err != nil {
				return err
			}
		}
	})
}

func (r connRunner) exec(_ context.Context, text string, args []any) (result driver.Result, err error) {
	err = r.with(text, func(s driver.Stmt) error {
		given, err := named(args)
		if err != nil {
			return err
		}
		result, err = s.(driver.StmtExecContext).ExecContext(context.Background(), given)
		return err
	})
	return result, err
}

// named are values as drivers take them.
func named(args []any) ([]driver.NamedValue, error) {
	given := make([]driver.NamedValue, len(args))
	for i, a := range clean(args) {
		v, err := driver.DefaultParameterConverter.ConvertValue(a)
		if err != nil {
			return nil, err
		}
		given[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	return given, nil
}
