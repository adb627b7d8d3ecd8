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

// Version is the interface that is simulated.
const Version = "2026-08-26.dahlia"

// Options shape a platform.
type Options struct {
	Now  func() time.Time // nil: 2026-11-20 09:00 UTC, moved by Advance only
	HTTP *http.Client     // by which webhooks go out; nil: none are sent

	Compact bool // answers have no spaces, which are a third of them and which only people need
}

// Platform is a simulated Stripe. It is safe for use by several goroutines.
type Platform struct {
	gate    *simulator.Gate
	handler http.Handler
	out     *http.Client
	clock   func() time.Time

	mu       sync.Mutex
	moved    time.Duration
	accounts []*Account
	running  []*Dispute // those that had not ended when somebody looked last
	wake     time.Time  // nothing happens by itself before; zero = never
	next     int
	acted    int // how many acts of sellers' programs were carried out
	repeats  bool
	indent   string // of answers
	odd      bool   // answers hold what nobody has documented
	twice    bool   // lists have each row twice
}

// New makes a platform without accounts.
func New(o Options) *Platform {
	p := &Platform{clock: o.Now, out: o.HTTP, indent: "  "}
	if o.Compact {
		p.indent = ""
	}
	if p.clock == nil {
		p.clock = func() time.Time { return time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC) }
	}
	p.gate = simulator.NewGate(p.Now, refuse)
	p.handler = p.gate.Wrap(p.routes())
	return p
}

// ServeHTTP answers as api.stripe.com and files.stripe.com do.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.handler.ServeHTTP(w, r) }

// Gate makes troubles and counts calls.
func (p *Platform) Gate() *simulator.Gate { return p.gate }

// Now is the platform's clock.
func (p *Platform) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now()
}

func (p *Platform) now() time.Time { return p.clock().Add(p.moved).UTC() }

// Advance moves the clock; what falls due on the way happens.
func (p *Platform) Advance(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.moved += d
	p.lapse()
}

// Repeat makes pages overlap from now on: the last row of one is the first of the next.
func (p *Platform) Repeat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.repeats = true
}

// AccountSpec describes an account. Empty members are made up.
type AccountSpec struct {
	ID, Key       string
	Name          string
	Country       string // ISO 3166-1 alpha-2
	Currency      string // lower case
	WebhookURL    string
	WebhookSecret string
}

// Account is one merchant's account.
type Account struct {
	AccountSpec
	p        *Platform
	revoked  bool
	refused  []string // paths the key has no permission for
	charges  []*Charge
	disputes []*Dispute
	warnings []*Warning
	refunds  []*Refund
	files    []*File
	events   []*event
	replays  map[string]replay
}

// AddAccount opens an account.
func (p *Platform) AddAccount(spec AccountSpec) *Account {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.accounts) + 1
	fill := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	fill(&spec.ID, fmt.Sprintf("acct_1Fake%04d", n))
	fill(&spec.Key, fmt.Sprintf("rk_test_51Fake%04dKeyOfTheDesk", n))
	fill(&spec.Country, "ES")
	fill(&spec.Currency, "eur")
	fill(&spec.WebhookSecret, fmt.Sprintf("whsec_fake%04dSecret", n))
	a := &Account{AccountSpec: spec, p: p, replays: map[string]replay{}}
	p.accounts = append(p.accounts, a)
	return a
}

// Accounts are all accounts, in the order they were opened.
func (p *Platform) Accounts() []*Account {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.accounts)
}

// Revoke rolls the key: the old one is good no more.
func (a *Account) Revoke() {
	a.p.mu.Lock()
	defer a.p.mu.Unlock()
	a.revoked = true
}

// Forbid takes from the key the permission for the paths that begin so.
func (a *Account) Forbid(path string) {
	a.p.mu.Lock()
	defer a.p.mu.Unlock()
	a.refused = append(a.refused, path)
}

// Hook sets where events are delivered. An empty address ends it.
func (a *Account) Hook(url string) {
	a.p.mu.Lock()
	defer a.p.mu.Unlock()
	a.WebhookURL = url
}

// id makes up an id as long as Stripe's.
func (p *Platform) id(prefix string) string {
	p.next++
	return fmt.Sprintf("%s_3Fake%020d", prefix, p.next)
}

// account finds who calls.
func (p *Platform) account(r *http.Request) (*Account, *refusal) {
	key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if user, _, basic := r.BasicAuth(); basic {
		key = user
	}
	if key == "" {
		return nil, &refusal{status: 401, kind: invalidRequest, message: "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth."}
	}
	for _, a := range p.accounts {
		if a.Key != key || a.revoked {
			continue
		}
		if slices.ContainsFunc(a.refused, func(path string) bool { return strings.HasPrefix(r.URL.Path, path) }) {
			return nil, &refusal{status: 403, kind: invalidRequest, message: "The provided key does not have the required permissions for this endpoint."}
		}
		return a, nil
	}
	return nil, &refusal{status: 401, kind: invalidRequest, message: "Invalid API Key provided: " + key[:min(8, len(key))] + "****"}
}
