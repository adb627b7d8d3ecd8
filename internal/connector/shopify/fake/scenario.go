package fake

import (
	"bytes"
	_ "embed" // the example is a file
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/goccy/go-yaml"

	"parley/internal/connector/simulator"
)

//go:embed example.yaml
var example []byte

// Example is the scenario of a platform that runs alone without one, and the world of the demo.
func Example() io.Reader { return bytes.NewReader(example) }

// scene is a scenario file: shops with their orders, and what came of them. Times tell how long before the start something was, "36h" or
// "9d"; due and ship_by are negative when they are still to come.
type scene struct {
	Shops []struct {
		Name, Domain, Country, Currency, Zone, Company, Language string
		Token, Secret                                            string
		Webhook                                                  string
		Orders                                                   []sceneOrder
	}
}

type sceneOrder struct {
	Number  int
	Ago     ago
	ShipBy  *ago `yaml:"ship_by"`
	Buyer   struct{ First, Last, Country, City, Zone, Locale string }
	Title   string
	SKU     string
	Price   int64 // minor units, each
	Count   int
	Freight int64
	Gateway string
	Payment string // paymentId
	Code    string // authorizationCode
	Receipt string // receiptJson
	Card    string
	Sent    *struct {
		Company, Number string
		Ago             ago
		Scans           []struct {
			Status, City, Country, Message string
			Ago                            ago
		}
	}
	Return *struct {
		Reason, Say, Status string // status: REQUESTED when empty, OPEN, DECLINED, CANCELED
		Ago                 ago
	}
	Dispute *struct {
		Type, Reason, Network string
		Amount                int64
		Ago, Due              ago
		Ended                 string // WON or LOST: decided already
		Won                   bool   // how the bank will decide
	}
}

// ago is how long before the start something is.
type ago time.Duration

// UnmarshalYAML reads "36h" or "9d".
func (a *ago) UnmarshalYAML(data []byte) error {
	var text string
	if err := yaml.Unmarshal(data, &text); err != nil {
		return err
	}
	var days float64
	if n, err := fmt.Sscanf(text, "%fd", &days); n == 1 && err == nil && text[len(text)-1] == 'd' {
		*a = ago(days * float64(24*time.Hour))
		return nil
	}
	given, err := time.ParseDuration(text)
	*a = ago(given)
	return err
}

// Load adds the shops of a scenario file.
func (p *Platform) Load(from io.Reader) error {
	var s scene
	if err := simulator.Scenario(from, &s); err != nil {
		return fmt.Errorf("scenario: %w", err)
	}
	if len(s.Shops) == 0 {
		return errors.New("scenario: no shops")
	}
	for _, spec := range s.Shops {
		shop := p.AddShop(ShopSpec{
			Name: spec.Name, Domain: spec.Domain, Country: spec.Country, Currency: spec.Currency, Zone: spec.Zone, Company: spec.Company,
			Language: spec.Language, Token: spec.Token, Secret: spec.Secret,
		})
		for _, o := range spec.Orders {
			shop.play(o)
		}
		if spec.Webhook != "" {
			shop.Subscribe(spec.Webhook) // what lies before the start is not told
		}
	}
	return nil
}

func (s *Shop) play(spec sceneOrder) {
	now := s.p.now()
	at := func(a ago) time.Time { return now.Add(-time.Duration(a)) }
	b := spec.Buyer
	given := OrderSpec{
		Number: spec.Number, Placed: at(spec.Ago), Shipping: spec.Freight, Gateway: spec.Gateway, PaymentID: spec.Payment, Authorization: spec.Code,
		Receipt: spec.Receipt, CardBrand: spec.Card,
		Customer: Customer{First: b.First, Last: b.Last, Country: b.Country, City: b.City, Zone: b.Zone, Locale: b.Locale},
		Lines:    []LineSpec{{Title: spec.Title, SKU: spec.SKU, Price: spec.Price, Quantity: spec.Count}},
	}
	if spec.ShipBy != nil {
		given.ShipBy = at(*spec.ShipBy)
	}
	order := s.PlaceOrder(given)
	if sent := spec.Sent; sent != nil {
		f := s.Send(order, sent.Company, sent.Number, at(sent.Ago))
		for _, e := range sent.Scans {
			s.Scan(f, Event{Status: e.Status, City: e.City, Country: e.Country, Message: e.Message, At: at(e.Ago)})
		}
	}
	order.UpdatedAt = order.Placed // everything so far was long ago
	if r := spec.Return; r != nil {
		s.answered(s.RequestReturn(order, ReturnSpec{ReasonHandle: r.Reason, CustomerSay: r.Say, At: at(r.Ago)}), r.Status, at(r.Ago).Add(20*time.Hour))
	}
	if d := spec.Dispute; d != nil {
		dispute := s.OpenDispute(order, DisputeSpec{
			Type: d.Type, Reason: d.Reason, Network: d.Network, Amount: d.Amount, At: at(d.Ago), DueBy: at(d.Due), Won: d.Won,
		})
		if d.Ended != "" {
			dispute.Sent, dispute.Submitted = at(d.Due), true
			s.Rule(dispute, d.Ended == "WON")
		}
	}
}

// answered brings a return to where the scenario wants it.
func (s *Shop) answered(r *Return, status string, at time.Time) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if at.After(s.p.now()) {
		at = s.p.now()
	}
	switch status {
	case "OPEN":
		s.open(r, at)
	case "DECLINED":
		r.Declined, r.Note = "RETURN_PERIOD_ENDED", "The return period is over."
		r.end("DECLINED", at)
	case "CANCELED":
		r.end("CANCELED", at)
	}
}
