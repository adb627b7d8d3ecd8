package store_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"parley/internal/store"
	"parley/internal/store/fill"
	"parley/internal/store/storetest"
)

// The benchmarks run on a database of PARLEY_BENCH_CASES cases (20,000 if not set) at PARLEY_BENCH_DB, which is filled
// if it does not exist and kept, or in a temporary file:
//
//	PARLEY_BENCH_CASES=1000000 PARLEY_BENCH_DB=/var/tmp/million.db go test -run - -bench . -benchtime 2s ./internal/store
//
// Each prints the times in milliseconds that half, 95 and 99 of 100 calls stay under, calls a second, and processor time
// a call, for one caller and for sixteen. Floor is what the driver alone does for the same amount of data.
func bench(b *testing.B) (*store.DB, string) {
	b.Helper()
	n := 20_000
	if text := os.Getenv("PARLEY_BENCH_CASES"); text != "" {
		n, _ = strconv.Atoi(text)
	}
	path := os.Getenv("PARLEY_BENCH_DB")
	if path == "" {
		path = filepath.Join(b.TempDir(), "bench.db")
	}
	_, err := os.Stat(path)
	began := time.Now()
	db := storetest.Open(b, path, time.Now)
	if err != nil {
		if err := fill.Cases(ctx, db, n, 1, storetest.Start); err != nil {
			b.Fatal(err)
		}
		b.Logf("filled %d cases in %s", n, time.Since(began).Round(time.Millisecond))
	}
	return db, path
}

// measure runs one call again and again, by one caller and by sixteen.
func measure(b *testing.B, name string, call func(*rand.Rand) error) {
	for _, callers := range []int{1, 16} {
		b.Run(fmt.Sprintf("%s/c=%d", name, callers), func(b *testing.B) { clock(b, callers, call) })
	}
}

func clock(b *testing.B, callers int, call func(*rand.Rand) error) {
	for i := range 20 { // warm up
		if err := call(rand.New(rand.NewPCG(99, uint64(i)))); err != nil {
			b.Fatal(err)
		}
	}
	times := make([]time.Duration, b.N)
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	spent := cpu()
	for i := range callers {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(5, uint64(i)))
			for n := next.Add(1) - 1; n < int64(b.N); n = next.Add(1) - 1 {
				began := time.Now()
				if err := call(random); err != nil {
					b.Error(err)
					return
				}
				times[n] = time.Since(began)
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	slices.Sort(times)
	at := func(percent int) float64 { return times[(len(times)-1)*percent/100].Seconds() * 1000 }
	b.ReportMetric(at(50), "p50-ms")
	b.ReportMetric(at(95), "p95-ms")
	b.ReportMetric(at(99), "p99-ms")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
	b.ReportMetric(float64((cpu()-spent).Microseconds())/float64(b.N), "cpu-us")
	b.ReportMetric(0, "ns/op")
}

// cpu is the processor time this process has used: what a call costs also on a machine that is busy with other things.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func numbers(n int) []int64 {
	list := make([]int64, n)
	for i := range list {
		list[i] = int64(1 + i*7%200)
	}
	return list
}

func BenchmarkList(b *testing.B) {
	db, _ := bench(b)
	lists(b, db)
}

// lists measures every kind of list, as JSON where it says so, because that is what leaves the desk.
func lists(b *testing.B, db *store.DB) {
	yes, no, nobody, member := true, false, int64(0), int64(7)
	for _, l := range []struct {
		name string
		q    store.Query
	}{
		{"open by deadline", store.Query{Open: &yes}},
		{"one store", store.Query{Open: &yes, Stores: []int64{40}}},
		{"three stores", store.Query{Open: &yes, Stores: []int64{3, 90, 150}}},
		{"sixteen stores", store.Query{Open: &yes, Stores: numbers(16)}},
		{"hundred stores", store.Query{Open: &yes, Stores: numbers(100)}},
		{"unassigned", store.Query{Open: &yes, Assignee: &nobody}},
		{"mine", store.Query{Open: &yes, Assignee: &member}},
		{"view", store.Query{Open: &yes, Views: []string{"to_answer"}}},
		{"view of 20 stores", store.Query{Open: &yes, Views: []string{"to_answer"}, Stores: numbers(20)}},
		{"class", store.Query{Open: &yes, Classes: []string{"logistics.lost"}}},
		{"by ask", store.Query{Open: &yes, Group: "ask"}},
		{"by store", store.Query{Open: &yes, Group: "store"}},
		{"by recommended of 20 stores", store.Query{Open: &yes, Group: "recommended", Stores: numbers(20)}},
		{"by money", store.Query{Open: &yes, Sort: "money"}},
		{"by change", store.Query{Open: &yes, Sort: "changed"}},
		{"ended", store.Query{Open: &no}},
		{"ended of a store", store.Query{Open: &no, Stores: []int64{40}}},
	} {
		measure(b, l.name, func(*rand.Rand) error { return page(db, l.q) })
	}
	deep := deepCursors(b, db)
	measure(b, "open by deadline, random deep page", func(r *rand.Rand) error {
		return page(db, store.Query{Open: &yes, After: deep[r.IntN(len(deep))]})
	})
	measure(b, "open by deadline, as JSON", func(*rand.Rand) error {
		p, err := db.Cases(ctx, store.Query{Open: &yes})
		if err == nil {
			_, err = json.Marshal(p)
		}
		return err
	})
}

