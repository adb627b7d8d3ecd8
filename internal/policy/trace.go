package policy

import (
	"strings"
	"time"
)

// tracer collects the steps of one evaluation; nil collects nothing.
type tracer struct{ steps []Step }

func (t *tracer) rule(h *Head, truth int8, kind, gives string) {
	if t == nil {
		return
	}
	s := Step{Rule: h.ID.Text, Pack: h.pack.Name, Fired: truth == yes}
	if h.when != nil {
		s.Inputs = h.when.reads
	}
	switch truth {
	case yes:
		s.Gives = kind + gives
	case no:
		s.Reason = "condition does not hold: " + h.When.Text
	case unsure:
		s.Reason = "a fact is missing for: " + h.When.Text
	}
	t.steps = append(t.steps, s)
}

func (t *tracer) say(rule, gives, reason string) {
	if t != nil {
		t.steps = append(t.steps, Step{Rule: rule, Fired: true, Gives: gives, Reason: reason})
	}
}

func (t *tracer) state(m *Machine, f fold) {
	if t == nil {
		return
	}
	s := Step{Rule: m.ID.Text, Pack: m.pack.Name, Fired: !f.unsure, Gives: "state=" + f.state}
	if f.by != nil {
		s.Rule, s.Reason = f.by.ID.Text, "since "+f.since.Format(time.RFC3339)
	}
	t.steps = append(t.steps, s)
}

func (t *tracer) due(r *DeadlineRule, d *Deadline, met bool) {
	if t == nil {
		return
	}
	s := Step{Rule: r.ID.Text, Pack: r.pack.Name, Fired: !met, Gives: "deadline=" + d.Kind + " " + d.At.Format(time.RFC3339), Reason: "won by " + d.WonBy}
	if met {
		s.Gives, s.Reason = "", "met or without a point: "+r.Met.Text
	}
	if r.from != nil {
		s.Inputs = r.from.reads
	}
	t.steps = append(t.steps, s)
}

func (t *tracer) silent(rules []*DeadlineRule, err error) {
	if t == nil {
		return
	}
	for _, r := range rules {
		s := Step{Rule: r.ID.Text, Pack: r.pack.Name, Reason: "does not run"}
		if err != nil {
			s.Reason = err.Error()
		}
		t.steps = append(t.steps, s)
	}
}

func (t *tracer) option(o *OptionRule, truth int8) {
	if t == nil {
		return
	}
	gives := ""
	if len(o.Open) > 0 {
		gives = o.For.Text + " opens " + strings.Join(texts(o.Open), ", ")
	}
	if len(o.Close) > 0 {
		gives += " closes " + strings.Join(texts(o.Close), ", ")
	}
	t.rule(&o.Head, truth, "", strings.TrimSpace(gives))
}

func (t *tracer) advice(a *AdviceRule, truth int8) {
	if t != nil {
		t.rule(&a.Head, truth, "advice=", strings.Join(texts(a.Advise), ", "))
	}
}

func (t *tracer) counted(c *CountRule, truth int8) {
	if t == nil {
		return
	}
	is := "no"
	if c.Counts {
		is = "yes"
	}
	t.rule(&c.Head, truth, "counts "+is+" in ", strings.Join(texts(c.Metrics), ", "))
}

// why keeps a rule that people should read, if it has a sentence.
func (v *view) why(h *Head) {
	if len(h.Say) > 0 {
		v.reasons = append(v.reasons, v.reason(h))
	}
}

// whyLater keeps a reason of less weight.
func (v *view) whyLater(h *Head) {
	if len(h.Say) > 0 && len(v.laterReasons) < maxReasons {
		v.laterReasons = append(v.laterReasons, v.reason(h))
	}
}

func (v *view) reason(h *Head) Why {
	w := Why{Rule: h.ID.Text, Pack: h.pack.Name}
	for _, name := range placeholders(h.Say.In("en")) {
		if w.Params == nil {
			w.Params = map[string]string{}
		}
		w.Params[name] = v.param(name)
	}
	return w
}

// placeholders lists the {names} of a sentence.
func placeholders(s string) []string {
	var out []string
	for {
		i := strings.IndexByte(s, '{')
		j := strings.IndexByte(s, '}')
		if i < 0 || j < i {
			return out
		}
		out = append(out, s[i+1:j])
		s = s[j+1:]
	}
}

// paramNames are the placeholders that sentences may use.
var paramNames = map[string]func(*view) string{
	"claim":     func(v *view) string { return v.claim.String() },
	"total":     func(v *view) string { return v.total.String() },
	"offer":     func(v *view) string { o := v.lastOffer(); return o.String() },
	"opened":    func(v *view) string { return v.instant(v.opened) },
	"since":     func(v *view) string { return v.instant(v.since) },
	"scan":      func(v *view) string { return v.instant(v.parcel.LastRealAt) },
	"delivered": func(v *view) string { return v.instant(v.parcel.DeliveredAt) },
	"back":      func(v *view) string { return v.instant(v.parcel.BackSince) },
	"place":     func(v *view) string { return v.lastPlace() },
	"reason":    func(v *view) string { return v.rawReason() },
	"said":      func(v *view) string { return v.instant(v.talk.at) },
}

func (v *view) param(name string) string {
	if kind, ok := strings.CutPrefix(name, "due."); ok {
		if d := v.deadline(v.rules.lib.kinds[kind]); d != nil {
			return v.instant(d.At)
		}
		return "?"
	}
	if get, ok := paramNames[name]; ok {
		return get(v)
	}
	return "?"
}

// instant writes an instant with the offset of the desk's zone.
func (v *view) instant(t time.Time) string {
	if t.IsZero() {
		return "?"
	}
	return t.In(v.rules.zoneOf("store", v.facts)).Format(time.RFC3339)
}

func (v *view) lastPlace() string {
	if v.facts.Shipment == nil {
		return "?"
	}
	for i := len(v.facts.Shipment.Events) - 1; i >= 0; i-- {
		if p := v.facts.Shipment.Events[i].Place; p != "" {
			return p
		}
	}
	return "?"
}

func (v *view) rawReason() string {
	if v.facts.Case == nil {
		return "?"
	}
	return v.facts.Case.Reason
}

func (t *tracer) value(r *ValueRule, truth int8) {
	if t != nil {
		t.rule(&r.Head, truth, r.Value.Text+"=", r.Is.Text)
	}
}
