package app_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/internal/app"
	"parley/internal/connector"
	"parley/internal/connector/aliexpress/fake"
	"parley/internal/desk"
	"parley/internal/store"
	"parley/internal/store/fill"
	"parley/internal/store/storetest"
)

// The desk's own work, on both engines, with PostgreSQL as durable as Debian installs it:
//
//	PARLEY_TEST_POSTGRES_DURABLE=yes go test -run - -bench 'Timers|Pending|Effects' -benchtime 1x -timeout 30m ./internal/app
//
// The bars: 50,000 timers due within a minute are handled with p99 2 s; 1,000,000 pending timers cost less than 1 % of a core; 300 effects a
// second on SQLite and 1,000 on PostgreSQL. PARLEY_BENCH_TIMERS, PARLEY_BENCH_PENDING and PARLEY_BENCH_EFFECTS change how many.
func eachEngine(b *testing.B, bench func(b *testing.B, address string)) {
	b.Run("sqlite", func(b *testing.B) { bench(b, "sqlite:"+filepath.Join(b.TempDir(), "bench.db")) })
	b.Run("postgres", func(b *testing.B) { bench(b, storetest.Postgres(b)) })
}

func many(b *testing.B, variable string, usual int) int {
	b.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	must(b, err)
	return n
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func benchDesk(b *testing.B, address string) *app.App {
	b.Helper()
	a, err := app.New(b.Context(), app.Config{Data: b.TempDir(), DB: address, Addr: "127.0.0.1:0", AllowPrivate: true, SyncEvery: time.Hour})
	must(b, err)
	b.Cleanup(func() { _ = a.Stop() })
	return a
}

// BenchmarkTimers lets one timer of each case ring within a minute. Late is from the instant it was due to the commit of what followed: the
// case judged again, its event, its next timers.
func BenchmarkTimers(b *testing.B) {
	eachEngine(b, func(b *testing.B, address string) {
		a, n := benchDesk(b, address), many(b, "PARLEY_BENCH_TIMERS", 50_000)
		must(b, fill.Cases(b.Context(), a.DB, n, 1, a.Clock.Now()))
		pauseStores(b, a)
		for b.Loop() {
			late := ringAll(b, a, n)
			b.ReportMetric(late[len(late)/2].Seconds()*1000, "p50-ms")
			b.ReportMetric(late[len(late)*99/100].Seconds()*1000, "p99-ms")
			b.ReportMetric(late[len(late)-1].Seconds()*1000, "max-ms")
		}
	})
}

// pauseStores keeps the readings of the filled stores out of it: they lead nowhere.
func pauseStores(b *testing.B, a *app.App) {
	stores, err := a.DB.Stores(b.Context())
	must(b, err)
	must(b, a.DB.Write(b.Context(), func(tx *store.Tx) error {
		for _, s := range stores {
			s.State = "paused"
			if err := tx.PutStore(&s); err != nil {
				return err
			}
		}
		return nil
	}))
}

func ringAll(b *testing.B, a *app.App, n int) []time.Duration {
	began := a.Clock.Now().Add(time.Duration(n/1000+5) * time.Second) // the timers are written first
	due := func(id int64) time.Time { return began.Add(time.Duration(id) * time.Minute / time.Duration(n)) }
	for from := 1; from <= n; from += 1000 {
		timers := map[int64][]store.Timer{}
		for id := int64(from); id < int64(from+1000) && id <= int64(n); id++ {
			timers[id] = []store.Timer{{CaseID: id, Kind: "warn:bench:bench", DueAt: due(id)}}
		}
		must(b, a.DB.Write(b.Context(), func(tx *store.Tx) error { return tx.SetTimersOf(timers) }))
	}
	var mu sync.Mutex
	var late []time.Duration
	rang, all := make([]bool, n+1), make(chan struct{})
	a.DB.AfterCommit(func(c store.Changes) {
		mu.Lock()
		defer mu.Unlock()
		now := a.Clock.Now()
		for _, id := range c.Cases {
			if id <= int64(n) && !rang[id] && now.After(due(id)) {
				rang[id], late = true, append(late, now.Sub(due(id)))
				if len(late) == n {
					close(all)
				}
			}
		}
	})
	if left := began.Sub(a.Clock.Now()); left < 0 {
		b.Fatalf("writing the timers took %s too long", -left)
	}
	must(b, a.Start(b.Context()))
	<-all
	slices.Sort(late)
	return late
}

// BenchmarkPending measures what timers cost that are not due: the processor time of this program, and of its connections at PostgreSQL,
// while the desk has nothing else to do.
func BenchmarkPending(b *testing.B) {
	eachEngine(b, func(b *testing.B, address string) {
		a, n := benchDesk(b, address), many(b, "PARLEY_BENCH_PENDING", 1_000_000)
		at := a.Clock.Now().AddDate(1, 0, 0)
		for from := 1; from <= n; from += 5000 {
			timers := map[int64][]store.Timer{}
			for id := int64(from); id < int64(from+5000) && id <= int64(n); id++ {
				timers[id] = []store.Timer{{CaseID: id, Kind: "deadline", DueAt: at}}
			}
			must(b, a.DB.Write(b.Context(), func(tx *store.Tx) error { return tx.SetTimersOf(timers) }))
		}
		must(b, a.Start(b.Context()))
		const quiet, rest = 5 * time.Second, time.Minute
		must(b, a.Clock.Pause(b.Context(), quiet))
		for b.Loop() {
			own, server := spent(b), serverSpent(b, address)
			must(b, a.Clock.Pause(b.Context(), rest))
			b.ReportMetric((spent(b)-own).Seconds()/rest.Seconds()*100, "%core")
			b.ReportMetric((serverSpent(b, address)-server).Seconds()/rest.Seconds()*100, "%core-server")
		}
	})
}

// spent is the processor time of this program.
func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// serverSpent is the processor time of the connections at PostgreSQL; zero on SQLite.
func serverSpent(b *testing.B, address string) (sum time.Duration) {
	if !strings.HasPrefix(address, "postgres") {
		return 0
	}
	const tick = 10 * time.Millisecond // USER_HZ is 100
	for _, pid := range storetest.Backends(b, address) {
		raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil {
			continue // it has ended
		}
		fields := strings.Fields(string(raw[strings.LastIndexByte(string(raw), ')')+2:]))
		user, _ := strconv.Atoi(fields[11])
		system, _ := strconv.Atoi(fields[12])
		sum += time.Duration(user+system) * tick
	}
	return sum
}

// BenchmarkEffects accepts a claim in each of many cases and measures from the start of the work to the last confirmation: the record read,
// the act sent, the record read back and taken in, over signed HTTP to the simulator in the same process. Raw is the same rows written by the
// same sentences in the same transactions, without platform and rules.
func BenchmarkEffects(b *testing.B) {
	eachEngine(b, func(b *testing.B, address string) {
		a, n := benchDesk(b, address), many(b, "PARLEY_BENCH_EFFECTS", 3000)
		platform := fake.New(fake.Options{Now: a.Clock.Now})
		shop := platform.AddShop(fake.ShopSpec{Name: "Casa Norte", Country: "ES", Currency: "EUR"})
		server := httptest.NewServer(platform)
		b.Cleanup(server.Close)
		platform.BulkIssues(shop, n)
		acts := acceptAll(b, a, shop, server.URL)
		b.ResetTimer()
		for b.Loop() {
			began := a.Clock.Now()
			must(b, a.Start(b.Context()))
			debug.SetMemoryLimit(1 << 30) // the desk's own limit leaves no room for the platform, which lives in this process
			ended := awaitAll(b, a, acts)
			b.ReportMetric(float64(len(acts))/ended.Sub(began).Seconds(), "effects/s")
			began = a.Clock.Now()
			rawActs(b, a, acts)
			b.ReportMetric(float64(len(acts))/a.Clock.Now().Sub(began).Seconds(), "raw/s")
		}
	})
}

func acceptAll(b *testing.B, a *app.App, shop *fake.Shop, address string) []string {
	ctx := b.Context()
	must(b, a.Desk.CreateOwner(ctx, benchEmail, "Bench", benchWord))
	who, err := a.Desk.Operator(ctx, benchEmail)
	must(b, err)
	_, err = a.Desk.AddStore(ctx, who, desk.StoreInput{
		Company: "Norte SL", Connector: "aliexpress", Name: shop.Name, Zone: "Europe/Madrid",
		Settings: map[string]string{"app_key": shop.Key, "app_secret": shop.Secret, "address": address, "allow_private": "true", "calls_per_second": "0"},
		Token:    connector.Token{Access: shop.Token, Refresh: shop.RefreshToken, ExpiresAt: a.Clock.Now().AddDate(1, 0, 0)},
	})
	must(b, err)
	must(b, a.Desk.Settle(ctx))
	var mu sync.Mutex
	var acts []string
	var deciding errgroup.Group
	deciding.SetLimit(8)
	for cursor := ""; ; {
		page, err := a.Desk.Queue(ctx, who, desk.QueueQuery{Limit: 200, Cursor: cursor})
		must(b, err)
		for _, row := range page.Rows {
			deciding.Go(func() error {
				d, err := a.Desk.Decide(ctx, who, row.ID, desk.Choice{Option: "accept"})
				if err == nil {
					mu.Lock()
					acts = append(acts, d.Effects[0].ID)
					mu.Unlock()
				}
				return nil // one that may not be accepted is none of these
			})
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	must(b, deciding.Wait())
	if len(acts) == 0 {
		b.Fatal("nothing could be accepted")
	}
	return acts
}

// awaitAll gives the instant at which all acts had ended, and makes sure that each was confirmed.
func awaitAll(b *testing.B, a *app.App, acts []string) (ended time.Time) {
	for {
		left, err := a.DB.EffectsByState(b.Context())
		must(b, err)
		if len(left) == 0 {
			break
		}
		must(b, a.Clock.Pause(b.Context(), 50*time.Millisecond))
	}
	ended = a.Clock.Now()
	for _, id := range acts {
		if e, err := a.DB.Effect(b.Context(), id); err != nil || e.State != "confirmed" {
			b.Fatalf("%+v %v", e, err)
		}
	}
	return ended
}

// rawActs writes what an act writes on its way: that it is about to be sent, what came back, and its end.
func rawActs(b *testing.B, a *app.App, acts []string) {
	var side errgroup.Group
	side.SetLimit(32)
	for _, id := range acts {
		side.Go(func() error {
			ctx := context.Background()
			e, err := a.DB.Effect(ctx, id)
			if err != nil {
				return err
			}
			receipts, err := a.DB.Receipts(ctx, id)
			if err != nil || len(receipts) == 0 {
				return err
			}
			mark := func(tx *store.Tx) error {
				if err := tx.PutEffect(e); err != nil {
					return err
				}
				return tx.SetCaseEffect(e.CaseID, "sending")
			}
			if err := a.DB.Write(ctx, mark); err != nil {
				return err
			}
			return a.DB.Write(ctx, func(tx *store.Tx) error {
				if err := tx.AddReceipts(receipts[:1]); err != nil {
					return err
				}
				if err := tx.PutEffect(e); err != nil {
					return err
				}
				if err := tx.SetDecisionState(e.DecisionID, "done"); err != nil {
					return err
				}
				if err := tx.SetCaseEffect(e.CaseID, "confirmed"); err != nil {
					return err
				}
				data, _ := json.Marshal(map[string]any{"effect": e.ID, "decision": e.DecisionID})
				return tx.AddEvents([]store.Event{{CaseID: e.CaseID, At: e.EndedAt, Kind: "effect_confirmed", Actor: "desk", Data: data}})
			})
		})
	}
	must(b, side.Wait())
}
