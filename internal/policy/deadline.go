package policy

import (
	"time"

	"cel.dev/cel-go/common/types/ref"

	"parley/internal/calendar"
)

// dueSlot remembers the deadline of a kind.
type dueSlot struct {
	done  bool
	busy  bool // being computed: a deadline that depends on itself is a mistake of the pack
	value *Deadline
	err   error
}

// deadline computes the deadline of a kind from all packs in force, nil if none runs. Rules that speak of the class and
// state at hand come before rules that speak of others.
func (v *view) deadline(kind int) *Deadline {
	slot := &v.due[kind]
	if slot.done || slot.busy {
		return slot.value
	}
	slot.busy = true
	here, elsewhere := v.parted(v.rules.deadlines[kind])
	won, err := v.strictest(here)
	if won == nil && len(elsewhere) > 0 {
		var other error
		if won, other = v.strictest(elsewhere); err == nil {
			err = other
		}
	}
	slot.value, slot.err, slot.done, slot.busy = won, err, true, false
	return won
}

// parted splits rules into those that speak of the class and state at hand and the others. While one of these is not found yet, nothing
// can be said against a rule for its sake.
func (v *view) parted(rules []*DeadlineRule) (here, elsewhere []*DeadlineRule) {
	if len(rules) < 2 {
		return rules, nil
	}
	for _, rule := range rules {
		if (v.class == "" || matches(rule.Class, v.class)) && (v.state == "" || matches(rule.State, v.state)) {
			here = append(here, rule)
		} else {
			elsewhere = append(elsewhere, rule)
		}
	}
	return here, elsewhere
}

// strictest computes rules of one kind. Several are several readings: our own duties take the earliest, rights of the buyer the latest;
// the others are kept.
func (v *view) strictest(rules []*DeadlineRule) (*Deadline, error) {
	var won *Deadline
	var wonRule *DeadlineRule
	var others []Reading
	var failed error
	for _, rule := range rules {
		d, err := v.compute(rule)
		if err != nil {
			failed = err
			continue
		}
		if d == nil {
			continue
		}
		switch {
		case won == nil:
			won, wonRule = d, rule
		case d.At.Before(won.At) == (rule.Own || wonRule.Own) && !d.At.Equal(won.At):
			others = append(append(others, Reading{won.WonBy, won.At, won.Rule}), won.Others...)
			won, wonRule = d, rule
		default:
			others = append(others, Reading{d.WonBy, d.At, d.Rule})
		}
	}
	if won != nil {
		won.Others = append(won.Others, others...)
		won.Lapsed = !v.now.Before(won.At)
	}
	return won, failed
}

// clearClocks forgets what depends on the class or on the state of a machine.
func (v *view) clearClocks() {
	for kind, list := range v.rules.deadlines {
		for _, rule := range list {
			if rule.clock {
				v.due[kind] = dueSlot{}
				break
			}
		}
	}
}

// compute gives one rule's deadline with all its readings; nil if it does not run.
func (v *view) compute(rule *DeadlineRule) (*Deadline, error) {
	speaks := v.speaks(&rule.Head)
	if speaks == no {
		return nil, nil
	}
	start, ok := v.number(rule.from)
	ok = ok && speaks == yes
	if !ok {
		start = 0 // what the platform told holds all the same
	}
	zone, ok := v.ruleZone(rule)
	if !ok {
		v.note(unknownFact{rule.Zone.Text + ".zone"})
		return nil, unknownFact{"deadlines." + rule.Kind.Text}
	}
	var begun time.Time
	readings := v.told(rule, nil)
	if start > 0 && !(v.heard && rule.since && !rule.Own) { // a right of the buyer is not cut short by a guess
		begun = time.Unix(start, 0).UTC()
		readings = v.overridden(rule, begun, zone, readings)
		if at, ok := v.formula(rule, begun, zone, -1); ok {
			readings = append(readings, Reading{v.source(rule), at, rule.ID.Text})
		}
	}
	if len(readings) == 0 && !ok {
		return nil, unknownFact{"deadlines." + rule.Kind.Text}
	}
	if len(readings) == 0 {
		return nil, nil
	}
	d := &Deadline{
		Kind: rule.Kind.Text, Rule: rule.ID.Text, Pack: rule.pack.Name, Whose: rule.Whose.Text, Lapse: rule.Lapse.Text, Zone: zone.String(),
		Start: begun, At: readings[0].At, WonBy: readings[0].By, Others: readings[1:],
	}
	if amount := v.amount(rule.Amount.Text); amount != nil {
		d.Amount = amount
	}
	return d, nil
}

func (v *view) source(rule *DeadlineRule) string {
	if rule.By.Text != "" {
		return rule.By.Text
	}
	return "version_default"
}

