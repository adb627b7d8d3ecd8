package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/fault"
	"parley/internal/store"
	"parley/internal/store/fill"
	"parley/internal/store/storetest"
)

// filled fills a database with cases and with what cases do not bring.
func filled(t *testing.T, db *store.DB) {
	t.Helper()
	if err := fill.Cases(t.Context(), db, 300, 7, storetest.Start); err != nil {
		t.Fatal(err)
	}
	write(t, db, func(tx *store.Tx) error {
		m := store.Member{Email: "ana@example.com", Name: "Ana 安娜 \u202e", Role: "owner", AllStores: true, State: "active", CreatedAt: storetest.Start}
		if err := tx.PutMember(&m); err != nil {
			return err
		}
		if err := tx.SetSecret(1, []byte("k1:\x00\xff sealed")); err != nil {
			return err
		}
		if err := tx.AddToken(&store.Token{Hash: [32]byte{0, 1, 255}, MemberID: m.ID, Kind: "api", Name: "x", CreatedAt: storetest.Start}); err != nil {
			return err
		}
		return tx.PutSetting("empty", "")
	})
}

func contents(t *testing.T, db *store.DB) []store.Copied {
	t.Helper()
	all, err := db.Contents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b store.Copied) int { return strings.Compare(a.Table, b.Table) })
	return all
}

func TestADeskMovesBetweenEnginesWithoutLoss(t *testing.T) {
	for name, way := range map[string][2]func(testing.TB) string{
		"sqlite to postgres":   {storetest.SQLite, storetest.Postgres},
		"postgres to sqlite":   {storetest.Postgres, storetest.SQLite},
		"sqlite to sqlite":     {storetest.SQLite, storetest.SQLite},
		"postgres to postgres": {storetest.Postgres, storetest.Postgres},
	} {
		t.Run(name, func(t *testing.T) {
			from, to := storetest.Open(t, way[0](t), start), storetest.Open(t, way[1](t), start)
			filled(t, from)
			before := contents(t, from)
			copied, err := from.CopyTo(t.Context(), to)
			if err != nil {
				t.Fatal(err)
			}
			if len(copied) < 20 {
				t.Fatalf("only %d tables: %+v", len(copied), copied)
			}
			write(t, to, func(tx *store.Tx) error { return tx.Indexed() }) // the word that says otherwise is the only difference
			if after := contents(t, to); !slices.Equal(before, after) {
				for i := range before {
					if before[i] != after[i] {
						t.Errorf("%+v became %+v", before[i], after[i])
					}
				}
			}
			goesOn(t, from, to)
			if _, err := from.CopyTo(t.Context(), to); !fault.Is(err, fault.Refused) {
				t.Errorf("copied over a desk: %v", err)
			}
		})
	}
}

// goesOn adds something to what was copied: numbers go on where they stood.
func goesOn(t *testing.T, from, to *store.DB) {
	t.Helper()
	old, err := from.Stores(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if s := shop(t, to, "new"); s.ID != old[len(old)-1].ID+1 {
		t.Errorf("the next store is %d after %d", s.ID, old[len(old)-1].ID)
	}
	page, err := to.Cases(t.Context(), store.Query{})
	if err != nil || len(page.Cases) == 0 {
		t.Fatalf("%d cases, %v", len(page.Cases), err)
	}
	id := page.Cases[0].ID
	write(t, to, func(tx *store.Tx) error {
		return tx.AddEvents([]store.Event{{CaseID: id, At: storetest.Start, Kind: "note", Actor: "member"}})
	})
}

func TestACopyIsOneMoment(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			from, to := storetest.Open(t, address(t), start), storetest.Open(t, storetest.SQLite(t), start)
			filled(t, from)
			page, err := from.Cases(t.Context(), store.Query{})
			if err != nil {
				t.Fatal(err)
			}
			id, before := page.Cases[0].ID, contents(t, from)
			ctx, stop := context.WithCancel(t.Context())
			done := make(chan int)
			go func() { // each write adds one decision and one event, always together
				n := 0
				for ; ctx.Err() == nil; n++ {
					err := from.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
						at := storetest.Start.Add(time.Duration(n) * time.Second)
						if err := tx.AddDecision(store.Decision{ID: at.Format(time.RFC3339), CaseID: id, At: at, Option: "x", State: "done"}); err != nil {
							return err
						}
						return tx.AddEvents([]store.Event{{CaseID: id, At: at, Kind: "pair", Actor: "desk"}})
					})
					if err != nil {
						t.Error(err)
						break
					}
				}
				done <- n
			}()
			_, err = from.CopyTo(t.Context(), to)
			stop()
			written := <-done
			if err != nil {
				t.Fatal(err)
			}
			decisions, events := rows(contents(t, to), "decision")-rows(before, "decision"), rows(contents(t, to), "event")-rows(before, "event")
			if decisions != events || decisions > int64(written) || written == 0 {
				t.Errorf("%d decisions and %d events of %d pairs", decisions, events, written)
			}
		})
	}
}

func rows(all []store.Copied, table string) int64 {
	for _, c := range all {
		if c.Table == table {
			return c.Rows
		}
	}
	return -1
}

func TestWhatIsCopiedHalfIsNotThere(t *testing.T) {
	from, to := storetest.Open(t, storetest.SQLite(t), start), storetest.Open(t, storetest.Postgres(t), start)
	filled(t, from)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := from.CopyTo(ctx, to); err == nil {
		t.Fatal("copied though it was broken off")
	}
	for _, c := range contents(t, to) {
		if c.Rows != 0 {
			t.Errorf("%s holds %d rows", c.Table, c.Rows)
		}
	}
}
