package fake

import (
	"fmt"
	"strconv"
	"time"
)

// ShopSpec describes a shop. What is empty is made up, always in the same way.
type ShopSpec struct {
	Name     string
	Login    string // seller login
	Country  string // ISO 3166-1 alpha-2
	Currency string // quotation currency

	Key, Secret         string // of the application; shops may share one
	Token, RefreshToken string
	TokenLife           time.Duration // zero: 365 days; the refresh token lives twice as long

	// Wrapped: answers to this application keep their wrapping even when asked for simplify=true.
	Wrapped bool
	// Addresses of the shop; nil gives it one refund address, an empty list none.
	Addresses []Address
}

// Address is a place of a shop; parcels come back to those of kind "refund".
type Address struct {
	ID                                  int64
	Kind                                string // sender, pickup, refund
	Name, Street, City, Postal, Country string
	Phone                               string
	Default                             bool
}

// Shop is one seller. Key, Secret and Token sign its calls.
type Shop struct {
	ID                          int64
	Name, Login                 string
	Country, Currency           string
	Key, Secret                 string
	Token, RefreshToken         string
	expiresAt, refreshExpiresAt time.Time
	tokenLife                   time.Duration
	addresses                   []Address

	platform *Platform
	orders   []*Order // oldest first
	issues   []*Issue // oldest first
	open     []*Issue // those in process, oldest first
}

// app is one application at the platform.
type app struct {
	key, secret string
	wrapped     bool
	limits      []*limit
}

// AddShop opens a shop with its application and token.
func (p *Platform) AddShop(spec ShopSpec) *Shop {
	p.mu.Lock()
	defer p.mu.Unlock()
	number := int64(len(p.shops) + 1)
	shop := &Shop{
		ID: 2_200_000_000 + number*7919, Name: spec.Name, platform: p,
		Login:   or(spec.Login, fmt.Sprintf("%s%d", lower(or(spec.Country, "cn")), 1_000_000+number*137)),
		Country: or(spec.Country, "CN"), Currency: or(spec.Currency, "USD"),
		Key: or(spec.Key, strconv.FormatInt(500_000+number, 10)), Token: or(spec.Token, fmt.Sprintf("fake-token-%d", number)),
		RefreshToken: or(spec.RefreshToken, fmt.Sprintf("fake-refresh-%d", number)),
		tokenLife:    spec.TokenLife, addresses: spec.Addresses,
	}
	if shop.tokenLife == 0 {
		shop.tokenLife = 365 * 24 * time.Hour
	}
	if shop.addresses == nil {
		shop.addresses = []Address{shop.refundAddress()}
	}
	p.joinApp(shop, spec, number)
	p.authorise(shop, p.now())
	p.shops = append(p.shops, shop)
	return shop
}

func (s *Shop) refundAddress() Address {
	return Address{ID: s.ID*10 + 1, Kind: "refund", Name: s.Name, Street: "Calle Mayor 1", City: "Madrid",
		Postal: "28013", Country: s.Country, Phone: "+34 910000000", Default: true}
}

func (p *Platform) joinApp(shop *Shop, spec ShopSpec, number int64) {
	known := p.apps[shop.Key]
	if known == nil {
		known = &app{key: shop.Key, secret: or(spec.Secret, fmt.Sprintf("fake-secret-%d", number)), wrapped: spec.Wrapped}
		p.apps[shop.Key] = known
	}
	shop.Secret = known.secret
}

// authorise makes the shop's present token valid from an instant on.
func (p *Platform) authorise(shop *Shop, at time.Time) {
	shop.expiresAt = at.Add(shop.tokenLife)
	if shop.refreshExpiresAt.IsZero() {
		shop.refreshExpiresAt = at.Add(2 * shop.tokenLife)
	}
	p.tokens[shop.Token] = shop
}

// Shops are all shops, in the order they were added.
func (p *Platform) Shops() []*Shop {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*Shop(nil), p.shops...)
}

// ExpireToken ends the shop's access token now; refreshing brings a new one.
func (s *Shop) ExpireToken() {
	s.platform.mu.Lock()
	defer s.platform.mu.Unlock()
	s.expiresAt = s.platform.now()
}

// Revoke ends both tokens: only a new authorisation helps.
func (s *Shop) Revoke() {
	s.platform.mu.Lock()
	defer s.platform.mu.Unlock()
	s.expiresAt, s.refreshExpiresAt = s.platform.now(), s.platform.now()
}

// AddAddress adds a place to a shop.
func (s *Shop) AddAddress(address Address) {
	s.platform.mu.Lock()
	defer s.platform.mu.Unlock()
	s.addresses = append(s.addresses, address)
}

func (s *Shop) address(id int64, kind string) *Address {
	for i := range s.addresses {
		if s.addresses[i].ID == id && s.addresses[i].Kind == kind {
			return &s.addresses[i]
		}
	}
	return nil
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

func lower(text string) string {
	out := []byte(text)
	for i, c := range out {
		if c >= 'A' && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return string(out)
}
