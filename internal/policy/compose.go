package policy

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"parley/internal/calendar"
	"parley/internal/dispute"
	"parley/internal/fault"
)

// housePack is always in force.
const housePack = "house"

// Rules are the packs of a case, compiled and composed. The order in which packs were named does not matter.
type Rules struct {
	lib        *Library
	packs      []*Pack
	zone       *time.Location // clock of the platform; nil if no pack has one
	holidays   *calendar.Calendar
	numbers    map[string]int64  // parameters
	reasons    map[string]string // raw reason → class
	dueFor     map[string]string
	facts      [][]*FactRule // by index of name
	signals    []*signal
	classes    []*ClassRule
	factors    []*ClassRule
	deadlines  [][]*DeadlineRule // by index of kind
	fallbacks  []*DeadlineRule   // asked only where none of these gives the matter a clock
	machines   map[string][]*Machine
	options    []*OptionRule
	details    []*DetailRule
	recommend  []*RecommendRule
	owners     []*OwnerRule
	evidence   []*EvidenceRule
	advice     []*AdviceRule
	alerts     []*AlertRule
	warnings   []*WarningRule
	values     []*ValueRule
	counts     []*CountRule
	rates      []*Rate
	levels     []*Level
	metrics    []string
	quarterly  bool
	indexMu    sync.Mutex
	index      atomic.Pointer[map[spot]*index]
	overridden map[string]bool
}

// With changes a composition.
type With func(*composition) error

type composition struct {
	key      strings.Builder
	holidays *calendar.Calendar
	numbers  map[string]int64
	kept     map[string]int64
}

// maxRules is how many compositions are kept. Beyond it all are made anew: there are that many only after much trying of numbers.
const maxRules = 1000

// WithHolidays replaces every calendar by one with the usual weekend and only these holidays. It is meant for tests.
func WithHolidays(days ...calendar.Date) With {
	return func(c *composition) error {
		c.holidays = calendar.New("given", days...)
		for _, d := range days {
			c.holidays.Years[d.Year] = "official"
			fmt.Fprintf(&c.key, "|%s", d)
		}
		c.key.WriteString("|only")
		return nil
	}
}

// WithParameter lets a store move a parameter in the direction in which the pack allows it to be tightened. Loosening
// law or honesty is refused when the composition is made.
func WithParameter(name string, value int64) With {
	return func(c *composition) error {
		c.numbers[name] = value
		fmt.Fprintf(&c.key, "|%s=%d", name, value)
		return nil
	}
}

// WithStore applies the numbers a store has kept. A case keeps the packs it was opened under, so a number that these do not know, or
// that is not the stricter one there, is left as the pack has it: what was tightened for one version must not stop another from judging.
func WithStore(numbers map[string]int64) With {
	return func(c *composition) error {
		c.kept = numbers
		for _, name := range slices.Sorted(maps.Keys(numbers)) {
			fmt.Fprintf(&c.key, "|%s>%d", name, numbers[name])
		}
		return nil
	}
}