func page(db *store.DB, q store.Query) error {
	p, err := db.Cases(ctx, q)
	if err == nil && len(p.Cases) == 0 {
		err = fmt.Errorf("%+v: an empty page", q)
	}
	return err
}

// deepCursors gives places all over the list of open cases.
func deepCursors(b *testing.B, db *store.DB) (cursors []store.Cursor) {
	yes := true
	q := store.Query{Open: &yes, Limit: 500}
	for {
		p, err := db.Cases(ctx, q)
		if err != nil {
			b.Fatal(err)
		}
		if p.Next == "" || len(p.Cases) < 500 {
			return cursors
		}
		cursors, q.After = append(cursors, p.Next), p.Next
	}
}

// pageCase reads what a case page shows.
func pageCase(db *store.DB, id int64) error {
	c, err := db.Case(ctx, id)
	if err != nil {
		return err
	}
	if _, err := db.SourcesOf(ctx, id); err != nil {
		return err
	}
	if _, err := db.OrderOf(ctx, c.StoreID, c.OrderNo); err != nil {
		return err
	}
	if _, err := db.Events(ctx, id, 0, 50); err != nil {
		return err
	}
	if _, err := db.EvidenceOf(ctx, id); err != nil {
		return err
	}
	if _, err := db.DecisionsOf(ctx, id); err != nil {
		return err
	}
	_, err = db.EffectsOf(ctx, id)
	return err
}

// count gives the number of cases, which the filler numbers from 1.
func count(b *testing.B, db *store.DB) int64 {
	b.Helper()
	low, high := int64(1), int64(1)
	for {
		if _, err := db.Case(ctx, high); err != nil {
			break
		}
		low, high = high, high*2
	}
	for low+1 < high {
		if _, err := db.Case(ctx, (low+high)/2); err != nil {
			high = (low + high) / 2
		} else {
			low = (low + high) / 2
		}
	}
	return low
}

func BenchmarkCase(b *testing.B) {
	db, _ := bench(b)
	n := count(b, db)
	var rich []int64
	for id := int64(1); id <= n && len(rich) < 1000; id += max(1, n/20000) {
		if events, err := db.Events(ctx, id, 0, 50); err == nil && len(events) == 20 {
			rich = append(rich, id)
		}
	}
	measure(b, "page with 20 events", func(r *rand.Rand) error { return pageCase(db, rich[r.IntN(len(rich))]) })
}

func BenchmarkSearch(b *testing.B) {
	db, _ := bench(b)
	n := count(b, db)
	var known []store.Case
	for range 500 {
		if c, err := db.Case(ctx, 1+rand.Int64N(n)); err == nil {
			known = append(known, c)
		}
	}
	measure(b, "order number", func(r *rand.Rand) error { return find(db, store.SearchQuery{Text: known[r.IntN(len(known))].OrderNo}) })
	measure(b, "begin of a number", func(r *rand.Rand) error {
		return find(db, store.SearchQuery{Text: known[r.IntN(len(known))].OrderNo[:13]})
	})
	words := map[string]string{
		"es": "reembolso parcial", "es accent": "devolución", "zh 2": "退款", "zh 4": "物流显示", "ru": "возврат денег", "ar": "استرداد المبلغ",
		"ko": "환불", "en begun": "partial ref", "buyer": "María García", "three letters": "par",
	}
	for _, name := range slices.Sorted(mapKeys(words)) {
		measure(b, name, func(*rand.Rand) error { return find(db, store.SearchQuery{Text: words[name]}) })
	}
	measure(b, "zh 2 in 20 stores", func(*rand.Rand) error { return find(db, store.SearchQuery{Text: "退款", Stores: numbers(20)}) })
	measure(b, "es in one store", func(*rand.Rand) error { return find(db, store.SearchQuery{Text: "devolución", Stores: []int64{150}}) })
	yes := true
	measure(b, "ru open only", func(*rand.Rand) error {
		return find(db, store.SearchQuery{Text: "возврат денег", Open: &yes})
	})
}

