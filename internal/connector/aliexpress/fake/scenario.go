package fake

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"time"

	"parley/internal/connector/simulator"
)

// sum is money as a scenario file writes it: "12.50 EUR".
type sum struct{ Money }

// UnmarshalYAML reads "12.50 EUR".
func (s *sum) UnmarshalYAML(data []byte) error {
	text := string(bytes.Trim(data, "\"' \n"))
	money, ok := ParseMoney(text)
	if !ok {
		return fmt.Errorf("%q is not a sum such as 12.50 EUR", text)
	}
	s.Money = money
	return nil
}

type scenario struct {
	Shops []scenarioShop `yaml:"shops"`
}

type scenarioShop struct {
	Name         string          `yaml:"name"`
	Login        string          `yaml:"login"`
	Country      string          `yaml:"country"`
	Currency     string          `yaml:"currency"`
	Key          string          `yaml:"key"`
	Secret       string          `yaml:"secret"`
	Token        string          `yaml:"token"`
	RefreshToken string          `yaml:"refresh_token"`
	Simplify     string          `yaml:"simplify"`
	Orders       []scenarioOrder `yaml:"orders"`
}

type scenarioOrder struct {
	Buyer struct {
		Login   string `yaml:"login"`
		First   string `yaml:"first"`
		Last    string `yaml:"last"`
		Country string `yaml:"country"`
		City    string `yaml:"city"`
	} `yaml:"buyer"`
	Product     string         `yaml:"product"`
	Variant     string         `yaml:"variant"`
	SKU         string         `yaml:"sku"`
	Price       sum            `yaml:"price"`
	Dollars     sum            `yaml:"dollars"`
	Quantity    int            `yaml:"quantity"`
	SentDaysAgo float64        `yaml:"sent_days_ago"`
	Service     string         `yaml:"service"`
	Tracking    string         `yaml:"tracking"`
	Scans       []scenarioScan `yaml:"scans"`
	Issue       *scenarioIssue `yaml:"issue"`
	Cancel      string         `yaml:"cancel"`
	CancelAgo   float64        `yaml:"cancel_hours_ago"`
}

type scenarioScan struct {
	DaysAgo float64 `yaml:"days_ago"`
	Code    string  `yaml:"code"`
	Text    string  `yaml:"text"`
	Place   string  `yaml:"place"`
	Name    string  `yaml:"name"`
}

type scenarioIssue struct {
	Reason         string   `yaml:"reason"`
	Text           string   `yaml:"text"`
	Amount         sum      `yaml:"amount"`
	Return         bool     `yaml:"return"`
	Received       bool     `yaml:"received"`
	OpenedHoursAgo float64  `yaml:"opened_hours_ago"`
	WorryFree      bool     `yaml:"worry_free"`
	Escalated      bool     `yaml:"escalated"`
	Pictures       []string `yaml:"pictures"`
	Temper         *struct {
		AcceptsFrom   int      `yaml:"accepts_from"`
		AcceptsReturn bool     `yaml:"accepts_return"`
		Rounds        int      `yaml:"rounds"`
		Then          string   `yaml:"then"`
		Words         []string `yaml:"words"`
		AfterHours    float64  `yaml:"after_hours"`
		SendsBackDays float64  `yaml:"sends_back_days"`
	} `yaml:"temper"`
	Ruling *struct {
		Percent int    `yaml:"percent"`
		Return  bool   `yaml:"return"`
		Text    string `yaml:"text"`
	} `yaml:"ruling"`
}

// Load puts the shops, orders and issues of a scenario file into a platform. Times are counted back from its present.
// Errors name the line of the file.
func (p *Platform) Load(file io.Reader) error {
	var read scenario
	if err := simulator.Scenario(file, &read); err != nil {
		return fmt.Errorf("scenario file: %w", err)
	}
	var past Timeline
	for i, shop := range read.Shops {
		if shop.Name == "" {
			return fmt.Errorf("scenario file: shop %d has no name", i+1)
		}
		added := p.AddShop(shop.spec())
		for _, order := range shop.Orders {
			if err := order.into(p, added, &past); err != nil {
				return fmt.Errorf("scenario file: shop %q: %w", shop.Name, err)
			}
		}
	}
	return past.Play(p)
}

func (s scenarioShop) spec() ShopSpec {
	return ShopSpec{Name: s.Name, Login: s.Login, Country: s.Country, Currency: s.Currency, Key: s.Key, Secret: s.Secret,
		Token: s.Token, RefreshToken: s.RefreshToken, Wrapped: s.Simplify == "wrapped"}
}

func (o scenarioOrder) into(p *Platform, shop *Shop, past *Timeline) error {
	now := p.Now()
	if o.Buyer.Login == "" || o.Product == "" || o.Price.Currency == "" {
		return fmt.Errorf("an order needs buyer.login, product and price")
	}
	sent := ago(now, o.SentDaysAgo*24)
	order := shop.PlaceOrder(OrderSpec{
		Buyer: Buyer{Login: o.Buyer.Login, First: o.Buyer.First, Last: o.Buyer.Last, Country: o.Buyer.Country, City: o.Buyer.City},
		Lines: []LineSpec{{Product: o.Product, Variant: o.Variant, SKU: o.SKU, Price: o.Price.Money, Dollars: o.Dollars.Money,
			Quantity: o.Quantity}},
		PlacedAt: sent.AddDate(0, 0, -2), SentAt: sent, Unsent: o.SentDaysAgo == 0, Service: o.Service, Tracking: o.Tracking})
	for _, scan := range o.Scans {
		p.Scan(order, Scan{At: ago(now, scan.DaysAgo*24), Code: scan.Code, Text: scan.Text, Place: scan.Place, Name: scan.Name})
	}
	if o.Cancel != "" {
		past.Add(ago(now, o.CancelAgo), func() error { return p.AskCancel(order, o.Cancel) })
	}
	if o.Issue != nil {
		past.Add(ago(now, o.Issue.OpenedHoursAgo), func() error {
			_, err := p.OpenIssue(order, o.Issue.spec())
			return err
		})
	}
	return nil
}

func (i scenarioIssue) spec() IssueSpec {
	spec := IssueSpec{Reason: ReasonNamed(or(i.Reason, "not received")), Text: i.Text, Amount: i.Amount.Money, Return: i.Return,
		Received: i.Received, WorryFree: i.WorryFree, Escalated: i.Escalated, Pictures: i.Pictures}
	if i.Temper != nil {
		spec.Temper = Temper{Answers: hours(i.Temper.AfterHours), AcceptsFrom: i.Temper.AcceptsFrom, AcceptsReturn: i.Temper.AcceptsReturn,
			Rounds: i.Temper.Rounds, Words: i.Temper.Words, Then: i.Temper.Then, SendsBackAfter: hours(i.Temper.SendsBackDays * 24)}
	}
	if i.Ruling != nil {
		spec.Ruling = &Ruling{Percent: i.Ruling.Percent, Return: i.Ruling.Return, Text: i.Ruling.Text}
	}
	return spec
}

func hours(count float64) time.Duration {
	return time.Duration(math.Round(count*3600)) * time.Second
}

func ago(now time.Time, count float64) time.Time { return now.Add(-hours(count)) }
