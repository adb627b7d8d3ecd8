package store_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

var ctx = context.Background()

// full is a case with a value in every field.
func full(s store.Store, matter string) store.Case {
	at := storetest.Start
	return store.Case{
		CompanyID: s.CompanyID, StoreID: s.ID, Connector: "aliexpress", Matter: matter, OrderNo: "8123456789012345", BuyerID: "es1",
		Open: true, View: "to_answer", Class: "logistics.lost", State: "negotiation", Owner: "seller", Ask: "refund_full",
		Recommended: "accept", DueAt: at.Add(time.Hour), DueKind: "answer", Stake: money.Amount{Minor: 2390, Currency: "EUR"},
		StakeRef: money.Amount{Minor: 2600, Currency: "USD"}, AssigneeID: 3, OpenedAt: at.Add(-time.Hour), ChangedAt: at,
		EndedAt: at.Add(time.Minute), Packs: []string{"aliexpress@2017"}, Own: json.RawMessage(`{"a": 1}`), Verdict: json.RawMessage(`{"b": [2]}`),
		Card: store.Card{
			Title: "Lámpara 灯", Product: "p", Buyer: "María", Country: "ES", Language: "es", Reason: "r", Why: "w", WhyPack: "p@1",
			Params: map[string]string{"a": "b"}, Alerts: []string{"x"}, Unknown: 2, Effect: "sent", Counts: true,
		},
	}
}

func wantFault(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Fatalf("got %v, want %s", err, kind)
	}
}

func mustCase(t *testing.T, db *store.DB, id int64) store.Case {
	t.Helper()
	c, err := db.Case(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestACaseIsKeptAsItWas(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := full(shop(t, db, "a"), "m1")
		write(t, db, func(tx *store.Tx) error { return tx.PutCases([]*store.Case{&c}) })
		if c.ID == 0 || c.Version != 1 {
			t.Fatalf("id %d, version %d", c.ID, c.Version)
		}
		if diff := cmp.Diff(c, mustCase(t, db, c.ID)); diff != "" {
			t.Fatal(diff)
		}
		empty := store.Case{StoreID: c.StoreID, CompanyID: c.CompanyID, Matter: "m2"}
		write(t, db, func(tx *store.Tx) error { return tx.PutCases([]*store.Case{&empty}) })
		if diff := cmp.Diff(empty, mustCase(t, db, empty.ID)); diff != "" {
			t.Fatal(diff)
		}
		_, err := db.Case(ctx, 999)
		wantFault(t, err, fault.NotFound)
	})
}

func TestOnlyWhatDiffersIsWritten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := full(shop(t, db, "a"), "m1")
		write(t, db, func(tx *store.Tx) error { return tx.PutCases([]*store.Case{&c}) })
		write(t, db, func(tx *store.Tx) error { return tx.PutCases([]*store.Case{&c}) })
		if c.Version != 1 {
			t.Fatalf("an unchanged case has version %d", c.Version)
		}
		c.View, c.Verdict = "watching", json.RawMessage(`{}`)
		write(t, db, func(tx *store.Tx) error { return tx.PutCases([]*store.Case{&c}) })
		c.Card.Title, c.DueAt = "new", time.Time{}
		write(t, db, func(tx *store.Tx) error { return tx.PutCases([]*store.Case{&c}) })
		if c.Version != 3 {
			t.Fatalf("version %d, want 3", c.Version)
		}
		if diff := cmp.Diff(c, mustCase(t, db, c.ID)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestABodyAloneRaisesTheVersion(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := full(shop(t, db, "a"), "m1")
		write(t, db, func(tx *store.Tx) error { return tx.PutCases([]*store.Case{&c}) })
		c.Own = json.RawMessage(`{"note": true}`)
		write(t, db, func(tx *store.Tx) error { return tx.PutCases([]*store.Case{&c}) })
		if got := mustCase(t, db, c.ID); got.Version != 2 || string(got.Own) != `{"note": true}` {
			t.Fatalf("got version %d, own %s", got.Version, got.Own)
		}
	})
}

func TestAnOldVersionIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := full(shop(t, db, "a"), "m1")
		write(t, db, func(tx *store.Tx) error { return tx.PutCases([]*store.Case{&c}) })
		mine, yours := c, c
		mine.View, yours.View = "returns", "platform"
		write(t, db, func(tx *store.Tx) error { return tx.PutCases([]*store.Case{&mine}) })
		err := db.Write(ctx, func(tx *store.Tx) error { return tx.PutCases([]*store.Case{&yours}) })
		wantFault(t, err, fault.Conflict)
		err = db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.CaseForUpdate(c.ID, 1)
			return err
		})
		wantFault(t, err, fault.Conflict)
		err = db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.CaseForUpdate(c.ID+1, 0)
			return err
		})
		wantFault(t, err, fault.NotFound)
		if got := mustCase(t, db, c.ID); got.View != "returns" {
			t.Fatalf("got %s", got.View)
		}
	})
}