func mapKeys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func find(db *store.DB, q store.SearchQuery) error {
	p, err := db.Search(ctx, q)
	if err == nil && len(p.Cases) == 0 {
		err = fmt.Errorf("%q finds nothing", q.Text)
	}
	return err
}

var decisions atomic.Int64

// decide is a decision as the desk writes it: the case, the decision, the outward act, the line of history.
func decide(db *store.DB, id int64) error {
	key := fmt.Sprintf("bench-%d-%d", time.Now().UnixNano(), decisions.Add(1))
	return db.Write(ctx, func(tx *store.Tx) error {
		c, err := tx.CaseForUpdate(id, 0)
		if err != nil {
			return err
		}
		c.Card.Effect, c.ChangedAt = "sending", time.Now()
		if err := tx.PutCases([]*store.Case{&c}); err != nil {
			return err
		}
		d := store.Decision{ID: key, CaseID: id, MemberID: 1, At: c.ChangedAt, Option: "accept", Data: json.RawMessage(`{}`), Basis: json.RawMessage(`{}`), State: "open"}
		if err := tx.AddDecision(d); err != nil {
			return err
		}
		e := store.Effect{ID: key, DecisionID: key, CaseID: id, StoreID: c.StoreID, Payload: json.RawMessage(`{}`), State: "planned", CreatedAt: c.ChangedAt, EndedAt: c.ChangedAt}
		if err := tx.AddEffect(&e); err != nil {
			return err
		}
		return tx.AddEvents([]store.Event{{CaseID: id, At: c.ChangedAt, Kind: "decided", Actor: "member", Data: json.RawMessage(`{"option":"accept"}`)}})
	})
}

func BenchmarkWrite(b *testing.B) {
	db, _ := bench(b)
	n := count(b, db)
	measure(b, "durable decision", func(r *rand.Rand) error { return decide(db, 1+r.Int64N(n)) })
}

// BenchmarkBesideWriter measures reading while another caller decides without pause.
func BenchmarkBesideWriter(b *testing.B) {
	db, _ := bench(b)
	n := count(b, db)
	stop := make(chan struct{})
	var wrote atomic.Int64
	var wg sync.WaitGroup
	wg.Go(func() {
		r := rand.New(rand.NewPCG(1, 1))
		pause := time.NewTicker(2 * time.Millisecond)
		defer pause.Stop()
		for {
			select {
			case <-stop:
				return
			case <-pause.C:
				if err := decide(db, 1+r.Int64N(n)); err != nil {
					b.Error(err)
					return
				}
				wrote.Add(1)
			}
		}
	})
	yes := true
	measure(b, "open by deadline", func(*rand.Rand) error { return page(db, store.Query{Open: &yes}) })
	measure(b, "one store", func(*rand.Rand) error { return page(db, store.Query{Open: &yes, Stores: []int64{40}}) })
	measure(b, "case page", func(r *rand.Rand) error { return pageCase(db, 1+r.Int64N(n)) })
	close(stop)
	wg.Wait()
	b.Logf("%d decisions meanwhile", wrote.Load())
}

// BenchmarkIntake measures changed disputes a second as the desk takes them in, a page of 50 a transaction.
func BenchmarkIntake(b *testing.B) {
	db, _ := bench(b)
	n := count(b, db)
	r := rand.New(rand.NewPCG(3, 3))
	const at = 50
	b.ResetTimer()
	spent := cpu()
	for range b.N {
		var ids []int64
		for range at {
			ids = append(ids, 1+r.Int64N(n))
		}
		if err := db.Write(ctx, func(tx *store.Tx) error { return takeIn(tx, ids) }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*at)/b.Elapsed().Seconds(), "disputes/s")
	b.ReportMetric(float64((cpu()-spent).Microseconds())/float64(b.N*at), "cpu-us")
}

