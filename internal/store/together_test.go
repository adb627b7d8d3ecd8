package store_test

import (
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/internal/fault"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

// TestActsAreWrittenTogether: what one sentence writes for several acts is what one sentence each would have written, and one claim that
// was lost undoes all of it.
func TestActsAreWrittenTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, now, s := t.Context(), storetest.Start, shop(t, db, "a")
		var cases []store.Case
		for n := range 5 {
			c := addCase(t, db, s, "m"+strconv.Itoa(n))
			cases = append(cases, c)
			write(t, db, func(tx *store.Tx) error {
				d := store.Decision{ID: "d" + strconv.Itoa(n), CaseID: c.ID, At: now, Data: json.RawMessage(`{}`), Basis: json.RawMessage(`{}`), State: "open"}
				if err := tx.AddDecision(d); err != nil {
					return err
				}
				e := store.Effect{ID: "e" + strconv.Itoa(n), DecisionID: d.ID, CaseID: c.ID, StoreID: s.ID, Payload: json.RawMessage(`{}`), State: "planned", DueAt: now, CreatedAt: now}
				return tx.AddEffect(&e)
			})
		}
		rest := store.Effect{ID: "e9", DecisionID: "d4", CaseID: cases[4].ID, StoreID: s.ID, Payload: json.RawMessage(`{}`), State: "planned", DueAt: now, CreatedAt: now}
		write(t, db, func(tx *store.Tx) error { return tx.AddEffect(&rest) })

		first, err := db.ClaimEffects(ctx, now, time.Minute, 10)
		if err != nil || len(first) != 5 {
			t.Fatal(len(first), err)
		}
		second, err := db.ClaimEffects(ctx, now.Add(2*time.Minute), time.Minute, 1)
		if err != nil || len(second) != 1 {
			t.Fatal(len(second), err)
		}
		put := func(effects []store.Effect) error {
			states := map[int64]string{}
			var receipts []store.Receipt
			var decisions []string
			for i := range effects {
				e := &effects[i]
				e.State, e.Attempts, e.Looks, e.DueAt, e.EndedAt = "confirmed", i+1, 2*i, time.Time{}, now.Add(time.Duration(i)*time.Second)
				e.Before, e.Fault = json.RawMessage(`{"n":"`+e.ID+`"}`), json.RawMessage(`{"f":"`+e.ID+`"}`)
				states[e.CaseID] = e.State + e.ID
				receipts = append(receipts, store.Receipt{EffectID: e.ID, At: now, Request: []byte("ask " + e.ID), Raw: []byte("answer " + e.ID)})
				decisions = append(decisions, e.DecisionID)
			}
			return db.Write(ctx, func(tx *store.Tx) error {
				if err := tx.AddReceipts(receipts); err != nil {
					return err
				}
				if err := tx.SetCaseEffects(states); err != nil {
					return err
				}
				if err := tx.PutEffects(effects); err != nil {
					return err
				}
				return tx.EndDecisions(decisions)
			})
		}
		wantFault(t, put(first), fault.Conflict) // one of them was claimed again
		for _, c := range cases {
			got, err := db.Case(ctx, c.ID)
			if diff := cmp.Diff(c, got); diff != "" || err != nil {
				t.Fatal("a write that failed left something: ", diff, err)
			}
		}
		for i := range first {
			if first[i].ID == second[0].ID {
				first[i].Fence = second[0].Fence
			}
		}
		if err := put(first); err != nil {
			t.Fatal(err)
		}
		for n, want := range first {
			got, err := db.Effect(ctx, want.ID)
			want.LeaseUntil = got.LeaseUntil // PutEffects writes what it was given; the second claim's lease is newer
			if diff := cmp.Diff(want, got); n > 0 && diff != "" || err != nil {
				t.Error(diff, err)
			}
			c, err := db.Case(ctx, want.CaseID)
			if err != nil || c.Card.Effect != "confirmed"+want.ID || c.Version != cases[0].Version+1 {
				t.Errorf("case %d shows %q at version %d: %v", c.ID, c.Card.Effect, c.Version, err)
			}
			receipts, err := db.Receipts(ctx, want.ID)
			if err != nil || len(receipts) != 1 || string(receipts[0].Raw) != "answer "+want.ID {
				t.Errorf("%+v %v", receipts, err)
			}
		}
		decisions, err := db.Decisions(ctx, []string{"d0", "d3", "d4", "none"})
		if err != nil || len(decisions) != 3 || decisions["d0"].State != "done" || decisions["d3"].State != "done" || decisions["d4"].State != "open" {
			t.Errorf("decisions %+v %v: one with an act that has not ended is open", decisions, err)
		}
		missing := db.Write(ctx, func(tx *store.Tx) error { return tx.SetCaseEffects(map[int64]string{cases[0].ID: "sent", 999: "sent"}) })
		wantFault(t, missing, fault.NotFound)
	})
}

