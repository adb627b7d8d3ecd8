package webclient

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/fault"
)

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func get(c *http.Client, url string) (string, error) {
	r, err := c.Get(url)
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	return string(b), err
}

func TestPrivateAddressesAreRefused(t *testing.T) {
	reached := false
	s := serve(t, func(http.ResponseWriter, *http.Request) { reached = true })
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"} {
		_, err := get(New(Options{Connect: time.Second}), "http://"+host+port)
		if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || f.Key != "fault.address_private" {
			t.Errorf("%s: %v", host, err)
		}
	}
	if reached {
		t.Error("the server was reached")
	}
	if _, err := get(New(Options{AllowPrivate: true}), s.URL); err != nil || !reached {
		t.Errorf("allowed and refused: %v", err)
	}
}

func TestPublic(t *testing.T) {
	for text, want := range map[string]bool{
		"8.8.8.8": true, "47.246.1.1": true, "2606:4700::1111": true, "203.0.114.1": true,
		"10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "127.9.9.9": false, "169.254.169.254": false, "0.1.2.3": false,
		"100.64.0.1": false, "198.18.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false, "192.0.2.1": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "ff02::1": false, "::ffff:10.0.0.1": false,
		"64:ff9b::a00:1": false, "2002:a00:1::": false, "2001:db8::1": false, "::ffff:8.8.8.8": true,
	} {
		if got := public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestLongAnswersEnd(t *testing.T) {
	body := strings.Repeat("x", 1001)
	told := serve(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) })
	packed := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, strings.Repeat("x", 50<<20))
		z.Close()
	})
	endless := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, body); err != nil {
				return
			}
		}
	})
	for name, s := range map[string]*httptest.Server{"told length": told, "packed": packed, "endless": endless} {
		text, err := get(New(Options{AllowPrivate: true, MaxBytes: 1000}), s.URL)
		if !fault.Is(err, fault.Garbled) || len(text) > 1000 {
			t.Errorf("%s: %d bytes, %v", name, len(text), err)
		}
	}
	if text, err := get(New(Options{AllowPrivate: true, MaxBytes: 1001}), told.URL); err != nil || text != body {
		t.Errorf("exactly the limit: %d bytes, %v", len(text), err)
	}
}

func TestWaitsEnd(t *testing.T) {
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow-body" {
			io.WriteString(w, "begin")
			w.(http.Flusher).Flush()
		}
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	})
	for name, c := range map[string]struct {
		options Options
		path    string
	}{
		"no header": {Options{AllowPrivate: true, Header: 50 * time.Millisecond}, "/"},
		"no end":    {Options{AllowPrivate: true, Total: 80 * time.Millisecond}, "/slow-body"},
	} {
		began := time.Now()
		_, err := get(New(c.options), s.URL+c.path)
		var late net.Error
		if !errors.As(err, &late) || !late.Timeout() || time.Since(began) > 5*time.Second {
			t.Errorf("%s: %v after %v", name, err, time.Since(began))
		}
	}
}

func TestRedirects(t *testing.T) {
	elsewhere := serve(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "elsewhere") })
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, elsewhere.URL, http.StatusFound)
		case "/near":
			http.Redirect(w, r, "/end", http.StatusTemporaryRedirect)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		default:
			io.WriteString(w, "end")
		}
	})
	c := New(Options{AllowPrivate: true})
	if _, err := get(c, s.URL+"/away"); !fault.Is(err, fault.Invalid) {
		t.Errorf("to another host: %v", err)
	}
	if text, err := get(c, s.URL+"/near"); err != nil || text != "end" {
		t.Errorf("on the same host: %q, %v", text, err)
	}
	if _, err := get(c, s.URL+"/loop"); !fault.Is(err, fault.Garbled) {
		t.Errorf("in a circle: %v", err)
	}
	r, err := c.Post(s.URL+"/near", "text/plain", strings.NewReader("x"))
	if err != nil || r.StatusCode != http.StatusTemporaryRedirect {
		t.Errorf("a write was redirected: %v, %v", r, err)
	}
}

