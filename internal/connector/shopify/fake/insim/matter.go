package insim

import (
	"fmt"
	"time"

	"parley/internal/connector/shopify/fake"
	"parley/internal/money"
	"parley/internal/sim"
)

const day = 24 * time.Hour

var customers = []fake.Customer{
	{First: "Carmen", Last: "Ortega", Country: "ES", City: "Valencia", Zone: "Europe/Madrid", Locale: "es"},
	{First: "Paul", Last: "Meyer", Country: "DE", City: "Hamburg", Zone: "Europe/Berlin", Locale: "de"},
	{First: "Emily", Last: "Hart", Country: "US", City: "Austin", Zone: "America/Chicago", Locale: "en"},
	{First: "Lucie", Last: "Garnier", Country: "FR", City: "Lyon", Zone: "Europe/Paris", Locale: "fr"},
	{First: "Rafael", Last: "Lima", Country: "BR", City: "Recife", Zone: "America/Recife", Locale: "pt-BR"},
	{First: "Tom", Last: "Baker", Country: "GB", City: "Leeds", Zone: "Europe/London", Locale: "en"},
}

var goods = []string{"Desk lamp", "Cotton towels", "Bluetooth speaker", "Casserole", "Wall clock", "Laundry basket"}

// reasons are handles of the platform, the usual ones more than once; "other" says nothing.
var reasons = []string{
	"unwanted", "unwanted", "size-too-small", "comfort", "color", "defective", "defective", "not-as-described", "wrong-item", "quality", "arrived-late", "other",
}

// Open lets somebody who bought lately ask for a return. He paid in the shop itself, mostly by card.
func (s *shop) Open(d *sim.Draw) (sim.Matter, error) {
	spec := s.basket(d, money.Amount{Minor: int64(500 + d.IntN(20000)), Currency: s.Currency})
	spec.Placed = s.platform.Now().Add(-d.Between(8*day, 40*day))
	spec.Gateway = sim.Pick(d, []string{"shopify_payments", "shopify_payments", "shopify_payments", "mollie"})
	return s.begin(d, spec), nil
}

// OpenFor lets somebody who paid through a payment provider ask for a return. The platform shows the provider's number where the
// provider's own gateway leaves it.
func (s *shop) OpenFor(d *sim.Draw, p sim.Purchase) (sim.Matter, error) {
	spec := s.basket(d, p.Amount)
	spec.Placed, spec.Gateway = p.At, p.By
	switch p.By {
	case "paypal":
		spec.Authorization, spec.Receipt = p.Payment, fmt.Sprintf(`{"transaction_id":%q,"payment_status":"Completed"}`, p.Payment)
	case "stripe":
		spec.PaymentID, spec.Receipt = p.Payment, fmt.Sprintf(`{"object":"charge","payment_intent":%q}`, p.Payment)
	default:
		return nil, fmt.Errorf("a shop here takes no money through %q", p.By)
	}
	return s.begin(d, spec), nil
}

// basket is what somebody bought for a sum, to the last cent.
func (s *shop) basket(d *sim.Draw, sum money.Amount) fake.OrderSpec {
	o := fake.OrderSpec{Customer: sim.Pick(d, customers), Currency: sum.Currency}
	rest := sum.Minor
	if rest > 2000 && d.Chance(60) {
		o.Shipping = int64(290 + d.IntN(500))
		rest -= o.Shipping
	}
	first := fake.LineSpec{Title: sim.Pick(d, goods), SKU: fmt.Sprintf("SKU-%d", d.IntN(900)), Price: rest, Quantity: 1}
	switch {
	case rest%2 == 0 && d.Chance(30):
		first.Price, first.Quantity = rest/2, 2
	case d.Chance(30):
		first.Price = rest * int64(20+d.IntN(60)) / 100
		o.Lines = append(o.Lines, fake.LineSpec{Title: sim.Pick(d, goods), Price: rest - first.Price, Quantity: 1})
	}
	o.Lines = append([]fake.LineSpec{first}, o.Lines...)
	return o
}

