package store_test

import (
	"strings"
	"testing"
	"time"

	"parley/internal/store"
	"parley/internal/store/storetest"
)

// TestEveryListWalksAnIndex: a list that sorts or reads the whole table is fast in a test and slow with a million cases.
func TestEveryListWalksAnIndex(t *testing.T) {
	yes, no, nobody, member := true, false, int64(0), int64(7)
	db := storetest.Open(t, storetest.SQLite(t), time.Now)
	many := make([]int64, 40)
	for i := range many {
		many[i] = int64(i + 1)
	}
	for index, queries := range map[string][]store.Query{
		"case_due": {{Open: &yes}, {Open: &yes, Stores: many}, {Open: &yes, DueBefore: time.Now()}},
		"case_store": {
			{Open: &yes, Stores: []int64{1}}, {Open: &yes, Stores: []int64{1, 2, 3}}, {Open: &yes, Stores: []int64{1}, Views: []string{"x"}},
			{Open: &yes, Group: "store"}, {Open: &yes, Stores: []int64{1, 2}, DueBefore: time.Now()},
		},
		"case_assignee":    {{Open: &yes, Assignee: &nobody}, {Open: &yes, Assignee: &member, Stores: []int64{1}}, {Open: &yes, Group: "assignee"}},
		"case_view":        {{Open: &yes, Views: []string{"x"}}, {Open: &yes, Views: []string{"x", "y"}, Stores: many}},
		"case_class":       {{Open: &yes, Classes: []string{"x"}}, {Open: &yes, Group: "class", Stores: many}},
		"case_ask":         {{Open: &yes, Asks: []string{"x"}}, {Open: &yes, Group: "ask"}},
		"case_recommended": {{Open: &yes, Recommended: []string{"x"}}, {Open: &yes, Group: "recommended"}},
		"case_connector":   {{Open: &yes, Connectors: []string{"x"}}, {Open: &yes, Group: "connector", Views: []string{"x"}}},
		"case_money":       {{Open: &yes, Sort: "money"}, {Open: &yes, Sort: "money", Stores: []int64{1}}},
		"case_opened":      {{Open: &yes, Sort: "opened"}},
		"case_changed":     {{Open: &yes, Sort: "changed", Views: []string{"x"}}},
		"case_ended":       {{Open: &no}, {Open: &no, Classes: []string{"x"}}, {Open: &no, Stores: many}},
		"case_store_ended": {{Open: &no, Stores: []int64{1}}, {Open: &no, Stores: []int64{1, 2}}},
	} {
		for _, q := range queries {
			plan := store.Plan(t, db, q)
			if !strings.Contains(plan, " "+index+" ") || strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "SCAN c\n") {
				t.Errorf("%+v should walk %s:\n%s", q, index, plan)
			}
		}
	}
}

func TestTheNextReadingIsFoundWithoutAskingEveryStore(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t), time.Now)
	plan := store.PlanNextSync(t, db)
	if !strings.Contains(plan, "sync_next") || !strings.Contains(plan, "sync_leased") || strings.Contains(plan, "TEMP B-TREE") {
		t.Error(plan)
	}
}
