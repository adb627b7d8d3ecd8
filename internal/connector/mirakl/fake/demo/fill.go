package demo

import (
	"bytes"
	_ "embed" // the world is a file
	"time"

	"parley/internal/connector/mirakl/fake"
)

//go:embed world.yaml
var world []byte

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

// owners say whose the shops of world.yaml are, by their names.
var owners = map[string]struct{ company, zone, country, language string }{
	"Casa Norte Hogar": {"Ibérica Hogar y Herramienta S.L.", "Europe/Madrid", "ES", "es"},
	"Taller Levante":   {"Ibérica Hogar y Herramienta S.L.", "Europe/Madrid", "ES", "es"},
	"Lanhai Audio ES":  {"Shenzhen Lanhai Electronics Co., Ltd.", "Asia/Shanghai", "CN", "zh"},
}

// Fill fills a platform whose present is now: everything in the world lies so long before it.
func Fill(platform *fake.Platform, now time.Time) (Shops, error) {
	if behind := now.Sub(platform.Now()); behind > 0 {
		platform.Advance(behind)
	}
	if err := platform.Load(bytes.NewReader(world)); err != nil {
		return nil, err
	}
	var shops Shops
	for _, s := range platform.Shops() {
		owner := owners[s.Name]
		shops = append(shops, Shop{
			Company: owner.company, Name: s.Name, Zone: owner.zone, Currency: s.Currency, Country: owner.country, Language: owner.language, Shop: s,
			Settings: map[string]string{"operator": "pccomponentes", "api_key": s.Key, "poll_minutes": "0"},
		})
	}
	return shops, nil
}
