package policy

import (
	"maps"
	"slices"
	"time"

	"parley/internal/dispute"
)

// Evaluate gives the verdict on the facts at an instant. It is pure: the same facts, rules and instant give the same
// verdict, whatever the order of the packs. The trace stays empty; Explain fills it.
func (r *Rules) Evaluate(f *dispute.Facts, now time.Time) Verdict {
	return r.judge(f, now, Action{}, nil, nil)
}

// Closed says why something outside the rules closes an option: the key of a text and what stands in it.
type Closed struct {
	Reason string
	Params map[string]string
}

// EvaluateWithout is Evaluate where these options, by code, are not open for a reason that the facts of one matter do not tell, such as
// money that another matter has paid. What is recommended is then the best of those that are open.
func (r *Rules) EvaluateWithout(f *dispute.Facts, now time.Time, shut map[string]Closed) Verdict {
	return r.judge(f, now, Action{}, shut, nil)
}

// Consider is Evaluate for somebody who is about to do something: what the rules say about that comes with it.
func (r *Rules) Consider(f *dispute.Facts, a Action, now time.Time) Verdict {
	return r.judge(f, now, a, nil, nil)
}

// Explain is Evaluate with the full trace: every rule that was asked, what it read, what came out and why others did
// not fire.
func (r *Rules) Explain(f *dispute.Facts, now time.Time) Verdict {
	return r.ExplainAction(f, Action{}, now)
}

// ExplainAction is Consider with the full trace.
func (r *Rules) ExplainAction(f *dispute.Facts, a Action, now time.Time) Verdict {
	t := &tracer{}
	out := r.judge(f, now, a, nil, t)
	out.Trace = t.steps
	return out
}

func (r *Rules) judge(f *dispute.Facts, now time.Time, a Action, shut map[string]Closed, t *tracer) Verdict {
	f = inOrder(f)
	v := r.newView(f, now, a)
	v.tracer, v.shut = t, shut
	out := Verdict{}
	v.classify(&out)
	v.place(&out)
	x := r.indexFor(v.class, v.state)
	v.owners(&out, x)
	v.deadlines(&out, x)
	v.alarms(&out, x)
	v.options(&out, x)
	v.evidence(&out)
	v.values(&out, x)
	v.advise(&out, x)
	v.recommend(&out, x)
	v.count(&out, x)
	v.finish(&out)
	return out
}

// inOrder sorts what machines read as a sequence; facts that are in order already are not copied.
func inOrder(f *dispute.Facts) *dispute.Facts {
	byAct := func(a, b dispute.Act) int { return a.At.Compare(b.At) }
	byMessage := func(a, b dispute.Message) int { return a.At.Compare(b.At) }
	byEvidence := func(a, b dispute.Evidence) int { return a.At.Compare(b.At) }
	if slices.IsSortedFunc(f.History, byAct) && slices.IsSortedFunc(f.Messages, byMessage) && slices.IsSortedFunc(f.Evidence, byEvidence) {
		return f
	}
	out := *f
	out.History, out.Messages, out.Evidence = slices.Clone(f.History), slices.Clone(f.Messages), slices.Clone(f.Evidence)
	slices.SortStableFunc(out.History, byAct)
	slices.SortStableFunc(out.Messages, byMessage)
	slices.SortStableFunc(out.Evidence, byEvidence)
	return &out
}

// speaks tells whether a rule's pack applies and its condition holds.
func (v *view) speaks(h *Head) int8 {
	switch a := v.applicable(h.pack); a {
	case yes:
		return v.test(h.when)
	case unsure:
		if v.test(h.when) == no {
			return no
		}
		return unsure
	default:
		return no
	}
}

// holds is speaks for rules that need certainty.
func (v *view) holds(h *Head) bool { return v.speaks(h) == yes }

// applicable tells whether a pack speaks to the case at all.
func (v *view) applicable(p *Pack) int8 {
	if p.applies == nil {
		return yes
	}
	i := slices.Index(v.rules.packs, p)
	if v.applies[i] == 0 {
		v.applies[i] = v.test(p.applies)
	}
	return v.applies[i]
}

