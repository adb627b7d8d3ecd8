// Package demo fills a simulated Shopify with the web shops of the two companies of the demo: returns, disputes and late orders in
// different stages, several of them due soon. Orders #1042 and #1043 are known to Stripe and PayPal too.
package demo

import (
	"time"

	"parley/internal/connector/shopify/fake"
)

// Shop is one shop with what a desk needs to have it as a store. The address is that of whoever serves the platform.
type Shop struct {
	Company  string
	Name     string
	Zone     string // IANA zone of the company's office
	Currency string // ISO 4217
	Country  string // ISO 3166-1 alpha-2
	Language string // BCP 47
	Settings map[string]string
	Shop     *fake.Shop
}

// Shops are all shops of the demo.
type Shops []Shop

// offices are where the companies sit, by language of their people.
var offices = map[string]string{"es": "Europe/Madrid", "zh": "Asia/Shanghai"}

// Fill fills a platform whose present is now.
func Fill(platform *fake.Platform, _ time.Time) (Shops, error) {
	if err := platform.Load(fake.Example()); err != nil {
		return nil, err
	}
	var shops Shops
	for _, s := range platform.Shops() {
		shops = append(shops, Shop{
			Company: s.Company, Name: s.Name, Zone: offices[s.Language], Currency: s.Currency, Country: s.Country, Language: s.Language, Shop: s,
			Settings: map[string]string{"shop": s.Domain, "access_token": s.Token, "client_secret": s.Secret},
		})
	}
	return shops, nil
}
