package store

import (
	"context"
	"database/sql"
	"strings"
	"testing"
)

// PretendNewer marks a database as one of a later program.
func PretendNewer(t *testing.T, address string) {
	t.Helper()
	driver, source := "sqlite", "file:"+strings.TrimPrefix(address, "sqlite:")
	if strings.HasPrefix(address, "postgres") {
		driver, source = "pgx", address
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("INSERT INTO migration (version_id, is_applied) VALUES (9999, " + map[string]string{"sqlite": "1", "pgx": "true"}[driver] + ")"); err != nil {
		t.Fatal(err)
	}
}

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

// CutLines ends every other connection of a PostgreSQL database, as a break of the network or a restart would.
func CutLines(t *testing.T, address string) {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"); err != nil {
		t.Fatal(err)
	}
}

// Relisten makes a node get a new line to the others, which it says when it has it.
func Relisten(db *DB) {
	db.post.close()
	db.post = startPost(db, db.post.config)
}