func TestRecordingMasksSecrets(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"access_token":"SECRET1","nested":"{\"refresh_token\":\"SECRET2\"}","issue":"visible"}`)
	})
	var seen []Exchange
	c := New(Options{AllowPrivate: true, Now: time.Now, Recorder: func(x Exchange) { seen = append(seen, x) }})
	r, err := c.Post(s.URL+"/sync?session=SECRET3&sign=SECRET4&method=m&app_key=123", "application/x-www-form-urlencoded",
		strings.NewReader("client_secret=SECRET5&code=SECRET6&param_dto=%7B%7D&refresh_token=SECRET7"))
	if err != nil {
		t.Fatal(err)
	}
	io.ReadAll(r.Body)
	r.Body.Close()
	if len(seen) != 1 {
		t.Fatalf("%d exchanges", len(seen))
	}
	x := seen[0]
	all := x.URL + x.Sent + x.Received
	if strings.Contains(all, "SECRET") || x.Status != 200 {
		t.Errorf("recorded %+v", x)
	}
	for _, kept := range []string{"method=m", "app_key=123", "param_dto=", `"issue":"visible"`} {
		if !strings.Contains(all, kept) {
			t.Errorf("%s is missing in %+v", kept, x)
		}
	}
}

// clock is a time that passes only in Pause.
type clock struct {
	mu     sync.Mutex
	at     time.Time
	paused time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pause(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.paused = c.at.Add(d), c.paused+d
	return ctx.Err()
}

func (c *clock) clock() Clock { return Clock{c.now, c.pause} }

func newClock() *clock { return &clock{at: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)} }

func TestRateIsKeptPerKey(t *testing.T) {
	c, l := newClock(), &Limits{}
	for range 30 {
		if err := l.Wait(t.Context(), c.clock(), "store 1 list", 10); err != nil {
			t.Fatal(err)
		}
	}
	// Ten at once, twenty more at ten a second.
	if c.paused < 1900*time.Millisecond || c.paused > 2100*time.Millisecond {
		t.Errorf("waited %v", c.paused)
	}
	before := c.paused
	if err := l.Wait(t.Context(), c.clock(), "store 2 list", 10); err != nil || c.paused != before {
		t.Errorf("another store waited %v, %v", c.paused-before, err)
	}
	for range 1000 {
		if err := l.Wait(t.Context(), c.clock(), "free", 0); err != nil || c.paused != before {
			t.Fatalf("without a rate waited %v, %v", c.paused-before, err)
		}
	}
}

func TestComplaintsHoldBack(t *testing.T) {
	c, l := newClock(), &Limits{}
	wait := func() time.Duration {
		before := c.paused
		if err := l.Wait(t.Context(), c.clock(), "k", 0); err != nil {
			t.Fatal(err)
		}
		return c.paused - before
	}
	l.Complained(c.now(), "k", 3*time.Second)
	l.Complained(c.now(), "k", 3*time.Second) // another call in flight heard the same
	if got := wait(); got != 3*time.Second {
		t.Errorf("waited %v, want what was told", got)
	}
	l.Complained(c.now(), "k", time.Second)
	if got := wait(); got != 2*time.Second {
		t.Errorf("waited %v after the second complaint in a row, want 2 s", got)
	}
	l.Complained(c.now(), "k", time.Second)
	if got := wait(); got != 4*time.Second {
		t.Errorf("waited %v after the third, want 4 s", got)
	}
	l.Worked(c.now(), "k")
	l.Complained(c.now(), "k", time.Second)
	if got := wait(); got != time.Second {
		t.Errorf("waited %v after something worked, want 1 s", got)
	}
}

func TestLongHoldIsAFault(t *testing.T) {
	c, l := newClock(), &Limits{}
	l.Complained(c.now(), "k", 8*time.Hour)
	err := l.Wait(t.Context(), c.clock(), "k", 10)
	if f := fault.Of(err); f == nil || f.Kind != fault.Limited || f.After != 8*time.Hour || c.paused != 0 {
		t.Errorf("%v after %v", err, c.paused)
	}
	c.at = c.at.Add(8 * time.Hour)
	if err := l.Wait(t.Context(), c.clock(), "k", 10); err != nil {
		t.Errorf("after the ban: %v", err)
	}
}

func TestWaitEndsWithTheContext(t *testing.T) {
	c, l := newClock(), &Limits{}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := l.Wait(ctx, c.clock(), "k", 0); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestLimitsTogether(t *testing.T) {
	c, l := newClock(), &Limits{}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			for range 20 {
				if err := l.Wait(t.Context(), c.clock(), "k", 1000); err != nil {
					t.Error(err)
				}
				l.Worked(c.now(), "k")
			}
		})
	}
	all.Wait()
}

func BenchmarkSmallCalls(b *testing.B) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "{}") }))
	defer s.Close()
	c := New(Options{AllowPrivate: true})
	b.SetParallelism(8)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if _, err := get(c, s.URL); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}
