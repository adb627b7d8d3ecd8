package policy

// fallback gives a matter that is still open a clock where no other rule does: the first fallback rule by rank that runs. It is known to
// sentences and later conditions like any deadline, but moves no machine.
func (v *view) fallback(out *Verdict, x *index) {
	if out.Ended || v.clocked(out) {
		return
	}
	for _, rule := range x.fallbacks {
		d, err := v.compute(rule)
		met := rule.met != nil && v.test(rule.met) == yes
		if d == nil || met {
			v.tracer.silent([]*DeadlineRule{rule}, err)
			continue
		}
		v.tracer.due(rule, d, false)
		v.list(out, *d)
		v.due[v.rules.lib.kinds[d.Kind]] = dueSlot{done: true, value: d}
		v.whyLater(&rule.Head)
		return
	}
}

// clocked tells whether something times the matter already: a duty of ours, kept or missed, or, while somebody else has the next move, a
// running deadline that changes something when it lapses. Windows in which somebody has a right, such as a guarantee, time nothing.
func (v *view) clocked(out *Verdict) bool {
	for i := range out.Deadlines {
		d := &out.Deadlines[i]
		if v.duty(d) || (!d.Lapsed && d.Lapse != "" && out.Owner != "seller" && out.Owner != "") {
			return true
		}
	}
	return false
}

// duty tells whether a deadline is ours to keep. One that has lapsed and thereby moved the matter on is over.
func (v *view) duty(d *Deadline) bool {
	rule := v.rules.ruleByID(d)
	over := v.matter.lapsed != nil && v.matter.lapsed.Rule == d.Rule && v.matter.lapsed.At.Equal(d.At)
	return rule != nil && !over && (rule.Counts || rule.Own && rule.Whose.Text == "seller")
}

// next finds the deadline that orders the queue: the first running one at which our silence costs something, else the first running duty of
// ours, else the first that we missed and that still waits for us. While none is there, nothing waits for us.
func (v *view) next(out *Verdict) {
	if out.Ended {
		return
	}
	running := func(d *Deadline) bool { return !d.Lapsed && v.duty(d) }
	costs := func(d *Deadline) bool { return running(d) && v.rules.ruleByID(d).Counts }
	for _, fits := range []func(*Deadline) bool{costs, running, v.duty} {
		for i := range out.Deadlines {
			if d := &out.Deadlines[i]; fits(d) {
				copied := *d
				out.Next = &copied
				return
			}
		}
	}
}

// ruleByID finds the rule that gave a deadline.
func (r *Rules) ruleByID(d *Deadline) *DeadlineRule {
	for _, rules := range [][]*DeadlineRule{r.deadlines[r.lib.kinds[d.Kind]], r.fallbacks} {
		for _, rule := range rules {
			if rule.ID.Text == d.Rule {
				return rule
			}
		}
	}
	return nil
}
