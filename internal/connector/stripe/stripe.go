// Package stripe is the connector to Stripe's disputes: chargebacks and inquiries about payments of a shop's own.
//
//   - Calls: gateway.go (key, version, idempotency, retries of reads), form.go (nested brackets, files), answer.go (errors → faults).
//   - Reading: record.go and scalar.go take the JSON, facts.go turns a dispute and order.go a payment into facts, warning.go an
//     early fraud warning; words.go holds Stripe's words and what they mean; currency.go its minor units.
//   - Work: pull.go finds what changed, execute.go and evidence.go act, compare.go reads back, webhook.go takes events,
//     importing.go captured answers.
//
// Facts of the interface are those of Stripe's OpenAPI description 2026-08-26.dahlia, which is pinned by Stripe-Version. A
// dispute has no time of change and the list no filter but the creation, so everything since the oldest open dispute is
// listed at each pull, a hundred to a call, and a digest of the record tells what changed. All times are Unix seconds.
package stripe

import (
	"net/url"
	"strconv"
	"strings"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/webclient"
)

// Connector opens sessions to Stripe accounts. Its only state is how fast each may call.
type Connector struct{ limits *webclient.Limits }

// New makes the connector. One is enough for all stores.
func New() *Connector { return &Connector{limits: &webclient.Limits{}} }

// The official addresses: files have a host of their own.
const (
	apiAddress   = "https://api.stripe.com"
	filesAddress = "https://files.stripe.com"
	kind         = "stripe"
	// version is the interface this package was written against.
	version = "2026-08-26.dahlia"
	// defaultRate stays below the 25 calls a second that Stripe allows in a sandbox; live accounts have 100
	// (docs.stripe.com/rate-limits).
	defaultRate = "20"
	// largestFile is the most one file of evidence may have; the bank's limit for all of a dispute together is 4.5 MB
	// (docs.stripe.com/disputes/best-practices).
	largestFile = 4 << 20
)

// About describes the platform.
func (*Connector) About() connector.About {
	return connector.About{
		Kind: kind, Mark: "ST", Zone: "UTC",
		Packs:       []string{"stripe@2026", "visa@2025-07", "mastercard@2025", "amex@2025", "discover@2025"},
		Acts:        []string{"accept", "contest_with_evidence", "refund"},
		Irrevocable: []string{"accept", "contest_with_evidence", "refund"},
		Reasons:     map[string][]string{"refund": refundReasons},
		Parcels:     []string{"contest_with_evidence"},
		MaxPicture:  largestFile,
		Pushes:      true,
		Settings: []connector.Setting{
			{Name: "api_key", Secret: true, Required: true, Pattern: `^(rk|sk)_[0-9A-Za-z_]{4,250}$`},
			{Name: "webhook_secret", Secret: true, Pattern: `^whsec_[0-9A-Za-z_+/=-]{4,250}$`},
			{Name: "fraud_warnings", Options: []string{"true", "false"}, Default: "true"},
			{Name: "shopify_order_key", Pattern: `^[^\[\]\s]{1,40}$`},
			{Name: "address", Pattern: `^(https?://[^/?#]+/?)?$`},
			{Name: "calls_per_second", Default: defaultRate, Pattern: `^[0-9]{0,3}$`},
			{Name: "allow_private", Options: []string{"false", "true"}, Default: "false"},
		},
	}
}

// Market says that no marketplace stands behind a Stripe account: the shop is the merchant's own.
func (*Connector) Market(map[string]string) connector.Market {
	return connector.Market{Code: "own_shop"}
}

// Open checks the settings of a store and makes a session; it calls nothing.
func (c *Connector) Open(account connector.Account, world connector.World) (connector.Session, error) {
	set, err := c.checked(account.Settings)
	if err != nil {
		return nil, err
	}
	rate, _ := strconv.ParseFloat(set["calls_per_second"], 64) // digits, by its pattern
	g := &gateway{
		base: set["address"], files: set["address"], key: set["api_key"], perSecond: rate,
		store: strconv.FormatInt(account.StoreID, 10), limits: c.limits, world: world,
	}
	if g.base == "" {
		g.base, g.files = apiAddress, filesAddress
	}
	return &Session{gateway: g, reader: reader{orderKey: set["shopify_order_key"]}, warnings: set["fraud_warnings"] == "true"}, nil
}

// checked gives the settings with their defaults, or the fault of the first that is wrong.
func (c *Connector) checked(given map[string]string) (map[string]string, error) {
	set, err := connector.Filled(c.About().Settings, given, "")
	if err != nil {
		return nil, err
	}
	set["address"] = strings.TrimSuffix(set["address"], "/")
	if u, err := url.Parse(set["address"]); set["address"] != "" && (err != nil || u.Host == "" || u.User != nil) {
		return nil, fault.Input("address", "", "https://host[:port]") // may hold a password: not repeated
	}
	return set, nil
}
