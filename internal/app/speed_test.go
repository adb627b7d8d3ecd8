package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/app"
	"parley/internal/store/fill"
)

// The benchmarks go over real HTTP against the whole program on a database of PARLEY_BENCH_CASES cases (20,000 if not set), filled once
// into the folder PARLEY_BENCH_DATA (a temporary one if not set):
//
//	PARLEY_BENCH_CASES=1000000 PARLEY_BENCH_DATA=/var/tmp/million go test -run - -bench . -benchtime 3s ./internal/app
//
// The bars at 1,000,000 cases: lists as JSON p95 3 ms for one caller and 1,500 a second for sixteen, the queue page p99 25 ms, a case
// p95 3 ms, search by number p95 2 ms and by words p95 15 ms, a note with its event p95 3 ms. Floor is an answer of a list's size without a desk.
type speed struct {
	*app.App
	token  string
	client *http.Client // signed in to the pages
	orders []string     // numbers to look for
}

const benchEmail, benchWord = "bench@desk.example", "a long word for benching"

func newSpeed(b *testing.B) *speed {
	b.Helper()
	data := os.Getenv("PARLEY_BENCH_DATA")
	if data == "" {
		data = b.TempDir()
	}
	_, err := os.Stat(filepath.Join(data, "parley.db"))
	a, nerr := app.New(b.Context(), app.Config{Data: data, Addr: "127.0.0.1:0"})
	if nerr != nil {
		b.Fatal(nerr)
	}
	if err != nil {
		fillOnce(b, a)
	}
	began := time.Now()
	if err := a.Start(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = a.Stop() })
	s := &speed{App: a}
	s.join(b)
	s.signIn(b)
	b.Logf("first answers after %s", time.Since(began))
	return s
}

func fillOnce(b *testing.B, a *app.App) {
	b.Helper()
	n := 20_000
	if text := os.Getenv("PARLEY_BENCH_CASES"); text != "" {
		n, _ = strconv.Atoi(text)
	}
	if err := fill.Cases(b.Context(), a.DB, n, 1, time.Now()); err != nil {
		b.Fatal(err)
	}
}

// join makes the owner of the benchmarks, once per database.
func (s *speed) join(b *testing.B) {
	b.Helper()
	if _, err := s.Desk.Operator(b.Context(), benchEmail); err == nil {
		return
	}
	if err := s.Desk.CreateOwner(b.Context(), benchEmail, "Bench", benchWord); err != nil {
		b.Fatal(err)
	}
}

func (s *speed) signIn(b *testing.B) {
	b.Helper()
	who, err := s.Desk.Operator(b.Context(), benchEmail)
	if err != nil {
		b.Fatal(err)
	}
	if s.token, _, err = s.Desk.NewToken(b.Context(), who, "bench"); err != nil {
		b.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	s.client = &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	r, err := s.client.PostForm(s.URL()+"/sign-in", url.Values{"email": {benchEmail}, "password": {benchWord}})
	if err != nil || r.StatusCode != 200 {
		b.Fatal(r, err)
	}
	_ = r.Body.Close()
}

// get asks for a page or for JSON and reads it whole.
func (s *speed) get(path string) ([]byte, error) { return s.send("GET", path, nil) }

func (s *speed) send(method, path string, body []byte) ([]byte, error) {
	q, err := http.NewRequest(method, s.URL()+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(path, "/api/") {
		q.Header.Set("Authorization", "Bearer "+s.token)
		q.Header.Set("Content-Type", "application/json")
	}
	r, err := s.client.Do(q)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Body.Close() }()
	raw, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode >= 300 {
		err = fmt.Errorf("%s: %d %.300s", path, r.StatusCode, raw)
	}
	return raw, err
}

func (s *speed) measure(b *testing.B, name string, do func(*rand.Rand) error) {
	for _, callers := range []int{1, 16} {
		b.Run(fmt.Sprintf("%s/c=%d", name, callers), func(b *testing.B) { clocked(b, callers, do) })
	}
}

func clocked(b *testing.B, callers int, do func(*rand.Rand) error) {
	for i := range 30 {
		if err := do(rand.New(rand.NewPCG(9, uint64(i)))); err != nil {
			b.Fatal(err)
		}
	}
	times := make([]time.Duration, b.N)
	var next atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for i := range callers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(5, uint64(i)))
			for n := next.Add(1) - 1; n < int64(b.N); n = next.Add(1) - 1 {
				began := time.Now()
				if err := do(random); err != nil {
					b.Error(err)
					return
				}
				times[n] = time.Since(began)
			}
		})
	}
	all.Wait()
	b.StopTimer()
	slices.Sort(times)
	at := func(p int) float64 { return times[(len(times)-1)*p/100].Seconds() * 1000 }
	b.ReportMetric(at(50), "p50-ms")
	b.ReportMetric(at(95), "p95-ms")
	b.ReportMetric(at(99), "p99-ms")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
	b.ReportMetric(0, "ns/op")
}

