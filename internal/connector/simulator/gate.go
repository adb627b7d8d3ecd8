// Package simulator holds what every simulated platform has in common and what is not the platform's own: a gate before its handler that
// counts calls and makes troubles, and the way a simulator is served alone.
//
// A simulated platform wraps its handler once:
//
//	gate := simulator.NewGate(now, refuse)
//	handler := gate.Wrap(platform)
//	gate.Add(simulator.Fault{Do: simulator.LostAnswer, Method: "POST", Times: 1})
//
// The gate knows nothing of any platform: what a refusal looks like there is told by the function it is made with.
package simulator

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// Trouble is a way in which a platform or the network before it misbehaves.
type Trouble string

// The troubles.
const (
	Drop       Trouble = "drop"        // the connection ends, nothing was done
	LostAnswer Trouble = "lost_answer" // carried out, then the connection ends
	Down       Trouble = "down"        // 503, nothing was done
	ErrorAfter Trouble = "error_after" // carried out, then 500
	Limited    Trouble = "limited"     // refused because of too many calls
	Revoked    Trouble = "revoked"     // the credentials are good no more
	Garbled    Trouble = "garbled"     // carried out, something unreadable comes back
	Truncated  Trouble = "truncated"   // carried out, half of the answer comes
	Twice      Trouble = "twice"       // something between us sent the request a second time; the second answer comes
)

// Fault is one rule. It matches calls of Method whose path begins with Path (empty = any), the Nth of them (from 1, counted since the
// rule was added; 0 = each), at most Times of them (0 = without end).
type Fault struct {
	Do     Trouble
	Method string
	Path   string
	Nth    int
	Times  int
	For    time.Duration // what a Limited answer tells to wait; 0 = one hour
	Body   string        // what a Garbled answer holds; empty = a deep, broken document

	seen, hit int
}

// Call is a call as it came in.
type Call struct {
	At     time.Time
	Method string
	Path   string
	Query  string
	Status int     // of the answer; 0 = the caller heard nothing
	Made   Trouble // empty = none
}

// Refusal writes the platform's own form of "too many calls" (Limited) and "who are you" (Revoked).
type Refusal func(w http.ResponseWriter, r *http.Request, what Trouble, wait time.Duration)

// Gate counts calls and makes troubles. It is safe for use by several goroutines.
type Gate struct {
	now    func() time.Time
	refuse Refusal

	mu     sync.Mutex
	faults []*Fault
	calls  []Call
}

// NewGate makes a gate without troubles.
func NewGate(now func() time.Time, refuse Refusal) *Gate { return &Gate{now: now, refuse: refuse} }

// Add adds a rule; the first rule that matches a call counts.
func (g *Gate) Add(f Fault) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults = append(g.faults, &f)
}

// Peace removes all rules.
func (g *Gate) Peace() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults = nil
}

// Calls are the calls of a method ("" = any) whose path begins with path, in the order they came in.
func (g *Gate) Calls(method, path string) []Call {
	g.mu.Lock()
	defer g.mu.Unlock()
	var out []Call
	for _, c := range g.calls {
		if (method == "" || c.Method == method) && strings.HasPrefix(c.Path, path) {
			out = append(out, c)
		}
	}
	return out
}

// Count is how many calls came in.
func (g *Gate) Count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.calls)
}

// Forget empties the list of calls: a simulator that runs for long would keep them all.
func (g *Gate) Forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls = nil
}

// Wrap puts the gate before a handler.
func (g *Gate) Wrap(platform http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault := g.take(r)
		call := Call{At: g.now(), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery}
		if fault != nil {
			call.Made = fault.Do
		}
		seen := &status{ResponseWriter: w}
		defer func() {
			call.Status = seen.code
			g.note(call)
		}()
		g.serve(seen, r, platform, fault)
	})
}

func (g *Gate) note(c Call) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls = append(g.calls, c)
}

func (g *Gate) take(r *http.Request) *Fault {
	g.mu.Lock()
	defer g.mu.Unlock()
	var taken *Fault
	for _, f := range g.faults {
		if (f.Method != "" && f.Method != r.Method) || !strings.HasPrefix(r.URL.Path, f.Path) {
			continue
		}
		f.seen++
		if taken != nil || (f.Nth > 0 && f.seen != f.Nth) || (f.Times > 0 && f.hit >= f.Times) {
			continue
		}
		f.hit++
		taken = f
	}
	return taken
}

func (g *Gate) serve(w http.ResponseWriter, r *http.Request, platform http.Handler, f *Fault) {
	if f == nil {
		platform.ServeHTTP(w, r)
		return
	}
	switch f.Do {
	case Drop:
		panic(http.ErrAbortHandler)
	case Down:
		http.Error(w, "the service is being looked after", http.StatusServiceUnavailable)
	case Limited, Revoked:
		wait := f.For
		if wait == 0 {
			wait = time.Hour
		}
		g.refuse(w, r, f.Do, wait)
	case Twice:
		twice(w, r, platform)
	default:
		after(w, r, platform, f)
	}
}

// after carries the call out and spoils the answer.
func after(w http.ResponseWriter, r *http.Request, platform http.Handler, f *Fault) {
	answer := httptest.NewRecorder()
	platform.ServeHTTP(answer, r)
	body := answer.Body.Bytes()
	switch f.Do {
	case ErrorAfter:
		http.Error(w, "something went wrong", http.StatusInternalServerError)
		return
	case Garbled:
		body = []byte(f.Body)
		if f.Body == "" {
			body = []byte(strings.Repeat(`{"a":[`, 5000) + "\x00<html>")
		}
	case Truncated:
		body = body[:len(body)/2]
	default: // LostAnswer
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
	w.WriteHeader(answer.Code)
	_, _ = w.Write(body) // the caller may be gone
}

// maxTwice is the largest request that is repeated, in bytes.
const maxTwice = 64 << 20

func twice(w http.ResponseWriter, r *http.Request, platform http.Handler) {
	var body bytes.Buffer
	if _, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, maxTwice)); err != nil {
		http.Error(w, "the request could not be read", http.StatusBadRequest)
		return
	}
	again := func() *http.Request {
		copied := r.Clone(r.Context())
		copied.Body = http.NoBody
		if body.Len() > 0 {
			copied.Body = readCloser{bytes.NewReader(body.Bytes())}
		}
		return copied
	}
	platform.ServeHTTP(httptest.NewRecorder(), again())
	platform.ServeHTTP(w, again())
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

// status notes the code of an answer.
type status struct {
	http.ResponseWriter
	code int
}

func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

func (s *status) Write(p []byte) (int, error) {
	if s.code == 0 {
		s.code = http.StatusOK
	}
	return s.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }
