package store_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/store"
	"parley/internal/store/storetest"
)

// spoken counts the sentences that reach an engine.
type spoken struct {
	mu    sync.Mutex
	texts []string
}

func (s *spoken) around(q store.Sentence, do func() error) error {
	s.mu.Lock()
	s.texts = append(s.texts, q.Text)
	s.mu.Unlock()
	return do()
}

func (s *spoken) about(word string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, text := range s.texts {
		if strings.Contains(text, word) {
			n++
		}
	}
	return n
}

func hearer(t *testing.T, db *store.DB, events []string, stores ...int64) store.Channel {
	t.Helper()
	c := store.Channel{Kind: "webhook", State: "active", Events: events, Stores: stores, CreatedAt: start()}
	write(t, db, func(tx *store.Tx) error { return tx.PutChannel(&c) })
	return c
}

func happen(t *testing.T, db *store.DB, caseID int64, kinds ...string) {
	t.Helper()
	events := make([]store.Event, len(kinds))
	for i, kind := range kinds {
		events[i] = store.Event{CaseID: caseID, At: start(), Kind: kind, Actor: "desk"}
	}
	write(t, db, func(tx *store.Tx) error { return tx.AddEvents(events) })
}

// matterOf is a case of a store.
func matterOf(t *testing.T, db *store.DB, s store.Store) int64 {
	t.Helper()
	c := store.Case{StoreID: s.ID, CompanyID: s.CompanyID, Matter: "m" + s.Name, Open: true, OpenedAt: start(), ChangedAt: start()}
	write(t, db, func(tx *store.Tx) error { return tx.PutCases([]*store.Case{&c}) })
	return c.ID
}

// Where no program listens, events are written with not one question more than before: who listens is asked once.
func TestEventsAskNothingWhereNobodyListens(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			said := &spoken{}
			db, err := store.Open(ctx, address(t), store.Options{Now: start, Gate: &store.Gate{Around: said.around}})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close() //nolint:errcheck // the test ends
			id := matterOf(t, db, shop(t, db, "one"))
			before := said.about("FROM channel")
			for range 20 {
				happen(t, db, id, "note", "decided")
			}
			if n := said.about("FROM channel") - before; n != 1 {
				t.Errorf("asked %d times who listens", n)
			}
			if n := said.about("INTO letter"); n != 0 {
				t.Errorf("%d letters to nobody", n)
			}
			hearer(t, db, []string{store.EveryEvent})
			happen(t, db, id, "note")
			if said.about("INTO letter") != 1 {
				t.Error("one that has just begun to listen does not hear")
			}
		})
	}
}

