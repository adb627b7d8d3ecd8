package policy

import (
	"slices"
	"strconv"
	"time"

	"parley/internal/calendar"
	"parley/internal/money"
)

// deadlines lists what runs or has lapsed at this spot, the nearest first, and finds the next one that costs something.
func (v *view) deadlines(out *Verdict, x *index) {
	if v.matter.lapsed != nil {
		v.list(out, *v.matter.lapsed)
	}
	for kind, rules := range x.deadlines {
		if len(rules) == 0 {
			continue
		}
		d := v.deadline(kind)
		rule := v.ruleOf(d, rules)
		if d == nil || rule == nil {
			v.tracer.silent(rules, v.due[kind].err)
			if v.due[kind].err != nil && rules[0].Counts && !out.Ended {
				v.undecided = true // a deadline of our own may run, and nobody knows until when
			}
			continue
		}
		met := rule.met != nil && v.test(rule.met) == yes
		v.tracer.due(rule, d, met)
		if !met {
			v.list(out, *d)
			v.warnProvisional(out, rule, d)
		}
	}
	v.fallback(out, x)
	slices.SortStableFunc(out.Deadlines, func(a, b Deadline) int { return a.At.Compare(b.At) })
	v.next(out)
}

// warnProvisional says when a deadline was counted on holidays that are not published yet, or on none at all.
func (v *view) warnProvisional(out *Verdict, rule *DeadlineRule, d *Deadline) {
	counted := rule.Runs.kind == "bd" || rule.Runs.kind == "bh" || rule.Runs.Roll
	if !counted || v.rules.holidays != nil || d.WonBy == "platform_timestamp" || slices.Contains(out.Alerts, "calendar_provisional") {
		return
	}
	zone, ok := calendar.Zone(d.Zone)
	if ok && v.calendarOf(rule).Provisional(calendar.On(d.At, zone)) {
		out.Alerts = append(out.Alerts, "calendar_provisional")
	}
}

func (v *view) list(out *Verdict, d Deadline) {
	for i := range out.Deadlines {
		if out.Deadlines[i].Kind == d.Kind {
			return
		}
	}
	d.Lapsed = !v.now.Before(d.At)
	if out.Deadlines == nil {
		out.Deadlines = make([]Deadline, 0, 4)
	}
	out.Deadlines = append(out.Deadlines, d)
}

// ruleOf finds the rule that gave a deadline among those that speak to the spot.
func (v *view) ruleOf(d *Deadline, rules []*DeadlineRule) *DeadlineRule {
	if d == nil {
		return nil
	}
	for _, r := range rules {
		if r.ID.Text == d.Rule {
			return r
		}
	}
	return nil
}

// alarms places our own warnings around the deadlines that are shown.
func (v *view) alarms(out *Verdict, x *index) {
	for _, w := range x.warnings {
		d := deadlineOf(out, w.Deadline.Text)
		if d == nil || v.speaks(&w.Head) != yes {
			continue
		}
		n, ok := v.number(w.n)
		if !ok {
			continue
		}
		out.Warnings = append(out.Warnings, Warning{w.Kind.Text, d.Kind, v.alarm(w, d, int(n))})
		v.tracer.rule(&w.Head, yes, "warning=", w.Kind.Text)
	}
	slices.SortStableFunc(out.Warnings, func(a, b Warning) int { return a.At.Compare(b.At) })
}

func (v *view) alarm(w *WarningRule, d *Deadline, n int) time.Time {
	from := d.At
	if w.From.Text == "start" {
		from = d.Start
	}
	if w.Hours.Text != "" {
		return from.Add(time.Duration(n) * time.Hour)
	}
	zone, ok := calendar.Zone(d.Zone)
	if !ok {
		zone = time.UTC
	}
	return calendar.Wall(from, n, zone)
}

func deadlineOf(out *Verdict, kind string) *Deadline {
	for i := range out.Deadlines {
		if out.Deadlines[i].Kind == kind {
			return &out.Deadlines[i]
		}
	}
	return nil
}