// TestTimersOfManyCasesEnd: cases that keep a timer lose the others, cases that keep none lose all, and nobody else loses any.
func TestTimersOfManyCasesEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, now, s := t.Context(), storetest.Start, shop(t, db, "a")
		ids := make([]int64, 4)
		for n := range ids {
			ids[n] = addCase(t, db, s, "m"+strconv.Itoa(n)).ID
			write(t, db, func(tx *store.Tx) error {
				return tx.SetTimers(ids[n], []store.Timer{{CaseID: ids[n], Kind: "one", DueAt: now}, {CaseID: ids[n], Kind: "two", DueAt: now}})
			})
		}
		write(t, db, func(tx *store.Tx) error {
			return tx.SetTimersOf(map[int64][]store.Timer{
				ids[0]: {{CaseID: ids[0], Kind: "two", DueAt: now}},
				ids[1]: nil,
				ids[2]: {{CaseID: ids[2], Kind: "three", DueAt: now}},
			})
		})
		for n, want := range [][]string{{"two"}, nil, {"three"}, {"one", "two"}} {
			timers, err := db.TimersOf(ctx, ids[n])
			var kinds []string
			for _, timer := range timers {
				kinds = append(kinds, timer.Kind)
			}
			if diff := cmp.Diff(want, kinds); diff != "" || err != nil {
				t.Errorf("case %d: %s %v", n, diff, err)
			}
		}
	})
}

// TestTheNextWorkSeesOnlyActiveStores: what a paused store has due wakes nobody, and a reading under way is due when its lease ends.
func TestTheNextWorkSeesOnlyActiveStores(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, now := t.Context(), storetest.Start
		active, paused := shop(t, db, "a"), shop(t, db, "b")
		paused.State = "paused"
		write(t, db, func(tx *store.Tx) error {
			if err := tx.PutStore(&paused); err != nil {
				return err
			}
			if err := tx.SyncNow(paused.ID, now.Add(-time.Hour)); err != nil {
				return err
			}
			return tx.PutOrders([]store.Order{
				{StoreID: paused.ID, Number: "1", WantedAt: now}, {StoreID: active.ID, Number: "2", WantedAt: now.Add(2 * time.Hour)},
			})
		})
		check := func(sync, order time.Time) {
			t.Helper()
			w, err := db.NextWork(ctx)
			if err != nil || !w.Sync.Equal(sync) || !w.Order.Equal(order) {
				t.Errorf("sync %s, order %s, %v; want %s and %s", w.Sync, w.Order, err, sync, order)
			}
		}
		check(now, now.Add(2*time.Hour)) // a new store is read at once
		taken, err := db.ClaimSyncs(ctx, now, 10*time.Minute, 5)
		if err != nil || len(taken) != 1 {
			t.Fatal(taken, err)
		}
		check(now.Add(10*time.Minute), now.Add(2*time.Hour))
		taken[0].NextAt = now.Add(3 * time.Hour)
		write(t, db, func(tx *store.Tx) error { return tx.PutSync(taken[0]) })
		check(now.Add(3*time.Hour), now.Add(2*time.Hour))
	})
}
