package insim

import (
	"time"

	"parley/internal/connector/paypal/fake"
	"parley/internal/sim"
)

// Open lets somebody who paid lately dispute the payment.
func (s *shop) Open(d *sim.Draw) (sim.Matter, error) {
	sum := fake.Money{Minor: int64(500 + d.IntN(20000)), Currency: s.place.currency}
	paid := s.platform.Now().Add(-d.Between(12*24*time.Hour, 50*24*time.Hour))
	return s.open(d, fake.DisputeSpec{Gross: sum, PaidAt: paid}), nil
}

// OpenFor lets the buyer dispute the payment of a purchase that was made elsewhere.
func (s *shop) OpenFor(d *sim.Draw, p sim.Purchase) (sim.Matter, error) {
	sum := fake.Money{Minor: p.Amount.Minor, Currency: p.Amount.Currency}
	return s.open(d, fake.DisputeSpec{Transaction: p.Payment, Gross: sum, PaidAt: p.At}), nil
}

const (
	notReceived    = "MERCHANDISE_OR_SERVICE_NOT_RECEIVED"
	notAsDescribed = "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED"
)

// reasons are why payments are disputed, in the proportions in which they are.
var reasons = []string{
	notReceived, notReceived, notReceived, notReceived, notAsDescribed, notAsDescribed, notAsDescribed, notAsDescribed,
	"UNAUTHORISED", "CREDIT_NOT_PROCESSED", "DUPLICATE_TRANSACTION", "INCORRECT_AMOUNT", "OTHER",
}

var (
	buyers   = []string{"Ana Souza", "Ivan Petrov", "Marie Durand", "Luis Gómez", "John Miller", "Giulia Rossi"}
	products = []string{"Desk lamp", "Phone case", "Running shoes", "Garden hose", "Wall clock", "Toy train", "Tea kettle"}
)

func (s *shop) open(d *sim.Draw, spec fake.DisputeSpec) *matter {
	now := s.platform.Now()
	spec.Reason, spec.Buyer, spec.Item, spec.Temper = sim.Pick(d, reasons), sim.Pick(d, buyers), sim.Pick(d, products), temper(d)
	spec.Says = "What is the matter with my order?"
	spec.Amount = spec.Gross
	if d.Chance(20) {
		spec.Amount.Minor = max(1, spec.Gross.Minor*int64(20+d.IntN(80))/100)
	}
	if spec.Reason == notAsDescribed {
		spec.SubReason = sim.Pick(d, []string{"DAMAGED", "DIFFERENT", "MISSING_PARTS", "OTHER"})
	}
	spec.AnswerBy = now.Add(d.Between(5*24*time.Hour, 12*24*time.Hour)).Truncate(time.Second)
	spec.Review, spec.ForBuyer = d.Between(2*24*time.Hour, 20*24*time.Hour), d.Chance(50)
	switch share := d.IntN(100); {
	case share < 8:
		spec.Stage, spec.External, spec.CardReason = fake.Chargeback, true, "13.1"
	case share < 22 || spec.Reason == "UNAUTHORISED":
		spec.Stage = fake.Chargeback // unauthorised payments are claims from their beginning
	}
	return &matter{s.platform.Platform.Open(s.Account, spec), s.platform.Platform}
}

func temper(d *sim.Draw) fake.Temper {
	t := fake.Temper{
		Answers: d.Between(2*time.Hour, 60*time.Hour), AcceptsFrom: 30 + d.IntN(80), Rounds: d.IntN(3),
		Then: sim.Pick(d, []string{"escalate", "cancel", "", "escalate"}),
	}
	if d.Chance(80) {
		t.SendsBack = d.Between(24*time.Hour, 9*24*time.Hour)
	}
	if d.Chance(10) {
		t.Answers = 0 // is never heard of again
	}
	return t
}

// Whim lets the buyer, his bank or PayPal do something; what is not possible now does not happen.
func (m *matter) Whim(d *sim.Draw) {
	p, s := m.platform, m.platform.Sight(m.Dispute)
	switch d.IntN(8) {
	case 0, 1:
		_ = p.Message(m.Dispute, "Is anybody there?")
	case 2:
		_ = p.Escalate(m.Dispute)
	case 3:
		_ = p.Cancel(m.Dispute)
	case 4:
		_ = p.AcceptOffer(m.Dispute)
	case 5:
		_ = p.SendBack(m.Dispute, "UPS", "1Z"+m.ID()[len(m.ID())-8:])
	case 6:
		if s.Stage == fake.Chargeback {
			_ = p.RequireEvidence(m.Dispute, "PROOF_OF_FULFILLMENT")
		}
	case 7:
		if s.Stage == fake.Chargeback {
			_ = p.Raise(m.Dispute, "PRE_ARBITRATION")
		}
	}
}