// options fills the three tables. Closing outranks opening, and what the platform does not list is closed.
func (v *view) options(out *Verdict, x *index) {
	var seller, supplier, buyer []string
	closed := map[string]string{}
	order := []string{}
	for _, o := range x.options {
		if o.Fallback {
			continue
		}
		truth := v.speaks(&o.Head)
		v.tracer.option(o, truth)
		if truth != yes {
			continue
		}
		list := &seller
		switch o.whom() {
		case "supplier":
			list = &supplier
		case "buyer":
			list = &buyer
		}
		for _, t := range o.Open {
			if !slices.Contains(*list, t.Text) {
				*list = append(*list, t.Text)
			}
		}
		for _, t := range o.Close {
			closed[o.whom()+t.Text] = o.Reason.Text
			if o.Reason.Text != "" && o.whom() == "seller" {
				order = append(order, t.Text)
			}
			if len(o.Reason.Text) > 0 {
				v.whyLater(&o.Head)
			}
		}
	}
	out.SupplierOptions = without(supplier, closed, "supplier")
	out.BuyerOptions = without(buyer, closed, "buyer")
	open := without(seller, closed, "seller")
	out.Options = slices.Grow(out.Options, len(open)+len(order))
	for _, code := range open {
		out.Options = append(out.Options, v.option(code, x))
	}
	for _, code := range order {
		if !hasOption(out.Options, code) {
			out.Options = append(out.Options, Option{Code: code, Reason: closed["seller"+code]})
		}
	}
	v.listed(out, x)
	v.shutOff(out)
	v.byHand(out, x)
}

// shutOff closes what something outside the rules forbids.
func (v *view) shutOff(out *Verdict) {
	for i := range out.Options {
		o := &out.Options[i]
		if why, shut := v.shut[o.Code]; shut && o.Open {
			o.Open, o.Reason, o.Params = false, why.Reason, why.Params
		}
	}
}

// byHand opens what fallback rules say where a deadline waits for us and nothing else can be chosen, so that what a person did can always
// be put on record.
func (v *view) byHand(out *Verdict, x *index) {
	if out.Next == nil || slices.ContainsFunc(out.Options, func(o Option) bool { return o.Open }) {
		return
	}
	for _, o := range x.options {
		if !o.Fallback {
			continue
		}
		truth := v.speaks(&o.Head)
		v.tracer.option(o, truth)
		for _, t := range o.Open {
			if truth == yes && !hasOption(out.Options, t.Text) {
				out.Options = append(out.Options, v.option(t.Text, x))
			}
		}
	}
}

// whom the options are for; the seller where the rule does not say.
func (o *OptionRule) whom() string {
	if o.For.Text == "" {
		return "seller"
	}
	return o.For.Text
}

func without(list []string, closed map[string]string, key string) []string {
	out := make([]string, 0, len(list))
	for _, code := range list {
		if _, ok := closed[key+code]; !ok {
			out = append(out, code)
		}
	}
	return out
}

func hasOption(list []Option, code string) bool {
	return slices.ContainsFunc(list, func(o Option) bool { return o.Code == code })
}

// option adds what the option costs and does.
func (v *view) option(code string, x *index) Option {
	o := Option{Code: code, Open: true}
	for _, d := range x.details {
		if d.Option.Text == code && v.speaks(&d.Head) == yes {
			o.Cost, o.Effect, o.Final, o.Person = v.amount(d.Cost.Text), d.Effect.Text, d.Final, d.Person
			break
		}
	}
	return o
}

// listed closes what belongs to the platform's form and is not in the list of actions that the platform sent.
func (v *view) listed(out *Verdict, x *index) {
	if v.facts.Case == nil || len(v.facts.Case.Reported.Actions) == 0 {
		return
	}
	for i := range out.Options {
		o := &out.Options[i]
		if o.Open && v.inForm(o.Code, x) && !slices.Contains(v.facts.Case.Reported.Actions, o.Code) {
			o.Open, o.Reason = false, "option.not_listed_by_platform"
		}
	}
}

func (v *view) inForm(code string, x *index) bool {
	for _, d := range x.details {
		if d.Option.Text == code && d.Form {
			return true
		}
	}
	return false
}

// evidence lists what the class needs and what of it is missing.
func (v *view) evidence(out *Verdict) {
	out.WantedEvidence = v.wantedEvidence()
	out.MissingEvidence = v.missingEvidence()
}

// amount names a sum; nil if it is not known.
func (v *view) amount(name string) *money.Amount {
	var a money.Amount
	switch name {
	case "claim":
		a = v.claim
	case "total":
		a = v.total
	case "offer":
		a = v.lastOffer()
	case "agreed":
		a = v.agreed()
	case "nothing":
		a = money.Amount{Currency: v.currency()}
	case "paid":
		if v.facts.Case != nil {
			a = v.facts.Case.Reported.Paid
		}
	}
	if !a.Known() {
		return nil
	}
	return &a
}

func (v *view) currency() string {
	if v.claim.Known() {
		return v.claim.Currency
	}
	return v.total.Currency
}

