package fake

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"sort"
	"time"

	"parley/internal/connector/simulator"
)

type scenario struct {
	Operator string         `yaml:"operator"`
	Shops    []scenarioShop `yaml:"shops"`
}

type scenarioShop struct {
	Name     string          `yaml:"name"`
	Key      string          `yaml:"key"`
	ID       int64           `yaml:"id"`
	Currency string          `yaml:"currency"`
	Country  string          `yaml:"country"`
	Orders   []scenarioOrder `yaml:"orders"`
}

type scenarioOrder struct {
	Commercial string `yaml:"commercial"`
	Customer   struct {
		ID, First, Last, Country, City, Street, Postal, Locale string
	} `yaml:"customer"`
	Placed    float64  `yaml:"placed_days_ago"`
	Shipped   *float64 `yaml:"shipped_days_ago"`
	Delivered *float64 `yaml:"delivered_days_ago"`
	Lines     []struct {
		Title, SKU, Product string
		Price, Shipping     float64
		Quantity            int
	} `yaml:"lines"`
	Incident *struct {
		Reason string  `yaml:"reason"`
		Line   int     `yaml:"line"`
		Hours  float64 `yaml:"hours_ago"`
	} `yaml:"incident"`
	Message *struct {
		Text  string  `yaml:"text"`
		Hours float64 `yaml:"hours_ago"`
	} `yaml:"message"`
	Return *struct {
		Reason string  `yaml:"reason"`
		Text   string  `yaml:"text"`
		Days   float64 `yaml:"days_ago"`
	} `yaml:"return"`
}

// step is something that happened some hours ago.
type step struct {
	ago float64
	do  func()
}

// Load puts the shops of a scenario file into a platform; times count back from its present.
func (p *Platform) Load(in io.Reader) error {
	var read scenario
	if err := simulator.Scenario(in, &read); err != nil {
		return fmt.Errorf("scenario file: %w", err)
	}
	if read.Operator != "" {
		p.options.Operator = read.Operator
	}
	var steps []step
	for i, s := range read.Shops {
		if s.Name == "" {
			return fmt.Errorf("scenario file: shop %d has no name", i+1)
		}
		shop := p.AddShop(ShopSpec{Name: s.Name, Key: s.Key, ID: s.ID, Currency: s.Currency, Country: s.Country})
		for n, o := range s.Orders {
			if len(o.Lines) == 0 {
				return fmt.Errorf("scenario file: shop %q: order %d has no lines", s.Name, n+1)
			}
			own := o.steps(shop, p.Now())
			if slices.ContainsFunc(own, func(s step) bool { return s.ago > o.Placed*24 }) {
				return fmt.Errorf("scenario file: shop %q: order %d has something that happened before it was placed", s.Name, n+1)
			}
			steps = append(steps, own...)
		}
	}
	p.play(steps)
	return nil
}

// play lets steps happen in the order of their instants.
func (p *Platform) play(steps []step) {
	now := p.Now()
	sort.SliceStable(steps, func(a, b int) bool { return steps[a].ago > steps[b].ago })
	for _, s := range steps {
		p.At(now.Add(-time.Duration(math.Round(s.ago*3600))*time.Second), s.do)
	}
}

func (o scenarioOrder) steps(shop *Shop, now time.Time) (steps []step) {
	var order *Order
	add := func(hours float64, do func()) { steps = append(steps, step{hours, do}) }
	add(o.Placed*24, func() { order = shop.PlaceOrder(o.spec()) })
	if o.Shipped != nil {
		add(*o.Shipped*24, func() { order.Ship("CORREOS", "Correos", "PQ"+order.commercial) })
	}
	if o.Delivered != nil {
		add(*o.Delivered*24, func() { order.Deliver() })
	}
	if m := o.Message; m != nil {
		add(m.Hours, func() { order.CustomerWrites("26", m.Text) })
	}
	if i := o.Incident; i != nil {
		add(i.Hours, func() { order.OpenIncident(min(max(0, i.Line), len(o.Lines)-1), i.Reason) })
	}
	if r := o.Return; r != nil {
		add(r.Days*24, func() { order.AskReturn(0, ReturnSpec{Reason: r.Reason, Text: r.Text}) })
	}
	return steps
}

func (o scenarioOrder) spec() OrderSpec {
	c := o.Customer
	spec := OrderSpec{Commercial: o.Commercial, Customer: Customer{ID: c.ID, First: c.First, Last: c.Last, CountryCode: c.Country, Country: c.Country,
		City: c.City, Street: c.Street, Postal: c.Postal, Locale: c.Locale}}
	for _, l := range o.Lines {
		spec.Lines = append(spec.Lines, LineSpec{Title: l.Title, SKU: l.SKU, Product: l.Product, Quantity: l.Quantity,
			Price: int64(math.Round(l.Price * 100)), Shipping: int64(math.Round(l.Shipping * 100))})
	}
	return spec
}

// Main runs a platform filled from a scenario file (nil: one empty shop) until the context ends.
func Main(ctx context.Context, address string, scenario io.Reader, out io.Writer, now func() time.Time) error {
	platform := New(Options{Now: now})
	if scenario == nil {
		platform.AddShop(ShopSpec{Name: "Example shop"})
	} else if err := platform.Load(scenario); err != nil {
		return err
	}
	return platform.Serve(ctx, address, out)
}

// Serve runs the platform at an address until the context ends and prints what a program needs to call it.
func (p *Platform) Serve(ctx context.Context, address string, out io.Writer) error {
	var lines []string
	for _, s := range p.Shops() {
		lines = append(lines, fmt.Sprintf("shop %q shop_id=%d api_key=%s", s.Name, s.ID, s.Key))
	}
	return simulator.Serve(ctx, "Mirakl", address, p, out, lines...)
}
