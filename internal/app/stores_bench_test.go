package app_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"parley/internal/app"
	"parley/internal/connector"
	aliexpress "parley/internal/connector/aliexpress/fake"
	mirakl "parley/internal/connector/mirakl/fake"
	paypal "parley/internal/connector/paypal/fake"
	shopify "parley/internal/connector/shopify/fake"
	stripe "parley/internal/connector/stripe/fake"
	"parley/internal/desk"
)

// The benchmarks of many stores run the whole program beside simulated platforms in the same process, over real HTTP, so what they
// measure holds the platforms' own time too. The bars: 100 stores of five kinds with 200 open records each, read from cold in under
// 60 seconds; 1,000 stores with nothing new, read at the pace of quiet stores, in less than 5 % of one core.
//
//	go test -run - -bench 'ColdStores|IdleStores' -benchtime 1x ./internal/app
//
// Every store keeps to its platform's limits as it would outside, so reading from cold is for the most part waiting: Shopify's points
// of the smallest plan are what it takes longest for. PayPal publishes no limit; the default of 5 calls a second is raised to 50 here.
//
// PARLEY_BENCH_KIND=stripe looks at one kind alone.
const (
	benchStores  = 100
	benchRecords = 200
	idleStores   = 1000
	idlePause    = 5 * time.Minute // of a quiet store; see package desk
)

// shelf is a simulated platform that can be given more shops.
type shelf struct {
	kind    string
	handler http.Handler
	shop    func(n, records int) desk.StoreInput
}

func shelves(now func() time.Time) []shelf {
	return []shelf{aliexpressShelf(now), miraklShelf(now), paypalShelf(now), shopifyShelf(now), stripeShelf(now)}
}

func aliexpressShelf(now func() time.Time) shelf {
	p := aliexpress.New(aliexpress.Options{Now: now})
	return shelf{"aliexpress", p, func(n, records int) desk.StoreInput {
		s := p.AddShop(aliexpress.ShopSpec{Name: fmt.Sprintf("AliExpress %d", n), Country: "ES", Currency: "EUR"})
		p.BulkIssues(s, records)
		return desk.StoreInput{Settings: map[string]string{"app_key": s.Key, "app_secret": s.Secret},
			Token: connector.Token{Access: s.Token, Refresh: s.RefreshToken, ExpiresAt: now().AddDate(1, 0, 0)}}
	}}
}

func miraklShelf(now func() time.Time) shelf {
	p := mirakl.New(mirakl.Options{Now: now, Operator: "PcComponentes"})
	return shelf{"mirakl", p, func(n, records int) desk.StoreInput {
		s := p.AddShop(mirakl.ShopSpec{Name: fmt.Sprintf("Mirakl %d", n), Key: fmt.Sprintf("bench-key-%05d", n), Currency: "EUR", Country: "ESP"})
		for i := range records {
			o := s.PlaceOrder(mirakl.OrderSpec{PlacedAt: now().AddDate(0, 0, -9), Customer: mirakl.Customer{First: "Ana", Last: "Ruiz"},
				Lines: []mirakl.LineSpec{{Title: fmt.Sprintf("Lámpara %d", i), SKU: "L1", Product: "P1", Quantity: 1, Price: 2999}}})
			o.Ship("correos", "Correos", fmt.Sprintf("PQ%09d", n*1000+i))
			o.OpenIncident(0, "14")
		}
		return desk.StoreInput{Settings: map[string]string{"operator": "pccomponentes", "api_key": s.Key, "poll_minutes": "0"}}
	}}
}

func paypalShelf(now func() time.Time) shelf {
	p := paypal.New(paypal.Options{Now: now})
	return shelf{"paypal", p, func(n, records int) desk.StoreInput {
		a := p.AddAccount(paypal.AccountSpec{Name: fmt.Sprintf("PayPal %d", n)})
		for range records {
			p.Open(a, paypal.DisputeSpec{Reason: "MERCHANDISE_OR_SERVICE_NOT_RECEIVED", Amount: paypal.Money{Minor: 2999, Currency: "EUR"}, Says: "¿Dónde está?"})
		}
		return desk.StoreInput{Settings: map[string]string{"client_id": a.ClientID, "client_secret": a.Secret, "calls_per_second": "50"}}
	}}
}

func shopifyShelf(now func() time.Time) shelf {
	p := shopify.New(shopify.Options{Now: now})
	return shelf{"shopify", p, func(n, records int) desk.StoreInput {
		s := p.AddShop(shopify.ShopSpec{Name: fmt.Sprintf("Shopify %d", n), Domain: fmt.Sprintf("shop-%d", n), Country: "ES", Currency: "EUR"})
		for i := range records {
			o := s.PlaceOrder(shopify.OrderSpec{Customer: shopify.Customer{First: "Ana", Last: "Ruiz"}, Currency: "EUR", Placed: now().AddDate(0, 0, -12),
				Lines: []shopify.LineSpec{{Title: fmt.Sprintf("Lámpara %d", i), Quantity: 1, Price: 2999}}})
			s.Send(o, "Correos", fmt.Sprintf("PQ%09d", n*1000+i), now().AddDate(0, 0, -10))
			s.RequestReturn(o, shopify.ReturnSpec{Quantity: 1, ReasonHandle: "defective", At: now().AddDate(0, 0, -1)})
		}
		return desk.StoreInput{Settings: map[string]string{"shop": s.Domain, "access_token": s.Token, "client_secret": s.Secret}}
	}}
}

