package demo

import (
	"bytes"
	_ "embed" // the world is a file
	"time"

	"parley/internal/connector/stripe/fake"
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

// owners say whose the accounts of world.yaml are, by their names.
var owners = map[string]struct{ company, zone, language string }{
	"Casa Norte Hogar": {"Ibérica Hogar y Herramienta S.L.", "Europe/Madrid", "es"},
	"Lanhai Audio Web": {"Shenzhen Lanhai Electronics Co., Ltd.", "Asia/Shanghai", "zh"},
}

// Fill fills a platform as of an instant: everything in the world lies so long before it.
func Fill(platform *fake.Platform, now time.Time) (Shops, error) {
	platform.Advance(now.Sub(platform.Now()))
	if err := platform.Load(bytes.NewReader(world)); err != nil {
		return nil, err
	}
	var shops Shops
	for _, a := range platform.Accounts() {
		owner := owners[a.Name]
		shops = append(shops, Shop{
			Company: owner.company, Name: a.Name, Zone: owner.zone, Currency: upper(a.Currency), Country: a.Country, Language: owner.language, Account: a,
			Settings: map[string]string{"api_key": a.Key, "webhook_secret": a.WebhookSecret, "shopify_order_key": "order_number"},
		})
	}
	return shops, nil
}

func upper(code string) string { return string(bytes.ToUpper([]byte(code))) }
