package store

import (
	"context"
	"slices"
	"strings"
)

// table describes how rows of one kind are written: insert the columns; where the key exists, take over the new values
// of all columns that are not part of the key, if there are any.
type table struct {
	name    string
	columns []string
	key     []string          // of the unique index; empty = a plain insert
	keep    map[string]string // columns that are not simply replaced → the expression that replaces them
	returns string            // columns given back, empty = none
	skip    bool              // a row that breaks a unique index is left out
}

// maxValues is how many values one sentence takes at most: SQLite allows 32,766, PostgreSQL 65,535.
const maxValues = 4096

// put writes rows in as few sentences as possible and reads what the table returns, in no particular order.
func put[T any](tx *Tx, t table, rows [][]any, read func(*record) T) ([]T, error) {
	var given []T
	parts := t.parts(rows)
	if tx.dialect.postgres {
		parts = chunks(rows, manyRows)
	}
	for _, part := range parts {
		text, args, err := t.sentence(tx.dialect, part)
		if err != nil {
			return nil, err
		}
		if t.returns == "" {
			if _, err := tx.exec(tx.ctx, text, args); err != nil {
				return nil, known(err)
			}
			continue
		}
		found, err := all(tx.ctx, tx.reader, read, text, args...)
		if err != nil {
			return nil, err
		}
		given = append(given, found...)
	}
	return given, nil
}

func nothing(*record) struct{} { return struct{}{} }

// parts cuts the rows into pieces whose lengths are powers of two, so that few different texts arise.
func (t table) parts(rows [][]any) [][][]any {
	most := 1
	for most*2*len(t.columns) <= maxValues && most < 64 {
		most *= 2
	}
	var parts [][][]any
	for len(rows) > 0 {
		n := most
		for n > len(rows) {
			n /= 2
		}
		parts = append(parts, rows[:n])
		rows = rows[n:]
	}
	return parts
}

// sentence writes rows and gives the values of its places.
func (t table) sentence(d dialect, rows [][]any) (string, []any, error) {
	if d.postgres && len(rows) > 1 {
		arrays, from, err := unnested(rows)
		return t.text("SELECT * FROM " + from), arrays, err
	}
	row := "(" + strings.Repeat("?, ", len(t.columns)-1) + "?)"
	return t.text("VALUES " + strings.Repeat(row+", ", len(rows)-1) + row), slices.Concat(rows...), nil
}

func (t table) text(from string) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + t.name + " (" + strings.Join(t.columns, ", ") + ") " + from)
	if t.skip || len(t.key) == len(t.columns) {
		b.WriteString(" ON CONFLICT DO NOTHING")
	} else if len(t.key) > 0 {
		b.WriteString(" ON CONFLICT (" + strings.Join(t.key, ", ") + ") DO UPDATE SET " + t.sets())
	}
	if t.returns != "" {
		b.WriteString(" RETURNING " + t.returns)
	}
	return b.String()
}

func (t table) sets() string {
	var sets []string
	for _, c := range t.columns {
		switch expression, special := t.keep[c]; {
		case slices.Contains(t.key, c):
		case special:
			sets = append(sets, c+" = "+expression)
		default:
			sets = append(sets, c+" = excluded."+c)
		}
	}
	return strings.Join(sets, ", ")
}

// byIDs reads the rows whose column is one of the values, however many there are.
func byIDs[T, V any](ctx context.Context, r reader, read func(*record) T, head, tail string, values []V, before ...any) ([]T, error) {
	var found []T
	for _, part := range chunks(values, 512) {
		those, args := among(r.dialect, part)
		rows, err := all(ctx, r, read, head+" "+those+tail, append(slices.Clone(before), args...)...)
		if err != nil {
			return nil, err
		}
		found = append(found, rows...)
	}
	return found, nil
}
