package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"parley/internal/store"
	"parley/internal/store/storetest"
)

// two gives two openings of one database, as of two programs or nodes. What the first one says to its engine is written down.
func two(t *testing.T, test func(t *testing.T, said *spoken, here, there *store.DB)) {
	t.Helper()
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			said, at := &spoken{}, address(t)
			here, err := store.Open(ctx, at, store.Options{Now: start, Gate: &store.Gate{Around: said.around}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = here.Close() }) // the test ends
			test(t, said, here, storetest.Open(t, at, start))
		})
	}
}

// keptThings are what is kept, each with a change of it and how it looks.
var keptThings = map[string]struct {
	change func(tx *store.Tx, s store.Store, m store.Member, round int) error
	see    func(db reads, s store.Store, m store.Member) (any, error)
}{
	"company": {
		func(tx *store.Tx, s store.Store, _ store.Member, round int) error {
			return tx.PutCompany(&store.Company{ID: s.CompanyID, Name: string(rune('a' + round))})
		},
		func(db reads, _ store.Store, _ store.Member) (any, error) { return db.Companies(ctx) },
	},
	"store": {
		func(tx *store.Tx, s store.Store, _ store.Member, round int) error {
			now, err := tx.Store(ctx, s.ID)
			now.Name = string(rune('a' + round))
			return errors.Join(err, tx.PutStore(&now))
		},
		func(db reads, s store.Store, _ store.Member) (any, error) {
			one, err := db.Store(ctx, s.ID)
			some, err2 := db.StoresByID(ctx, []int64{s.ID})
			all, err3 := db.Stores(ctx)
			return []string{one.Name, some[s.ID].Name, all[0].Name}, errors.Join(err, err2, err3)
		},
	},
	"secret": {
		func(tx *store.Tx, s store.Store, _ store.Member, round int) error {
			return tx.SetSecret(s.ID, []byte{byte(round)})
		},
		func(db reads, s store.Store, _ store.Member) (any, error) {
			one, err := db.Store(ctx, s.ID)
			return one.Secret, err
		},
	},
	"rights": {
		func(tx *store.Tx, s store.Store, m store.Member, round int) error {
			now, err := tx.Member(ctx, m.ID)
			now.Stores, now.Role = []int64{s.ID}[:round%2], []string{"agent", "lead"}[round%2]
			return errors.Join(err, tx.PutMember(&now))
		},
		func(db reads, _ store.Store, m store.Member) (any, error) {
			one, err := db.Member(ctx, m.ID)
			all, err2 := db.Members(ctx)
			return []any{one.Role, one.Stores, all[0].Role, all[0].Stores}, errors.Join(err, err2)
		},
	},
	"plan": {
		func(tx *store.Tx, _ store.Store, m store.Member, round int) error {
			return tx.PutHours(store.Hours{MemberID: m.ID, Plan: json.RawMessage{'0' + byte(round)}})
		},
		func(db reads, _ store.Store, _ store.Member) (any, error) { return db.Plans(ctx) },
	},
	"channel": {
		func(tx *store.Tx, _ store.Store, m store.Member, round int) error {
			return tx.PutChannel(&store.Channel{MemberID: m.ID, Kind: "mail", Name: string(rune('a' + round)), State: "active", CreatedAt: start()})
		},
		func(db reads, _ store.Store, _ store.Member) (any, error) {
			channels, err := db.ActiveChannels(ctx)
			return len(channels), err
		},
	},
	"setting": {
		func(tx *store.Tx, _ store.Store, _ store.Member, round int) error {
			return tx.PutSetting("limits", string(rune('a'+round)))
		},
		func(db reads, _ store.Store, _ store.Member) (any, error) { return db.Setting(ctx, "limits") },
	},
}

// reads is what a database and a transaction have in common.
type reads interface {
	Companies(context.Context) ([]store.Company, error)
	Stores(context.Context) ([]store.Store, error)
	Store(context.Context, int64) (store.Store, error)
	StoresByID(context.Context, []int64) (map[int64]store.Store, error)
	Member(context.Context, int64) (store.Member, error)
	Members(context.Context) ([]store.Member, error)
	Plans(context.Context) (map[int64]json.RawMessage, error)
	ActiveChannels(context.Context) ([]store.Channel, error)
	Setting(context.Context, string) (string, error)
}

func TestWhatIsKeptIsNeverOld(t *testing.T) {
	two(t, func(t *testing.T, _ *spoken, here, there *store.DB) {
		s := shop(t, there, "one")
		m := store.Member{Email: "ana@example.com", Role: "agent", State: "active", CreatedAt: start()}
		write(t, there, func(tx *store.Tx) error { return tx.PutMember(&m) })
		for name, thing := range keptThings {
			look := func(db reads) string {
				t.Helper()
				seen, err := thing.see(db, s, m)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				text, _ := json.Marshal(seen)
				return string(text)
			}
			first := look(here)
			write(t, there, func(tx *store.Tx) error { return thing.change(tx, s, m, 1) })
			second := look(here)
			if second == first {
				t.Errorf("%s: what another program changed is not seen: %s", name, second)
			}
			undone := errors.New("undone")
			err := here.Write(ctx, func(tx *store.Tx) error {
				if was := look(tx); was != second {
					t.Errorf("%s: %s inside, %s outside", name, was, second)
				}
				if err := thing.change(tx, s, m, 2); err != nil {
					return err
				}
				if look(tx) == second {
					t.Errorf("%s: a transaction does not see its own change", name)
				}
				return undone
			})
			if !errors.Is(err, undone) {
				t.Fatalf("%s: %v", name, err)
			}
			if now := look(here); now != second {
				t.Errorf("%s: what was undone is seen: %s, was %s", name, now, second)
			}
			write(t, here, func(tx *store.Tx) error { return thing.change(tx, s, m, 4) })
			if third := look(here); third == second || third != look(there) {
				t.Errorf("%s: after an own change %s, elsewhere %s", name, third, look(there))
			}
		}
	})
}