// classify takes the first class whose rule holds. A rule that cannot be decided stops the search: the class stays
// empty, because a later rule might be wrong.
func (v *view) classify(out *Verdict) {
	for _, c := range v.rules.classes {
		truth := v.speaks(&c.Head)
		give := c.Give.Text
		if give == "points_to" {
			give = v.talk.pointsTo
		}
		v.tracer.rule(&c.Head, truth, "class=", give)
		if truth == unsure {
			v.undecided = true
			break
		}
		if truth == yes && give != "" {
			v.class, out.Class = give, give
			v.why(&c.Head)
			break
		}
	}
	if v.class == "" && v.facts.Case != nil && !v.undecided {
		v.undecided = true // a case of which no rule knows what it is
		v.note(unknownFact{"case.reason"})
	}
	for _, c := range v.rules.factors {
		truth := v.speaks(&c.Head)
		give := c.Give.Text
		v.tracer.rule(&c.Head, truth, "factor=", give)
		if truth == yes && give != v.class && !slices.Contains(out.Factors, give) {
			out.Factors = append(out.Factors, give)
		}
	}
}

// place runs the machines and listens to the platform's own word, which outranks what they find.
func (v *view) place(out *Verdict) {
	list := events(v.facts)
	if m := v.machineFor("supplier"); m != nil {
		v.supplier = v.run(m, list)
		out.SupplierState = v.supplier.state
		v.tracer.state(m, v.supplier)
	}
	if v.facts.Case != nil {
		v.opened = v.facts.Case.OpenedAt
	}
	m := v.machineFor("matter")
	if m == nil {
		v.undecided = true
		return
	}
	v.matter = v.run(m, list)
	v.tracer.state(m, v.matter)
	if v.matter.unsure {
		v.undecided, v.matter.state = true, ""
	}
	v.hear(out)
	v.state, v.since = v.matter.state, v.matter.since
	v.clearClocks()
	stage := v.rules.stage(m, v.state)
	out.State, out.Ended, out.Owner = v.state, stage.End, stage.Owner.Text
	if v.matter.by != nil {
		v.why(&v.matter.by.Head)
	}
	v.heardOwner(out)
}

// stage is what a machine says about a state; the platform may name one that only another machine has.
func (r *Rules) stage(m *Machine, state string) State {
	if s, ok := m.States[state]; ok {
		return s
	}
	for _, other := range r.machines["matter"] {
		if s, ok := other.States[state]; ok {
			return s
		}
	}
	return State{}
}

// hear puts the platform's word above ours. A word nobody knows leaves only what somebody's act made certain.
func (v *view) hear(out *Verdict) {
	if v.facts.Case == nil {
		return
	}
	word := &v.facts.Case.Reported
	switch {
	case word.State != "" && word.State != v.matter.state:
		v.matter.state, v.matter.by, v.matter.lapsed = word.State, nil, nil
		v.matter.since, v.heard = v.lastPlatformWord(), true
		v.tracer.say("platform", "state="+word.State, "the platform's own word: "+word.Status)
	case word.State == "" && word.Status != "":
		out.Alerts = append(out.Alerts, "platform_status_unknown")
		v.note(unknownFact{"case.reported.state"})
		if v.matter.by == nil || !v.matter.acted {
			v.undecided, v.matter.state, v.matter.lapsed = true, "", nil
		}
	}
}

// lastPlatformWord is the instant of the last thing on record about the case: since then the state may last. What a side said
// or did without moving the case, such as protecting the buyer for longer, does not count: it would push a deadline out that has not moved.
func (v *view) lastPlatformWord() time.Time {
	at := v.opened
	for i := range v.facts.History {
		if a := &v.facts.History[i]; a.Who == "platform" || v.moves(a.Did) {
			at = later(at, a.At)
		}
	}
	return at
}

// moves tells whether an act leads to another state of the case.
func (v *view) moves(did string) bool {
	return v.matter.machine == nil || slices.ContainsFunc(v.matter.machine.Moves, func(m Move) bool { return m.On.Text == did })
}

func (v *view) heardOwner(out *Verdict) {
	if v.facts.Case == nil {
		return
	}
	word := &v.facts.Case.Reported
	if word.Owner != "" {
		out.Owner = word.Owner
	}
	out.Ended = out.Ended || word.Ended
}

func (v *view) owners(out *Verdict, x *index) {
	if v.facts.Case != nil && v.facts.Case.Reported.Owner != "" {
		return
	}
	for _, o := range x.owners {
		truth := v.speaks(&o.Head)
		v.tracer.rule(&o.Head, truth, "owner=", o.Owner.Text)
		if truth == yes {
			out.Owner = o.Owner.Text
			return
		}
	}
}

// finish names the facts that were missing, and hands what is undecided to a person.
func (v *view) finish(out *Verdict) {
	if !v.undecided {
		return
	}
	out.Undecided = slices.Sorted(maps.Keys(v.factsBad))
	if out.Class == "" {
		out.Alerts = append(out.Alerts, "class_undecided")
	}
	out.Recommended = ""
}
