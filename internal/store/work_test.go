package store_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/internal/fault"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

func addCase(t *testing.T, db *store.DB, s store.Store, matter string) store.Case {
	t.Helper()
	c := full(s, matter)
	write(t, db, func(tx *store.Tx) error { return tx.PutCases([]*store.Case{&c}) })
	return c
}

func TestSourcesAreKnownByTheirPlatformID(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := shop(t, db, "a")
		c := addCase(t, db, s, "m")
		raw := []byte(`{"text": "` + string(make([]byte, 1000)) + `"}`)
		sources := []store.Source{
			{StoreID: s.ID, CaseID: c.ID, Kind: "issue", ExternalID: "1\x00", Fingerprint: "f1", Open: true, ChangedAt: storetest.Start, SeenAt: storetest.Start,
				Ref: json.RawMessage(`{"id":"1"}`), Facts: json.RawMessage(`{"x":1}`), Raw: raw, Problem: "p"},
			{StoreID: s.ID, CaseID: c.ID, Kind: "issue", ExternalID: "2", Fingerprint: "f2", Raw: []byte("short")},
		}
		write(t, db, func(tx *store.Tx) error { return tx.PutSources(sources) })
		if sources[0].ID == 0 || sources[1].ID == 0 {
			t.Fatalf("ids %d, %d", sources[0].ID, sources[1].ID)
		}
		for i, want := range [][]byte{raw, []byte("short")} {
			if got, err := db.SourceRaw(ctx, sources[i].ID); err != nil || string(got) != string(want) {
				t.Fatalf("raw %d: got %d bytes, %v", i, len(got), err)
			}
		}
		again := sources[0]
		again.Fingerprint, again.Raw = "f3", nil
		write(t, db, func(tx *store.Tx) error { return tx.PutSources([]store.Source{again}) })
		if got, _ := db.SourceRaw(ctx, sources[0].ID); string(got) != string(raw) {
			t.Fatal("no Raw took away what was received before")
		}
		prints, err := db.Fingerprints(ctx, s.ID, "issue", []string{"1\x00", "2", "3"})
		if diff := cmp.Diff(map[string]string{"1\x00": "f3", "2": "f2"}, prints); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
		write(t, db, func(tx *store.Tx) error {
			found, err := tx.SourcesByExternal(ctx, s.ID, "issue", []string{"1\x00", "9"})
			if err != nil || len(found) != 1 || found["1\x00"].CaseID != c.ID || found["1\x00"].Fingerprint != "f3" || !found["1\x00"].Open {
				t.Errorf("got %+v, %v", found, err)
			}
			return nil
		})
		open, err := db.OpenSources(ctx, s.ID)
		if err != nil || len(open) != 1 || string(open[0].Ref) != `{"id":"1"}` {
			t.Fatalf("got %+v, %v", open, err)
		}
		of, err := db.SourcesOf(ctx, c.ID)
		again.ExternalID = "1"
		if diff := cmp.Diff(again, of[0]); diff != "" || err != nil || len(of) != 2 {
			t.Fatal(diff, err)
		}
		many, err := db.SourcesOfCases(ctx, []int64{c.ID, 77})
		if err != nil || len(many[c.ID]) != 2 || len(many) != 1 {
			t.Fatalf("got %+v, %v", many, err)
		}
	})
}

func TestOrdersAreWantedAndTakenOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := shop(t, db, "a")
		now := storetest.Start
		write(t, db, func(tx *store.Tx) error { return tx.WantOrders(s.ID, []string{"1", "2"}, now) })
		write(t, db, func(tx *store.Tx) error { return tx.WantOrders(s.ID, []string{"1"}, now.Add(time.Hour)) })
		if next, err := db.NextWantedOrder(ctx); err != nil || !next.Equal(now) {
			t.Fatalf("got %v, %v", next, err)
		}
		if early, err := db.WantedOrders(ctx, now.Add(-time.Second), time.Minute, 10); err != nil || len(early) != 0 {
			t.Fatalf("got %+v, %v", early, err)
		}
		taken, err := db.WantedOrders(ctx, now, time.Minute, 10)
		if err != nil || len(taken) != 2 {
			t.Fatalf("got %+v, %v", taken, err)
		}
		if again, err := db.WantedOrders(ctx, now, time.Minute, 10); err != nil || len(again) != 0 {
			t.Fatalf("got %+v, %v", again, err)
		}
		if late, err := db.WantedOrders(ctx, now.Add(time.Minute), time.Minute, 1); err != nil || len(late) != 1 {
			t.Fatalf("got %+v, %v", late, err)
		}
		o := store.Order{StoreID: s.ID, Number: "1", Facts: json.RawMessage(`{}`), FetchedAt: now, Raw: []byte("raw")}
		orders := []store.Order{o}
		write(t, db, func(tx *store.Tx) error { return tx.PutOrders(orders) })
		got, err := db.OrderOf(ctx, s.ID, "1")
		orders[0].Raw = nil
		if diff := cmp.Diff(orders[0], got); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
		if raw, err := db.OrderRaw(ctx, got.ID); err != nil || string(raw) != "raw" {
			t.Fatalf("got %q, %v", raw, err)
		}
		found, err := db.OrdersByNumber(ctx, s.ID, []string{"1", "2", "3"})
		if err != nil || len(found) != 2 {
			t.Fatalf("got %+v, %v", found, err)
		}
	})
}