// agreed is what both sides agreed on and is not paid yet, as until goods are back; the claim where the platform names no such sum.
func (v *view) agreed() money.Amount {
	if c := v.facts.Case; c != nil && c.Reported.Agreed.Known() {
		return c.Reported.Agreed
	}
	return v.claim
}

// lastOffer is the last amount the shop proposed.
func (v *view) lastOffer() money.Amount {
	for i := len(v.facts.History) - 1; i >= 0; i-- {
		if a := v.facts.History[i]; a.Did == "countered" && a.Amount.Known() {
			return a.Amount
		}
	}
	return money.Amount{}
}

// values finds what the buyer gets, what the customer pays and whether the freight comes back; the first rule wins.
func (v *view) values(out *Verdict, x *index) {
	found := map[string]bool{}
	for _, r := range x.values {
		if found[r.Value.Text] {
			continue
		}
		truth := v.speaks(&r.Head)
		v.tracer.value(r, truth)
		if truth == no {
			continue
		}
		found[r.Value.Text] = true
		if truth == yes {
			v.value(out, r)
		}
	}
}

func (v *view) value(out *Verdict, r *ValueRule) {
	switch r.Value.Text {
	case "refund":
		out.Refund = v.amount(r.Is.Text)
		v.why(&r.Head)
	case "customer_cost":
		out.CustomerCost = v.amount(r.Is.Text)
	case "freight_recoverable":
		is := r.Is.Text == "true"
		out.FreightRecoverable = &is
	}
}

// advise gives advice and alerts.
func (v *view) advise(out *Verdict, x *index) {
	for _, r := range x.advice {
		truth := v.speaks(&r.Head)
		v.tracer.advice(r, truth)
		if truth != yes {
			continue
		}
		for _, t := range r.Advise {
			if !slices.Contains(out.Advice, t.Text) {
				out.Advice = append(out.Advice, t.Text)
			}
		}
		v.whyLater(&r.Head)
	}
	for _, r := range x.alerts {
		truth := v.speaks(&r.Head)
		v.tracer.rule(&r.Head, truth, "alert=", r.Alert.Text)
		if truth == yes && !slices.Contains(out.Alerts, r.Alert.Text) {
			out.Alerts = append(out.Alerts, r.Alert.Text)
			v.whyLater(&r.Head)
		}
	}
}

// recommend names the first open option whose rule holds.
func (v *view) recommend(out *Verdict, x *index) {
	for _, r := range x.recommend {
		if r.Calm && v.pressing(out) || !slices.ContainsFunc(out.Options, func(o Option) bool { return o.Code == r.Option.Text && o.Open }) {
			continue
		}
		truth := v.speaks(&r.Head)
		v.tracer.rule(&r.Head, truth, "recommended=", r.Option.Text)
		if truth == yes {
			out.Recommended = r.Option.Text
			v.why(&r.Head)
			break
		}
		if truth == unsure {
			break
		}
	}
	out.Why = append(v.reasons, v.laterReasons...)
	if len(out.Why) > maxReasons {
		out.Why = out.Why[:maxReasons]
	}
}

// pressing tells whether silence costs something so soon that the queue marks it.
func (v *view) pressing(out *Verdict) bool {
	n, levels := out.Next, v.rules.levels
	if n == nil || len(levels) == 0 || !v.rules.ruleByID(n).Counts {
		return false
	}
	return v.rules.Level(n.At.Sub(v.now)) != levels[len(levels)-1].Level.Text
}

// maxReasons is how many reasons a person is shown.
const maxReasons = 6

// count says for every metric of the packs whether the case counts, and in which quarter.
func (v *view) count(out *Verdict, x *index) {
	out.Counts = make(map[string]bool, len(v.rules.metrics))
	for _, m := range v.rules.metrics {
		out.Counts[m] = false
	}
	decided := 0
	var done [32]bool
	for _, r := range x.counts {
		truth := v.speaks(&r.Head)
		v.tracer.counted(r, truth)
		if truth != yes {
			continue
		}
		for _, t := range r.Metrics {
			i, ok := slices.BinarySearch(v.rules.metrics, t.Text)
			if ok && i < len(done) && !done[i] {
				done[i], out.Counts[t.Text] = true, r.Counts
				decided++
			}
		}
		if decided == len(v.rules.metrics) {
			break
		}
	}
	if v.rules.quarterly && v.facts.Case != nil && !v.facts.Case.OpenedAt.IsZero() {
		out.Bucket = quarter(v.facts.Case.OpenedAt.In(v.rules.zoneOf("platform", v.facts)))
	}
}

func quarter(at time.Time) string {
	return strconv.Itoa(at.Year()) + "-Q" + strconv.Itoa((int(at.Month())+2)/3)
}
