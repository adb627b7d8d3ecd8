package sim

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"parley/internal/connector"
	"parley/internal/desk"
	"parley/internal/notify"
	"parley/internal/store"
)

// Options of a run.
type Options struct {
	Seed   uint64
	Days   int
	Stores int
	Nodes  int      // processes over one database; more than one needs PostgreSQL
	Cases  int      // matters in the whole run; 0 = 9,450 a year for sixty stores, and in proportion; some bring a second one about the same money
	Faults []string // names of incidents; see Kinds
	Rough  float64  // how often incidents happen; 0 = 1, 2 = twice as often
	DB     string   // an empty database
	Start  time.Time
	Script *Script // is played instead of drawing incidents and matters
	Length int     // days for which matters are drawn; 0 = Days
	// First ends the run at the first invariant that does not hold.
	First bool

	cheat func(kind string, m notify.Message) []notify.Message // what becomes of a letter on its way; nil = itself

	SyncEvery  time.Duration // pause between two readings of a store
	OrderEvery time.Duration

	Kinds      []string // of platforms; shops are spread over them in turn, and one that is named more often has more
	Platforms  map[string]func(now func() time.Time, seed uint64) Platform
	Connectors func() map[string]connector.Connector // fresh ones for each life of a node
	Desk       desk.Options                          // rules, templates, key and files; the rest is the simulation's
	Log        *slog.Logger
	Stopwatch  func() time.Time // the real clock, for wall_seconds
	Progress   func(day int, r *Report)
}

// yearly is how many matters sixty stores have in a year, without those that are about the same money as another.
const yearly = 9_450

