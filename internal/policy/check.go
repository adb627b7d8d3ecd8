package policy

import (
	"errors"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"golang.org/x/sync/errgroup"

	"parley/internal/policy/words"
)

// check compiles every condition and looks every code up. What it finds is said with its place.
func (l *loader) check() {
	c := &checker{loader: l, ids: map[string]string{}, compiled: l.compileConditions()}
	for i := range l.files {
		c.file, c.pack = l.files[i].name, l.lib.packs[l.files[i].body.Pack.Text]
		c.places(&l.files[i].body)
	}
	for _, p := range l.lib.Packs() {
		c.pack = p
		c.file = p.Files[0]
		c.checkPack(p)
	}
	l.versions()
}

type checker struct {
	*loader
	pack  *Pack
	file  string
	ids   map[string]string // rule id → pack
	where map[string]string // rule id → file

	compiled map[string]*condition // conditions of rules by their text; those with mistakes are missing
}

// compileConditions compiles the conditions of all rules side by side, each text once. Mistakes are left to the check,
// which knows their place.
func (l *loader) compileConditions() map[string]*condition {
	out := map[string]*condition{}
	for i := range l.files {
		l.files[i].body.heads(func(h *Head) { out[h.When.Text] = nil })
	}
	var mu sync.Mutex
	var compiling errgroup.Group
	compiling.SetLimit(runtime.GOMAXPROCS(0))
	for _, text := range slices.Collect(maps.Keys(out)) {
		compiling.Go(func() error {
			c, err := l.lib.compile(text, cel.BoolType)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				delete(out, text)
			} else {
				out[text] = c
			}
			return nil
		})
	}
	_ = compiling.Wait()
	return out
}

// places remembers in which file each rule stands, so that problems name the right one.
func (c *checker) places(b *file) {
	if c.where == nil {
		c.where = map[string]string{}
	}
	b.heads(func(h *Head) { c.where[b.Pack.Text+" "+h.ID.Text] = c.file })
}

// heads visits the head of every rule of the file or pack.
func (b *file) heads(visit func(*Head)) {
	each(b.Facts, func(x *FactRule) { visit(&x.Head) })
	each(b.Signals, func(x *Signal) { visit(&x.Head) })
	each(b.Classes, func(x *ClassRule) { visit(&x.Head) })
	each(b.Factors, func(x *ClassRule) { visit(&x.Head) })
	each(b.Deadlines, func(x *DeadlineRule) { visit(&x.Head) })
	each(b.Machines, func(x *Machine) {
		visit(&x.Head)
		each(x.Moves, func(m *Move) { visit(&m.Head) })
	})
	each(b.Owners, func(x *OwnerRule) { visit(&x.Head) })
	each(b.Options, func(x *OptionRule) { visit(&x.Head) })
	each(b.Details, func(x *DetailRule) { visit(&x.Head) })
	each(b.Recommend, func(x *RecommendRule) { visit(&x.Head) })
	each(b.Evidence, func(x *EvidenceRule) { visit(&x.Head) })
	each(b.Advice, func(x *AdviceRule) { visit(&x.Head) })
	each(b.Alerts, func(x *AlertRule) { visit(&x.Head) })
	each(b.Warnings, func(x *WarningRule) { visit(&x.Head) })
	each(b.Values, func(x *ValueRule) { visit(&x.Head) })
	each(b.Counts, func(x *CountRule) { visit(&x.Head) })
	each(b.Checks, func(x *CheckRule) { visit(&x.Head) })
}

func each[T any](list []T, do func(*T)) {
	for i := range list {
		do(&list[i])
	}
}

func (c *checker) checkPack(p *Pack) {
	b := &p.body
	if p.Kind == "" {
		c.say(c.file, b.Pack, "pack "+p.Name+" does not say its kind", strings.Join(kinds, ", "))
	}
	for _, base := range p.Base {
		if c.lib.packs[base] == nil {
			c.say(c.file, b.Pack, "pack "+p.Name+" is based on "+base+", which does not exist", "")
		}
	}
	p.applies = c.cel(b.Applies, cel.BoolType)
	for raw, class := range b.Reasons {
		c.code("classes", class)
		_ = raw
	}
	for _, kind := range b.DueFor {
		c.code("deadlines", kind)
	}
	for _, x := range b.Parameters {
		c.sourced(x.Value, x.Source)
		if !numeric(x.Value.Text) {
			c.say(c.file, x.Value, "a parameter is a whole number, not "+x.Value.Text, "")
		}
	}
	b.heads(c.head)
	c.rules(b)
	for i := range b.Machines {
		c.machine(&b.Machines[i])
	}
	c.periods(b)
}

