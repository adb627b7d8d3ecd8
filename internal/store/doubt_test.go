package store_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/internal/store"
	"parley/internal/store/storetest"
)

func TestOldRefusalsAreNobodysDoubts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, elsewhere, now := shop(t, db, "a"), shop(t, db, "b"), storetest.Start
		c := addCase(t, db, s, "a")
		for i, e := range []store.Effect{
			{ID: "long_refused", State: "refused", EndedAt: now.Add(-8 * 24 * time.Hour)},
			{ID: "refused", State: "refused", EndedAt: now.Add(-7 * 24 * time.Hour)},
			{ID: "contradicted", State: "contradicted", EndedAt: now.Add(-90 * 24 * time.Hour)},
			{ID: "in_doubt", State: "in_doubt", EndedAt: now},
			{ID: "confirmed", State: "confirmed", EndedAt: now},
			{ID: "elsewhere", StoreID: elsewhere.ID, State: "in_doubt", EndedAt: now.Add(-time.Hour)},
		} {
			if e.StoreID == 0 {
				e.StoreID = s.ID
			}
			e.CaseID, e.Seq, e.DecisionID, e.Payload, e.CreatedAt = c.ID, i+1, "d"+e.ID, json.RawMessage(`{}`), now
			write(t, db, func(tx *store.Tx) error { return tx.AddEffect(&e) })
		}
		for _, ask := range []struct {
			stores []int64
			limit  int
			want   []string
			count  int64
		}{
			{nil, 10, []string{"in_doubt", "elsewhere", "refused", "contradicted"}, 3},
			{[]int64{s.ID}, 10, []string{"in_doubt", "refused", "contradicted"}, 2},
			{nil, 2, []string{"in_doubt", "elsewhere"}, 2},
			{[]int64{}, 10, nil, 0},
		} {
			found, err := db.Doubtful(ctx, ask.stores, now.Add(-7*24*time.Hour), ask.limit)
			var ids []string
			for _, e := range found {
				ids = append(ids, e.ID)
			}
			if diff := cmp.Diff(ask.want, ids); diff != "" || err != nil {
				t.Errorf("of %v, at most %d: %s %v", ask.stores, ask.limit, diff, err)
			}
			if n, err := db.CountDoubtful(ctx, ask.stores, ask.limit); err != nil || n != ask.count {
				t.Errorf("of %v, at most %d: counted %d, %v", ask.stores, ask.limit, n, err)
			}
		}
	})
}

// TestADoubtIsFoundWithoutOldRefusals: refusals gather for years, and their number must not slow every page that counts doubts.
func TestADoubtIsFoundWithoutOldRefusals(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t), time.Now)
	for _, stores := range [][]int64{nil, {1}} {
		plan := store.PlanDoubtful(t, db, stores)
		if !strings.Contains(plan, "effect_doubt") || !strings.Contains(plan, "effect_refused (ended_at>?)") {
			t.Errorf("of %v:\n%s", stores, plan)
		}
	}
}
