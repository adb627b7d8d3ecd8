package store_test

import (
	"maps"
	"slices"
	"testing"

	"parley/internal/store"
	"parley/internal/store/storetest"
)

// leftBehind are the tables that a copy leaves out, each for a reason. A table stands here or is copied.
func leftBehind() map[string]string {
	return map[string]string{
		"migration": "belongs to the database itself",
		"search":    "made anew from the cases", "indexed": "made anew from the cases", "number": "made anew from the cases", "word": "made anew from the cases",
		"node": "programs that run", "lease": "programs that run", "subscription": "connections that are open",
		"blob": "files go by package blob", "blob_part": "files go by package blob", "mark": "says that something changed",
	}
}

// Every table there is, whoever adds one, is filled, copied and compared row by row.
func TestEveryTableIsCopiedRowByRow(t *testing.T) {
	for name, way := range map[string][2]func(testing.TB) string{
		"sqlite to postgres": {storetest.SQLite, storetest.Postgres},
		"postgres to sqlite": {storetest.Postgres, storetest.SQLite},
	} {
		t.Run(name, func(t *testing.T) {
			from, to := storetest.Open(t, way[0](t), start), storetest.Open(t, way[1](t), start)
			filled(t, from)
			write(t, from, func(tx *store.Tx) error {
				return tx.PutMember(&store.Member{Email: "leo@example.com", Name: "Leo", Role: "lead", State: "active", CreatedAt: storetest.Start})
			})
			tables := withRows(t, from)
			copied, err := from.CopyTo(t.Context(), to)
			if err != nil {
				t.Fatal(err)
			}
			write(t, to, func(tx *store.Tx) error { return tx.Indexed() }) // the word that says otherwise is the only difference
			var named []string
			for _, c := range copied {
				named = append(named, c.Table)
			}
			if slices.Sort(named); !slices.Equal(named, tables) {
				t.Errorf("copied %v\nof     %v", named, tables)
			}
			for _, table := range tables {
				if was, is := store.RowsOf(t, from, table), store.RowsOf(t, to, table); !slices.Equal(was, is) || len(was) == 0 {
					t.Errorf("%s: %d rows became %d, or others: %.500q %.500q", table, len(was), len(is), was, is)
				}
			}
		})
	}
}

// withRows puts rows into every table that is to be copied and has none, and names them all.
func withRows(t *testing.T, db *store.DB) (tables []string) {
	t.Helper()
	out := leftBehind()
	for _, table := range store.AllTables(t, db) {
		if _, left := out[table]; left {
			delete(out, table)
			continue
		}
		if len(store.RowsOf(t, db, table)) == 0 {
			store.FillTable(t, db, table)
		}
		tables = append(tables, table)
	}
	if len(out) != 0 {
		t.Errorf("there is no table %v", slices.Collect(maps.Keys(out)))
	}
	slices.Sort(tables)
	return tables
}