func numeric(s string) bool {
	return s != "" && len(s) < 16 && strings.Trim(s, "0123456789") == ""
}

// head checks what every rule has.
func (c *checker) head(h *Head) {
	h.pack = c.pack
	c.file = c.where[c.pack.Name+" "+h.ID.Text]
	if h.ID.Text == "" {
		c.say(c.file, h.When, "a rule without id", "")
	}
	if other, twice := c.ids[h.ID.Text]; twice {
		c.say(c.file, h.ID, "rule id "+h.ID.Text+" is taken by "+other, "ids are unique over all packs")
	}
	c.ids[h.ID.Text] = c.pack.Name
	c.sourced(h.ID, h.Source)
	for _, t := range h.Class {
		c.pattern("classes", t)
	}
	for _, t := range h.State {
		c.pattern("states", t)
	}
	h.when = c.cel(h.When, cel.BoolType)
	c.said(h)
}

func (c *checker) said(h *Head) {
	if len(h.Say) == 0 {
		return
	}
	for _, lang := range []string{"en", "es", "zh"} {
		if h.Say[lang] == "" {
			c.say(c.file, h.ID, "the sentence of "+h.ID.Text+" has no "+lang, "")
		}
		for _, name := range placeholders(h.Say[lang]) {
			_, ok := paramNames[name]
			if kind, due := strings.CutPrefix(name, "due."); due {
				ok = words.Known("deadlines", kind)
			}
			if !ok {
				c.say(c.file, h.ID, "the sentence of "+h.ID.Text+" asks for {"+name+"}, which nobody knows", "")
			}
		}
	}
	c.lib.says[h.ID.Text] = h.Say
}

// sourced wants at least one source, each known or honestly unsourced.
func (c *checker) sourced(at Text, list []Text) {
	if len(list) == 0 {
		c.say(c.file, at, "no source is named", "a rule number of sources.yaml, house, or unsourced")
	}
	for _, t := range list {
		if t.Text == "unsourced" || t.Text == "house" {
			continue
		}
		if _, ok := c.lib.sources[t.Text]; !ok {
			c.say(c.file, t, "unknown source "+t.Text, "a rule number of sources.yaml, house, or unsourced")
		}
	}
}

func (c *checker) code(group string, t Text) {
	if words.Known(group, t.Text) {
		return
	}
	hint := ""
	if near := words.Closest(group, t.Text); near != "" {
		hint = "did you mean " + near + "?"
	}
	c.say(c.file, t, "unknown code in "+group+": "+t.Text, hint)
}

func (c *checker) codes(group string, list []Text) {
	for _, t := range list {
		c.code(group, t)
	}
}

// pattern is a code, "branch.*", or either with "!" in front.
func (c *checker) pattern(group string, t Text) {
	word := strings.TrimPrefix(t.Text, "!")
	if prefix, ok := strings.CutSuffix(word, "*"); ok {
		for _, code := range words.Codes(group) {
			if strings.HasPrefix(code, prefix) {
				return
			}
		}
	}
	if word == "" {
		return // the empty class or state: undecided
	}
	c.code(group, Text{word, t.Line, t.Column})
}

func (c *checker) oneOf(t Text, allowed ...string) {
	if !slices.Contains(allowed, t.Text) {
		c.say(c.file, t, "not allowed here: "+t.Text, strings.Join(allowed, ", "))
	}
}

// cel compiles a condition; an empty one is nil.
func (c *checker) cel(t Text, want *cel.Type) *condition {
	if strings.TrimSpace(t.Text) == "" {
		return nil
	}
	if done := c.compiled[t.Text]; done != nil && want == cel.BoolType {
		return done
	}
	out, err := c.lib.compile(t.Text, want)
	if err == nil {
		return out
	}
	var p celProblem
	column := 0
	if errors.As(err, &p) {
		column = p.column
	}
	c.say(c.file, Text{Line: t.Line, Column: t.Column + column}, err.Error(), c.suggest(err.Error()))
	return nil
}

// suggest finds the declared name nearest to one that CEL does not know.
func (c *checker) suggest(message string) string {
	_, rest, ok := strings.Cut(message, "undeclared reference to '")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "'")
	best, least := "", 4
	for known := range c.lib.vars {
		if d := words.Distance(name, known); d < least || (d == least && known < best) {
			best, least = known, d
		}
	}
	if best == "" {
		return "the names are listed in docs/guide/packs.md"
	}
	return "did you mean " + best + "?"
}
