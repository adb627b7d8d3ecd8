package fill_test

import (
	"context"
	"encoding/json"
	"testing"

	"parley/internal/dispute"
	"parley/internal/policy"
	"parley/internal/store"
	"parley/internal/store/fill"
	"parley/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestFilledCasesCanBeListedReadAndFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		for seed := range uint64(2) {
			if err := fill.Cases(ctx, db, 1500, seed, storetest.Start); err != nil {
				t.Fatal(err)
			}
		}
		tallies, err := db.Tallies(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		var open int64
		for _, tally := range tallies {
			open += tally.Cases
		}
		if open < 3000*9/100 || open > 3000*15/100 {
			t.Fatalf("%d of 3000 are open, want about 12 in 100", open)
		}
		page, err := db.Cases(ctx, store.Query{Limit: 500})
		if err != nil || len(page.Cases) != 500 {
			t.Fatalf("got %d, %v", len(page.Cases), err)
		}
		for _, listed := range page.Cases[:20] {
			checkWhole(t, db, listed)
		}
	})
}

// checkWhole looks at all that belongs to a case, and finds it by its number and by a word of its buyer.
func checkWhole(t *testing.T, db *store.DB, listed store.Case) {
	t.Helper()
	ctx := context.Background()
	c, err := db.Case(ctx, listed.ID)
	if err != nil {
		t.Fatal(err)
	}
	var verdict policy.Verdict
	if err := json.Unmarshal(c.Verdict, &verdict); err != nil || verdict.State != c.State {
		t.Fatalf("verdict %s, %v", c.Verdict, err)
	}
	sources, err := db.SourcesOf(ctx, c.ID)
	if err != nil || len(sources) != 1 {
		t.Fatalf("sources %d, %v", len(sources), err)
	}
	var facts dispute.Facts
	if err := json.Unmarshal(sources[0].Facts, &facts); err != nil || len(facts.Messages) == 0 {
		t.Fatalf("facts %s, %v", sources[0].Facts, err)
	}
	if _, err := db.OrderOf(ctx, c.StoreID, c.OrderNo); err != nil {
		t.Fatal(err)
	}
	if events, err := db.Events(ctx, c.ID, 0, 50); err != nil || len(events) < 2 {
		t.Fatalf("events %d, %v", len(events), err)
	}
	for _, text := range []string{c.OrderNo, c.Card.Buyer, facts.Messages[0].Text} {
		found, err := db.Search(ctx, store.SearchQuery{Text: text, Stores: []int64{c.StoreID}, Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		hit := false
		for _, f := range found.Cases {
			hit = hit || f.ID == c.ID
		}
		if !hit {
			t.Fatalf("case %d is not found by %q", c.ID, text)
		}
	}
}
