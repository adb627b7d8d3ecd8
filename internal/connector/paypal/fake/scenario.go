package fake

import (
	"fmt"
	"io"
	"slices"
	"time"

	"parley/internal/connector/simulator"
)

type scenario struct {
	Accounts []struct {
		Name       string `yaml:"name"`
		ClientID   string `yaml:"client_id"`
		Secret     string `yaml:"secret"`
		MerchantID string `yaml:"merchant_id"`
		Webhook    string `yaml:"webhook"`
		Disputes   []scenarioDispute
	} `yaml:"accounts"`
}

type scenarioDispute struct {
	Reason      string  `yaml:"reason"`
	SubReason   string  `yaml:"sub_reason"`
	Amount      string  `yaml:"amount"`
	Gross       string  `yaml:"gross"`
	Transaction string  `yaml:"transaction"`
	Invoice     string  `yaml:"invoice"`
	Buyer       string  `yaml:"buyer"`
	Item        string  `yaml:"item"`
	Says        string  `yaml:"says"`
	Stage       string  `yaml:"stage"`
	External    bool    `yaml:"external"`
	Opened      float64 `yaml:"opened_hours_ago"`
}

// Load puts the accounts and disputes of a scenario file into a platform. Times are counted back from its present.
func (p *Platform) Load(file io.Reader) error {
	var read scenario
	if err := simulator.Scenario(file, &read); err != nil {
		return fmt.Errorf("scenario file: %w", err)
	}
	var past Past
	for n, a := range read.Accounts {
		if a.Name == "" {
			return fmt.Errorf("scenario file: account %d has no name", n+1)
		}
		account := p.AddAccount(AccountSpec{Name: a.Name, ClientID: a.ClientID, Secret: a.Secret, MerchantID: a.MerchantID, WebhookURL: a.Webhook})
		for _, d := range a.Disputes {
			spec, err := d.spec()
			if err != nil {
				return fmt.Errorf("scenario file: account %q: %w", a.Name, err)
			}
			past.Add(time.Duration(d.Opened*float64(time.Hour)), func() error {
				p.Open(account, spec)
				return nil
			})
		}
	}
	return past.Play(p)
}

func (d scenarioDispute) spec() (DisputeSpec, error) {
	spec := DisputeSpec{
		Reason: d.Reason, SubReason: d.SubReason, Transaction: d.Transaction, Invoice: d.Invoice, Buyer: d.Buyer, Item: d.Item, Says: d.Says,
		Stage: d.Stage, External: d.External,
	}
	for _, sum := range []struct {
		text string
		into *Money
	}{{d.Amount, &spec.Amount}, {d.Gross, &spec.Gross}} {
		m, ok := ParseMoney(sum.text)
		if !ok && sum.text != "" {
			return spec, fmt.Errorf("%q is not a sum such as 12.50 EUR", sum.text)
		}
		*sum.into = m
	}
	return spec, nil
}

// Past is a list of things that happened some time ago, played in their order into a platform whose present is now.
type Past struct{ steps []pastStep }

type pastStep struct {
	ago time.Duration
	do  func() error
}

// Add adds something that happened so long ago.
func (past *Past) Add(ago time.Duration, do func() error) {
	past.steps = append(past.steps, pastStep{ago, do})
}

// Play lets everything happen at its instant. Webhooks of the past are not sent.
func (past *Past) Play(p *Platform) error {
	slices.SortStableFunc(past.steps, func(a, b pastStep) int { return int(b.ago/time.Second) - int(a.ago/time.Second) })
	for _, s := range past.steps {
		p.travel(-s.ago)
		err := s.do()
		p.travel(s.ago)
		if err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settle()
	p.outbox = nil
	return nil
}

// travel moves the platform's time without letting anything happen.
func (p *Platform) travel(by time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ahead += by
}
