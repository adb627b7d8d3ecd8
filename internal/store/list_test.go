package store_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

// crowd fills three stores with cases of every kind, many with equal keys, and gives them as stored.
func crowd(t *testing.T, db *store.DB, n int) []store.Case {
	t.Helper()
	random := rand.New(rand.NewPCG(7, 7))
	pick := func(words ...string) string { return words[random.IntN(len(words))] }
	var shops []store.Store
	for _, name := range []string{"a", "b", "c"} {
		shops = append(shops, shop(t, db, name))
	}
	var cases []*store.Case
	for i := range n {
		c := full(shops[random.IntN(3)], fmt.Sprint(i))
		c.Open = random.IntN(3) > 0
		c.View, c.Class = pick("to_answer", "waiting_buyer"), pick("x", "y", "z", "")
		c.Ask, c.Recommended, c.Connector = pick("refund_full", "other"), pick("accept", "contest", ""), pick("aliexpress", "paypal")
		c.AssigneeID = int64(random.IntN(3))
		c.DueAt = storetest.Start.Add(time.Duration(random.IntN(20)) * time.Hour)
		if random.IntN(5) == 0 {
			c.DueAt = time.Time{}
		}
		c.StakeRef = money.Amount{Minor: int64(random.IntN(5) - 1), Currency: "USD"}
		c.OpenedAt = storetest.Start.Add(-time.Duration(random.IntN(9)) * time.Hour)
		c.ChangedAt = storetest.Start.Add(-time.Duration(random.IntN(9)) * time.Minute)
		c.EndedAt = time.Time{}
		if !c.Open {
			c.EndedAt, c.DueAt = storetest.Start.Add(-time.Duration(random.IntN(9))*time.Second), time.Time{}
		}
		cases = append(cases, &c)
	}
	write(t, db, func(tx *store.Tx) error { return tx.PutCases(cases) })
	var out []store.Case
	for _, c := range cases {
		c.Packs, c.Own, c.Verdict = nil, nil, nil
		out = append(out, *c)
	}
	return out
}

// due gives the deadline for comparing: none comes last.
func due(c store.Case) int64 {
	if c.DueAt.IsZero() {
		return 1 << 62
	}
	return c.DueAt.UnixMicro()
}

// expected is the list by the plainest means: everything filtered and sorted in memory.
func expected(q store.Query, all []store.Case) []store.Case {
	one := func(words []string, word string) bool { return len(words) == 0 || slices.Contains(words, word) }
	var fit []store.Case
	for _, c := range all {
		if (q.Open == nil || *q.Open == c.Open) && (q.Stores == nil || slices.Contains(q.Stores, c.StoreID)) && one(q.Views, c.View) &&
			one(q.Classes, c.Class) && one(q.Asks, c.Ask) && one(q.Recommended, c.Recommended) && one(q.Connectors, c.Connector) &&
			(q.Assignee == nil || *q.Assignee == c.AssigneeID) && (q.DueBefore.IsZero() || (c.Open && !c.DueAt.IsZero() && c.DueAt.Before(q.DueBefore))) {
			fit = append(fit, c)
		}
	}
	slices.SortFunc(fit, func(a, b store.Case) int {
		if a.Open != b.Open {
			if a.Open {
				return -1
			}
			return 1
		}
		if !a.Open {
			return cmp.Or(b.EndedAt.Compare(a.EndedAt), cmp.Compare(b.ID, a.ID))
		}
		switch q.Sort {
		case "money":
			return cmp.Or(cmp.Compare(b.StakeRef.Minor, a.StakeRef.Minor), cmp.Compare(b.ID, a.ID))
		case "opened":
			return cmp.Or(b.OpenedAt.Compare(a.OpenedAt), cmp.Compare(b.ID, a.ID))
		case "changed":
			return cmp.Or(b.ChangedAt.Compare(a.ChangedAt), cmp.Compare(b.ID, a.ID))
		}
		group := 0
		switch q.Group {
		case "store":
			group = cmp.Compare(a.StoreID, b.StoreID)
		case "assignee":
			group = cmp.Compare(a.AssigneeID, b.AssigneeID)
		case "class":
			group = cmp.Compare(a.Class, b.Class)
		case "ask":
			group = cmp.Compare(a.Ask, b.Ask)
		case "recommended":
			group = cmp.Compare(a.Recommended, b.Recommended)
		case "connector":
			group = cmp.Compare(a.Connector, b.Connector)
		}
		return cmp.Or(group, cmp.Compare(due(a), due(b)), cmp.Compare(a.ID, b.ID))
	})
	return fit
}

func ids(cases []store.Case) (ids []int64) {
	for _, c := range cases {
		ids = append(ids, c.ID)
	}
	return ids
}

// there and back walks a list to its end and back again, page by page.
func thereAndBack(t *testing.T, db *store.DB, q store.Query, want []int64) {
	t.Helper()
	var seen []int64
	var pages [][]int64
	for {
		page, err := db.Cases(ctx, q)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		if first := len(pages) == 0; first != (page.Prev == "") && len(page.Cases) > 0 {
			t.Fatalf("%+v: page %d has previous cursor %q", q, len(pages), page.Prev)
		}
		seen, pages = append(seen, ids(page.Cases)...), append(pages, ids(page.Cases))
		if page.Next == "" {
			q.After, q.Before = "", page.Prev
			break
		}
		q.After = page.Next
	}
	if !slices.Equal(seen, want) {
		t.Fatalf("%+v:\n got %v\nwant %v", q, seen, want)
	}
	for i := len(pages) - 2; i >= 0; i-- {
		page, err := db.Cases(ctx, q)
		if err != nil || !slices.Equal(ids(page.Cases), pages[i]) {
			t.Fatalf("%+v back to page %d: got %v, %v, want %v", q, i, ids(page.Cases), err, pages[i])
		}
		if (page.Prev == "") != (i == 0) || page.Next == "" {
			t.Fatalf("%+v back to page %d: cursors %q, %q", q, i, page.Prev, page.Next)
		}
		q.Before = page.Prev
	}
}

func TestEveryListHasItsOrderInBothDirections(t *testing.T) {
	yes, no, nobody, member := true, false, int64(0), int64(2)
	queries := map[string]store.Query{
		"all": {}, "open": {Open: &yes}, "ended": {Open: &no}, "money": {Sort: "money"}, "opened": {Sort: "opened", Open: &yes},
		"changed": {Sort: "changed"}, "ended of a store": {Open: &no, Stores: []int64{2}}, "ended of two": {Open: &no, Stores: []int64{3, 1, 3}},
		"ended by class": {Open: &no, Classes: []string{"x", ""}}, "store": {Stores: []int64{1}}, "two stores": {Stores: []int64{1, 3}},
		"many stores": {Stores: []int64{1, 2, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35}}, "no store": {Stores: []int64{}},
		"unassigned": {Assignee: &nobody, Open: &yes}, "mine": {Assignee: &member}, "views": {Views: []string{"to_answer"}},
		"two classes": {Classes: []string{"x", "z"}}, "due": {DueBefore: storetest.Start.Add(5 * time.Hour)},
		"due ended": {DueBefore: storetest.Start.Add(5 * time.Hour), Open: &no},
		"everything": {Stores: []int64{1, 2}, Views: []string{"to_answer", "waiting_buyer"}, Classes: []string{"x", "y"}, Recommended: []string{"accept"},
			Asks: []string{"other"}, Connectors: []string{"paypal"}, Assignee: &member},
		"by store": {Group: "store"}, "by class": {Group: "class", Open: &yes}, "by ask": {Group: "ask"}, "by assignee": {Group: "assignee"},
		"by recommended": {Group: "recommended", Stores: []int64{2, 3}}, "by connector": {Group: "connector", Views: []string{"to_answer"}},
		"money in a store": {Sort: "money", Stores: []int64{2}},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		all := crowd(t, db, 300)
		for name, q := range queries {
			t.Run(name, func(t *testing.T) {
				want := ids(expected(q, all))
				for _, limit := range []int{7, 100, 500} {
					q.Limit = limit
					thereAndBack(t, db, q, want)
				}
			})
		}
		one, err := db.Cases(ctx, store.Query{Limit: 1})
		if err != nil || one.Cases[0].Card.Title != "Lámpara 灯" {
			t.Fatalf("got %+v, %v", one, err)
		}
	})
}

