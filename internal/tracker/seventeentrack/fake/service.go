package fake

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/internal/connector/simulator"
)

// Options shape a service.
type Options struct {
	Now     func() time.Time // nil: 2026-11-20 09:00 UTC, moved by Advance only
	HTTP    *http.Client     // by which deliveries go out; nil: none are sent
	Enforce bool             // refuse more than three calls a second
}

// The service's own clocks.
const (
	quietStop = 30 * 24 * time.Hour // without news
	finalStop = 15 * 24 * time.Hour // after the end
)

// Service is a simulated 17TRACK. It is safe for use by several goroutines.
type Service struct {
	gate    *simulator.Gate
	handler http.Handler
	out     *http.Client
	clock   func() time.Time
	enforce bool

	mu       sync.Mutex
	moved    time.Duration
	accounts []*Account
	parcels  map[string]*Parcel
	recent   []time.Time // of calls, for the limit
}

// New makes a service without accounts.
func New(o Options) *Service {
	s := &Service{clock: o.Now, out: o.HTTP, enforce: o.Enforce, parcels: map[string]*Parcel{}}
	if s.clock == nil {
		s.clock = func() time.Time { return time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC) }
	}
	s.gate = simulator.NewGate(s.Now, refuse)
	s.handler = s.gate.Wrap(s.routes())
	return s
}

// ServeHTTP answers as api.17track.net does.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Gate makes troubles and counts calls.
func (s *Service) Gate() *simulator.Gate { return s.gate }

// Now is the service's clock.
func (s *Service) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now()
}

func (s *Service) now() time.Time { return s.clock().Add(s.moved).UTC() }

// Advance moves the clock; what falls due on the way happens.
func (s *Service) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moved += d
	s.settle()
}

// AccountSpec describes an account. Empty members are made up.
type AccountSpec struct {
	Key        string
	Quota      int // numbers that may still be registered; 0 = 200
	WebhookURL string
}

// Account is one customer's account.
type Account struct {
	AccountSpec
	s       *Service
	used    int
	revoked bool
	tracks  []*track
	news    []*news
}

// AddAccount opens an account.
func (s *Service) AddAccount(spec AccountSpec) *Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	if spec.Key == "" {
		spec.Key = fmt.Sprintf("0123456789ABCDEF0123456789AB%04d", len(s.accounts)+1)
	}
	if spec.Quota == 0 {
		spec.Quota = 200
	}
	a := &Account{AccountSpec: spec, s: s}
	s.accounts = append(s.accounts, a)
	return a
}

// Revoke changes the key: the old one is good no more.
func (a *Account) Revoke() {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	a.revoked = true
}

// Hook sets where deliveries go. An empty address ends them.
func (a *Account) Hook(url string) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	a.WebhookURL = url
}

// Watched are the numbers the account watches now.
func (a *Account) Watched() (out []string) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	a.s.settle()
	for _, t := range a.tracks {
		if t.stopped.IsZero() {
			out = append(out, t.parcel.Number)
		}
	}
	return out
}

// Left is what is left of the quota.
func (a *Account) Left() int {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	return a.Quota - a.used
}

// track is a registered number.
type track struct {
	parcel     *Parcel
	carrier    int
	registered time.Time
	stopped    time.Time // zero = watched
	retracked  bool
}

// Parcel is a parcel in the world, whether anybody watches it or not.
type Parcel struct {
	Number  string
	Carrier int    // of origin
	Local   string // number of the carrier of the last mile
	WeightG int
	s       *Service
	refused bool
	events  []Event
}

// Event is a carrier's scan.
type Event struct {
	At          time.Time // zero = now
	SubStatus   string    // such as InTransit_Departure; empty: only the stage is told
	Stage       string
	Description string
	Place       string
	Country     string
	Provider    int // carrier who tells it; 0 = that of origin
	NoZone      bool
}

// Parcel gives the parcel of a number; it begins to exist by being asked for.
func (s *Service) Parcel(number string) *Parcel {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.parcel(number)
}

func (s *Service) parcel(number string) *Parcel {
	p := s.parcels[number]
	if p == nil {
		p = &Parcel{Number: number, Carrier: guess(number), s: s}
		s.parcels[number] = p
	}
	return p
}

// Refuse lets the service not take a number: no carrier of that name can be followed.
func (s *Service) Refuse(number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parcel(number).refused = true
}

// guess finds the carrier of a number; 0 = it cannot be told.
func guess(number string) int {
	switch {
	case strings.HasPrefix(number, "1Z"):
		return 100002
	case strings.HasSuffix(number, "CN"):
		return 3011
	case strings.HasSuffix(number, "ES"):
		return 19181
	case strings.HasPrefix(number, "LP"):
		return 190271
	case strings.HasPrefix(number, "YT"):
		return 190008
	}
	return 0
}

// Scan adds an event. Who watches the parcel hears of it.
func (p *Parcel) Scan(e Event) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.s.settle()
	if e.At.IsZero() {
		e.At = p.s.now()
	}
	p.events = append(p.events, e)
	slices.SortStableFunc(p.events, func(a, b Event) int { return a.At.Compare(b.At) })
	for _, a := range p.s.accounts {
		for _, t := range a.tracks {
			if t.parcel == p && t.stopped.IsZero() {
				a.happened("TRACKING_UPDATED", t)
			}
		}
	}
}

// Relabel gives the parcel a further number, that of the carrier of the last mile.
func (p *Parcel) Relabel(number string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.Local = number
}

// seen are the events the service saw while it watched.
func (t *track) seen() (out []Event) {
	for _, e := range t.parcel.events {
		if t.stopped.IsZero() || !e.At.After(t.stopped) {
			out = append(out, e)
		}
	}
	return out
}

// settle stops the watching of what is quiet or over.
func (s *Service) settle() {
	now := s.now()
	for _, a := range s.accounts {
		for _, t := range a.tracks {
			if at := t.ends(); t.stopped.IsZero() && !at.After(now) {
				t.stopped = at
				a.happened("TRACKING_STOPPED", t)
			}
		}
	}
}

// ends is when the watching ends if nothing more happens.
func (t *track) ends() time.Time {
	last, wait := t.registered, quietStop
	for _, e := range t.seen() {
		if e.At.After(last) {
			last = e.At
		}
		if e.SubStatus == "Delivered_Other" || e.SubStatus == "Exception_Returned" || e.Stage == "Delivered" {
			wait = finalStop
		}
	}
	return last.Add(wait)
}

// account finds who calls.
func (s *Service) account(r *http.Request) *Account {
	for _, a := range s.accounts {
		if a.Key == r.Header.Get("17token") && !a.revoked {
			return a
		}
	}
	return nil
}
