// Package insim puts the simulated AliExpress into the simulation: it opens shops, draws buyers and their tempers, names calls, and
// tells how matters stand there.
package insim

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/aliexpress/fake"
	"parley/internal/desk"
	"parley/internal/money"
	"parley/internal/sim"
)

// Platform is a simulated AliExpress inside the simulation.
type Platform struct{ *fake.Platform }

// New starts an empty platform whose time is the simulation's.
func New(now func() time.Time, seed uint64) sim.Platform {
	return Platform{fake.New(fake.Options{Now: now, Seed: int64(seed)})} //nolint:gosec // any number will do
}

// Kind is the connector's name.
func (Platform) Kind() string { return "aliexpress" }

// Done is how many acts were carried out.
func (p Platform) Done() int { return p.Acted() }

var troubles = map[string]fake.Fault{
	"limited":      {Kind: fake.LimitBurst, For: 20 * time.Second, Times: 1},
	"expired":      {Kind: fake.ExpiredToken, Times: 1},
	"odd_words":    {Kind: fake.UnknownWords, Times: 1},
	"twice_listed": {Kind: fake.DuplicateRows, Times: 1},
	"garbled":      {Kind: fake.Hostile, Times: 1},
}

// Spoil lets the next call meet a trouble.
func (p Platform) Spoil(trouble string) {
	if f, ok := troubles[trouble]; ok {
		p.AddFault(f)
	}
}

// Heal ends all troubles.
func (p Platform) Heal() { p.ClearFaults() }

// Call names a request by its method; stamps, signatures and tokens do not make it another one.
func (Platform) Call(r *http.Request, body []byte) sim.Call {
	q := r.URL.Query()
	name := q.Get("method")
	if name == "" {
		name = strings.TrimPrefix(r.URL.Path, "/rest")
	}
	c := sim.Call{Name: strings.TrimPrefix(name, "aliexpress."), Acts: fake.Changes(name), Login: strings.HasPrefix(name, "/auth/")}
	if form, err := url.ParseQuery(string(body)); err == nil && !c.Acts && !c.Login {
		form.Del("timestamp")
		form.Del("sign")
		c.Same = name + " " + q.Get("app_key") + " " + form.Encode()
	}
	return c
}

// Shop is a shop there.
type shop struct {
	*fake.Shop
	platform *fake.Platform
	address  string
	zone     string
}

// AddShop opens a shop.
func (p Platform) AddShop(n int, address string) (sim.Shop, error) {
	places := []struct{ country, currency, zone string }{
		{"ES", "EUR", "Europe/Madrid"}, {"CN", "USD", "Asia/Shanghai"}, {"US", "USD", "America/New_York"}, {"BR", "BRL", "America/Sao_Paulo"},
	}
	at := places[n%len(places)]
	name := "Shop " + string(rune('A'+n%26)) + string(rune('a'+n/26%26))
	return &shop{p.Platform.AddShop(fake.ShopSpec{Name: name, Country: at.country, Currency: at.currency}), p.Platform, address, at.zone}, nil
}

// Input is how a person adds the shop to the desk.
func (s *shop) Input() desk.StoreInput {
	return desk.StoreInput{
		Company: "Company of " + s.zone, Connector: "aliexpress", Name: s.Name, Zone: s.zone, Currency: s.Currency, Country: s.Country,
		Settings: map[string]string{"app_key": s.Key, "app_secret": s.Secret, "address": s.address, "calls_per_second": "0"},
		Token:    connector.Token{Access: s.Token, Refresh: s.RefreshToken, ExpiresAt: s.platform.Now().AddDate(0, 11, 0)},
	}
}

// Expire ends the access token.
func (s *shop) Expire() { s.ExpireToken() }

var buyers = []fake.Buyer{
	{First: "Ana", Last: "Souza", Country: "BR", City: "Recife"}, {First: "Ivan", Last: "Petrov", Country: "RU", City: "Kazan"},
	{First: "Marie", Last: "Durand", Country: "FR", City: "Lyon"}, {First: "Luis", Last: "Gómez", Country: "ES", City: "Sevilla"},
	{First: "John", Last: "Miller", Country: "US", City: "Austin"}, {First: "Giulia", Last: "Rossi", Country: "IT", City: "Bari"},
}

var products = []string{"Desk lamp", "Phone case", "Running shoes", "Garden hose", "Wall clock", "Toy train", "Tea kettle"}