// begin places the order, sends it, and lets the customer ask for a return now; some shops have said yes on the telephone before.
func (s *shop) begin(d *sim.Draw, spec fake.OrderSpec) sim.Matter {
	now := s.platform.Now()
	order := s.PlaceOrder(spec)
	sent := order.Placed.Add(d.Between(12*time.Hour, 3*day))
	parcel := s.Send(order, "DHL", fmt.Sprintf("JD%012d", order.ID), sent)
	s.Scan(parcel, fake.Event{Status: "IN_TRANSIT", City: "Hub", Country: s.Country, At: sent.Add(6 * time.Hour)})
	if d.Chance(85) {
		s.Scan(parcel, fake.Event{Status: "DELIVERED", City: order.Customer.City, Country: order.Customer.Country, At: sent.Add(d.Between(day, 4*day))})
	}
	ask := fake.ReturnSpec{ReasonHandle: sim.Pick(d, reasons), CustomerSay: "I would like to send this back.", At: now, Temper: temper(d)}
	ask.Quantity = 1 + d.IntN(order.Lines[0].Quantity)
	r := s.RequestReturn(order, ask)
	if d.Chance(6) {
		s.Approve(r)
	}
	return &matter{r, s}
}

func temper(d *sim.Draw) fake.Temper {
	t := fake.Temper{Travels: d.Between(day, 6*day)}
	if d.Chance(25) {
		t.GivesUp = d.Between(4*day, 20*day)
	}
	if d.Chance(85) {
		t.SendsBack = d.Between(12*time.Hour, 12*day)
	}
	return t
}

// matter is one return.
type matter struct {
	*fake.Return
	shop *shop
}

// Ref is how the desk names it.
func (m *matter) Ref() (kind, id string) {
	return "return", fmt.Sprintf("gid://shopify/Return/%d", m.ID)
}

// Whim lets the customer do something; what is not possible now does not happen.
func (m *matter) Whim(d *sim.Draw) {
	switch d.IntN(6) {
	case 0:
		m.shop.EditReturn(m.Return, "Is anybody there?")
	case 1:
		m.shop.EditReturn(m.Return, "The box is damaged, too.")
	case 2:
		m.shop.Withdraw(m.Return)
	case 3, 4:
		m.shop.SendBack(m.Return)
	}
}

// expects is how long a shop waits for goods before it ends the return.
const expects = 25 * day

// Click unpacks what came back, and ends returns in which nothing is left to do. Now and then somebody pays back there, whatever the desk is
// about to do.
func (m *matter) Click(d *sim.Draw) bool {
	s := m.shop.Sight(m.Return)
	if s.Status != "OPEN" {
		return false
	}
	if !s.Arrived.IsZero() && s.Inspected.IsZero() {
		return m.shop.Inspect(m.Return)
	}
	if s.Refunded() == 0 && d.Chance(8) {
		return m.shop.PayBack(m.Return, s.Claim.Minor)
	}
	lost := s.Arrived.IsZero() && m.shop.platform.Now().Sub(s.Approved) > expects
	if (s.Refunded() >= s.Claim.Minor || lost) && d.Chance(20) {
		return m.shop.Close(m.Return)
	}
	return false
}

// Truth is how the return stands. The platform names no instant by which it must be answered.
func (m *matter) Truth() sim.Truth {
	s := m.shop.Sight(m.Return)
	t := sim.Truth{
		Open: s.Open, Word: s.Status, Waits: s.Status == "REQUESTED" || s.Status == "OPEN" && !s.Inspected.IsZero(), Changed: s.ChangedAt,
		Claim: amount(s.Claim), Most: amount(s.Paid),
	}
	for _, p := range s.Refunds {
		t.Paid = append(t.Paid, sim.Payment{At: p.At, Amount: amount(p.Amount), Seller: !p.ByHand})
	}
	return t
}

func amount(m fake.Money) money.Amount { return money.Amount{Minor: m.Minor, Currency: m.Currency} }
