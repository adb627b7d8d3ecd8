package fake

import (
	"container/heap"
	"slices"
	"sync"
	"time"
)

// Options start a platform.
type Options struct {
	// Now is the outside clock. Without it the platform stands at Start and moves by Advance and At alone.
	Now func() time.Time
	// Start is the first instant of a platform without an outside clock; zero means 15 January 2026, 08:00 UTC.
	Start time.Time
	// Seed changes the moments at which buyers react; the same seed gives the same moments.
	Seed int64
	// RulesAfter is how long the platform thinks before it gives its own solution; zero means 48 hours.
	RulesAfter time.Duration
	// ForcedAfter is how long its solution waits for both sides before it is carried out; zero means 15 hours.
	ForcedAfter time.Duration
	// NulBytes lets a NUL byte follow the detailed state of an issue, as the real platform sometimes does.
	NulBytes bool
}

// Platform is a simulated AliExpress. All methods may be used by several goroutines.
type Platform struct {
	options Options

	mu       sync.Mutex
	clock    time.Time // everything due until here has happened
	ahead    time.Duration
	events   agenda
	eventSeq int64
	ids      int64
	apps     map[string]*app
	shops    []*Shop
	tokens   map[string]*Shop
	codes    map[string]code
	orders   map[int64]*Order
	children map[int64]*line
	issues   map[int64]*Issue
	parcels  map[string]*Order
	// cancelling are the orders whose buyers want out.
	cancelling []*Order
	pictures   map[string][]byte
	faults     []*Fault
	calls      []Call
	counts     map[string]int
	requests   int64
	acted      int
}

// New starts an empty platform.
func New(options Options) *Platform {
	if options.Start.IsZero() {
		options.Start = time.Date(2026, 1, 15, 8, 0, 0, 0, time.UTC)
	}
	if options.RulesAfter == 0 {
		options.RulesAfter = 48 * time.Hour
	}
	if options.ForcedAfter == 0 {
		options.ForcedAfter = 15 * time.Hour
	}
	return &Platform{
		options: options, clock: time.Time{},
		apps: map[string]*app{}, tokens: map[string]*Shop{}, codes: map[string]code{},
		orders: map[int64]*Order{}, children: map[int64]*line{}, issues: map[int64]*Issue{},
		parcels: map[string]*Order{}, pictures: map[string][]byte{}, counts: map[string]int{},
	}
}

// Now is the platform's present: the outside clock plus all that was advanced.
func (p *Platform) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now()
}

func (p *Platform) now() time.Time {
	base := p.options.Start
	if p.options.Now != nil {
		base = p.options.Now()
	}
	if now := base.Add(p.ahead); now.After(p.clock) {
		return now
	}
	return p.clock
}

// Advance moves the platform's clock forward and lets happen what falls due on the way.
func (p *Platform) Advance(by time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ahead += by
	p.catchUp()
}

// At lets happen what is due until an instant and then runs do with the platform's clock at that instant. It builds a
// past: instants must not go backwards nor lie after the present. do may use every script of the platform.
func (p *Platform) At(instant time.Time, do func()) {
	p.mu.Lock()
	saved, ahead := p.options.Now, p.ahead
	p.options.Now, p.ahead = func() time.Time { return instant }, 0
	p.catchUp()
	p.mu.Unlock()
	do()
	p.mu.Lock()
	p.options.Now, p.ahead = saved, ahead
	p.mu.Unlock()
}

// catchUp lets happen everything due until now, in order, and gives the present.
func (p *Platform) catchUp() time.Time {
	now := p.now()
	for len(p.events) > 0 && !p.events[0].at.After(now) {
		next := heap.Pop(&p.events).(event)
		if next.issue.turn != next.turn {
			continue // something else happened to the issue since
		}
		p.clock = next.at
		next.do(p, next.issue, next.at)
	}
	p.letGo(now)
	if now.After(p.clock) {
		p.clock = now
	}
	return now
}

// event is something that will happen to an issue unless it changes before.
type event struct {
	at    time.Time
	seq   int64
	issue *Issue
	turn  uint32
	do    func(p *Platform, issue *Issue, at time.Time)
}

func (p *Platform) plan(at time.Time, issue *Issue, do func(p *Platform, issue *Issue, at time.Time)) {
	if len(p.events) > 4*len(p.issues)+1000 {
		p.forgetVoid()
	}
	p.eventSeq++
	heap.Push(&p.events, event{at: at, seq: p.eventSeq, issue: issue, turn: issue.turn, do: do})
}

// forgetVoid drops events that will not happen, so that many changes to few issues do not fill the memory.
func (p *Platform) forgetVoid() {
	p.events = slices.DeleteFunc(p.events, func(e event) bool { return e.issue.turn != e.turn })
	heap.Init(&p.events)
}

// agenda is a heap of events by instant, then by the order in which they were planned.
type agenda []event

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	if a[i].at.Equal(a[j].at) {
		return a[i].seq < a[j].seq
	}
	return a[i].at.Before(a[j].at)
}
func (a agenda) Swap(i, j int)   { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(value any) { *a = append(*a, value.(event)) }
func (a *agenda) Pop() any {
	old := *a
	last := old[len(old)-1]
	*a = old[:len(old)-1]
	return last
}

// Numbers are beyond 2^53, as those of busy platforms; the last four digits belong to the buyer.
const (
	orderNumbers   = 9_200_000_000_000_000
	issueNumbers   = 9_610_000_000_000_000
	planNumbers    = 9_630_000_000_000_000
	processNumbers = 9_650_000_000_000_000
	productNumbers = 1_005_000_000_000_000
	spacing        = 1_000_000
	childSpacing   = 10_000
)

func (p *Platform) number(series int64, buyer string) int64 {
	p.ids++
	return series + p.ids*spacing + buyerDigits(buyer)
}

// buyerDigits are the four digits all numbers of one buyer end in.
func buyerDigits(login string) int64 {
	return int64(fingerprint(login) % 10_000)
}

// fingerprint is a stable number for a text (FNV-1a).
func fingerprint(text string) uint64 {
	sum := uint64(14695981039346656037)
	for i := 0; i < len(text); i++ {
		sum = (sum ^ uint64(text[i])) * 1099511628211
	}
	return sum
}
