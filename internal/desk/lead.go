package desk

import (
	"time"

	"parley/internal/dispute"
	"parley/internal/policy"
)

// A matter may have several open records at its platform: an incident that waits for a first answer, and a return that the buyer asked for
// meanwhile. Each has its own clock. The one whose silence costs money first speaks for the case until it is answered; then the next one does.

// name is how a record is told from the others of its matter.
func (r *record) name() string { return r.Kind + "/" + r.ExternalID }

// evaluate asks the rules about the matter as each of its open records tells it, and settles which one speaks for it.
func (m *matter) evaluate(rules *policy.Rules, now time.Time) (dispute.Facts, policy.Verdict, error) {
	open := m.open()
	m.c.Card.Lead = ""
	if len(open) < 2 {
		return m.evaluateOne(rules, now)
	}
	m.c.Card.Lead = m.leading().name()
	f, v, err := m.evaluateOne(rules, now)
	lead := m.c.Card.Lead
	for _, name := range open {
		if name == lead || err != nil {
			continue
		}
		m.c.Card.Lead = name
		var other dispute.Facts
		var verdict policy.Verdict
		if other, verdict, err = m.evaluateOne(rules, now); err == nil && presses(&verdict, &v) {
			lead, f, v = name, other, verdict
		}
	}
	m.c.Card.Lead = lead
	return f, v, err
}

// open names the open records.
func (m *matter) open() (names []string) {
	for i := range m.sources {
		if r := &m.sources[i]; r.Open {
			names = append(names, r.name())
		}
	}
	return names
}

func (m *matter) evaluateOne(rules *policy.Rules, now time.Time) (dispute.Facts, policy.Verdict, error) {
	f, err := m.facts()
	if err != nil {
		return f, policy.Verdict{}, err
	}
	return f, rules.Evaluate(&f, now), nil
}

// presses tells whether a verdict leaves less time than another: a deadline that runs comes before one that was missed, the nearer one first.
func presses(a, b *policy.Verdict) bool {
	switch x, y := a.Next, b.Next; {
	case x == nil || y == nil:
		return x != nil
	case x.Lapsed != y.Lapsed:
		return y.Lapsed
	default:
		return x.At.Before(y.At)
	}
}

// waiting is what presses by each open record that does not speak for the matter, where that is another clock than the matter's own.
func (d *Desk) waiting(m *matter, now time.Time) (map[string]*policy.Deadline, error) {
	lead := m.c.Card.Lead
	if lead == "" {
		return nil, nil
	}
	defer func() { m.c.Card.Lead = lead }()
	rules, err := d.rulesOf(m.st, m.c.Packs)
	if err != nil {
		return nil, err
	}
	out := map[string]*policy.Deadline{}
	for _, name := range m.open() {
		if name == lead {
			continue
		}
		m.c.Card.Lead = name
		_, v, err := m.evaluateOne(rules, now)
		if err != nil {
			return nil, err
		}
		if n := v.Next; n != nil && (n.Kind != m.c.DueKind || !n.At.Equal(m.c.DueAt)) {
			out[name] = n
		}
	}
	return out, nil
}
