package insim

import (
	"strings"
	"time"

	"parley/internal/connector/stripe/fake"
	"parley/internal/sim"
)

const day = 24 * time.Hour

// Open lets the bank of somebody who paid lately begin something about the payment.
func (s *shop) Open(d *sim.Draw) (sim.Matter, error) {
	return s.open(d, fake.ChargeSpec{
		Amount: int64(500 + d.IntN(20000)), Currency: strings.ToLower(s.place.currency), Ago: d.Between(12*day, 50*day),
	}), nil
}

// OpenFor lets the buyer's bank begin something about the payment of a purchase that was made elsewhere.
func (s *shop) OpenFor(d *sim.Draw, p sim.Purchase) (sim.Matter, error) {
	return s.open(d, fake.ChargeSpec{
		Intent: p.Payment, Amount: p.Amount.Minor, Currency: strings.ToLower(p.Amount.Currency), Ago: s.platform.Now().Sub(p.At),
	}), nil
}

// reason is why a payment is disputed: Stripe's word and the codes of the networks that have one.
type reason struct {
	word  string
	codes map[string]string
}

var reasons = []reason{
	{"product_not_received", map[string]string{"visa": "13.1", "mastercard": "4853", "amex": "C08"}},
	{"product_not_received", map[string]string{"visa": "13.1", "mastercard": "4853", "amex": "C08"}},
	{"product_unacceptable", map[string]string{"visa": "13.3", "mastercard": "4853", "amex": "C31"}},
	{"fraudulent", map[string]string{"visa": "10.4", "mastercard": "4837", "amex": "F29"}},
	{"fraudulent", map[string]string{"visa": "10.4", "mastercard": "4837", "amex": "F29"}},
	{"credit_not_processed", map[string]string{"visa": "13.6", "mastercard": "4853", "amex": "C02"}},
	{"duplicate", map[string]string{"visa": "12.6", "mastercard": "4834", "amex": "P08"}},
	{"subscription_canceled", nil},
	{"unrecognized", nil},
	{"general", nil},
}

var (
	buyers   = []string{"Ana Souza", "Ivan Petrov", "Marie Durand", "Luis Gómez", "John Miller", "Giulia Rossi"}
	networks = []string{"visa", "visa", "visa", "mastercard", "mastercard", "amex", "discover", "jcb"}
	frauds   = []string{"made_with_stolen_card", "made_with_lost_card", "unauthorized_use_of_card", "misc"}
)

// open begins a chargeback, or an inquiry that may become one, or a warning.
func (s *shop) open(d *sim.Draw, paid fake.ChargeSpec) sim.Matter {
	paid.Name, paid.Country, paid.Network = sim.Pick(d, buyers), s.place.country, sim.Pick(d, networks)
	charge := s.Pay(paid)
	share := d.IntN(100)
	if share < 10 {
		return &warning{s.Warn(charge, sim.Pick(d, frauds), 0), s.Account}
	}
	why := sim.Pick(d, reasons)
	spec := fake.DisputeSpec{
		Reason: why.word, Code: why.codes[paid.Network], Answer: d.Between(6*day, 20*day).Truncate(time.Second),
		Decides: d.Between(10*day, 60*day).Truncate(time.Second), Wins: d.Chance(45),
	}
	if d.Chance(15) {
		spec.Amount = max(1, charge.Amount*int64(20+d.IntN(80))/100)
	}
	if share < 30 {
		spec.CaseType = "inquiry"
		if d.Chance(50) {
			spec.Raises = d.Between(5*day, 30*day).Truncate(time.Second)
		}
	}
	return &matter{s.Dispute(charge, spec)}
}

// matter is a dispute.
type matter struct{ *fake.Dispute }

// Ref is how the desk names it.
func (m *matter) Ref() (kind, id string) { return "dispute", m.ID }

// Truth is how the dispute stands.
func (m *matter) Truth() sim.Truth { return truth(m.Sight()) }

// Click does nothing: what Stripe's pages let a seller do, programs can do too.
func (*matter) Click(*sim.Draw) bool { return false }

// Whim lets the bank do something; what is not possible now does not happen.
func (m *matter) Whim(d *sim.Draw) {
	switch s := m.Sight(); {
	case s.Inquiry && d.Chance(30):
		_ = m.Escalate()
	case s.State == "under_review" || s.State == "warning_under_review":
		if d.Chance(40) {
			_ = m.Decide(d.Chance(50))
		}
	case s.ForSeller && d.Chance(25):
		_ = m.Touch(d.Between(day, 4*day).Truncate(time.Second))
	}
}

// warning is an early fraud warning. Nobody waits for an answer; a refund ends it.
type warning struct {
	*fake.Warning
	account *fake.Account
}

// Ref is how the desk names it.
func (w *warning) Ref() (kind, id string) { return "early_fraud_warning", w.ID }

// Truth is how the warning stands.
func (w *warning) Truth() sim.Truth { return truth(w.account.Sight(w.Warning)) }

// Click does nothing: programs can refund too.
func (*warning) Click(*sim.Draw) bool { return false }

// Whim does nothing: a bank that warned says nothing more, and a dispute that follows is a matter of its own.
func (*warning) Whim(*sim.Draw) {}
