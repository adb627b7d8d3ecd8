package fake

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"sync"
	"time"

	"parley/internal/connector/simulator"
)

// Options start a platform.
type Options struct {
	// Now is the outside clock. Without it the platform stands at 15 January 2026, 08:00 UTC, and moves by Advance alone.
	Now func() time.Time
	// Operator is the name of the marketplace; empty = "Example marketplace".
	Operator string
	// Nulls writes members without a value as null, as the documentation's own examples do. Otherwise they are left out, as its schema
	// wants it.
	Nulls bool
	// Lenient lets pass what the documentation does not name: unknown query parameters and members of bodies.
	Lenient bool
	// NoReplyNeeded is the operator's feature of the same name; most have it.
	WithoutNoReplyNeeded bool
}

// Platform is one operator's simulated marketplace. All methods may be used by several goroutines.
type Platform struct {
	*simulator.Gate
	options Options
	mux     *http.ServeMux
	handler http.Handler

	mu      sync.Mutex
	ahead   time.Duration
	shops   []*Shop
	reasons []Reason
	exports map[string]export
	ids     int64
	agenda  []event // in the order in which it happens
	overlap bool
	odd     bool // words that nobody has documented
	twice   bool // each row of a list comes twice
	acted   int  // acts of sellers' programs that were carried out
}

// event is something the platform does by itself at an instant.
type event struct {
	at time.Time
	do func(now time.Time)
}

// Shop is one seller on the marketplace.
type Shop struct {
	platform *Platform
	ID       int64
	Name     string
	Key      string // the shop API key
	Currency string
	Country  string // three letters
	State    string // OPEN, CLOSE, SUSPENDED, TERMINATED
	// Balance is the payable balance in minor units; refunds above it are refused. Negative = no limit.
	Balance int64
	Rates   map[string]float64 // of A21, overriding what comes of the orders

	orders    []*Order
	threads   []*Thread
	returns   []*Return
	documents []*Document
	files     map[string]file
	ledger    []object
}

// ShopSpec describes a shop to add; empty fields are made up.
type ShopSpec struct {
	Name, Key, Currency, Country string
	ID                           int64
}

// New starts an empty platform.
func New(options Options) *Platform {
	if options.Operator == "" {
		options.Operator = "Example marketplace"
	}
	p := &Platform{options: options, reasons: Reasons(), exports: map[string]export{}}
	p.Gate = simulator.NewGate(p.Now, refuseAtTheGate)
	p.mux = p.routes()
	p.handler = p.Wrap(http.HandlerFunc(p.serve))
	return p
}

// AddShop adds a seller with an API key.
func (p *Platform) AddShop(spec ShopSpec) *Shop {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &Shop{platform: p, ID: spec.ID, Name: spec.Name, Key: spec.Key, Currency: spec.Currency, Country: spec.Country, State: "OPEN", Balance: -1,
		files: map[string]file{}}
	if s.ID == 0 {
		s.ID = int64(2001 + len(p.shops))
	}
	if s.Currency == "" {
		s.Currency = "EUR"
	}
	if s.Country == "" {
		s.Country = "ESP"
	}
	if s.Name == "" {
		s.Name = "Shop " + strconv.FormatInt(s.ID, 10)
	}
	if s.Key == "" {
		s.Key = uuid("key", s.ID)
	}
	p.shops = append(p.shops, s)
	return s
}

// Overlap makes pages overlap from now on: each begins with the last row of the one before, and is in the opposite order.
func (p *Platform) Overlap() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.overlap = true
}

// page cuts one page out of a list.
func (p *Platform) page(list []object, from, to int) []object {
	if p.twice {
		return slices.Concat(list[from:to], list[from:to])
	}
	if !p.overlap {
		return list[from:to]
	}
	page := slices.Clone(list[max(0, from-1):to])
	slices.Reverse(page)
	return page
}

// Odd lets the platform use words that nobody has documented, until it is told otherwise.
func (p *Platform) Odd(yes bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.odd = yes
}

// Twice lets each row of a list come twice, until it is told otherwise.
func (p *Platform) Twice(yes bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.twice = yes
}

// word is a state as the platform writes it.
func (p *Platform) word(state string) string {
	if p.odd {
		return "NOVEL_" + state
	}
	return state
}

// Shops are all sellers, in the order they were added.
func (p *Platform) Shops() []*Shop {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.shops)
}

// Revoke makes the shop's key good no more.
func (s *Shop) Revoke() { s.locked(func(time.Time) { s.Key = "" }) }

// Now is the platform's present.
func (p *Platform) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now()
}

func (p *Platform) now() time.Time {
	base := time.Date(2026, 1, 15, 8, 0, 0, 0, time.UTC)
	if p.options.Now != nil {
		base = p.options.Now()
	}
	return base.Add(p.ahead).UTC()
}

// Advance moves the clock forward and lets happen what falls due on the way.
func (p *Platform) Advance(by time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ahead += by
	p.catchUp()
}

// At runs do with the clock at an earlier instant, to build a past.
func (p *Platform) At(instant time.Time, do func()) {
	p.mu.Lock()
	saved, ahead := p.options.Now, p.ahead
	p.options.Now, p.ahead = func() time.Time { return instant }, 0
	p.mu.Unlock()
	do()
	p.mu.Lock()
	p.options.Now, p.ahead = saved, ahead
	p.catchUp()
	p.mu.Unlock()
}

// catchUp lets happen everything due until now, in order, and gives the present.
func (p *Platform) catchUp() time.Time {
	now := p.now()
	for len(p.agenda) > 0 && !p.agenda[0].at.After(now) {
		e := p.agenda[0]
		p.agenda = p.agenda[1:]
		e.do(e.at)
	}
	return now
}

// plan lets something happen at an instant, after everything that is planned until then.
func (p *Platform) plan(at time.Time, do func(now time.Time)) {
	i := sort.Search(len(p.agenda), func(i int) bool { return p.agenda[i].at.After(at) })
	p.agenda = slices.Insert(p.agenda, i, event{at, do})
}

// locked runs a script of the stage at the present.
func (s *Shop) locked(do func(now time.Time)) {
	s.platform.mu.Lock()
	defer s.platform.mu.Unlock()
	do(s.platform.catchUp())
}

// next gives numbers that are never given twice.
func (p *Platform) next() int64 {
	p.ids++
	return 1100 + p.ids
}

// uuid is a stable identifier for a kind of thing and its number.
func uuid(kind string, number int64) string {
	sum := fnv.New128a()
	_, _ = fmt.Fprintf(sum, "%s/%d", kind, number)
	b := sum.Sum(nil)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// stamp writes an instant as the platform does.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	if t.Nanosecond() == 0 {
		return t.UTC().Format("2006-01-02T15:04:05Z")
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