func TestWhatIsKeptIsNotReadAgain(t *testing.T) {
	two(t, func(t *testing.T, said *spoken, here, _ *store.DB) {
		s := shop(t, here, "one")
		ask := func() {
			t.Helper()
			write(t, here, func(tx *store.Tx) error {
				_, err := tx.Store(ctx, s.ID)
				_, err2 := tx.Members(ctx)
				_, err3 := tx.Plans(ctx)
				_, err4 := tx.TrackingsOfCases(ctx, []int64{1, 2})
				_, err5 := tx.Setting(ctx, "limits")
				return errors.Join(err, err2, err3, err4, err5)
			})
		}
		ask()
		before := len(said.texts)
		ask()
		if n := len(said.texts) - before; n != 3 { // its begin, the mark, its end
			t.Errorf("%d sentences: %q", n, said.texts[before:])
		}
	})
}

func TestNobodyWritesIntoWhatIsKept(t *testing.T) {
	two(t, func(t *testing.T, _ *spoken, here, _ *store.DB) {
		s := shop(t, here, "one")
		write(t, here, func(tx *store.Tx) error {
			s.Settings, s.Packs = map[string]string{"a": "b"}, []string{"p1", "p2"}
			m := store.Member{Email: "ana@example.com", Role: "agent", State: "active", Stores: []int64{s.ID}, CreatedAt: start()}
			return errors.Join(tx.PutStore(&s), tx.PutMember(&m), tx.PutHours(store.Hours{MemberID: 1, Plan: json.RawMessage("{}")}))
		})
		for range 2 {
			one, err := here.Store(ctx, s.ID)
			if err != nil || !maps.Equal(one.Settings, map[string]string{"a": "b"}) || !slices.Equal(one.Packs, []string{"p1", "p2"}) {
				t.Fatalf("%+v, %v", one, err)
			}
			one.Settings["a"], one.Packs[0] = "other", "other"
			all, err := here.Members(ctx)
			if err != nil || all[0].Stores[0] != s.ID {
				t.Fatalf("%+v, %v", all, err)
			}
			all[0].Stores[0] = -1
			plans, err := here.Plans(ctx)
			if err != nil || len(plans) != 1 {
				t.Fatalf("%v, %v", plans, err)
			}
			clear(plans)
		}
	})
}

// How sendings on a channel went is not kept: it changes without anybody's doing.
func TestHowSendingsWentIsNotKept(t *testing.T) {
	two(t, func(t *testing.T, _ *spoken, here, there *store.DB) {
		c := hearer(t, there, []string{"note"})
		write(t, there, func(tx *store.Tx) error { return tx.ChannelFailed(c.ID, start(), json.RawMessage(`{"key":"x"}`)) })
		kept, err := here.ActiveChannels(ctx)
		if err != nil || len(kept) != 1 || !kept[0].FailingSince.IsZero() || kept[0].Fault != nil {
			t.Errorf("%+v, %v", kept, err)
		}
		fresh, err := here.Channels(ctx)
		if err != nil || len(fresh) != 1 || !fresh[0].FailingSince.Equal(start()) {
			t.Errorf("%+v, %v", fresh, err)
		}
		write(t, there, func(tx *store.Tx) error { return tx.ChannelWorked(c.ID, start().Add(time.Hour)) })
		if fresh, err = here.Channels(ctx); err != nil || !fresh[0].FailingSince.IsZero() {
			t.Errorf("%+v, %v", fresh, err)
		}
	})
}

func TestParcelsAreLookedForOnceACompanyHasATracker(t *testing.T) {
	two(t, func(t *testing.T, _ *spoken, here, there *store.DB) {
		s := shop(t, there, "one")
		id := matterOf(t, there, s)
		link := []store.ParcelLink{{CaseID: id, CompanyID: s.CompanyID, Number: "RR123456785CN", Open: true}}
		connect := func(db *store.DB) {
			t.Helper()
			write(t, db, func(tx *store.Tx) error { return tx.LinkParcels(link, start()) })
		}
		connect(here)
		if found, err := here.TrackingsOfCases(ctx, []int64{id}); err != nil || len(found) != 0 {
			t.Fatalf("%v, %v", found, err)
		}
		k := store.Tracker{CompanyID: s.CompanyID, Kind: "17track", State: "active", CreatedAt: start()}
		write(t, there, func(tx *store.Tx) error { return tx.AddTracker(&k) })
		connect(here)
		if found, err := here.TrackingsOfCases(ctx, []int64{id}); err != nil || found[id].Number != "RR123456785CN" {
			t.Fatalf("%v, %v", found, err)
		}
		write(t, there, func(tx *store.Tx) error { return tx.CloseTracker(k.ID, start()) })
		if found, err := here.TrackingsOfCases(ctx, []int64{id}); err != nil || len(found) != 1 {
			t.Errorf("what is known of a parcel went with the account: %v, %v", found, err)
		}
	})
}