func takeIn(tx *store.Tx, ids []int64) error {
	cases, err := tx.CasesForUpdate(ids)
	if err != nil {
		return err
	}
	of, err := tx.SourcesOfCases(ctx, ids)
	if err != nil {
		return err
	}
	var changed []*store.Case
	var sources []store.Source
	var events []store.Event
	timers, docs := map[int64][]store.Timer{}, map[int64]store.SearchDoc{}
	now := time.Now()
	for id, c := range cases {
		c.DueAt, c.ChangedAt, c.Verdict = c.DueAt.Add(time.Minute), now, append(c.Verdict, ' ')
		changed = append(changed, &c)
		s := of[id][0]
		s.Fingerprint, s.Raw, s.SeenAt = s.Fingerprint+"x", s.Facts, now
		sources = append(sources, s)
		events = append(events, store.Event{CaseID: id, At: now, Kind: "claim_changed", Actor: "platform", Data: json.RawMessage(`{}`)})
		timers[id] = []store.Timer{{Kind: "seller_response", DueAt: now.Add(time.Hour)}}
		docs[id] = store.SearchDoc{Numbers: []string{c.OrderNo, c.Matter}, Words: c.Card.Title + " " + c.Card.Buyer}
	}
	for _, err := range []error{
		tx.PutCases(changed), tx.PutSources(sources), tx.AddEvents(events), tx.SetTimersOf(timers), tx.IndexAll(docs),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkOpen measures the time from nothing to the first page.
func BenchmarkOpen(b *testing.B) {
	_, path := bench(b)
	yes := true
	b.ResetTimer()
	for range b.N {
		db, err := store.Open(ctx, path, store.Options{Now: time.Now})
		if err != nil {
			b.Fatal(err)
		}
		if err := page(db, store.Query{Open: &yes}); err != nil {
			b.Fatal(err)
		}
		db.Close()
	}
}

// BenchmarkMemory tells what the process holds after reading and writing all over the database, sixteen callers at once.
// Run it alone, on a database that is filled already.
func BenchmarkMemory(b *testing.B) {
	db, _ := bench(b)
	n := count(b, db)
	yes := true
	clock(b, 16, func(r *rand.Rand) error {
		switch r.IntN(4) {
		case 0:
			return page(db, store.Query{Open: &yes, Stores: numbers(1 + r.IntN(30))})
		case 1:
			return decide(db, 1+r.Int64N(n))
		case 2:
			return find(db, store.SearchQuery{Text: "возврат денег"})
		}
		return pageCase(db, 1+r.Int64N(n))
	})
	b.ReportMetric(resident(), "resident-MB")
}

// resident is what the process holds in memory now, in megabytes (Linux).
func resident() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024
		}
	}
	return 0
}

// BenchmarkFloor is what the driver alone does for the same amounts, without the desk's code.
func BenchmarkFloor(b *testing.B) {
	_, path := bench(b)
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=query_only(1)&_pragma=cache_size(-8000)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(4)
	db.SetMaxIdleConns(4)
	list, err := db.Prepare("SELECT id, version, company_id, store_id, connector, matter, order_no, buyer_id, open, view, class, state, owner, ask," +
		" recommended, due_at, due_kind, stake, stake_currency, stake_ref, stake_ref_currency, assignee_id, opened_at, changed_at, ended_at, card" +
		" FROM case_ WHERE open = 1 AND (due_at, id) > (0, 0) ORDER BY due_at, id LIMIT 51")
	if err != nil {
		b.Fatal(err)
	}
	measure(b, "the same rows of a list", func(*rand.Rand) error { return drain(list) })
	commits(b)
}

func drain(statement *sql.Stmt) error {
	rows, err := statement.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	var v [26]any
	var into [26]any
	for i := range v {
		into[i] = &v[i]
	}
	for rows.Next() {
		if err := rows.Scan(into[:]...); err != nil {
			return err
		}
	}
	return rows.Err()
}

// commits is one durable commit of one small row.
func commits(b *testing.B) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "floor.db")+"?_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)"); err != nil {
		b.Fatal(err)
	}
	measure(b, "one durable row", func(*rand.Rand) error {
		_, err := db.ExecContext(context.Background(), "INSERT INTO t (a) VALUES ('a decision')")
		return err
	})
}
