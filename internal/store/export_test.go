package store

import (
	"context"
	"fmt"
	"slices"
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
	return explained(t, db, text, args)
}

// PlanBeside tells how the database walks to the cases that share a name with some.
func PlanBeside(t *testing.T, db *DB, ids []int64) string {
	t.Helper()
	those, args := among(db.dialect, ids)
	return explained(t, db, besideText+" "+those, args)
}

// PlanAccompanied tells how the database finds which of some cases do not stand alone.
func PlanAccompanied(t *testing.T, db *DB, ids []int64) (plans []string) {
	t.Helper()
	those, args := among(db.dialect, ids)
	for _, text := range []string{accompaniedText, sameOrderText} {
		plans = append(plans, explained(t, db, text+" "+those, args))
	}
	return plans
}

// PlanDoubtful tells how the database finds the acts a person has to look at.
func PlanDoubtful(t *testing.T, db *DB, stores []int64) string {
	t.Helper()
	text, args := doubtful(stores, db.now(), 10)
	return explained(t, db, text, args)
}

// PlanNextSync tells how the database finds the store to be read next.
func PlanNextSync(t *testing.T, db *DB) string {
	t.Helper()
	return explained(t, db, nextSync, nil)
}

// Packed is there and back again.
func Packed(raw []byte) (packed, again []byte, err error) {
	if packed, err = pack(raw); err != nil {
		return nil, nil, err
	}
	again, err = unpack(packed)
	return packed, again, err
}

// Unpack is what reads a row.
func Unpack(packed []byte) ([]byte, error) { return unpack(packed) }

// Made counts the connections that were opened.
func (w *Wires) Made() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.made
}

// Analyse lets PostgreSQL count what it holds, as it does by itself in time; SQLite plans without.
func Analyse(t *testing.T, db *DB) {
	t.Helper()
	if !db.dialect.postgres {
		return
	}
	if _, err := db.pool.ExecContext(context.Background(), "ANALYZE"); err != nil {
		t.Fatal(err)
	}
}

func explained(t *testing.T, db *DB, text string, args []any) string {
	t.Helper()
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

// AllTables names every table of the schema, also those that are never copied.
func AllTables(t *testing.T, db *DB) []string {
	t.Helper()
	text := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_%'"
	if db.dialect.postgres {
		text = "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
	}
	found, err := texts(context.Background(), db.pool, text)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// RowsOf gives every row of a table as text, sorted; it knows nothing of the sums that CopyTo compares by.
func RowsOf(t *testing.T, db *DB, table string) (rows []string) {
	t.Helper()
	m := moment{db.dialect, db.pool}
	columns, err := m.columns(context.Background(), table)
	if err == nil {
		err = m.each(context.Background(), table, columns, func(values []any) error {
			for i, v := range values {
				if raw, ok := v.([]byte); ok && len(raw) == 0 {
					v = nil // an engine may not tell the two apart
				}
				values[i] = fmt.Sprintf("%s=%T %q", columns[i], v, fmt.Sprint(v))
			}
			rows = append(rows, fmt.Sprint(values...))
			return nil
		})
	}
	if err != nil {
		t.Fatalf("%s: %v", table, err)
	}
	slices.Sort(rows)
	return rows
}

// FillTable writes two rows of made-up values of each column's type into a table, whatever table that is. The rows that its references
// name must be there: companies, stores and members 1 and 2.
func FillTable(t *testing.T, db *DB, name string) {
	t.Helper()
	columns, err := moment{db.dialect, db.pool}.columns(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]any
	for n := range int64(2) {
		var row []any
		for _, column := range columns {
			row = append(row, madeUp(t, db, name, column, n+1))
		}
		rows = append(rows, row)
	}
	err = db.Write(context.Background(), func(tx *Tx) error {
		_, err := put(tx, table{name: name, columns: columns}, rows, nothing)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func madeUp(t *testing.T, db *DB, table, column string, n int64) any {
	t.Helper()
	text := "SELECT lower(type) FROM pragma_table_info(?) WHERE name = ?"
	if db.dialect.postgres {
		text = "SELECT data_type::text FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 AND column_name = $2"
	}
	kind, err := texts(context.Background(), db.pool, text, table, column)
	if err != nil || len(kind) != 1 {
		t.Fatalf("%s.%s: %v %v", table, column, kind, err)
	}
	switch kind[0] {
	case "blob", "bytea":
		return []byte{0, 0xff, byte(n)}
	case "text":
		return fmt.Sprintf("%s %d 台灯 \u202e 'quoted' %%", column, n)
	case "smallint":
		return n % 2
	case "integer", "bigint":
		if strings.HasSuffix(column, "_id") || column == "id" {
			return n
		}
		return 9007199254740993 + n // beyond what a float holds
	}
	t.Fatalf("%s.%s is of type %s, which no copy was tried with", table, column, kind[0])
	return nil
}

// Answer gives the number that a sentence answers, as a write hears it.
func (tx *Tx) Answer(text string, args ...any) (int64, error) { return tx.number(text, args...) }
