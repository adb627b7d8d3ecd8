package demo

import (
	"bytes"
	_ "embed" // the world is a file
	"time"

	"parley/internal/connector/taobao/fake"
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

// Fill fills a platform as of an instant: everything in the world lies so long before it.
func Fill(platform *fake.Platform, now time.Time) (Shops, error) {
	platform.Advance(now.Sub(platform.Now()))
	if err := platform.Load(bytes.NewReader(world)); err != nil {
		return nil, err
	}
	var shops Shops
	for _, s := range platform.Shops() {
		kind := "taobao"
		if s.Tmall {
			kind = "tmall"
		}
		shops = append(shops, Shop{
			Company: "Shenzhen Lanhai Electronics Co., Ltd.", Name: s.Nick, Zone: "Asia/Shanghai", Currency: "CNY", Country: "CN", Language: "zh", Shop: s,
			Settings: map[string]string{"app_key": s.AppKey, "app_secret": s.Secret, "session_key": s.Session, "seller_nick": s.Nick, "shop_kind": kind,
				"message_group": s.Group},
		})
	}
	return shops, nil
}