func stripeShelf(now func() time.Time) shelf {
	p := stripe.New(stripe.Options{Now: now})
	return shelf{"stripe", p, func(n, records int) desk.StoreInput {
		a := p.AddAccount(stripe.AccountSpec{Name: fmt.Sprintf("Stripe %d", n), Country: "ES", Currency: "eur", Key: fmt.Sprintf("rk_test_bench%04d", n)})
		for range records {
			c := a.Pay(stripe.ChargeSpec{Amount: 2999, Currency: "eur", Name: "Ana Ruiz", Network: "visa", Ago: 20 * 24 * time.Hour})
			a.Dispute(c, stripe.DisputeSpec{Reason: "product_not_received", Code: "13.1", Ago: time.Hour})
		}
		return desk.StoreInput{Settings: map[string]string{"api_key": a.Key}}
	}}
}

// manyStores is a desk with stores of every kind, nothing read yet.
func manyStores(b *testing.B, stores, records int) *app.App {
	b.Helper()
	clock := app.RealClock()
	a, err := app.New(b.Context(), app.Config{Data: b.TempDir(), Addr: "127.0.0.1:0", AllowPrivate: true, Clock: clock})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = a.Stop() })
	if err := a.Desk.CreateOwner(b.Context(), benchEmail, "Bench", benchWord); err != nil {
		b.Fatal(err)
	}
	who, err := a.Desk.Operator(b.Context(), benchEmail)
	if err != nil {
		b.Fatal(err)
	}
	all := slices.DeleteFunc(shelves(clock.Now), func(s shelf) bool {
		return os.Getenv("PARLEY_BENCH_KIND") != "" && os.Getenv("PARLEY_BENCH_KIND") != s.kind
	})
	for i, s := range all {
		server := httptest.NewServer(s.handler)
		b.Cleanup(server.Close)
		for n := range stores / len(all) {
			in := s.shop(i*stores+n+1, records)
			in.Company, in.Connector, in.Name = "Bench SL", s.kind, fmt.Sprintf("%s %d", s.kind, n)
			in.Settings["address"], in.Settings["allow_private"] = server.URL, "true"
			if _, err := a.Desk.AddStore(b.Context(), who, in); err != nil {
				b.Fatal(s.kind, err)
			}
		}
	}
	return a
}

// untilRead starts the desk and waits until every store has been read.
func untilRead(b *testing.B, a *app.App, stores int) time.Duration {
	b.Helper()
	began := time.Now()
	if err := a.Start(context.Background()); err != nil {
		b.Fatal(err)
	}
	for {
		syncs, err := a.DB.Syncs(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		done := 0
		for _, s := range syncs {
			if s.Backfilled {
				done++
			}
			if s.FaultKey != "" && s.LastOKAt.IsZero() {
				b.Fatalf("store %d: %s %s", s.StoreID, s.FaultKey, s.FaultText)
			}
		}
		if done >= stores {
			return time.Since(began)
		}
		<-time.After(50 * time.Millisecond)
	}
}

func BenchmarkColdStores(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		a := manyStores(b, benchStores, benchRecords)
		b.StartTimer()
		took := untilRead(b, a, benchStores)
		open := 0
		syncs, err := a.DB.Syncs(b.Context())
		for _, s := range syncs {
			open += s.DeskCount
		}
		if err != nil || open < benchStores*benchRecords {
			b.Fatalf("%d open records, %v", open, err)
		}
		b.ReportMetric(took.Seconds(), "s/100stores")
		b.ReportMetric(float64(open)/took.Seconds(), "records/s")
	}
}

// BenchmarkIdleStores reads stores that bring nothing new, and tells what a thousand of them would take of a core at their pace.
func BenchmarkIdleStores(b *testing.B) {
	a := manyStores(b, 50, 20)
	if err := a.Desk.Settle(b.Context()); err != nil {
		b.Fatal(err)
	}
	who, err := a.Desk.Operator(b.Context(), benchEmail)
	if err != nil {
		b.Fatal(err)
	}
	before, readings := cpu(b), 0
	for b.Loop() {
		for id := int64(1); id <= 50; id++ {
			if err := a.Desk.SyncNow(b.Context(), who, id); err != nil {
				b.Fatal(err)
			}
		}
		if err := a.Desk.Settle(b.Context()); err != nil {
			b.Fatal(err)
		}
		readings += 50
	}
	each := (cpu(b) - before) / time.Duration(readings)
	b.ReportMetric(float64(each.Microseconds()), "cpu-us/reading")
	b.ReportMetric(100*each.Seconds()*idleStores/idlePause.Seconds(), "%core/1000stores")
}

// cpu is the processor time this process has used.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(os.NewSyscallError("getrusage", err))
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
