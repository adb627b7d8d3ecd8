package insim

import (
	"time"

	"parley/internal/connector/mirakl/fake"
	"parley/internal/money"
	"parley/internal/sim"
)

// incident is an incident on an order line.
type incident struct {
	*fake.Incident
	shop   *shop
	opened time.Time
	n      int // of the line in its order
}

// Ref is how the desk names it.
func (m *incident) Ref() (kind, id string) { return "incident", known(m.ID()) }

// unseen is how long after its beginning nobody but the desk ends an incident or sends a late order: Mirakl lists neither when it is over.
const unseen = 3 * 24 * time.Hour

// Whim lets the customer do something.
func (m *incident) Whim(d *sim.Draw) {
	if !m.Sight().Open {
		return
	}
	switch d.IntN(4) {
	case 0, 1:
		m.Writes("¿Hay alguien ahí?")
	case 2:
		if m.shop.platform.Now().Sub(m.opened) > unseen {
			m.Withdraws()
		}
	case 3:
		if d.Chance(30) {
			m.Order().AskReturn(m.n, fake.ReturnSpec{Reason: "RETURN_DEFECTIVE_ITEM", Text: "Se lo devuelvo.", Temper: m.shop.temper(d)})
		}
	}
}

// Click has nothing to do: everything about incidents can be done by programs.
func (m *incident) Click(*sim.Draw) bool { return false }

// Truth is how it stands. INCIDENT_OPEN is no word of where it stands.
func (m *incident) Truth() sim.Truth {
	s := m.Sight()
	t := m.shop.truth(s)
	t.Claim = m.shop.amount(s.Left)
	t.Word = s.State
	return t
}

// truth is what is the same for everything.
func (s *shop) truth(sight fake.Sight) sim.Truth {
	t := sim.Truth{Open: sight.Open, Waits: sight.Waits, Lapsed: sight.LapsedAt, Changed: sight.ChangedAt, Most: s.amount(sight.Most)}
	for _, r := range sight.Refunds {
		t.Paid = append(t.Paid, sim.Payment{At: r.At, Amount: s.amount(r.Minor), Seller: !r.ByOperator})
	}
	return t
}

func (s *shop) amount(minor int64) money.Amount {
	return money.Amount{Minor: minor, Currency: s.Currency}
}

// giveBack is a return.
type giveBack struct {
	*fake.Return
	shop *shop
}

// Ref is how the desk names it.
func (m *giveBack) Ref() (kind, id string) { return "return", m.ID() }

// Whim lets the customer keep the goods after all.
func (m *giveBack) Whim(d *sim.Draw) {
	if d.Chance(20) {
		m.Cancels()
	}
}

// Click lets somebody of the shop confirm in the back office that the goods came.
func (m *giveBack) Click(d *sim.Draw) bool { return d.Chance(10) && m.Arrives() }

// Truth is how it stands.
func (m *giveBack) Truth() sim.Truth {
	s := m.Sight()
	t := m.shop.truth(s)
	t.Word, t.Claim = s.State, m.shop.amount(s.Left)
	return t
}

// question is a talk that waits for an answer. Nobody claims anything in it.
type question struct {
	*fake.Thread
	shop *shop
}

// Ref is how the desk names it.
func (m *question) Ref() (kind, id string) { return "thread", m.ID() }

// Whim lets the customer write once more.
func (m *question) Whim(d *sim.Draw) {
	if d.Chance(50) {
		m.Writes("CUSTOMER", "¿Me pueden contestar?")
	}
}

// Click lets somebody say in the back office that no answer is needed.
func (m *question) Click(d *sim.Draw) bool {
	if !m.Waiting() || !d.Chance(3) {
		return false
	}
	m.NoReplyNeeded("SHOP")
	return true
}

// Truth is how it stands.
func (m *question) Truth() sim.Truth {
	s := m.Sight()
	return sim.Truth{Open: s.Open, Waits: s.Waits, Changed: s.ChangedAt}
}

// unsent is an order that was not sent in time.
type unsent struct {
	*fake.Order
	shop  *shop
	since time.Time
}

// Ref is how the desk names it.
func (m *unsent) Ref() (kind, id string) { return "late", m.ID() }

// Whim lets the operator cancel it.
func (m *unsent) Whim(d *sim.Draw) {
	if m.old() && d.Chance(30) {
		m.Cancel()
	}
}

// Click lets somebody say in the back office that it was sent.
func (m *unsent) Click(d *sim.Draw) bool {
	if !m.old() || !m.Sight().Open || !d.Chance(5) {
		return false
	}
	m.Ship("CORREOS", "Correos", "PQ"+m.Commercial())
	return true
}

func (m *unsent) old() bool { return m.shop.platform.Now().Sub(m.since) > unseen }

// Truth is how it stands. It is no formal case, and nothing is claimed.
func (m *unsent) Truth() sim.Truth { return m.shop.truth(m.Sight()) }
