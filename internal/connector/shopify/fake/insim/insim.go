// Package insim puts the simulated Shopify into the simulation: it opens shops, draws customers and what they send back, names calls, and
// tells how returns stand there. The chargebacks of Shopify Payments are left out: those of the simulation come through payment providers.
package insim

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"time"

	"parley/internal/connector/shopify/fake"
	"parley/internal/connector/simulator"
	"parley/internal/desk"
	"parley/internal/sim"
)

// Platform is a simulated Shopify inside the simulation.
type Platform struct{ *fake.Platform }

// New starts an empty platform whose time is the simulation's. It draws nothing: the seed is not needed.
func New(now func() time.Time, _ uint64) sim.Platform {
	return Platform{fake.New(fake.Options{Now: now})}
}

// Kind is the connector's name.
func (Platform) Kind() string { return "shopify" }

// Done is how many acts were carried out.
func (p Platform) Done() int { return p.Acted() }

// ServeHTTP answers a call, and forgets it: nobody counts them here.
func (p Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.Platform.ServeHTTP(w, r)
	p.Forget()
}

// Spoil lets the next call meet a trouble. An access token that stands in the settings has no end; what comes once in a while is a
// refusal that is over at the next call.
func (p Platform) Spoil(trouble string) {
	switch trouble {
	case "limited":
		p.Platform.Spoil(fake.Throttled)
	case "expired":
		p.Add(simulator.Fault{Do: simulator.Revoked, Times: 1})
	default:
		p.Platform.Spoil(trouble)
	}
}

// Heal ends all troubles.
func (p Platform) Heal() {
	p.Platform.Spoil("")
	p.Peace()
}

// window is an instant from which on a list is asked for; it moves with every reading.
var window = regexp.MustCompile(`'\d{4}-\d\d-\d\dT[^']*'`)

// Call names a request by its operation.
func (Platform) Call(r *http.Request, body []byte) sim.Call {
	var q struct {
		Query         string          `json:"query"`
		OperationName string          `json:"operationName"`
		Variables     json.RawMessage `json:"variables"`
	}
	if json.Unmarshal(body, &q) != nil || q.OperationName == "" {
		return sim.Call{Name: r.Method + " " + r.URL.Path}
	}
	c := sim.Call{Name: q.OperationName, Acts: fake.Changes(q.Query)}
	if !c.Acts {
		c.Same = strings.Join([]string{r.Header.Get("X-Shopify-Access-Token"), q.OperationName, window.ReplaceAllString(string(q.Variables), "")}, " ")
	}
	return c
}

// shop is a shop there.
type shop struct {
	*fake.Shop
	platform *fake.Platform
	address  string
}

// AddShop opens a shop.
func (p Platform) AddShop(n int, address string) (sim.Shop, error) {
	places := []struct{ country, currency, zone string }{
		{"ES", "EUR", "Europe/Madrid"}, {"CN", "USD", "Asia/Shanghai"}, {"US", "USD", "America/New_York"}, {"BR", "BRL", "America/Sao_Paulo"},
	}
	at := places[n%len(places)]
	letters := string(rune('A'+n%26)) + string(rune('a'+n/26%26))
	return &shop{p.Platform.AddShop(fake.ShopSpec{
		Name: "Web shop " + letters, Domain: "web-shop-" + strings.ToLower(letters), Country: at.country, Currency: at.currency, Zone: at.zone,
	}), p.Platform, address}, nil
}

// Input is how a person adds the shop to the desk.
func (s *shop) Input() desk.StoreInput {
	return desk.StoreInput{
		Company: "Company of " + s.Zone, Connector: "shopify", Name: s.Name, Zone: s.Zone, Currency: s.Currency, Country: s.Country,
		Settings: map[string]string{"shop": s.Domain, "access_token": s.Token, "client_secret": s.Secret, "address": s.address},
	}
}

// Expire does nothing: the token of a shop's own app has no end.
func (s *shop) Expire() {}