// TestAnOrderWantedWhileItIsReadIsReadAgain: the answer may be older than what it was wanted for.
func TestAnOrderWantedWhileItIsReadIsReadAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := shop(t, db, "a")
		now := storetest.Start
		want := func(at time.Time) {
			t.Helper()
			write(t, db, func(tx *store.Tx) error { return tx.WantOrders(s.ID, []string{"1"}, at) })
		}
		read := func(at, next time.Time) {
			t.Helper()
			o := store.Order{StoreID: s.ID, Number: "1", Facts: json.RawMessage(`{}`), FetchedAt: at, WantedAt: next}
			write(t, db, func(tx *store.Tx) error { return tx.PutOrders([]store.Order{o}) })
		}
		take := func(at time.Time, n int) {
			t.Helper()
			if taken, err := db.WantedOrders(ctx, at, time.Minute, 10); err != nil || len(taken) != n {
				t.Fatalf("got %+v, %v, want %d", taken, err, n)
			}
		}
		want(now)
		take(now, 1)
		want(now.Add(time.Second))
		read(now.Add(2*time.Second), now.Add(time.Hour))
		take(now.Add(2*time.Second), 1)
		read(now.Add(3*time.Second), now.Add(time.Hour))
		take(now.Add(3*time.Second), 0)
		take(now.Add(time.Hour), 1)
	})
}

// TestARecordAskedForWhileItIsReadIsReadAgain, even where both instants are the same.
func TestARecordAskedForWhileItIsReadIsReadAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := shop(t, db, "a")
		n := store.Nudge{StoreID: s.ID, Kind: "refund", ExternalID: "1", Ref: json.RawMessage(`{}`), At: storetest.Start}
		ask := func() { write(t, db, func(tx *store.Tx) error { return tx.AddNudges([]store.Nudge{n}) }) }
		waiting := func(want int) []store.Nudge {
			t.Helper()
			all, err := db.Nudges(ctx, s.ID)
			if err != nil || len(all) != want {
				t.Fatalf("got %+v, %v, want %d", all, err, want)
			}
			return all
		}
		ask()
		begun := waiting(1)[0]
		ask()
		write(t, db, func(tx *store.Tx) error { return tx.EndNudge(begun) })
		again := waiting(1)[0]
		write(t, db, func(tx *store.Tx) error { return tx.EndNudge(again) })
		waiting(0)
	})
}

// TestAStoreAskedForWhileItIsReadIsReadAgain at once, and only once.
func TestAStoreAskedForWhileItIsReadIsReadAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := shop(t, db, "a")
		now := storetest.Start
		read := func(at time.Time, meanwhile func()) {
			t.Helper()
			taken, err := db.ClaimSyncs(ctx, at, time.Minute, 10)
			if err != nil || len(taken) != 1 {
				t.Fatalf("got %+v, %v", taken, err)
			}
			meanwhile()
			taken[0].NextAt = now.Add(time.Hour)
			write(t, db, func(tx *store.Tx) error { return tx.PutSync(taken[0]) })
		}
		next := func(want time.Time) {
			t.Helper()
			if got, err := db.NextSync(ctx); err != nil || !got.Equal(want) {
				t.Fatalf("next %v, %v, want %v", got, err, want)
			}
		}
		asked := now.Add(time.Second)
		read(now, func() { write(t, db, func(tx *store.Tx) error { return tx.SyncNow(s.ID, asked) }) })
		next(asked)
		read(asked, func() {})
		next(now.Add(time.Hour))
	})
}

func TestEventsComeNewestFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := addCase(t, db, shop(t, db, "a"), "m")
		var events []store.Event
		for i := range 150 {
			events = append(events, store.Event{CaseID: c.ID, At: storetest.Start.Add(time.Duration(i) * time.Second), Kind: "note", Actor: "member", MemberID: 1, Data: json.RawMessage(`{}`)})
		}
		write(t, db, func(tx *store.Tx) error { return tx.AddEvents(events) })
		var before int64
		for i := len(events) - 1; i >= 0; {
			page, err := db.Events(ctx, c.ID, before, 40)
			if err != nil || len(page) == 0 {
				t.Fatalf("got %d, %v", len(page), err)
			}
			for _, e := range page {
				if !e.At.Equal(events[i].At) {
					t.Fatalf("event %d: got %v, want %v", i, e.At, events[i].At)
				}
				i--
			}
			before = page[len(page)-1].ID
		}
	})
}

func TestTimersAreReplacedAndTakenOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := shop(t, db, "a")
		a, b := addCase(t, db, s, "a"), addCase(t, db, s, "b")
		at := func(h int) time.Time { return storetest.Start.Add(time.Duration(h) * time.Hour) }
		set := func(id int64, timers ...store.Timer) {
			t.Helper()
			write(t, db, func(tx *store.Tx) error { return tx.SetTimers(id, timers) })
		}
		set(a.ID, store.Timer{Kind: "answer", DueAt: at(1)}, store.Timer{Kind: "warn", DueAt: at(3)})
		set(b.ID, store.Timer{Kind: "answer", DueAt: at(2), Data: json.RawMessage(`{"x":1}`)})
		set(a.ID, store.Timer{Kind: "answer", DueAt: at(4)}, store.Timer{Kind: "return", DueAt: at(3)})
		of, err := db.TimersOf(ctx, a.ID)
		if diff := cmp.Diff([]store.Timer{{CaseID: a.ID, Kind: "return", DueAt: at(3)}, {CaseID: a.ID, Kind: "answer", DueAt: at(4)}}, of); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
		if next, err := db.NextTimer(ctx); err != nil || !next.Equal(at(2)) {
			t.Fatalf("next %v, %v", next, err)
		}
		err = db.Write(ctx, func(tx *store.Tx) error {
			if taken, err := tx.TakeTimers(at(3), 10); err != nil || len(taken) != 2 || taken[0].CaseID != b.ID || string(taken[0].Data) != `{"x":1}` {
				t.Errorf("got %+v, %v", taken, err)
			}
			return fault.New(fault.Conflict, "x")
		})
		wantFault(t, err, fault.Conflict)
		write(t, db, func(tx *store.Tx) error {
			if taken, err := tx.TakeTimers(at(3), 1); err != nil || len(taken) != 1 || taken[0].CaseID != b.ID {
				t.Errorf("after a write that failed: got %+v, %v", taken, err)
			}
			return nil
		})
		write(t, db, func(tx *store.Tx) error {
			if taken, err := tx.TakeTimers(at(9), 10); err != nil || len(taken) != 2 {
				t.Errorf("got %+v, %v", taken, err)
			}
			return nil
		})
		if next, err := db.NextTimer(ctx); err != nil || !next.IsZero() {
			t.Fatalf("next %v, %v", next, err)
		}
	})
}

func TestAStoreIsReadByOneAtATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := shop(t, db, "a")
		now := storetest.Start
		claim := func(at time.Time, want int) []store.Sync {
			t.Helper()
			taken, err := db.ClaimSyncs(ctx, at, time.Minute, 10)
			if err != nil || len(taken) != want {
				t.Fatalf("got %+v, %v, want %d", taken, err, want)
			}
			return taken
		}
		first := claim(now, 1)[0]
		claim(now, 0)
		second := claim(now.Add(time.Minute), 1)[0]
		err := db.Write(ctx, func(tx *store.Tx) error { return tx.PutSync(first) })
		wantFault(t, err, fault.Conflict)
		second.NextAt, second.LastOKAt, second.Cursor, second.Backfilled = now.Add(time.Hour), now, "c", true
		write(t, db, func(tx *store.Tx) error { return tx.PutSync(second) })
		got, err := db.SyncOf(ctx, s.ID)
		if diff := cmp.Diff(second, got); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
		if next, err := db.NextSync(ctx); err != nil || !next.Equal(now.Add(time.Hour)) {
			t.Fatalf("next %v, %v", next, err)
		}
		claim(now.Add(2*time.Minute), 0)
		write(t, db, func(tx *store.Tx) error { return tx.SyncNow(s.ID, now) })
		claim(now.Add(2*time.Minute), 1)
		s.State = "paused"
		write(t, db, func(tx *store.Tx) error { return tx.PutStore(&s) })
		claim(now.Add(9*time.Hour), 0)
	})
}