func TestAMatterHasOneCase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := shop(t, db, "a")
		one, other := full(s, "m"), full(s, "m")
		write(t, db, func(tx *store.Tx) error { return tx.PutCases([]*store.Case{&one}) })
		err := db.Write(ctx, func(tx *store.Tx) error { return tx.PutCases([]*store.Case{&other}) })
		wantFault(t, err, fault.Conflict)
	})
}

func TestManyCasesGetTheirOwnIDs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := shop(t, db, "a")
		var cases []*store.Case
		var matters []string
		for i := range 777 {
			c := full(s, "m"+string(rune('a'+i%26))+time.Duration(i).String())
			cases, matters = append(cases, &c), append(matters, c.Matter)
		}
		write(t, db, func(tx *store.Tx) error { return tx.PutCases(cases) })
		write(t, db, func(tx *store.Tx) error {
			ids, err := tx.CaseIDsByMatter(ctx, s.ID, append(matters, "none"))
			if err != nil || len(ids) != len(cases) {
				t.Errorf("found %d, %v", len(ids), err)
			}
			found, err := tx.CasesForUpdate(slices.Collect(maps.Values(ids)))
			if err != nil || len(found) != len(cases) {
				t.Errorf("found %d, %v", len(found), err)
			}
			for _, c := range cases {
				if diff := cmp.Diff(*c, found[ids[c.Matter]]); diff != "" {
					t.Error(diff)
					return nil
				}
			}
			return nil
		})
	})
}

func TestHostileTextNeitherFailsNorBreaksOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := shop(t, db, "a")
		c := full(s, "m\x00\xff'; DROP TABLE case_; --")
		c.BuyerID, c.Card.Buyer, c.OrderNo = "\x00", "\u202egnp\x00\xff<script>", "ord\x00er"
		write(t, db, func(tx *store.Tx) error {
			if err := tx.PutCases([]*store.Case{&c}); err != nil {
				return err
			}
			return tx.Index(c.ID, store.SearchDoc{Numbers: []string{c.OrderNo, "\x00"}, Words: "a\x00b \xff' \" \\ AND NEAR(x)"})
		})
		if c.ID == 0 {
			t.Fatal("the case got no id")
		}
		for _, text := range []string{"order", "' OR 1=1", `"`, "*", "near x", "\x00", "a AND b", "NEAR(", "'\\", ":*", "!!"} {
			if _, err := db.Search(ctx, store.SearchQuery{Text: text}); err != nil {
				t.Errorf("%q: %v", text, err)
			}
		}
		if _, err := db.Cases(ctx, store.Query{Views: []string{"\x00", "\xff", "' OR 1=1"}}); err != nil {
			t.Error(err)
		}
	})
}

func TestTalliesFollowEveryChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a, b := shop(t, db, "a"), shop(t, db, "b")
		one, two, three := full(a, "1"), full(a, "2"), full(b, "3")
		three.StakeRef = money.Amount{}
		put := func(cases ...*store.Case) {
			t.Helper()
			write(t, db, func(tx *store.Tx) error { return tx.PutCases(cases) })
		}
		want := func(stores []int64, want ...store.Tally) {
			t.Helper()
			got, err := db.Tallies(ctx, stores)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatal(diff)
			}
		}
		put(&one, &two, &three)
		ofB := store.Tally{StoreID: b.ID, View: "to_answer", Cases: 1}
		want(nil, store.Tally{StoreID: a.ID, View: "to_answer", Currency: "USD", Cases: 2, Ref: 5200}, ofB)
		want([]int64{b.ID}, ofB)
		want([]int64{})
		one.View, two.StakeRef.Minor = "watching", 100
		put(&one, &two)
		want([]int64{a.ID}, store.Tally{StoreID: a.ID, View: "to_answer", Currency: "USD", Cases: 1, Ref: 100},
			store.Tally{StoreID: a.ID, View: "watching", Currency: "USD", Cases: 1, Ref: 2600})
		two.Open, three.StakeRef = false, money.Amount{Minor: 7, Currency: "EUR"}
		put(&two, &three)
		want(nil, store.Tally{StoreID: a.ID, View: "watching", Currency: "USD", Cases: 1, Ref: 2600},
			store.Tally{StoreID: b.ID, View: "to_answer", Currency: "EUR", Cases: 1, Ref: 7})
		err := db.Write(ctx, func(tx *store.Tx) error {
			one.Open = false
			if err := tx.PutCases([]*store.Case{&one}); err != nil {
				return err
			}
			return context.DeadlineExceeded
		})
		if err != context.DeadlineExceeded {
			t.Fatalf("got %v", err)
		}
		want([]int64{a.ID}, store.Tally{StoreID: a.ID, View: "watching", Currency: "USD", Cases: 1, Ref: 2600})
	})
}
