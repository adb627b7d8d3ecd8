package policy

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"

	"parley/internal/calendar"
)

// rules checks what is particular to each list.
func (c *checker) rules(b *file) {
	each(b.Signals, c.signal)
	each(b.Classes, func(x *ClassRule) { c.at(&x.Head); c.class(x.Give) })
	each(b.Factors, func(x *ClassRule) { c.at(&x.Head); c.class(x.Give) })
	each(b.Deadlines, c.deadline)
	each(b.Owners, func(x *OwnerRule) { c.at(&x.Head); c.code("parties", x.Owner) })
	each(b.Options, c.option)
	each(b.Details, func(x *DetailRule) {
		c.at(&x.Head)
		c.code("options", x.Option)
		c.oneOf(x.Cost, "", "claim", "total", "nothing", "offer", "agreed")
		c.key(x.Effect)
	})
	each(b.Recommend, func(x *RecommendRule) { c.at(&x.Head); c.code("options", x.Option) })
	each(b.Evidence, func(x *EvidenceRule) { c.at(&x.Head); c.codes("evidence_kinds", x.Wants) })
	each(b.Advice, func(x *AdviceRule) { c.at(&x.Head); c.codes("advice", x.Advise) })
	each(b.Alerts, func(x *AlertRule) { c.at(&x.Head); c.code("alerts", x.Alert) })
	each(b.Warnings, c.warning)
	each(b.Values, c.value)
	each(b.Checks, func(x *CheckRule) { c.at(&x.Head); c.code("checks", x.Check) })
	each(b.Counts, func(x *CountRule) { c.at(&x.Head); c.codes("metrics", x.Metrics) })
}

// at sets the file that problems of the rule are in.
func (c *checker) at(h *Head) { c.file = c.where[c.pack.Name+" "+h.ID.Text] }

func (c *checker) class(t Text) {
	if t.Text != "points_to" {
		c.code("classes", t)
	}
}

// key wants a text key that some pack gives.
func (c *checker) key(t Text) {
	if _, ok := c.lib.texts[t.Text]; t.Text != "" && !ok {
		c.say(c.file, t, "no text for "+t.Text, "texts: in en, es and zh")
	}
}

func (c *checker) signal(x *Signal) {
	c.at(&x.Head)
	c.code("actors", x.From)
	for _, g := range slices.Concat(x.All, x.Not) {
		if len(x.Groups[g.Text]) == 0 {
			c.say(c.file, g, "no such word group: "+g.Text, "")
			return
		}
	}
	compiled, err := compileSignal(x)
	if err != nil {
		c.say(c.file, x.Name, err.Error(), "regular expressions of RE2")
	}
	x.compiled = compiled
}

func (c *checker) deadline(x *DeadlineRule) {
	c.at(&x.Head)
	c.code("deadlines", x.Kind)
	c.code("parties", x.Whose)
	c.key(x.Lapse)
	c.oneOf(x.Amount, "", "claim", "total", "offer")
	if x.By.Text != "" {
		c.code("deadline_sources", x.By)
	}
	if !slices.Contains([]string{"", "platform", "store", "buyer"}, x.Zone.Text) {
		if _, ok := calendar.Zone(x.Zone.Text); !ok {
			c.say(c.file, x.Zone, "no such zone: "+x.Zone.Text, "platform, store, buyer, or an IANA name")
		}
	}
	if cal := x.Calendar.Text; !slices.Contains([]string{"", "buyer", "store"}, cal) && c.lib.calendars[cal] == nil {
		c.say(c.file, x.Calendar, "no such calendar: "+cal, "")
	}
	if x.From.Text == "" {
		c.say(c.file, x.ID, "the deadline has no from", "a CEL instant, such as case.opened_at")
	}
	x.from = c.cel(x.From, cel.IntType)
	x.fixed = c.cel(x.Fixed, cel.IntType)
	x.met = c.cel(x.Met, cel.BoolType)
	c.formula(x)
	x.since = x.from != nil && slices.Contains(x.from.reads, "state.since")
	x.clock = len(x.Class)+len(x.State) > 0
	for _, cond := range []*condition{x.from, x.fixed, x.when, x.Runs.n} {
		x.clock = x.clock || (cond != nil && cond.clock)
	}
}

func (c *checker) formula(x *DeadlineRule) {
	r := &x.Runs
	for kind, t := range map[string]Text{"wall": r.Wall, "eod": r.EOD, "bd": r.BD, "bh": r.BH, "hours": r.Hours, "years": r.Years, "at": r.At} {
		if t.Text == "" {
			continue
		}
		if r.kind != "" {
			c.say(c.file, t, "two formulas for one deadline", "")
		}
		r.kind, r.n = kind, c.cel(t, cel.IntType)
	}
	if r.kind == "" || r.n == nil {
		c.say(c.file, x.ID, "the deadline has no formula", "runs: {wall: 5}, or eod, bd, bh, hours, years, at")
	}
	if r.Roll && r.kind != "eod" {
		c.say(c.file, x.ID, "roll belongs to eod only", "")
	}
}

