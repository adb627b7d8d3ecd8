// Package paypal is the connector to PayPal's disputes, over the Customer Disputes API v1 (api-m.paypal.com).
//
//   - Calls: api.go (addresses, requests, retries of reads), token.go (client credentials), answer.go (errors → faults).
//   - Reading: value.go takes the JSON, reading.go its times, sums and words; record.go, offers.go, proof.go and purchase.go turn a
//     dispute into facts; words.go holds the platform's words and what they mean; links.go what it allows now.
//   - Work: pull.go finds what changed, execute.go acts, compare.go reads back, push.go takes webhooks, importing.go captured answers.
//
// What may be done is told by the links of a dispute and by nothing else: an act whose link was not there when the dispute was read last
// is refused here, without a call. The money of a dispute hangs on the seller's transaction, whose number is the order here: an inquiry
// and a bank's chargeback about one payment are one case. PayPal numbers neither messages nor offers nor proofs; they are known by their
// place in the record, which only grows.
package paypal

import (
	"net/url"
	"strconv"
	"strings"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/webclient"
)

// Connector opens sessions to PayPal accounts. Its only state is how fast each account may call, and the access tokens at hand: PayPal
// asks to keep a token for its nine hours.
type Connector struct {
	limits *webclient.Limits
	tokens *purse
}

// New makes the connector. One is enough for all accounts.
func New() *Connector { return &Connector{limits: &webclient.Limits{}, tokens: newPurse()} }

// The official addresses.
const (
	liveAddress    = "https://api-m.paypal.com"
	sandboxAddress = "https://api-m.sandbox.paypal.com"
)

// defaultRate is calls a second per account. PayPal publishes no number and answers 429 to whoever calls too often.
const defaultRate = "5"

// largestFile is the most one document may have, in bytes: "< 10 MB" (developer.paypal.com, supported file types and sizes).
const largestFile = 10_000_000

// About describes the platform.
func (*Connector) About() connector.About {
	return connector.About{
		Kind:  "paypal",
		Mark:  "PP",
		Packs: []string{"paypal@2026"},
		Zone:  "UTC",
		Acts: []string{
			"accept", "counter_amount", "counter_return", "contest_with_evidence", "send_message", "add_facts", "confirm_goods", "contest_goods", "appeal",
		},
		Pays:         []string{"confirm_goods"},
		Irrevocable:  []string{"accept", "contest_with_evidence", "confirm_goods", "appeal"},
		Reasons:      map[string][]string{"contest_goods": notAsSent},
		Parcels:      []string{"contest_with_evidence", "appeal"},
		MaxPicture:   largestFile - 1,
		FilesWithAct: true,
		Pushes:       true,
		Settings: []connector.Setting{
			{Name: "environment", Options: []string{"live", "sandbox"}, Default: "live"},
			{Name: "client_id", Required: true, Pattern: `^[0-9A-Za-z_-]{8,128}$`},
			{Name: "client_secret", Secret: true, Required: true},
			{Name: "merchant_id", Pattern: `^[0-9A-Za-z]{0,64}$`},
			{Name: "webhook_id", Pattern: `^[0-9A-Za-z-]{0,64}$`},
			{Name: "webhook_certificate"},
			{Name: "return_street"},
			{Name: "return_city"},
			{Name: "return_postal_code"},
			{Name: "return_country", Pattern: `^([A-Z]{2})?$`},
			{Name: "address", Pattern: `^(https?://[^/?#]+/?)?$`},
			{Name: "calls_per_second", Default: defaultRate, Pattern: `^[0-9]{0,5}$`},
			{Name: "allow_private", Options: []string{"false", "true"}, Default: "false"},
		},
	}
}

// Market: PayPal pays for shops of the merchant's own.
func (*Connector) Market(map[string]string) connector.Market {
	return connector.Market{Code: "own_shop"}
}

// Open checks the settings of an account and makes a session; it calls nothing.
func (c *Connector) Open(account connector.Account, world connector.World) (connector.Session, error) {
	set, err := c.checked(account.Settings)
	if err != nil {
		return nil, err
	}
	rate, _ := strconv.ParseFloat(set["calls_per_second"], 64) // digits, by its pattern
	a := &api{
		base: set["address"], client: set["client_id"], secret: set["client_secret"], merchant: set["merchant_id"],
		store: strconv.FormatInt(account.StoreID, 10), perSecond: rate, limits: c.limits, world: world,
	}
	a.token = c.tokens.of(a.store + " " + a.base + " " + a.client)
	return &Session{api: a, back: returnAddress(set), read: map[string]offered{}}, nil
}

// checked gives the settings with their defaults, or the fault of the first that is wrong.
func (c *Connector) checked(given map[string]string) (map[string]string, error) {
	set, err := connector.Filled(c.About().Settings, given, "")
	if err != nil {
		return nil, err
	}
	set["address"] = strings.TrimSuffix(set["address"], "/")
	if set["address"] == "" {
		set["address"] = map[string]string{"live": liveAddress, "sandbox": sandboxAddress}[set["environment"]]
	}
	if u, err := url.Parse(set["address"]); err != nil || u.Host == "" || u.User != nil {
		return nil, fault.Input("address", "", "https://host[:port]") // may hold a password: not repeated
	}
	if set["webhook_certificate"] != "" {
		if _, err := certificate(set["webhook_certificate"]); err != nil {
			return nil, err
		}
	}
	return set, addressWhole(set)
}

// addressWhole: a return address needs at least its country, which PayPal demands.
func addressWhole(set map[string]string) error {
	if set["return_street"]+set["return_city"]+set["return_postal_code"] != "" && set["return_country"] == "" {
		return fault.Input("return_country", "", "two letters, such as ES")
	}
	return nil
}
