package store

import (
	"context"
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
