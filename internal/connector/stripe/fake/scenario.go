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

// Example is the scenario of a platform that runs alone without one.
func Example() io.Reader { return bytes.NewReader(example) }

// scene is a scenario file: accounts with what was paid, disputed and reported there. Times are how long ago.
type scene struct{ Accounts []sceneAccount }

type sceneAccount struct {
	ID, Key, Name, Country, Currency string
	WebhookURL                       string `yaml:"webhook_url"`
	WebhookSecret                    string `yaml:"webhook_secret"`
	Charges                          []sceneCharge
}

type sceneCharge struct {
	ID, Intent, Currency, Name, Country, Description, Network, Carrier, Tracking string

	Amount   int64
	Metadata map[string]string
	Ago      duration
	Refunded int64
	Warned   *struct {
		Type string
		Ago  duration
	}
	Dispute *sceneDispute
}

type sceneDispute struct {
	ID, Reason, Code string
	CaseType         string `yaml:"case_type"`
	Amount           int64
	Answer           duration // from the opening until evidence is due
	Ago              duration
	Decides          duration // from the evidence until the bank decides
	Wins             bool
	Metadata         map[string]string
	Ends             string // won, lost, closed or prevented: ended already
}

// duration is written "36h" or "9d".
type duration time.Duration

// UnmarshalYAML reads it.
func (d *duration) UnmarshalYAML(data []byte) error {
	var text string
	if err := yaml.Unmarshal(data, &text); err != nil {
		return err
	}
	var days float64
	if n, err := fmt.Sscanf(text, "%fd", &days); n == 1 && err == nil && text[len(text)-1] == 'd' {
		*d = duration(days * float64(24*time.Hour))
		return nil
	}
	given, err := time.ParseDuration(text)
	*d = duration(given)
	return err
}

// Load fills the platform from a scenario file.
func (p *Platform) Load(from io.Reader) error {
	var s scene
	if err := simulator.Scenario(from, &s); err != nil {
		return fmt.Errorf("scenario: %w", err)
	}
	for _, a := range s.Accounts {
		shop := p.AddAccount(AccountSpec{ID: a.ID, Key: a.Key, Name: a.Name, Country: a.Country, Currency: a.Currency, WebhookURL: a.WebhookURL, WebhookSecret: a.WebhookSecret})
		for _, c := range a.Charges {
			if err := shop.load(c); err != nil {
				return fmt.Errorf("scenario: %s: %w", c.Description, err)
			}
		}
	}
	return nil
}

func (a *Account) load(c sceneCharge) error {
	paid := a.Pay(ChargeSpec{
		ID: c.ID, Intent: c.Intent, Amount: c.Amount, Currency: c.Currency, Name: c.Name, Country: c.Country, Description: c.Description,
		Network: c.Network, Carrier: c.Carrier, Tracking: c.Tracking, Metadata: c.Metadata, Ago: time.Duration(c.Ago),
	})
	if c.Refunded > 0 {
		if _, err := a.PayBack(paid, c.Refunded); err != nil {
			return err
		}
	}
	if c.Warned != nil {
		a.Warn(paid, c.Warned.Type, time.Duration(c.Warned.Ago))
	}
	d := c.Dispute
	if d == nil {
		return nil
	}
	return a.Dispute(paid, DisputeSpec{
		ID: d.ID, Reason: d.Reason, Code: d.Code, CaseType: d.CaseType, Amount: d.Amount, Answer: time.Duration(d.Answer),
		Ago: time.Duration(d.Ago), Decides: time.Duration(d.Decides), Wins: d.Wins, Metadata: d.Metadata,
	}).end(d.Ends)
}

// end lets a dispute of a scenario be over.
func (d *Dispute) end(how string) error {
	switch how {
	case "":
		return nil
	case "won", "lost":
		return d.Decide(how == "won")
	case "closed":
		return d.Decide(false)
	case "prevented":
		return d.Prevent()
	}
	return errors.New("ends: " + how + " is none of won, lost, closed, prevented")
}