func (c *checker) option(x *OptionRule) {
	c.at(&x.Head)
	c.oneOf(x.For, "", "seller", "supplier", "buyer")
	group := "options"
	if x.For.Text == "supplier" || x.For.Text == "buyer" {
		group = x.For.Text + "_options"
	}
	c.codes(group, x.Open)
	c.codes(group, x.Close)
	c.key(x.Reason)
	if len(x.Open)+len(x.Close) == 0 {
		c.say(c.file, x.ID, "the rule neither opens nor closes an option", "")
	}
}

func (c *checker) warning(x *WarningRule) {
	c.at(&x.Head)
	c.code("warnings", x.Kind)
	c.code("deadlines", x.Deadline)
	c.oneOf(x.From, "start", "due")
	if (x.Wall.Text == "") == (x.Hours.Text == "") {
		c.say(c.file, x.ID, "a warning has either wall or hours", "")
	}
	x.n = c.cel(first(x.Wall, x.Hours), cel.IntType)
}

func first(a, b Text) Text {
	if a.Text != "" {
		return a
	}
	return b
}

func (c *checker) value(x *ValueRule) {
	c.at(&x.Head)
	c.oneOf(x.Value, "refund", "customer_cost", "freight_recoverable")
	if x.Value.Text == "freight_recoverable" {
		c.oneOf(x.Is, "true", "false")
		return
	}
	c.oneOf(x.Is, "claim", "total", "offer", "nothing", "paid")
}

// machine checks states and moves, and that every state that is no end can be left.
func (c *checker) machine(m *Machine) {
	c.at(&m.Head)
	c.oneOf(m.Track, "matter", "supplier")
	group := "states"
	if m.Track.Text == "supplier" {
		group = "supplier_states"
	}
	m.at = c.cel(m.At, cel.IntType)
	if m.at == nil {
		c.say(c.file, m.ID, "the machine has no at", "a CEL instant, such as case.opened_at")
	}
	for state, s := range m.States {
		c.code(group, Text{state, m.ID.Line, m.ID.Column})
		c.code("parties", s.Owner)
	}
	if _, ok := m.States[m.Start.Text]; !ok {
		c.say(c.file, m.Start, "the machine starts in a state it does not have: "+m.Start.Text, "")
	}
	for i := range m.Moves {
		c.move(m, &m.Moves[i])
	}
}

func (c *checker) move(m *Machine, mv *Move) {
	c.at(&mv.Head)
	for _, t := range append(slices.Clone(mv.From), mv.To) {
		if _, ok := m.States[t.Text]; !ok && t.Text != "*" {
			c.say(c.file, t, "no such state in "+m.ID.Text+": "+t.Text, "")
		}
	}
	if mv.On.Text != "" && !slices.Contains([]string{"message", "shipped", "scan", "ledger_refund", "ledger_goodwill", "ledger_payout"}, mv.On.Text) {
		c.code("acts", mv.On)
	}
	c.codes("actors", mv.By)
	if mv.Late.Text != "" {
		c.code("deadlines", mv.Late)
	}
	if mv.On.Text != "" && mv.Late.Text != "" {
		c.say(c.file, mv.ID, "a move follows either an act or a lapse", "")
	}
	if mv.On.Text == "" && mv.Late.Text == "" && mv.when == nil {
		c.say(c.file, mv.ID, "a move needs on, late or when", "")
	}
}

// periods checks rates, assessments and levels.
func (c *checker) periods(b *file) {
	each(b.Rates, func(x *Rate) {
		c.code("metrics", x.Metric)
		c.sourced(x.ID, x.Source)
		x.over, x.under = c.cel(x.Over, cel.IntType), c.cel(x.Under, cel.IntType)
	})
	each(b.Assessments, func(x *Assessment) {
		c.codes("metrics", x.Metrics)
		c.sourced(x.ID, x.Source)
		c.oneOf(x.Window, "quarter", "rolling30", "monthly27", "average30")
	})
	each(b.Levels, func(x *Level) {
		c.code("levels", x.Level)
		c.sourced(x.ID, x.Source)
	})
}

// versions refuses gaps and overlaps between the versions of one pack family.
func (l *loader) versions() {
	families := map[string][]*Pack{}
	for _, p := range l.lib.Packs() {
		if name, _, _ := strings.Cut(p.Name, "@"); p.Kind != "base" {
			families[name] = append(families[name], p)
		}
	}
	for _, list := range families {
		slices.SortFunc(list, func(a, b *Pack) int { return strings.Compare(a.Since.String(), b.Since.String()) })
		for i := 1; i < len(list); i++ {
			l.meet(list[i-1], list[i])
		}
	}
}

func (l *loader) meet(a, b *Pack) {
	at := b.body.Pack
	switch until := a.Until.String(); {
	case a.Until == (calendar.Date{}) || until > b.Since.String():
		l.say(b.Files[0], at, a.Name+" and "+b.Name+" overlap", "the older one needs until: "+b.Since.String())
	case until < b.Since.String():
		l.say(b.Files[0], at, "nothing is valid between "+a.Name+" and "+b.Name, "until of the older and since of the newer are the same day")
	}
}
