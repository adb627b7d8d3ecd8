// Package insim puts the simulated Mirakl into the simulation: it opens shops, draws customers and their tempers, names calls, and tells how
// incidents, returns, talks and late orders stand there.
package insim

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"parley/internal/connector/mirakl/fake"
	"parley/internal/connector/simulator"
	"parley/internal/desk"
	"parley/internal/sim"
)

// Platform is a simulated Mirakl inside the simulation.
type Platform struct{ *fake.Platform }

// New starts an empty platform whose time is the simulation's. Everything that is drawn there is drawn by the simulation.
func New(now func() time.Time, _ uint64) sim.Platform {
	p := fake.New(fake.Options{Now: now})
	p.SetReasons(append(fake.Reasons(), otherReasons...))
	return Platform{p}
}

// ServeHTTP answers, and forgets that it was asked: a simulation would keep millions of calls.
func (p Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.Platform.ServeHTTP(w, r)
	p.Forget()
}

// Kind is the connector's name.
func (Platform) Kind() string { return "mirakl" }

// Done is how many acts were carried out.
func (p Platform) Done() int { return p.Acted() }

// Spoil lets the next call meet a trouble. Keys do not end by themselves at Mirakl, so there is no "expired".
func (p Platform) Spoil(trouble string) {
	switch trouble {
	case "limited":
		p.Add(simulator.Fault{Do: simulator.Limited, For: 20 * time.Second, Times: 1})
	case "odd_words":
		p.Odd(true)
	case "twice_listed":
		p.Twice(true)
	}
}

// Heal ends all troubles.
func (p Platform) Heal() {
	p.Peace()
	p.Odd(false)
	p.Twice(false)
}

// Call names a request by its path without the numbers in it.
func (Platform) Call(r *http.Request, _ []byte) sim.Call {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/api/"), "/")
	for i, part := range parts {
		if strings.ContainsAny(part, "0123456789") {
			parts[i] = "{id}"
		}
	}
	c := sim.Call{Name: r.Method + " " + strings.Join(parts, "/"), Acts: fake.Changes(r.Method)}
	if !c.Acts {
		c.Same = r.Header.Get("Authorization") + " " + r.URL.Path + "?" + lasting(r.URL.Query())
	}
	return c
}

// lasting is a query without the instants from which changes are asked for: a copy that lags behind has none of the newer ones, and rows
// that are older than what was asked for do no harm.
func lasting(q url.Values) string {
	for _, from := range []string{"updated_since", "start_update_date", "return_last_updated_from"} {
		if q.Has(from) {
			q.Set(from, "")
		}
	}
	return q.Encode()
}

// shop is a shop there.
type shop struct {
	*fake.Shop
	platform *fake.Platform
	address  string
	operator string
	company  place
	ended    []*incident // may be opened again
}

// place is where a company is. Those of one place are one company at all platforms.
type place struct{ country, long, currency, zone string }

var places = []place{
	{"ES", "ESP", "EUR", "Europe/Madrid"}, {"CN", "CHN", "USD", "Asia/Shanghai"}, {"US", "USA", "USD", "America/New_York"},
	{"BR", "BRA", "BRL", "America/Sao_Paulo"},
}

// operators are marketplaces on Mirakl; the last is one that the rules do not know by name.
var operators = []string{"pccomponentes", "alltricks", "other"}

// AddShop opens a shop.
func (p Platform) AddShop(n int, address string) (sim.Shop, error) {
	at := places[n%len(places)]
	name := "Market " + string(rune('A'+n%26)) + string(rune('a'+n/26%26))
	operator := operators[len(p.Shops())%len(operators)]
	return &shop{
		Shop: p.Platform.AddShop(fake.ShopSpec{Name: name, Country: at.long, Currency: at.currency}), platform: p.Platform, address: address,
		operator: operator, company: at,
	}, nil
}

// Input is how a person adds the shop to the desk.
func (s *shop) Input() desk.StoreInput {
	return desk.StoreInput{
		Company: "Company of " + s.company.zone, Connector: "mirakl", Name: s.Name, Zone: s.company.zone, Currency: s.Currency, Country: s.company.country,
		Settings: map[string]string{"operator": s.operator, "api_key": s.Key, "address": s.address, "poll_minutes": "0"},
	}
}

// Expire does nothing: a key is good until somebody replaces it in the operator's back office.
func (*shop) Expire() {}
