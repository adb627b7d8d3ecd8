package fake

import (
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"parley/internal/connector/simulator"
)

// Options shape a platform.
type Options struct {
	Now  func() time.Time // nil: an own clock that stands still but for Advance
	HTTP *http.Client     // sends webhooks after each call; nil: only Deliver sends them
}

// Platform is a simulated PayPal.
type Platform struct {
	Gate    *simulator.Gate // counts calls and makes troubles
	handler http.Handler
	http    *http.Client

	mu       sync.Mutex
	clock    func() time.Time
	ahead    time.Duration // by Advance
	accounts []*Account
	disputes []*Dispute // in the order they were opened
	running  []*Dispute // those that had not ended when somebody looked last
	wake     time.Time  // nothing happens by itself before; zero = never
	acted    int        // how many acts of sellers' programs were carried out
	odd      bool       // one answer holds what nobody has documented
	twice    bool       // one list has each row twice
	done     map[string]reply
	carried  map[string]int // PayPal-Request-Id → how often an act was carried out under it
	overlap  int            // rows of a page that come again on the next
	number   int
	outbox   []delivery
	sending  sync.Mutex
	key      *rsa.PrivateKey
	cert     []byte // PEM
}

// reply is an answer that is given again for the same PayPal-Request-Id.
type reply struct {
	status int
	body   []byte
}

// start is when a platform without a clock begins.
var start = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// New makes an empty platform.
func New(o Options) *Platform {
	p := &Platform{clock: o.Now, http: o.HTTP, done: map[string]reply{}, carried: map[string]int{}}
	if p.clock == nil {
		p.clock = func() time.Time { return start }
	}
	p.Gate = simulator.NewGate(p.Now, refuse)
	p.handler = p.Gate.Wrap(http.HandlerFunc(p.serve))
	return p
}

// ServeHTTP answers one call.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.handler.ServeHTTP(w, r) }

// Now is the platform's time.
func (p *Platform) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now()
}

// now is Now for whoever holds the lock. PayPal's times have milliseconds.
func (p *Platform) now() time.Time { return p.clock().Add(p.ahead).UTC().Truncate(time.Millisecond) }

// Advance moves the platform's time on and lets happen what was due.
func (p *Platform) Advance(by time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ahead += by
	p.settle()
}

// AccountSpec is an account to be added; what is empty is made up, always the same.
type AccountSpec struct {
	Name, ClientID, Secret, MerchantID string
	WebhookURL                         string
	WithoutDisputes                    bool // the application lacks the feature Disputes
}

// Account is a seller's account with its REST application.
type Account struct {
	Name, ClientID, Secret, MerchantID, AppID string
	WebhookURL, WebhookID                     string
	without                                   bool
	tokens                                    map[string]time.Time // token → end
	given                                     int
	disputes                                  []*Dispute // in the order they were opened
	byID                                      map[string]*Dispute
}

// AddAccount adds an account.
func (p *Platform) AddAccount(spec AccountSpec) *Account {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.accounts) + 1
	a := &Account{
		Name: spec.Name, ClientID: or(spec.ClientID, fmt.Sprintf("AFAKECLIENT%04d", n)), Secret: or(spec.Secret, "EFAKE-"+made("secret", n)[:24]),
		MerchantID: or(spec.MerchantID, fmt.Sprintf("FAKEMERCHANT%d", n)), AppID: fmt.Sprintf("APP-FAKE%06d", n),
		WebhookURL: spec.WebhookURL, WebhookID: fmt.Sprintf("WEBHOOK-FAKE-%d", n), without: spec.WithoutDisputes, tokens: map[string]time.Time{},
		byID: map[string]*Dispute{},
	}
	p.accounts = append(p.accounts, a)
	return a
}

// Accounts are all accounts in the order they were added.
func (p *Platform) Accounts() []*Account {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*Account(nil), p.accounts...)
}

// ExpireTokens ends all tokens of an account; its id and secret stay good.
func (p *Platform) ExpireTokens(a *Account) {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(a.tokens)
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// made makes up a text that is the same in every run.
func made(what string, n int) string {
	sum := sha256.Sum256([]byte(fmt.Sprint(what, n)))
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}