// Open lets somebody who bought lately open a dispute.
func (s *shop) Open(d *sim.Draw) (sim.Matter, error) {
	order := s.PlaceOrder(s.purchase(d))
	s.scan(order, d)
	spec := fake.IssueSpec{
		Reason: sim.Pick(d, fake.Reasons), Text: "What is the matter with my order?", Temper: temper(d), Received: d.Chance(40),
		WorryFree: d.Chance(3), Escalated: d.Chance(3), Return: d.Chance(15), Untimed: d.Chance(25),
	}
	spec.Return = spec.Return && spec.Reason.Goods
	issue, err := s.platform.OpenIssue(order, spec)
	return &matter{issue, s.platform}, err
}

func (s *shop) purchase(d *sim.Draw) fake.OrderSpec {
	now := s.platform.Now()
	buyer := sim.Pick(d, buyers)
	buyer.Login = strings.ToLower(buyer.Country) + string(rune('a'+d.IntN(26))) + "100" + string(rune('0'+d.IntN(10)))
	price := int64(500 + d.IntN(20000))
	lines := []fake.LineSpec{{
		Product: sim.Pick(d, products), Quantity: 1 + d.IntN(2),
		Price: fake.Money{Minor: price, Currency: "USD"}, Dollars: fake.Money{Minor: price, Currency: "USD"},
	}}
	placed := now.Add(-d.Between(12*24*time.Hour, 50*24*time.Hour))
	return fake.OrderSpec{Buyer: buyer, Lines: lines, PlacedAt: placed, SentAt: placed.Add(d.Between(12*time.Hour, 4*24*time.Hour))}
}

func (s *shop) scan(order *fake.Order, d *sim.Draw) {
	now := s.platform.Now()
	s.platform.Scan(order, fake.Scan{At: now.Add(-d.Between(8*24*time.Hour, 11*24*time.Hour)), Code: "PU_PICKUP_SUCCESS", Text: "Picked up", Place: "Shenzhen"})
	if d.Chance(50) {
		s.platform.Scan(order, fake.Scan{At: now.Add(-d.Between(time.Hour, 7*24*time.Hour)), Code: "GTMS_SIGNED", Text: "Delivered", Place: "City"})
	}
}

func temper(d *sim.Draw) fake.Temper {
	return fake.Temper{
		Answers: d.Between(2*time.Hour, 60*time.Hour), AcceptsFrom: 30 + d.IntN(80), AcceptsReturn: d.Chance(40), Rounds: d.IntN(3),
		Words: []string{"No, that is not enough.", "My last word."}, Then: sim.Pick(d, []string{"escalate", "cancel", "", "escalate"}),
		SendsBackAfter: d.Between(24*time.Hour, 14*24*time.Hour),
	}
}

type matter struct {
	*fake.Issue
	platform *fake.Platform
}

// Ref is how the desk names it.
func (m *matter) Ref() (kind, id string) { return "issue", m.ID() }

// Whim lets the buyer do something; what is not possible now does not happen.
func (m *matter) Whim(d *sim.Draw) {
	most := m.Sight().Most
	switch d.IntN(6) {
	case 0, 1:
		_ = m.platform.SaySomething(m.Issue, "Is anybody there?")
	case 2:
		_ = m.platform.ChangeClaim(m.Issue, most.Share(20+d.IntN(80)), false, "I want something else.")
	case 3:
		_ = m.platform.Escalate(m.Issue, "They do not answer.")
	case 4:
		_ = m.platform.Cancel(m.Issue)
	case 5:
		_ = m.platform.Reopen(m.Issue, "It is broken again.")
	}
}

// Click says that returned goods came, or are not what was sent.
func (m *matter) Click(d *sim.Draw) bool {
	if !m.Sight().Goods {
		return false
	}
	if d.Chance(85) {
		return m.platform.SellerConfirms(m.Issue) == nil
	}
	return m.platform.SellerContests(m.Issue, "These are not our goods.") == nil
}

// Truth is how the issue stands.
func (m *matter) Truth() sim.Truth {
	s := m.Sight()
	t := sim.Truth{
		Open: s.Open, Word: s.State, Waits: s.ForSeller, Lapsed: s.LapsedAt, Changed: s.ChangedAt,
		Claim: amount(s.Claim), Most: amount(s.Most),
	}
	if s.ForSeller {
		t.Due = s.Due
	}
	for _, p := range s.Payouts {
		t.Paid = append(t.Paid, sim.Payment{At: p.At, Amount: amount(p.Amount)})
	}
	return t
}

func amount(m fake.Money) money.Amount { return money.Amount{Minor: m.Minor, Currency: m.Currency} }
