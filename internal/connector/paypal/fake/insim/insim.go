// Package insim puts the simulated PayPal into the simulation: it opens accounts, lets buyers and banks dispute payments, names calls, and
// tells how matters stand there.
package insim

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"parley/internal/connector/paypal/fake"
	"parley/internal/connector/simulator"
	"parley/internal/desk"
	"parley/internal/money"
	"parley/internal/sim"
)

// Platform is a simulated PayPal inside the simulation.
type Platform struct{ *fake.Platform }

// New starts an empty platform whose time is the simulation's. It draws nothing itself.
func New(now func() time.Time, _ uint64) sim.Platform {
	return Platform{fake.New(fake.Options{Now: now})}
}

// Kind is the connector's name.
func (Platform) Kind() string { return "paypal" }

// ServeHTTP answers a call; nobody asks for the list of calls, which would only grow.
func (p Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.Platform.ServeHTTP(w, r)
	p.Gate.Forget()
}

// PaymentID is the seller's number of the n-th payment: seventeen capitals and digits, as PayPal's are.
func (Platform) PaymentID(n int) string { return fmt.Sprintf("8SIM%013d", n) }

// Done is how many acts were carried out.
func (p Platform) Done() int { return p.Acted() }

// Spoil lets the next call meet a trouble.
func (p Platform) Spoil(trouble string) {
	switch trouble {
	case "limited":
		p.Gate.Add(simulator.Fault{Do: simulator.Limited, Times: 1, For: 20 * time.Second})
	case "expired":
		p.Gate.Add(simulator.Fault{Do: simulator.Revoked, Times: 1})
	case "odd_words":
		p.Confuse()
	case "twice_listed":
		p.Double()
	}
}

// Heal ends all troubles.
func (p Platform) Heal() { p.Calm() }

const (
	tokenPath    = "/v1/oauth2/token"
	disputesPath = "/v1/customer/disputes"
)

// Call names a request by its path without the number of the dispute. Reading calls of one account are the same by their path and query.
func (Platform) Call(r *http.Request, _ []byte) sim.Call {
	c := sim.Call{Name: r.Method + " " + r.URL.Path, Login: r.URL.Path == tokenPath}
	rest, isDispute := strings.CutPrefix(r.URL.Path, disputesPath+"/")
	if _, verb, acts := strings.Cut(rest, "/"); isDispute && acts {
		c.Name = r.Method + " " + verb
	} else if isDispute {
		c.Name = "GET dispute"
	}
	c.Acts = isDispute && r.Method == http.MethodPost
	if r.Method == http.MethodGet {
		c.Same = r.URL.RequestURI() + " " + r.Header.Get("Authorization")
	}
	return c
}

// shop is an account there.
type shop struct {
	*fake.Account
	platform Platform
	address  string
	place    place
}

type place struct{ country, currency, zone string }

var places = []place{
	{"ES", "EUR", "Europe/Madrid"}, {"CN", "USD", "Asia/Shanghai"}, {"US", "USD", "America/New_York"}, {"BR", "BRL", "America/Sao_Paulo"},
}

// AddShop opens an account.
func (p Platform) AddShop(n int, address string) (sim.Shop, error) {
	name := "PayPal " + string(rune('A'+n%26)) + string(rune('a'+n/26%26))
	return &shop{p.AddAccount(fake.AccountSpec{Name: name}), p, address, places[n%len(places)]}, nil
}

// Input is how a person adds the account to the desk.
func (s *shop) Input() desk.StoreInput {
	return desk.StoreInput{
		Company: "Company of " + s.place.zone, Connector: "paypal", Name: s.Name, Zone: s.place.zone, Currency: s.place.currency,
		Country: s.place.country, Settings: map[string]string{
			"client_id": s.ClientID, "client_secret": s.Secret, "address": s.address, "calls_per_second": "0",
			"return_street": "Storehouse 1", "return_city": "Port", "return_postal_code": "30001", "return_country": s.place.country,
		},
	}
}

// Expire ends the access tokens.
func (s *shop) Expire() { s.platform.ExpireTokens(s.Account) }

// matter is a dispute.
type matter struct {
	*fake.Dispute
	platform *fake.Platform
}

// Ref is how the desk names it.
func (m *matter) Ref() (kind, id string) { return "dispute", m.ID() }

// Click does nothing: whatever PayPal lets a seller do in its pages, programs can do too.
func (*matter) Click(*sim.Draw) bool { return false }

// Truth is how the dispute stands. Once it is over, an appeal that is still possible is nothing PayPal waits for.
func (m *matter) Truth() sim.Truth {
	s := m.platform.Sight(m.Dispute)
	t := sim.Truth{
		Open: s.Open, Word: s.State, Waits: s.ForSeller, Lapsed: s.LapsedAt, Changed: s.ChangedAt, Claim: amount(s.Claim), Most: amount(s.Most),
	}
	if s.ForSeller {
		t.Due = s.Due
	}
	if s.Refunded.Minor > 0 {
		t.Paid = []sim.Payment{{At: s.PaidAt, Amount: amount(s.Refunded), Seller: s.Agreed, Promised: s.PromisedAt}}
	}
	return t
}

func amount(m fake.Money) money.Amount { return money.Amount{Minor: m.Minor, Currency: m.Currency} }