func BenchmarkProgram(b *testing.B) {
	s := newSpeed(b)
	plain := func(path string) func(*rand.Rand) error {
		return func(*rand.Rand) error { _, err := s.get(path); return err }
	}
	s.measure(b, "Floor", floor(b, s.client))
	s.measure(b, "Health", plain("/healthz"))
	s.measure(b, "List", plain("/api/v1/cases?order=deadline"))
	s.measure(b, "ListOfStore", func(r *rand.Rand) error {
		_, err := s.get(fmt.Sprintf("/api/v1/cases?store=%d", 1+r.IntN(200)))
		return err
	})
	s.measure(b, "Unassigned", plain("/api/v1/cases?view=unassigned"))
	s.measure(b, "ByMoney", plain("/api/v1/cases?order=money"))
	s.measure(b, "DeepPage", plain(s.deep(b)))
	s.measure(b, "QueuePage", plain("/queue"))
	ids := s.ids(b)
	s.measure(b, "Case", func(r *rand.Rand) error {
		_, err := s.get(fmt.Sprintf("/api/v1/cases/%d", ids[r.IntN(len(ids))]))
		return err
	})
	s.measure(b, "CasePage", func(r *rand.Rand) error {
		_, err := s.get(fmt.Sprintf("/cases/%d", ids[r.IntN(len(ids))]))
		return err
	})
	s.measure(b, "SearchNumber", func(r *rand.Rand) error {
		_, err := s.get("/api/v1/cases?q=" + s.orders[r.IntN(len(s.orders))])
		return err
	})
	for lang, word := range map[string]string{"es": "paquete", "zh": "退款", "ru": "возврат", "ar": "المال"} {
		s.measure(b, "SearchWords/"+lang, plain("/api/v1/cases?q="+url.QueryEscape(word)))
	}
	s.measure(b, "Note", func(r *rand.Rand) error {
		_, err := s.send("POST", fmt.Sprintf("/api/v1/cases/%d/notes", ids[r.IntN(len(ids))]), []byte(`{"text":"called the carrier"}`))
		return err
	})
}

// floor is what HTTP alone costs here: 26 kB that lie ready.
func floor(b *testing.B, client *http.Client) func(*rand.Rand) error {
	b.Helper()
	ready := bytes.Repeat([]byte("0123456789"), 2600)
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(ready) }))
	b.Cleanup(bare.Close)
	return func(*rand.Rand) error {
		r, err := client.Get(bare.URL)
		if err != nil {
			return err
		}
		defer func() { _ = r.Body.Close() }()
		_, err = io.Copy(io.Discard, r.Body)
		return err
	}
}

type benchPage struct {
	Items []struct {
		ID    int64
		Order string
	}
	Next string
}

// deep walks forty pages and gives the address of the next.
func (s *speed) deep(b *testing.B) string {
	b.Helper()
	path := "/api/v1/cases?order=deadline"
	var p benchPage
	for range 40 {
		raw, err := s.get(path)
		if err == nil {
			p = benchPage{}
			err = json.Unmarshal(raw, &p)
		}
		if err != nil {
			b.Fatal(err)
		}
		path = "/api/v1/cases?order=deadline&cursor=" + url.QueryEscape(p.Next)
	}
	return path
}

// ids gives open cases to look at, and remembers their order numbers.
func (s *speed) ids(b *testing.B) []int64 {
	b.Helper()
	raw, err := s.get("/api/v1/cases?limit=200")
	var p benchPage
	if err == nil {
		err = json.Unmarshal(raw, &p)
	}
	if err != nil || len(p.Items) == 0 {
		b.Fatal(err, len(p.Items))
	}
	var ids []int64
	for _, it := range p.Items {
		ids, s.orders = append(ids, it.ID), append(s.orders, it.Order)
	}
	return ids
}