func TestLettersOfEventsGoOutOneByOne(t *testing.T) {
	now := start()
	storetest.EachAt(t, func() time.Time { return now }, func(t *testing.T, db *store.DB) {
		now = start()
		a, b := shop(t, db, "a"), shop(t, db, "b")
		one, two := matterOf(t, db, a), matterOf(t, db, b)
		all := hearer(t, db, []string{store.EveryEvent})
		some := hearer(t, db, []string{"note", "decided"}, b.ID)
		happen(t, db, one, "case_opened", "note", "decided")
		happen(t, db, two, "case_opened", "note")
		happen(t, db, two, "decided")
		claim := func() []store.Letter {
			got, err := db.ClaimFeed(ctx, now, time.Minute, 10)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		first := claim()
		if len(first) != 3 || first[0].CaseID != one || first[1].CaseID != two || first[2].ChannelID != some.ID || first[0].ChannelID != all.ID {
			t.Fatalf("%+v", first)
		}
		if again := claim(); len(again) != 0 {
			t.Fatalf("two of a case at a time: %+v", again)
		}
		end(t, db, first[1], now)
		if next := claim(); len(next) != 1 || next[0].CaseID != two || next[0].EventID <= first[1].EventID {
			t.Fatalf("after the first of a case ended: %+v", next)
		}
		now = now.Add(2 * time.Minute) // whoever held them died
		held := claim()
		if !slices.Contains(letterIDs(held), first[0].ID) || slices.Contains(letterIDs(held), first[1].ID) || held[0].Fence != first[0].Fence+1 {
			t.Fatalf("after the lease: %+v", held)
		}
		rest := held[0]
		rest.DueAt, rest.LeaseUntil = now.Add(time.Hour), time.Time{}
		write(t, db, func(tx *store.Tx) error { return tx.PutLetter(rest) })
		for range 6 {
			now = now.Add(9 * time.Minute)
			for _, l := range claim() {
				if l.CaseID == one {
					t.Errorf("%s overtook one that waits for an hour", l.ID)
				}
			}
		}
		if now = now.Add(9 * time.Minute); !slices.Contains(letterIDs(claim()), rest.ID) {
			t.Error("the one that waited an hour does not go out")
		}
		write(t, db, func(tx *store.Tx) error { return tx.DeleteChannel(all.ID, now) })
		write(t, db, func(tx *store.Tx) error { return tx.DeleteChannel(some.ID, now) })
		if next, err := db.NextFeed(ctx); err != nil || !next.IsZero() {
			t.Errorf("something waits for nobody: %s %v", next, err)
		}
	})
}

func letterIDs(letters []store.Letter) (out []string) {
	for _, l := range letters {
		out = append(out, l.ID)
	}
	return out
}

// end ends a letter as sent and lets the next one go.
func end(t *testing.T, db *store.DB, l store.Letter, at time.Time) {
	t.Helper()
	l.State, l.EndedAt, l.LeaseUntil = "sent", at, time.Time{}
	write(t, db, func(tx *store.Tx) error {
		if err := tx.PutLetter(l); err != nil {
			return err
		}
		return tx.FreeFeed(l, at)
	})
}

// A node is told of a channel that another one added, and writes for it from then on.
func TestAnotherNodeKnowsWhoListens(t *testing.T) {
	address := storetest.Postgres(t)
	here, there := storetest.Open(t, address, start), storetest.Open(t, address, start)
	id := matterOf(t, here, shop(t, here, "one"))
	happen(t, here, id, "note")
	told := listen(t, here)
	happen(t, here, id, "note") // here nobody is known to listen
	hearer(t, there, []string{store.EveryEvent})
	heard(t, told, "that names changed", func(c store.Changes) bool { return c.Names })
	happen(t, here, id, "note")
	got, err := there.ClaimFeed(ctx, start(), time.Minute, 10)
	if err != nil || len(got) != 1 {
		t.Errorf("%+v %v", got, err)
	}
}

// Two nodes that claim at the same moment take no two letters of a case.
func TestNodesTakeNoTwoEventsOfACase(t *testing.T) {
	address := storetest.Postgres(t)
	a, b := storetest.Open(t, address, start), storetest.Open(t, address, start)
	s := shop(t, a, "one")
	hearer(t, a, []string{store.EveryEvent})
	id := matterOf(t, a, s)
	for range 60 {
		happen(t, a, id, "note")
	}
	var mu sync.Mutex
	var seen []int64
	busy := 0
	var both sync.WaitGroup
	for _, db := range []*store.DB{a, b} {
		both.Go(func() {
			for now := start(); now.Before(start().Add(10 * time.Minute)); now = now.Add(time.Second) {
				got, err := db.ClaimFeed(ctx, now, time.Hour, 10)
				if err != nil {
					t.Error(err)
					return
				}
				for _, l := range got {
					mu.Lock()
					if busy++; busy > 1 {
						t.Errorf("%s goes out beside another", l.ID)
					}
					seen = append(seen, l.EventID)
					busy--
					mu.Unlock()
					end(t, db, l, start())
				}
			}
		})
	}
	both.Wait()
	if len(seen) != 60 || !slices.IsSorted(seen) {
		t.Errorf("%d went out: %v", len(seen), seen)
	}
}
