// Package demo fills the simulated supplier and agent with a small believable trade: a Spanish shop that buys on Tmall, with purchases in
// good order and some in every kind of trouble, several of them due soon.
package demo

import (
	_ "embed"
	"fmt"
	"strconv"
	"time"

	"github.com/goccy/go-yaml"

	"parley/internal/connector/dropship/fake"
)

//go:embed trade.yaml
var tradeFile []byte

// Shop is the merchant's store as a person would add it to a desk.
type Shop struct {
	Company  string
	Name     string
	Zone     string
	Currency string
	Country  string
	Language string
	Settings map[string]string
	Done     []Done // what the merchant did already, at the agent and towards his customers
}

// Done is one thing the merchant did.
type Done struct {
	Order string
	Did   string
	At    time.Time
}

// entry is a purchase of the file: times are hours before the present.
type entry struct {
	Placed  float64 `yaml:"placed"`
	ShipIn  float64 `yaml:"ship_in"` // promised, hours after the order
	Product string  `yaml:"product"`
	Price   string  `yaml:"price"`
	Buyer   string  `yaml:"buyer"`
	Country string  `yaml:"country"`
	Did     []struct {
		Act   string  `yaml:"act"`
		Hours float64 `yaml:"hours"` // before the present
	} `yaml:"did"`
	Domestic bool        `yaml:"domestic"`
	Script   fake.Script `yaml:"script"`
}

// Fill buys everything and does what the merchant did.
func Fill(p *fake.Platform, now time.Time) ([]Shop, error) {
	var file struct {
		Company, Name, Zone, Currency, Country, Language string
		Purchases                                        []entry
	}
	if err := yaml.UnmarshalWithOptions(tradeFile, &file, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	shop := Shop{Company: file.Company, Name: file.Name, Zone: file.Zone, Currency: file.Currency, Country: file.Country, Language: file.Language,
		Settings: map[string]string{"agent": "dsers", "sells_at": "own_shop"}}
	before := func(hours float64) time.Time {
		return now.Add(-time.Duration(hours * float64(time.Hour))).UTC().Truncate(time.Minute)
	}
	for i, e := range file.Purchases {
		order := "RUTA-" + strconv.Itoa(20260+i)
		placed := before(e.Placed)
		p.Buy(fake.Purchase{Order: order, PlacedAt: placed, Product: e.Product, Quantity: 1, Price: e.Price, Shipping: "3.90", Currency: file.Currency, Buyer: e.Buyer,
			Country: e.Country, Domestic: e.Domestic, ShipBy: placed.Add(time.Duration(e.ShipIn * float64(time.Hour))), Script: e.Script})
		for _, d := range e.Did {
			p.DoAt(order, d.Act, before(d.Hours)) // what is not done at the agent is only put on record
			shop.Done = append(shop.Done, Done{Order: order, Did: d.Act, At: before(d.Hours)})
		}
	}
	return []Shop{shop}, nil
}
