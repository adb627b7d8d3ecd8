package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"parley/internal/connector"
	aliexpress "parley/internal/connector/aliexpress/fake"
	aliexpressdemo "parley/internal/connector/aliexpress/fake/demo"
	mail "parley/internal/connector/mail/fake"
	maildemo "parley/internal/connector/mail/fake/demo"
	mirakl "parley/internal/connector/mirakl/fake"
	mirakldemo "parley/internal/connector/mirakl/fake/demo"
	paypal "parley/internal/connector/paypal/fake"
	paypaldemo "parley/internal/connector/paypal/fake/demo"
	shopify "parley/internal/connector/shopify/fake"
	shopifydemo "parley/internal/connector/shopify/fake/demo"
	stripe "parley/internal/connector/stripe/fake"
	stripedemo "parley/internal/connector/stripe/fake/demo"
	taobao "parley/internal/connector/taobao/fake"
	taobaodemo "parley/internal/connector/taobao/fake/demo"
	"parley/internal/desk"
)

// simulated is one platform of the demo: what answers its calls, and its shops as a person would add them.
type simulated struct {
	handler http.Handler
	own     io.Closer // servers of its own where it does not speak HTTP; its shops then say where it is
	stores  []desk.StoreInput
}

// platforms are the simulated platforms of the demo, by connector, filled with shops of the same two companies. A new one is one line here.
func platforms() map[string]func(now func() time.Time) (simulated, error) {
	return map[string]func(now func() time.Time) (simulated, error){
		"aliexpress": demoAliExpress, "mail": demoMail, "mirakl": demoMirakl, "paypal": demoPayPal, "shopify": demoShopify, "stripe": demoStripe,
		"taobao": demoTaobao,
	}
}

func demoAliExpress(now func() time.Time) (simulated, error) {
	platform := aliexpress.New(aliexpress.Options{Now: now})
	world, err := aliexpressdemo.Fill(platform, now())
	s := simulated{handler: platform}
	for _, company := range world.Companies {
		for _, shop := range company.Shops {
			s.stores = append(s.stores, desk.StoreInput{
				Company: company.Name, Name: shop.Name, Zone: company.Zone, Currency: shop.Currency, Country: shop.Country,
				Settings: map[string]string{"app_key": shop.Key, "app_secret": shop.Secret, "calls_per_second": "1000"},
				Token:    connector.Token{Access: shop.Token, Refresh: shop.RefreshToken, ExpiresAt: now().AddDate(0, 11, 0)},
			})
		}
	}
	return s, err
}

func demoMail(now func() time.Time) (simulated, error) {
	provider := mail.New(mail.Options{Now: now})
	if err := provider.Start(context.Background(), "127.0.0.1:0", "127.0.0.1:0"); err != nil {
		return simulated{}, err
	}
	boxes, err := maildemo.Fill(provider)
	if err != nil {
		return simulated{}, errors.Join(err, provider.Close())
	}
	s := simulated{own: provider}
	for _, box := range boxes {
		s.stores = append(s.stores, desk.StoreInput{Company: box.Company, Name: box.Name, Zone: box.Zone, Currency: box.Currency, Country: box.Country,
			Language: box.Language, Settings: box.Settings})
	}
	return s, nil
}

func demoMirakl(now func() time.Time) (simulated, error) {
	platform := mirakl.New(mirakl.Options{Now: now, Operator: "PcComponentes"})
	shops, err := mirakldemo.Fill(platform, now())
	s := simulated{handler: platform}
	for _, shop := range shops {
		s.stores = append(s.stores, desk.StoreInput{Company: shop.Company, Name: shop.Name, Zone: shop.Zone, Currency: shop.Currency, Country: shop.Country,
			Language: shop.Language, Settings: shop.Settings})
	}
	return s, err
}

func demoPayPal(now func() time.Time) (simulated, error) {
	platform := paypal.New(paypal.Options{Now: now})
	shops, err := paypaldemo.Fill(platform, now())
	s := simulated{handler: platform}
	for _, shop := range shops {
		s.stores = append(s.stores, desk.StoreInput{Company: shop.Company, Name: shop.Name, Zone: shop.Zone, Currency: shop.Currency, Country: shop.Country,
			Settings: shop.Settings})
	}
	return s, err
}

func demoShopify(now func() time.Time) (simulated, error) {
	platform := shopify.New(shopify.Options{Now: now, Points: 1_000_000})
	shops, err := shopifydemo.Fill(platform, now())
	s := simulated{handler: platform}
	for _, shop := range shops {
		s.stores = append(s.stores, desk.StoreInput{Company: shop.Company, Name: shop.Name, Zone: shop.Zone, Currency: shop.Currency, Country: shop.Country,
			Settings: shop.Settings})
	}
	return s, err
}

func demoStripe(now func() time.Time) (simulated, error) {
	platform := stripe.New(stripe.Options{Now: now})
	shops, err := stripedemo.Fill(platform, now())
	s := simulated{handler: platform}
	for _, shop := range shops {
		s.stores = append(s.stores, desk.StoreInput{Company: shop.Company, Name: shop.Name, Zone: shop.Zone, Currency: shop.Currency, Country: shop.Country,
			Settings: shop.Settings})
	}
	return s, err
}

func demoTaobao(now func() time.Time) (simulated, error) {
	platform := taobao.New(taobao.Options{Now: now})
	shops, err := taobaodemo.Fill(platform, now())
	s := simulated{handler: platform}
	for _, shop := range shops {
		s.stores = append(s.stores, desk.StoreInput{Company: shop.Company, Name: shop.Name, Zone: shop.Zone, Currency: shop.Currency, Country: shop.Country,
			Language: shop.Language, Settings: shop.Settings})
	}
	return s, err
}

// simulate serves every platform of the demo on a free loopback port and gives its shops, ready to be added, in the order of their
// connectors.
func (d *Demo) simulate(clock *Clock) ([]desk.StoreInput, error) {
	var stores []desk.StoreInput
	all := platforms()
	for _, kind := range sortedKeys(all) {
		s, err := all[kind](clock.Now)
		if err != nil {
			return nil, fmt.Errorf("simulated %s: %w", kind, err)
		}
		if s.own != nil {
			d.servers = append(d.servers, s.own)
			for _, in := range s.stores {
				in.Connector = kind
				stores = append(stores, in)
			}
			continue
		}
		address, err := d.serve(s.handler)
		if err != nil {
			return nil, err
		}
		for _, in := range s.stores {
			in.Connector = kind
			in.Settings["address"], in.Settings["allow_private"] = address, "true"
			if in.Settings["message_group"] != "" { // its messages come over a connection to the same place
				in.Settings["message_address"] = "ws" + strings.TrimPrefix(address, "http")
			}
			stores = append(stores, in)
		}
	}
	return stores, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
