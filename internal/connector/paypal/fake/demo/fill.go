package demo

import (
	_ "embed" // the world is a file
	"fmt"
	"time"

	"github.com/goccy/go-yaml"

	"parley/internal/connector/paypal/fake"
)

//go:embed world.yaml
var world []byte

// Shop is one account with what a desk needs to have it as a store. The address is that of whoever serves the platform.
type Shop struct {
	Company  string
	Name     string
	Zone     string // IANA zone of the company's office
	Currency string // ISO 4217
	Country  string // ISO 3166-1 alpha-2
	Language string // BCP 47
	Settings map[string]string
	Account  *fake.Account
}

// Shops are all accounts of the demo.
type Shops []Shop

type account struct {
	Company, Name, Zone, Currency, Country, Language string
	Disputes                                         []story
}

// story is one dispute: what it is about, how it began, and what happened since, in hours before the present.
type story struct {
	Reason, Sub, Amount, Gross, Transaction, Invoice, Buyer, Item, Says, Stage, Card string
	External                                                                         bool
	Paid                                                                             float64 // days before the opening
	Opened                                                                           float64 // hours ago
	DueIn                                                                            float64 `yaml:"due_in"` // hours until the seller has to answer
	Accepts                                                                          int     // percent from which the buyer takes an offer; he answers after three hours
	Then                                                                             string
	Steps                                                                            []step
}

type step struct {
	Ago    float64
	Do     string
	Text   string
	Amount string
}

// Fill fills a platform as of an instant: everything in the world lies so long before it.
func Fill(platform *fake.Platform, now time.Time) (Shops, error) {
	var accounts []account
	if err := yaml.UnmarshalWithOptions(world, &accounts, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("world.yaml: %w", err)
	}
	platform.Advance(now.Sub(platform.Now()))
	var shops Shops
	var past fake.Past
	for _, a := range accounts {
		added := platform.AddAccount(fake.AccountSpec{Name: a.Name})
		for i, s := range a.Disputes {
			if err := s.tell(platform, added, &past, now); err != nil {
				return nil, fmt.Errorf("world.yaml: %s, dispute %d: %w", a.Name, i+1, err)
			}
		}
		shops = append(shops, Shop{
			Company: a.Company, Name: a.Name, Zone: a.Zone, Currency: a.Currency, Country: a.Country, Language: a.Language, Account: added,
			Settings: map[string]string{"client_id": added.ClientID, "client_secret": added.Secret, "environment": "sandbox"},
		})
	}
	return shops, past.Play(platform)
}

// tell plans one dispute and everything that happened to it.
func (s story) tell(p *fake.Platform, a *fake.Account, past *fake.Past, now time.Time) error {
	spec, err := s.spec(now)
	if err != nil {
		return err
	}
	var d *fake.Dispute
	past.Add(hours(s.Opened), func() error {
		d = p.Open(a, spec)
		return nil
	})
	for _, step := range s.Steps {
		past.Add(hours(step.Ago), func() error { return step.play(p, d) })
	}
	return nil
}

func (s story) spec(now time.Time) (fake.DisputeSpec, error) {
	amount, ok := fake.ParseMoney(s.Amount)
	gross, ok2 := amount, true
	if s.Gross != "" {
		gross, ok2 = fake.ParseMoney(s.Gross)
	}
	if !ok || !ok2 {
		return fake.DisputeSpec{}, fmt.Errorf("%q or %q is no sum", s.Amount, s.Gross)
	}
	opened := now.Add(-hours(s.Opened))
	spec := fake.DisputeSpec{
		Reason: s.Reason, SubReason: s.Sub, Amount: amount, Gross: gross, Transaction: s.Transaction, Invoice: s.Invoice, Buyer: s.Buyer,
		Item: s.Item, Says: s.Says, Stage: s.Stage, External: s.External, CardReason: s.Card, PaidAt: opened.Add(-hours(s.Paid * 24)),
	}
	if s.DueIn > 0 {
		spec.AnswerBy = now.Add(hours(s.DueIn))
	}
	if s.Accepts > 0 {
		spec.Temper = fake.Temper{Answers: 3 * time.Hour, AcceptsFrom: s.Accepts, Then: s.Then}
	}
	return spec, nil
}

func (s step) play(p *fake.Platform, d *fake.Dispute) error {
	amount, _ := fake.ParseMoney(s.Amount)
	switch s.Do {
	case "message":
		return p.Message(d, s.Text)
	case "offer":
		return p.SellerOffers(d, amount, false, s.Text)
	case "offer_return":
		return p.SellerOffers(d, amount, true, s.Text)
	case "deny":
		return p.DenyOffer(d)
	case "take":
		return p.AcceptOffer(d)
	case "send_back":
		return p.SendBack(d, "ES_CORREOS", s.Text)
	case "escalate":
		return p.Escalate(d)
	case "contest":
		return p.SellerContests(d, s.Text)
	case "cancel":
		return p.Cancel(d)
	case "rule_buyer":
		return p.Rule(d, true, "NO_VALID_SHIPMENT_PROOF")
	case "rule_seller":
		return p.Rule(d, false, "VALID_PROOF_OF_DELIVERY_WITH_SIGNATURE")
	}
	return fmt.Errorf("step %q is unknown", s.Do)
}

func hours(n float64) time.Duration { return time.Duration(n * float64(time.Hour)) }