// For composes packs by name@version; house@ is always in force and need not be named. Compositions are cached.
func (l *Library) For(names []string, with ...With) (*Rules, error) {
	c := &composition{numbers: map[string]int64{}}
	for _, w := range with {
		if err := w(c); err != nil {
			return nil, err
		}
	}
	packs, err := l.gather(names)
	if err != nil {
		return nil, err
	}
	key := c.key.String()
	for _, p := range packs {
		key += "," + p.Name
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if r, ok := l.rules[key]; ok {
		return r, nil
	}
	r, err := l.compose(packs, c)
	if len(l.rules) >= maxRules {
		clear(l.rules)
	}
	if err == nil {
		l.rules[key] = r
	}
	return r, err
}

// gather collects the packs and everything they are based on, in the order of their names.
func (l *Library) gather(names []string) ([]*Pack, error) {
	found := map[string]*Pack{}
	var add func(name string) error
	add = func(name string) error {
		p, ok := l.packs[name]
		if !ok {
			return fault.Input("pack", name, strings.Join(slices.Sorted(maps.Keys(l.packs)), ", "))
		}
		if found[name] != nil {
			return nil
		}
		found[name] = p
		for _, b := range p.Base {
			if err := add(b); err != nil {
				return err
			}
		}
		return nil
	}
	for _, name := range names {
		if err := add(name); err != nil {
			return nil, err
		}
	}
	for name, p := range l.packs {
		if p.Kind == housePack {
			if err := add(name); err != nil {
				return nil, err
			}
		}
	}
	out := slices.Collect(maps.Values(found))
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out, nil
}

func (l *Library) compose(packs []*Pack, c *composition) (*Rules, error) {
	r := &Rules{lib: l, packs: packs, holidays: c.holidays, numbers: map[string]int64{}, reasons: map[string]string{},
		dueFor: map[string]string{}, facts: make([][]*FactRule, len(l.factNames)), signals: make([]*signal, len(l.signalNames)),
		deadlines: make([][]*DeadlineRule, len(l.kinds)), machines: map[string][]*Machine{}, overridden: map[string]bool{}}
	r.index.Store(&map[spot]*index{})
	for i, p := range packs {
		if err := r.take(p, i); err != nil {
			return nil, err
		}
	}
	r.sortAll()
	if err := r.tighten(packs, c.numbers); err != nil {
		return nil, err
	}
	for name, to := range c.kept {
		if x, ok := findParameter(packs, name); ok {
			_ = r.move(x, name, to) // refused: the pack is stricter
		}
	}
	return r, nil
}

// take adds one pack. The rules of a pack that others are based on come first, so that these may replace parameters.
func (r *Rules) take(p *Pack, i int) error {
	b := &p.body
	if p.Zone != nil && (r.zone == nil || p.Kind == "marketplace") {
		r.zone = p.Zone
	}
	for _, base := range r.packs {
		if base.Kind == "base" && slices.Contains(p.Base, base.Name) {
			r.numbersOf(base, false)
			if p.Zone == nil && base.Zone != nil && p.Kind == "marketplace" {
				r.zone = base.Zone
			}
		}
	}
	r.numbersOf(p, p.Kind != "base")
	for raw, class := range b.Reasons {
		r.reasons[raw] = class.Text
	}
	for raw, kind := range b.DueFor {
		r.dueFor[raw] = kind.Text
	}
	for j := range b.Facts {
		k := r.lib.factNames[b.Facts[j].Name.Text]
		r.facts[k] = append(r.facts[k], &b.Facts[j])
	}
	for j := range b.Signals {
		r.signals[r.lib.signalNames[b.Signals[j].Name.Text]] = b.Signals[j].compiled
	}
	r.takeLists(b)
	return nil
}

func (r *Rules) numbersOf(p *Pack, replace bool) {
	for name, x := range p.body.Parameters {
		if _, ok := r.numbers[name]; ok && !replace {
			continue
		}
		n, _ := strconv.ParseInt(x.Value.Text, 10, 64)
		r.numbers[name] = n
	}
}

func (r *Rules) takeLists(b *file) {
	r.classes = appendAll(r.classes, b.Classes)
	r.factors = appendAll(r.factors, b.Factors)
	r.options = appendAll(r.options, b.Options)
	r.details = appendAll(r.details, b.Details)
	r.recommend = appendAll(r.recommend, b.Recommend)
	r.owners = appendAll(r.owners, b.Owners)
	r.evidence = appendAll(r.evidence, b.Evidence)
	r.advice = appendAll(r.advice, b.Advice)
	r.alerts = appendAll(r.alerts, b.Alerts)
	r.warnings = appendAll(r.warnings, b.Warnings)
	r.values = appendAll(r.values, b.Values)
	r.counts = appendAll(r.counts, b.Counts)
	r.rates = appendAll(r.rates, b.Rates)
	r.levels = appendAll(r.levels, b.Levels)
	for i := range b.Deadlines {
		if b.Deadlines[i].Fallback {
			r.fallbacks = append(r.fallbacks, &b.Deadlines[i])
			continue
		}
		k := r.lib.kinds[b.Deadlines[i].Kind.Text]
		r.deadlines[k] = append(r.deadlines[k], &b.Deadlines[i])
	}
	for i := range b.Machines {
		m := &b.Machines[i]
		r.machines[m.Track.Text] = append(r.machines[m.Track.Text], m)
	}
	for i := range b.Assessments {
		r.quarterly = r.quarterly || b.Assessments[i].Window.Text == "quarter"
	}
}

func appendAll[T any](to []*T, list []T) []*T {
	for i := range list {
		to = append(to, &list[i])
	}
	return to
}

// sortAll brings rules into the order of their ranks; equal ranks are ordered by rule id, so the order of packs never
// decides.
func (r *Rules) sortAll() {
	byHead(r.classes, func(x *ClassRule) *Head { return &x.Head })
	byHead(r.factors, func(x *ClassRule) *Head { return &x.Head })
	byHead(r.options, func(x *OptionRule) *Head { return &x.Head })
	byHead(r.details, func(x *DetailRule) *Head { return &x.Head })
	byHead(r.recommend, func(x *RecommendRule) *Head { return &x.Head })
	byHead(r.owners, func(x *OwnerRule) *Head { return &x.Head })
	byHead(r.evidence, func(x *EvidenceRule) *Head { return &x.Head })
	byHead(r.advice, func(x *AdviceRule) *Head { return &x.Head })
	byHead(r.alerts, func(x *AlertRule) *Head { return &x.Head })
	byHead(r.warnings, func(x *WarningRule) *Head { return &x.Head })
	byHead(r.values, func(x *ValueRule) *Head { return &x.Head })
	byHead(r.counts, func(x *CountRule) *Head { return &x.Head })
	byHead(r.fallbacks, func(x *DeadlineRule) *Head { return &x.Head })
	for _, list := range r.deadlines {
		byHead(list, func(x *DeadlineRule) *Head { return &x.Head })
	}
	for _, list := range r.machines {
		byHead(list, func(x *Machine) *Head { return &x.Head })
	}
	seen := map[string]bool{}
	for _, c := range r.counts {
		for _, m := range c.Metrics {
			if !seen[m.Text] {
				seen[m.Text] = true
				r.metrics = append(r.metrics, m.Text)
			}
		}
	}
	sort.Strings(r.metrics)
	sort.Slice(r.levels, func(i, j int) bool { return r.number(r.levels[i].Hours.Text) < r.number(r.levels[j].Hours.Text) })
}

func byHead[T any](list []*T, head func(*T) *Head) {
	sort.SliceStable(list, func(i, j int) bool {
		a, b := head(list[i]), head(list[j])
		if a.Rank != b.Rank {
			return a.Rank < b.Rank
		}
		return a.ID.Text < b.ID.Text
	})
}

// tighten applies what a store moved, and refuses to loosen.
func (r *Rules) tighten(packs []*Pack, numbers map[string]int64) error {
	for name, to := range numbers {
		x, ok := findParameter(packs, name)
		if !ok {
			return fault.Input("parameter", name, "a parameter of the packs in force")
		}
		if err := r.move(x, name, to); err != nil {
			return err
		}
	}
	return nil
}

func (r *Rules) move(x Parameter, name string, to int64) error {
	from := r.numbers[name]
	switch way := x.Tighten.Text; {
	case way == "lower" && to >= 0 && to <= from, way == "higher" && to >= from && to < 1<<31:
		r.numbers[name], r.overridden[name] = to, true
		return nil
	case way == "lower":
		return refused("fault.rule_only_lower", name, from, to, "0–"+strconv.FormatInt(from, 10))
	case way == "higher":
		return refused("fault.rule_only_higher", name, from, to, strconv.FormatInt(from, 10)+"–2147483647")
	}
	return refused("fault.rule_fixed", name, from, to, strconv.FormatInt(from, 10))
}

// refused says why a store cannot move a number: a store may tighten a rule, never loosen it, and some are not the store's at all.
func refused(key, name string, from, to int64, allowed string) error {
	f := fault.Input(name, strconv.FormatInt(to, 10), allowed)
	f.Key, f.Params = key, map[string]string{"from": strconv.FormatInt(from, 10)}
	return f
}

func findParameter(packs []*Pack, name string) (Parameter, bool) {
	for _, p := range packs {
		if x, ok := p.body.Parameters[name]; ok {
			return x, true
		}
	}
	return Parameter{}, false
}

// parameter gives a number of the packs in force.
func (r *Rules) parameter(name string) (int64, bool) {
	n, ok := r.numbers[name]
	return n, ok
}

// number reads a plain number or the name of a parameter.
func (r *Rules) number(text string) int64 {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	return r.numbers[strings.TrimPrefix(text, "param.")]
}

// Packs names the packs in force, house included.
func (r *Rules) Packs() []string {
	out := make([]string, len(r.packs))
	for i, p := range r.packs {
		out[i] = p.Name
	}
	return out
}

// Parameter gives a number of the packs in force, as tightened by the store.
func (r *Rules) Parameter(name string) (int64, bool) { return r.parameter(name) }

// zoneOf gives the clock meant by platform, store or buyer, or by an IANA name; UTC where it is not known.
func (r *Rules) zoneOf(whose string, f *dispute.Facts) *time.Location {
	z, ok := r.zoneKnown(whose, f)
	if !ok {
		return time.UTC
	}
	return z
}

func (r *Rules) zoneKnown(whose string, f *dispute.Facts) (*time.Location, bool) {
	switch whose {
	case "platform", "":
		if r.zone != nil {
			return r.zone, true
		}
		return calendar.Zone(f.Store.Zone)
	case "store":
		if f.Store.Zone == "" && f.Company != nil {
			return calendar.Zone(f.Company.Zone)
		}
		return calendar.Zone(f.Store.Zone)
	case "buyer":
		if f.Buyer == nil {
			return nil, false
		}
		if f.Buyer.Zone == "" { // few platforms tell it; a right of the buyer is not cut short by that
			name, _ := calendar.Latest(f.Buyer.Country)
			return calendar.Zone(name)
		}
		return calendar.Zone(f.Buyer.Zone)
	}
	return calendar.Zone(whose)
}