func TestTheActsOfACaseLeaveInTheirOrderAndOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := shop(t, db, "a")
		a, b := addCase(t, db, s, "a"), addCase(t, db, s, "b")
		now := storetest.Start
		add := func(id string, c store.Case) {
			t.Helper()
			e := store.Effect{ID: id, DecisionID: "d" + id, CaseID: c.ID, StoreID: s.ID, Payload: json.RawMessage(`{}`), State: "planned", DueAt: now, CreatedAt: now}
			write(t, db, func(tx *store.Tx) error { return tx.AddEffect(&e) })
		}
		add("a1", a)
		add("a2", a)
		add("b1", b)
		claim := func(at time.Time, want ...string) []store.Effect {
			t.Helper()
			taken, err := db.ClaimEffects(ctx, at, time.Minute, 10)
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, e := range taken {
				ids = append(ids, e.ID)
			}
			if diff := cmp.Diff(want, ids); diff != "" {
				t.Fatal(diff)
			}
			return taken
		}
		first := claim(now, "a1", "b1")
		claim(now)
		second := claim(now.Add(time.Minute), "a1", "b1")
		err := db.Write(ctx, func(tx *store.Tx) error { return tx.PutEffect(first[0]) })
		wantFault(t, err, fault.Conflict)
		done := second[0]
		done.State, done.EndedAt, done.DueAt, done.LeaseUntil, done.Before, done.Attempts = "confirmed", now, time.Time{}, time.Time{}, json.RawMessage(`{"s":1}`), 1
		write(t, db, func(tx *store.Tx) error { return tx.PutEffect(done) })
		got, err := db.Effect(ctx, "a1")
		if diff := cmp.Diff(done, got); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
		stuck := second[1]
		stuck.State, stuck.DueAt = "in_doubt", time.Time{}
		write(t, db, func(tx *store.Tx) error { return tx.PutEffect(stuck) })
		add("b2", b)
		claim(now.Add(time.Hour), "a2")
		err = db.Write(ctx, func(tx *store.Tx) error {
			return tx.AddEffect(&store.Effect{ID: "a1", CaseID: a.ID, StoreID: s.ID})
		})
		wantFault(t, err, fault.Conflict)
		if n, err := db.CountDoubtful(ctx, nil, 10); err != nil || n != 1 {
			t.Fatalf("in doubt: %d, %v", n, err)
		}
		if n, err := db.CountDoubtful(ctx, []int64{}, 10); err != nil || n != 0 {
			t.Fatalf("in doubt in no store: %d, %v", n, err)
		}
		if found, err := db.Doubtful(ctx, []int64{s.ID}, now, 10); err != nil || len(found) != 1 || found[0].ID != "b1" {
			t.Fatalf("got %+v, %v", found, err)
		}
		write(t, db, func(tx *store.Tx) error {
			return tx.AddReceipts([]store.Receipt{{EffectID: "a1", At: now, Request: []byte("ask"), Raw: make([]byte, 5000)}})
		})
		receipts, err := db.Receipts(ctx, "a1")
		if err != nil || len(receipts) != 1 || string(receipts[0].Request) != "ask" || len(receipts[0].Raw) != 5000 {
			t.Fatalf("got %d, %v", len(receipts), err)
		}
	})
}

func TestADecisionIsKeptOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := addCase(t, db, shop(t, db, "a"), "m")
		d := store.Decision{ID: "d1", CaseID: c.ID, MemberID: 1, At: storetest.Start, Option: "accept", Data: json.RawMessage(`{}`), Basis: json.RawMessage(`{}`), State: "open"}
		write(t, db, func(tx *store.Tx) error { return tx.AddDecision(d) })
		err := db.Write(ctx, func(tx *store.Tx) error { return tx.AddDecision(d) })
		wantFault(t, err, fault.Conflict)
		write(t, db, func(tx *store.Tx) error { return tx.SetDecisionState("d1", "done") })
		d.State = "done"
		of, err := db.DecisionsOf(ctx, c.ID)
		if diff := cmp.Diff([]store.Decision{d}, of); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
		err = db.Write(ctx, func(tx *store.Tx) error { return tx.SetDecisionState("d2", "done") })
		wantFault(t, err, fault.Conflict)
	})
}

func TestFrozenEvidenceDoesNotChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := addCase(t, db, shop(t, db, "a"), "m")
		e := store.Evidence{CaseID: c.ID, At: storetest.Start, From: "member", Kind: "photo", Hash: "ab", Name: "n", Type: "image/jpeg", Size: 7, Reading: "r", Text: "t", Note: "o", MemberID: 2}
		put := func() error {
			return db.Write(ctx, func(tx *store.Tx) error { return tx.PutEvidence(&e) })
		}
		for range 2 {
			if err := put(); err != nil {
				t.Fatal(err)
			}
		}
		e.FrozenAt = storetest.Start.Add(time.Hour)
		if err := put(); err != nil {
			t.Fatal(err)
		}
		wantFault(t, put(), fault.Conflict)
		of, err := db.EvidenceOf(ctx, c.ID)
		if diff := cmp.Diff([]store.Evidence{e}, of); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
	})
}