func TestAListStaysWholeWhileCasesComeAndGo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		crowd(t, db, 60)
		yes := true
		first, err := db.Cases(ctx, store.Query{Open: &yes, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		last := mustCase(t, db, first.Cases[9].ID)
		last.Open = false
		write(t, db, func(tx *store.Tx) error { return tx.PutCases([]*store.Case{&last}) })
		second, err := db.Cases(ctx, store.Query{Open: &yes, Limit: 10, After: first.Next})
		if err != nil || len(second.Cases) != 10 {
			t.Fatalf("got %d, %v", len(second.Cases), err)
		}
		for _, id := range ids(second.Cases) {
			if slices.Contains(ids(first.Cases), id) {
				t.Fatalf("case %d is on both pages", id)
			}
		}
	})
}

func TestABadQuestionIsToldWhatIsWrong(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		crowd(t, db, 30)
		page, err := db.Cases(ctx, store.Query{Limit: 5, Group: "store"})
		if err != nil {
			t.Fatal(err)
		}
		no := false
		for name, q := range map[string]store.Query{
			"sort": {Sort: "colour"}, "group": {Group: "colour"}, "limit": {Limit: 501}, "negative limit": {Limit: -1},
			"cursor of another list": {After: page.Next}, "no cursor": {After: "%%%"}, "empty cursor": {After: "e30"},
			"number as text": {Group: "store", After: "eyJvIjoiZGVhZGxpbmUvc3RvcmVfaWQiLCJnIjoieCIsImsiOjEsImkiOjF9"},
			"both":           {After: page.Next, Before: page.Next, Group: "store"}, "group of ended ones": {Open: &no, Group: "store"},
			"group by money": {Sort: "money", Group: "store"},
		} {
			if _, err := db.Cases(ctx, q); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: got %v", name, err)
			}
		}
	})
}

func TestWhatIsDueIsCountedUpToALimit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		all := crowd(t, db, 200)
		before := storetest.Start.Add(9 * time.Hour)
		for _, stores := range [][]int64{nil, {1}, {1, 2}, {}} {
			want := len(expected(store.Query{Stores: stores, DueBefore: before}, all))
			if n, err := db.CountDue(ctx, stores, before, 1000); err != nil || n != want {
				t.Errorf("%v: got %d, %v, want %d", stores, n, err, want)
			}
		}
		if n, err := db.CountDue(ctx, nil, before, 5); err != nil || n != 5 {
			t.Errorf("got %d, %v, want 5", n, err)
		}
	})
}

func FuzzCursor(f *testing.F) {
	db := storetest.Open(f, storetest.SQLite(f), func() time.Time { return storetest.Start })
	f.Add("eyJvIjoiZGVhZGxpbmUvIiwiayI6MSwiaSI6MX0")
	f.Add("")
	f.Add("eyJvIjoiZGVhZGxpbmUvc3RvcmVfaWQiLCJnIjoieCIsImsiOjEsImkiOjF9")
	f.Fuzz(func(t *testing.T, cursor string) {
		for _, group := range []string{"", "store", "class"} {
			if _, err := db.Cases(ctx, store.Query{After: store.Cursor(cursor), Group: group}); err != nil && !fault.Is(err, fault.Invalid) {
				t.Fatalf("%q: %v", cursor, err)
			}
		}
		if _, err := db.Search(ctx, store.SearchQuery{Text: "x", After: store.Cursor(cursor)}); err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatalf("%q: %v", cursor, err)
		}
	})
}
