package store

import (
	"context"
	"strconv"
	"strings"
	"testing"
)

// Plan gives how the engine would run a list, in its own words.
func Plan(t *testing.T, db *DB, q Query) string {
	t.Helper()
	legs, err := q.legs()
	if err != nil {
		t.Fatal(err)
	}
	text, args := db.dialect.branches(q, legs[0], legs[0].edge(false), false, 50)
	explain := "EXPLAIN QUERY PLAN "
	if db.dialect.postgres {
		explain = "EXPLAIN "
	}
	rows, err := db.pool.QueryContext(context.Background(), db.dialect.bind(explain+text), args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, _ := rows.Columns()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var line string
		into := []any{&id, &parent, &unused, &line}
		if len(columns) == 1 {
			into = []any{&line}
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, line)
	}
	return strings.Join(plan, "\n")
}

// Relisten makes a node get a new line to the others, which it says when it has it.
func Relisten(db *DB) {
	db.post.close()
	db.post = startPost(db, db.post.config)
}

// Fill leaves SQLite no space but for so many pages; a large number gives it back.
func Fill(t *testing.T, db *DB, pages int64) {
	t.Helper()
	err := db.Write(context.Background(), func(tx *Tx) error {
		now, err := one(tx.ctx, tx.reader, "pages", (*record).int, "PRAGMA page_count")
		if err != nil {
			return err
		}
		_, err = all(tx.ctx, tx.reader, (*record).int, "PRAGMA max_page_count = "+strconv.FormatInt(now+pages, 10))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Known gives a driver's error the kind callers see.
func Known(err error) error { return known(err) }