func (o *Options) fill() error {
	if o.Script != nil {
		o.play(o.Script)
	}
	if o.Days < 1 || o.Stores < 1 || len(o.Kinds) == 0 {
		return errors.New("sim: days, stores and platforms are needed")
	}
	o.Nodes = max(1, o.Nodes)
	if o.Rough == 0 {
		o.Rough = 1
	}
	if o.Cases == 0 {
		o.Cases = max(1, yearly*o.Days*o.Stores/365/60)
	}
	if o.SyncEvery == 0 {
		o.SyncEvery = 20 * time.Hour
	}
	if o.OrderEvery == 0 {
		o.OrderEvery = 12 * 24 * time.Hour
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Start.IsZero() {
		o.Start = startOf(o.Seed, o.Days)
	}
	if o.Length == 0 {
		o.Length = o.Days
	}
	return nil
}

// startOf puts the nights on which clocks change into the run: both into a long one, one into a short one.
func startOf(seed uint64, days int) time.Time {
	if days >= 330 {
		return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	night := time.Date(2026, 3, 8, 10, 0, 0, 0, time.UTC)
	if seed%2 == 0 {
		night = time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	}
	return night.AddDate(0, 0, -days/2)
}

// Sim is a run under way.
type Sim struct {
	o      Options
	now    time.Time
	end    time.Time
	draw   *Draw
	agenda agenda
	seq    int

	platforms map[string]Platform // by host
	shops     []*shop
	matters   []*matter
	byRef     map[string]*matter
	people    []*person

	nodes  []*node
	wires  store.Wires // to a SQLite file; a year has a thousand nodes after each other
	skews  []time.Duration
	lives  int
	ids    uint64
	sends  int
	work   time.Time // when a node looks for work next; zero = nobody does
	depth  int       // pieces of work inside pieces of work
	quiet  int       // above zero nothing goes wrong
	still  bool      // time stands
	eye    *store.DB // what the checks look through
	dbDown bool

	diskFull bool
	outage   map[string]int
	memory   map[string]remembered

	ears     []*ear
	postman  *Draw
	compared int64            // the last notice that was compared with what was heard
	listed   map[listing]bool // not yet found on a channel
	written  map[word]bool

	incidents    []Incident
	nextIncident int
	armed        []*waiting
	fired        []Incident

	carried     map[string]map[int]bool // sendings that were carried out, by effect
	read        map[int64]int64         // versions of cases beside matters that somebody read and had nothing to say to
	lines       []line
	report      Report
	failed      error
	blocks      []block
	standstills []block // of blocks, those in which nobody could do or write anything
}

// shop is a store on both sides.
type shop struct {
	number   int
	platform Platform
	host     string
	there    Shop
	company  string
	currency string
	id       int64 // at the desk
	net      []desk.NetRule
}

// Run lives through a simulated time and reports what was seen. An error means that the run itself could not be done.
func Run(ctx context.Context, o Options) (Report, error) {
	if err := o.fill(); err != nil {
		return Report{}, err
	}
	s := &Sim{
		o: o, now: o.Start, end: o.Start.AddDate(0, 0, o.Days), draw: NewDraw(o.Seed, "order of things"),
		platforms: map[string]Platform{}, byRef: map[string]*matter{}, outage: map[string]int{}, memory: map[string]remembered{},
		postman: NewDraw(o.Seed, "postman"), listed: map[listing]bool{}, written: map[word]bool{},
		carried: map[string]map[int]bool{}, read: map[int64]int64{}, nodes: make([]*node, o.Nodes), skews: make([]time.Duration, o.Nodes),
	}
	began := s.stopwatch()
	s.report = newReport(o)
	err := s.live(ctx)
	s.close()
	s.report.WallSeconds = s.stopwatch().Sub(began).Seconds()
	if errors.Is(err, errViolated) {
		err = nil
	}
	s.report.fired = s.fired
	s.report.script = Script{
		Seed: o.Seed, Start: o.Start, Days: o.Days, Length: o.Length, Stores: o.Stores, Nodes: o.Nodes, Cases: o.Cases, Platforms: o.Kinds, Incidents: s.incidents,
	}
	if o.Script != nil {
		s.report.script.Matters = o.Script.Matters
	}
	s.report.VirtualDays = int(s.now.Sub(o.Start).Hours() / 24)
	return s.report, err
}

// errViolated ends a run at the first violation.
var errViolated = errors.New("sim: an invariant does not hold")

func (s *Sim) stopwatch() time.Time {
	if s.o.Stopwatch == nil {
		return time.Time{}
	}
	return s.o.Stopwatch()
}

func (s *Sim) live(ctx context.Context) error {
	if err := s.make(ctx); err != nil {
		return err
	}
	s.moveTo(ctx, s.end)
	if err := s.stop(ctx); err != nil {
		return err
	}
	if s.failed == nil {
		s.failed = s.audit(ctx)
	}
	return s.failed
}

// make builds platforms, nodes, people and stores, and writes the agenda.
func (s *Sim) make(ctx context.Context) error {
	s.quiet++
	defer func() { s.quiet-- }()
	for _, kind := range s.o.Kinds {
		begin := s.o.Platforms[kind]
		if begin == nil {
			return fmt.Errorf("sim: nobody plays %q", kind)
		}
		if s.platforms[kind+hosts] == nil {
			s.platforms[kind+hosts] = begin(func() time.Time { return s.now }, s.o.Seed)
		}
	}
	for number := range s.nodes {
		if err := s.start(number); err != nil {
			return err
		}
	}
	var err error
	if s.eye, err = store.Open(ctx, s.o.DB, store.Options{Now: func() time.Time { return s.now }, Log: s.o.Log}); err != nil {
		return err
	}
	if err := s.hire(ctx); err != nil {
		return err
	}
	opened := map[string]int{}
	for n := range s.o.Stores {
		host := s.o.Kinds[n%len(s.o.Kinds)] + hosts
		if err := s.openShop(ctx, n, host, opened[host]); err != nil {
			return err
		}
		opened[host]++
	}
	if err := s.giveEars(ctx); err != nil {
		return err
	}
	s.incidents = drawIncidents(s.o, s.o.Start)
	s.plan()
	s.wakeWork()
	return nil
}

// hosts is how the addresses of platforms end.
const hosts = ".sim"

// openShop opens the n-th shop, which is the nth one at its platform: the first ones of all platforms belong together.
func (s *Sim) openShop(ctx context.Context, n int, host string, nth int) error {
	p := s.platforms[host]
	there, err := p.AddShop(nth, "http://"+host)
	if err != nil {
		return err
	}
	input := there.Input()
	view, err := s.nodes[0].desk.AddStore(ctx, desk.Root(), input)
	if err != nil {
		return fmt.Errorf("store %d: %w", n, err)
	}
	sh := &shop{number: n, platform: p, host: host, there: there, id: view.ID, net: netOf(s.o.Seed, n, s.o.Connectors()[p.Kind()].About().Acts)}
	sh.company, sh.currency = input.Company, input.Currency
	s.shops = append(s.shops, sh)
	return s.nodes[0].desk.SetNet(ctx, desk.Root(), sh.id, sh.net)
}

// netOf is what a shop's safety net does when nobody answered: most accept in the end, some offer a part first, some only call a person.
// Where programs cannot do there what is drawn, a person is called.
func netOf(seed uint64, n int, acts []string) []desk.NetRule {
	rules := drawNet(seed, n)
	can := slices.DeleteFunc(slices.Clone(rules), func(r desk.NetRule) bool { return r.Do != "escalate" && !slices.Contains(acts, r.Do) })
	if len(can) == 0 {
		return []desk.NetRule{{Do: "escalate", Margin: rules[0].Margin}}
	}
	return can
}

func drawNet(seed uint64, n int) []desk.NetRule {
	d := NewDraw(seed, "net", n)
	margin := 60 * (6 + d.IntN(8))
	last := desk.NetRule{Do: "accept", Margin: margin}
	switch share := d.IntN(10); {
	case share < 2 && n > 0:
		return []desk.NetRule{{Do: "escalate", Margin: margin}}
	case share < 5:
		return []desk.NetRule{{Do: "counter_amount", Percent: 40 + d.IntN(40), Margin: margin}, last}
	}
	return []desk.NetRule{last}
}

// covered tells whether the net answers every claim in the end.
func (sh *shop) covered() bool { return sh.net[len(sh.net)-1].Do == "accept" }

// event is something that happens at an instant.
type event struct {
	at  time.Time
	seq int
	do  func()
}

type agenda []event

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	if a[i].at.Equal(a[j].at) {
		return a[i].seq < a[j].seq
	}
	return a[i].at.Before(a[j].at)
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(event)) }
func (a *agenda) Pop() any {
	old := *a
	last := old[len(old)-1]
	*a = old[:len(old)-1]
	return last
}

