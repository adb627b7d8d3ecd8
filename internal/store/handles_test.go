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

// TestWhoStandsAlone: every act that pays asks it just before it leaves.
func TestWhoStandsAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, other := shop(t, db, "a"), shop(t, db, "b")
		cases, rows := make([]store.Case, 2000), []*store.Case{}
		for i := range cases {
			at := s
			if i == 3 {
				at = other
			}
			cases[i] = full(at, fmt.Sprint(i))
			cases[i].OrderNo = fmt.Sprint("N-", i)
			rows = append(rows, &cases[i])
		}
		cases[1].OrderNo = "N-0" // the same order of the same shop
		cases[3].OrderNo = "N-2" // the same number at another shop
		cases[4].OrderNo, cases[5].OrderNo = "", ""
		write(t, db, func(tx *store.Tx) error { return tx.PutCases(rows) })
		handle := func(i int, name string) store.Handle {
			return store.Handle{CaseID: cases[i].ID, CompanyID: cases[i].CompanyID, Name: name}
		}
		foreign := handle(9, "stripe:charge/8")
		foreign.CompanyID = cases[9].CompanyID + 1
		write(t, db, func(tx *store.Tx) error {
			handles := []store.Handle{handle(6, "stripe:charge/6"), handle(7, "stripe:charge/6"), handle(8, "stripe:charge/8"), foreign}
			for i := 10; i < len(cases); i++ {
				handles = append(handles, handle(i, fmt.Sprint("stripe:charge/", i)))
			}
			return tx.AddHandles(handles)
		})
		store.Analyse(t, db)
		var ids, got []int64
		for i := range 10 {
			ids = append(ids, cases[i].ID)
		}
		with, err := db.Accompanied(t.Context(), ids)
		if err != nil {
			t.Fatal(err)
		}
		for i, id := range ids {
			if with[id] {
				got = append(got, int64(i))
			}
		}
		if want := []int64{0, 1, 6, 7}; !slices.Equal(got, want) {
			t.Errorf("not alone are %v, want %v", got, want)
		}
		for _, plan := range store.PlanAccompanied(t, db, ids[:2]) {
			if !strings.Contains(plan, "handle_name") && !strings.Contains(plan, "case_order") || strings.Contains(plan, "SCAN") || strings.Contains(plan, "Seq Scan") {
				t.Errorf("company is found so:\n%s", plan)
			}
		}
	})
}