// told adds the instant that the platform itself sent for this kind of deadline.
func (v *view) told(rule *DeadlineRule, to []Reading) []Reading {
	if c := v.facts.Case; c != nil && !c.PlatformDueAt.IsZero() && c.Reported.DueFor != "" {
		if kind, ok := v.rules.dueFor[c.Reported.DueFor]; ok {
			if kind == rule.Kind.Text {
				to = append(to, Reading{"platform_timestamp", c.PlatformDueAt.UTC(), rule.ID.Text})
			}
			return to
		}
	}
	if rule.fixed == nil {
		return to
	}
	if at, ok := v.number(rule.fixed); ok && at > 0 {
		to = append(to, Reading{"platform_timestamp", time.Unix(at, 0).UTC(), rule.ID.Text})
	}
	return to
}

// overridden adds the number of a date range that holds for the day of the opening, in the platform's zone.
func (v *view) overridden(rule *DeadlineRule, start time.Time, zone *time.Location, to []Reading) []Reading {
	for _, o := range v.facts.Overrides {
		if o.Deadline != rule.Kind.Text {
			continue
		}
		opened := start
		if !v.opened.IsZero() {
			opened = v.opened
		}
		day := calendar.On(opened, v.rules.zoneOf("platform", v.facts)).String()
		if day < o.OpenedFrom || day > o.OpenedUntil {
			continue
		}
		if at, ok := v.formula(rule, start, zone, int64(o.Days)); ok {
			to = append(to, Reading{"date_override", at, rule.ID.Text})
		}
	}
	return to
}

// formula runs the rule's formula; n replaces its number unless negative. A zero number means that the rule has none.
func (v *view) formula(rule *DeadlineRule, from time.Time, zone *time.Location, n int64) (time.Time, bool) {
	kind := rule.Runs.kind
	if n < 0 {
		x, ok := v.number(rule.Runs.n)
		if !ok {
			return time.Time{}, false
		}
		n = x
	}
	if n < 0 || (kind != "at" && n > 40000) {
		return time.Time{}, false
	}
	switch kind {
	case "wall":
		return calendar.Wall(from, int(n), zone), true
	case "eod":
		var roll *calendar.Calendar
		if rule.Runs.Roll {
			roll = v.calendarOf(rule)
		}
		return calendar.EndOfDay(from, int(n), zone, roll), true
	case "bd":
		return calendar.BusinessDays(from, int(n), zone, v.calendarOf(rule)), true
	case "bh":
		return calendar.BusinessHours(from, int(n), zone, v.calendarOf(rule)), true
	case "hours":
		return calendar.Hours(from, int(n)), true
	case "years":
		return calendar.Years(from, int(n), zone), true
	case "at":
		return time.Unix(n, 0).UTC(), n > 0
	}
	return time.Time{}, false
}

// ruleZone gives the clock of a rule; platform means that of its own pack.
func (v *view) ruleZone(rule *DeadlineRule) (*time.Location, bool) {
	if z := rule.Zone.Text; (z == "" || z == "platform") && rule.pack.Zone != nil {
		return rule.pack.Zone, true
	}
	return v.rules.zoneKnown(rule.Zone.Text, v.facts)
}

// calendarOf gives the business days of a rule: the calendar it names, or that of the buyer's or shop's country.
// Without holidays of its own a country has the usual weekend.
func (v *view) calendarOf(rule *DeadlineRule) *calendar.Calendar {
	if v.rules.holidays != nil {
		return v.rules.holidays
	}
	name := rule.Calendar.Text
	switch name {
	case "buyer":
		name = v.buyer().Country
	case "store":
		name = v.facts.Store.Country
	}
	if c, ok := v.rules.lib.calendars[name]; ok {
		return c
	}
	return v.rules.lib.calendars[""]
}

// isMet tells whether the rule of a deadline says that it has been met or has no point any more.
func (v *view) isMet(d *Deadline) bool {
	rule := v.rules.ruleByID(d)
	return rule != nil && rule.met != nil && v.test(rule.met) == yes
}

// dueVars give due.KIND, late.KIND and runs.KIND for every deadline.
func (l *Library) dueVar(kind int, what string) func(*view) ref.Val {
	return func(v *view) ref.Val {
		d := v.deadline(kind)
		if d == nil && v.due[kind].err != nil {
			return missing(v.due[kind].err.(unknownFact).path)
		}
		switch what {
		case "runs":
			return boolean(d != nil)
		case "late":
			return boolean(d != nil && d.Lapsed && !v.isMet(d))
		}
		if d == nil {
			return integer(0)
		}
		return unix(d.At)
	}
}
