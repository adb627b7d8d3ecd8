// Package insim puts the simulated Stripe into the simulation: it opens accounts, lets banks dispute payments, ask about them and warn of
// fraud, names calls, and tells how matters stand there.
package insim

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"parley/internal/connector/simulator"
	"parley/internal/connector/stripe/fake"
	"parley/internal/desk"
	"parley/internal/money"
	"parley/internal/sim"
)

// Platform is a simulated Stripe inside the simulation.
type Platform struct{ *fake.Platform }

// New starts an empty platform whose time is the simulation's. It draws nothing itself.
func New(now func() time.Time, _ uint64) sim.Platform {
	return Platform{fake.New(fake.Options{Now: now, Compact: true})}
}

// Kind is the connector's name.
func (Platform) Kind() string { return "stripe" }

// ServeHTTP answers a call; nobody asks for the list of calls, which would only grow.
func (p Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.Platform.ServeHTTP(w, r)
	p.Gate().Forget()
}

// PaymentID is the payment intent of the n-th payment.
func (Platform) PaymentID(n int) string { return fmt.Sprintf("pi_3Sim%017d", n) }

// Done is how many acts were carried out.
func (p Platform) Done() int { return p.Acted() }

// Spoil lets the next call meet a trouble. Keys do not expire.
func (p Platform) Spoil(trouble string) {
	switch trouble {
	case "limited":
		p.Gate().Add(simulator.Fault{Do: simulator.Limited, Times: 1, For: 20 * time.Second})
	case "odd_words":
		p.Confuse()
	case "twice_listed":
		p.Double()
	}
}

// Heal ends all troubles.
func (p Platform) Heal() { p.Calm() }

// Call names a request by its path without ids. Reading calls of one account are the same by their path and query. An uploaded file changes
// nothing before it is put on a form.
func (Platform) Call(r *http.Request, _ []byte) sim.Call {
	c := sim.Call{Name: r.Method + " " + nameless(r.URL.Path)}
	if r.Method == http.MethodGet {
		c.Same = r.URL.RequestURI() + " " + r.Header.Get("Authorization")
		return c
	}
	c.Acts = r.URL.Path != "/v1/files"
	return c
}

// nameless is a path with its ids left out; they are what has a low line after a few letters.
func nameless(path string) string {
	parts := strings.Split(path, "/")
	for n, part := range parts {
		if kind, _, isID := strings.Cut(part, "_"); isID && len(kind) < 6 && part != "early_fraud_warnings" {
			parts[n] = kind
		}
	}
	return strings.Join(parts, "/")
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
	at := places[n%len(places)]
	name := "Stripe " + string(rune('A'+n%26)) + string(rune('a'+n/26%26))
	account := p.AddAccount(fake.AccountSpec{Name: name, Country: at.country, Currency: strings.ToLower(at.currency)})
	return &shop{account, p, address, at}, nil
}

// Input is how a person adds the account to the desk.
func (s *shop) Input() desk.StoreInput {
	return desk.StoreInput{
		Company: "Company of " + s.place.zone, Connector: "stripe", Name: s.Name, Zone: s.place.zone, Currency: s.place.currency,
		Country: s.place.country, Settings: map[string]string{"api_key": s.Key, "address": s.address, "calls_per_second": "0"},
	}
}

// Expire does nothing: a key is good until somebody rolls it, who then gives the desk the new one.
func (*shop) Expire() {}

// truth is how a record stands.
func truth(s fake.Sight) sim.Truth {
	sum := func(n int64) money.Amount { return money.Amount{Minor: n, Currency: strings.ToUpper(s.Currency)} }
	t := sim.Truth{Open: s.Open, Word: s.State, Waits: s.ForSeller, Lapsed: s.LapsedAt, Changed: s.ChangedAt, Claim: sum(s.Claim), Most: sum(s.Most)}
	if s.ForSeller {
		t.Due = s.Due
	}
	for _, p := range s.Payouts {
		t.Paid = append(t.Paid, sim.Payment{At: p.At, Amount: sum(p.Amount), Seller: p.Seller, Beside: p.Refund})
	}
	return t
}
