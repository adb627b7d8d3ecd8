package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley/internal/store"
	"parley/internal/store/storetest"
)

// TestWhoSharesANameIsFoundByIndex: every decision asks it.
func TestWhoSharesANameIsFoundByIndex(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := shop(t, db, "a")
		cases, rows := make([]store.Case, 2000), []*store.Case{}
		for i := range cases {
			cases[i] = full(s, fmt.Sprint(i))
			rows = append(rows, &cases[i])
		}
		write(t, db, func(tx *store.Tx) error { return tx.PutCases(rows) })
		var handles []store.Handle
		for i, c := range cases {
			handles = append(handles, store.Handle{CaseID: c.ID, CompanyID: c.CompanyID, Name: fmt.Sprint("stripe:charge/", i/2)}, store.Handle{CaseID: c.ID, CompanyID: c.CompanyID, Name: fmt.Sprint("shopify:order/", i)})
		}
		write(t, db, func(tx *store.Tx) error { return tx.AddHandles(handles) })
		store.Analyse(t, db)
		got, err := db.CasesBeside(t.Context(), []int64{cases[0].ID})
		if err != nil {
			t.Fatal(err)
		}
		want := []store.Named{
			{Name: "shopify:order/0", CaseID: cases[0].ID, StoreID: cases[0].StoreID, Connector: cases[0].Connector},
			{Name: "stripe:charge/0", CaseID: cases[0].ID, StoreID: cases[0].StoreID, Connector: cases[0].Connector},
			{Name: "stripe:charge/0", CaseID: cases[1].ID, StoreID: cases[1].StoreID, Connector: cases[1].Connector},
		}
		slices.SortFunc(got, func(a, b store.Named) int {
			return strings.Compare(fmt.Sprint(a.Name, a.CaseID), fmt.Sprint(b.Name, b.CaseID))
		})
		if !slices.Equal(got, want) {
			t.Errorf("beside the first: %+v", got)
		}
		if plan := store.PlanBeside(t, db, []int64{cases[0].ID}); !strings.Contains(plan, "handle_name") || strings.Contains(plan, "SCAN a") || strings.Contains(plan, "SCAN b") || strings.Contains(plan, "SCAN c") || strings.Contains(plan, "Seq Scan") {
			t.Errorf("the names of a case are found so:\n%s", plan)
		}
	})
}
