package fake

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"parley/internal/connector/simulator"
)

// Version is the interface that is simulated.
const Version = "2026-07"

// Options shape a service.
type Options struct {
	Now     func() time.Time // nil: 2026-11-20 09:00 UTC, moved by Advance only
	HTTP    *http.Client     // by which deliveries go out; nil: none are sent
	Enforce bool             // refuse more calls a second than a path allows
}

const (
	quietStop   = 30 * 24 * time.Hour // without news a tracking expires
	mostRetrack = 3
)

// Service is a simulated AfterShip. It is safe for use by several goroutines.
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
	recent   map[string][]time.Time
	next     int
}

// New makes a service without accounts.
func New(o Options) *Service {
	s := &Service{clock: o.Now, out: o.HTTP, enforce: o.Enforce, parcels: map[string]*Parcel{}, recent: map[string][]time.Time{}}
	if s.clock == nil {
		s.clock = func() time.Time { return time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC) }
	}
	s.gate = simulator.NewGate(s.Now, s.refuse)
	s.handler = s.gate.Wrap(s.routes())
	return s
}

// ServeHTTP answers as api.aftership.com does.
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
	Key, WebhookSecret, WebhookURL string
}

// Account is one customer's account.
type Account struct {
	AccountSpec
	s       *Service
	revoked bool
	tracks  []*track
	news    []*news
}

// AddAccount opens an account.
func (s *Service) AddAccount(spec AccountSpec) *Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	if spec.Key == "" {
		spec.Key = fmt.Sprintf("asat_fake%024d", len(s.accounts)+1)
	}
	if spec.WebhookSecret == "" {
		spec.WebhookSecret = fmt.Sprintf("fakeSecret%04d", len(s.accounts)+1)
	}
	a := &Account{AccountSpec: spec, s: s}
	s.accounts = append(s.accounts, a)
	return a
}

// Revoke takes the key away.
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

// track is a tracking.
type track struct {
	id        string
	parcel    *Parcel
	slug      string
	created   time.Time
	begun     time.Time // of the watching, the last time
	stopped   time.Time // zero = active
	retracked int
}

// Parcel is a parcel in the world, whether anybody watches it or not.
type Parcel struct {
	Number   string
	Slug     string
	LastMile string // number of the carrier of the last mile
	SignedBy string
	Proof    string // address of a picture of the delivery
	WeightKg float64
	s        *Service
	events   []Checkpoint
}

// Checkpoint is a carrier's scan.
type Checkpoint struct {
	At      time.Time // zero = now
	Subtag  string    // such as InTransit_002
	Message string
	Place   string
	Country string // ISO 3166-1 alpha-3
	Local   bool   // the carrier tells no zone
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
		p = &Parcel{Number: number, Slug: guess(number), s: s}
		s.parcels[number] = p
	}
	return p
}

// guess finds the carrier of a number; empty = it cannot be told.
func guess(number string) string {
	n := len(number)
	switch {
	case n > 2 && number[:2] == "1Z":
		return "ups"
	case n == 13 && number[n-2:] == "CN":
		return "china-post"
	case n == 13 && number[n-2:] == "ES":
		return "spain-correos-es"
	case n > 2 && number[:2] == "LP":
		return "cainiao"
	case n > 2 && number[:2] == "YT":
		return "yunexpress"
	}
	return ""
}

// Scan adds a checkpoint. Who watches the parcel hears of it.
func (p *Parcel) Scan(c Checkpoint) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.s.settle()
	if c.At.IsZero() {
		c.At = p.s.now()
	}
	p.events = append(p.events, c)
	slices.SortStableFunc(p.events, func(a, b Checkpoint) int { return a.At.Compare(b.At) })
	for _, a := range p.s.accounts {
		for _, t := range a.tracks {
			if t.parcel == p && t.stopped.IsZero() {
				a.happened(t)
			}
		}
	}
}

// seen are the checkpoints the service saw while it watched.
func (t *track) seen() (out []Checkpoint) {
	for _, e := range t.parcel.events {
		if t.stopped.IsZero() || !e.At.After(t.stopped) {
			out = append(out, e)
		}
	}
	return out
}

// settle lets expire what is quiet.
func (s *Service) settle() {
	now := s.now()
	for _, a := range s.accounts {
		for _, t := range a.tracks {
			last := t.begun
			if seen := t.seen(); len(seen) > 0 && seen[len(seen)-1].At.After(last) {
				last = seen[len(seen)-1].At
			}
			if t.stopped.IsZero() && !last.Add(quietStop).After(now) {
				t.stopped = last.Add(quietStop)
				a.happened(t)
			}
		}
	}
}