func (s *Sim) at(when time.Time, do func()) {
	s.seq++
	heap.Push(&s.agenda, event{when.UTC(), s.seq, do})
}

// wakeWork lets a node look for work at once.
func (s *Sim) wakeWork() { s.work = s.now }

// moveTo lets everything happen that happens until an instant.
func (s *Sim) moveTo(ctx context.Context, until time.Time) {
	for s.failed == nil && ctx.Err() == nil {
		next, works := s.next()
		if next.IsZero() || next.After(until) {
			break
		}
		if next.After(s.now) {
			s.now = next
		}
		if works {
			s.step()
			continue
		}
		heap.Pop(&s.agenda).(event).do()
	}
	if s.now.Before(until) {
		s.now = until
	}
}

// next is the instant of whatever comes next, and whether it is the work of a node.
func (s *Sim) next() (time.Time, bool) {
	if len(s.agenda) == 0 {
		return s.work, true
	}
	first := s.agenda[0].at
	if !s.work.IsZero() && !s.work.After(first) {
		return s.work, true
	}
	return first, false
}

// lookSoon is when somebody looks again after what was due could not be had: another node holds it.
const lookSoon = 5 * time.Second

// step lets a node do what is due, once.
func (s *Sim) step() {
	n := s.anyNode()
	if n == nil {
		s.work = time.Time{} // whoever comes back wakes it
		return
	}
	var did int
	var next time.Time
	err := n.use(func(ctx context.Context) (err error) {
		did, next, err = n.desk.Step(ctx)
		return err
	})
	s.report.Steps++
	switch {
	case err != nil && !n.dead:
		s.work = s.now.Add(time.Second)
	case n.dead || did > 0:
		s.work = s.now
	case next.IsZero():
		s.work = time.Time{}
	default:
		s.work = next
		if soonest := s.now.Add(lookSoon); next.Before(soonest) {
			s.work = soonest
		}
	}
}

// elsewhere lets other work and other people go on while a call hangs.
func (s *Sim) elsewhere(n *node, d time.Duration) {
	until := s.now.Add(d)
	if s.depth >= 3 || n.gate.Inside() {
		s.stands(d) // everything waits for this call: one goroutine lives for all
		s.now = until
		return
	}
	s.depth++
	s.wakeWork()
	for s.failed == nil {
		next, works := s.next()
		if next.IsZero() || next.After(until) {
			break
		}
		if next.After(s.now) {
			s.now = next
		}
		if works {
			s.step()
			continue
		}
		heap.Pop(&s.agenda).(event).do()
	}
	s.depth--
	if s.now.Before(until) {
		s.now = until
	}
	s.wakeWork()
}

// stop ends all trouble and lets the desks finish: what is on its way arrives, every store is read once more.
func (s *Sim) stop(ctx context.Context) error {
	s.quiet++
	s.dbDown, s.outage = false, map[string]int{}
	s.setFull(false)
	clear(s.skews)
	s.agenda = nil
	for number := range s.nodes {
		if s.nodes[number] == nil {
			if err := s.start(number); err != nil {
				return err
			}
		}
	}
	s.wakeWork()
	s.moveTo(ctx, s.now.Add(26*time.Hour))
	if s.failed != nil || ctx.Err() != nil {
		return errors.Join(s.failed, ctx.Err())
	}
	return s.lastLook(ctx)
}

// lastLook lets every store be read at one instant, while no clock moves.
func (s *Sim) lastLook(ctx context.Context) error {
	s.still = true
	n := s.nodes[0]
	err := n.db.Write(ctx, func(tx *store.Tx) error {
		for _, sh := range s.shops {
			if err := tx.SyncNow(sh.id, s.now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return n.desk.Settle(ctx)
}

func (s *Sim) close() {
	for _, n := range s.nodes {
		if n != nil {
			n.kill()
			_ = n.db.Close() // the run is over
		}
	}
	if s.eye != nil {
		_ = s.eye.Close() // the run is over
	}
	_ = s.wires.Close() // the run is over
}

func (s *Sim) setFull(yes bool) {
	s.diskFull = yes
	for _, n := range s.alive() {
		n.gate.Full(yes)
	}
}
