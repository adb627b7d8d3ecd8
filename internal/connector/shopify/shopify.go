// Package shopify is the connector to shops on Shopify, over the Admin GraphQL API (version 2026-10 unless set otherwise).
//
//   - Calls: client.go (address, errors, what is safe to repeat), budget.go (points per second), documents.go (every query and mutation).
//   - Reading: wire.go takes the JSON; returns.go, disputes.go, late.go and order.go turn it into facts; words.go holds the platform's
//     words and what they mean.
//   - Work: pull.go finds what changed, fetch.go reads one record, execute.go, refund.go and evidence.go act, compare.go reads back,
//     webhook.go takes pushes, importing.go takes captured answers.
//
// Three kinds of record become cases: a return a customer asked for ("return"), a chargeback or inquiry of Shopify Payments ("dispute";
// those of PayPal or of an own Stripe account do not appear here), and goods that are not sent past the promised time ("late"). Ids are
// the platform's global ids ("gid://shopify/Return/1") as text; a purchase is named as people name it ("#1042").
//
// What the platform has no call for: accepting a chargeback (silence does it), files on a return, messages to the customer.
package shopify

import (
	"net/url"
	"strconv"
	"strings"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/webclient"
)

// Connector opens sessions to Shopify shops. Its only state is how much each shop may still ask.
type Connector struct {
	limits  *webclient.Limits
	budgets *budgets
}

// New makes the connector. One is enough for all shops.
func New() *Connector { return &Connector{limits: &webclient.Limits{}, budgets: &budgets{}} }

// The kinds of record.
const (
	returnKind  = "return"
	disputeKind = "dispute"
	lateKind    = "late"
)

// largestPicture is what one file of dispute evidence may weigh, in bytes. The platform documents a limit for all files of a dispute
// together (error FILES_SIZE_EXCEEDED_LIMIT) without a number in the API; 2 MB is what its own pages ask for.
const largestPicture = 2 << 20

// About describes the platform.
func (*Connector) About() connector.About {
	return connector.About{
		Kind: "shopify",
		Mark: "SH",
		Packs: []string{
			"shopify@2026", "visa@2025-07", "mastercard@2025", "amex@2025", "discover@2025", "consumer-eu@2022", "consumer-es@2022", "consumer-de@2022",
			"consumer-fr@2022", "consumer-it@2022", "consumer-pt@2022", "consumer-uk@2015", "consumer-us@2014", "consumer-br@1990",
		},
		Zone:       "UTC", // every instant of the API is in UTC
		Acts:       []string{"accept_return", "refuse_return", "contest_with_evidence", "refund", "confirm_goods"},
		Reasons:    map[string][]string{"refuse_return": declineReasons},
		MaxPicture: largestPicture,
		Pushes:     true,
		// Evidence that was submitted cannot be taken back, money neither, and an approved return only with the customer.
		Through:     []string{"paypal", "stripe"},
		Irrevocable: []string{"accept_return", "refuse_return", "contest_with_evidence", "refund", "confirm_goods"},
		Settings: []connector.Setting{
			{Name: "shop", Required: true, Pattern: `^[A-Za-z0-9][A-Za-z0-9-]{0,60}(\.myshopify\.com)?$`},
			{Name: "access_token", Secret: true, Required: true},
			{Name: "client_secret", Secret: true},
			{Name: "api_version", Default: "2026-10", Pattern: `^(20\d\d-(01|04|07|10)|unstable)$`},
			{Name: "ship_days", Pattern: `^[0-9]{0,3}$`},
			{Name: "address", Pattern: `^(https?://[^/?#]+/?)?$`},
			{Name: "allow_private", Options: []string{"false", "true"}, Default: "false"},
		},
	}
}

// Market says that the rules know these shops as the merchant's own: no platform decides there.
func (c *Connector) Market(map[string]string) connector.Market {
	return connector.Market{Code: "own_shop"}
}

// Open checks the settings of a store and makes a session; it calls nothing. Whether private addresses may be reached is decided by the
// client in the world.
func (c *Connector) Open(account connector.Account, world connector.World) (connector.Session, error) {
	set, err := c.checked(account.Settings)
	if err != nil {
		return nil, err
	}
	store := strconv.FormatInt(account.StoreID, 10)
	days, _ := strconv.Atoi(set["ship_days"]) // the pattern lets only digits through
	return &Session{
		client: &client{
			base: set["address"] + "/admin/api/" + set["api_version"], token: set["access_token"], store: store,
			limits: c.limits, budget: c.budgets.of(store), world: world,
		},
		shipDays: days,
	}, nil
}

// checked gives the settings with their defaults, or the fault of the first that is wrong.
func (c *Connector) checked(given map[string]string) (map[string]string, error) {
	set, err := connector.Filled(c.About().Settings, given, "")
	if err != nil {
		return nil, err
	}
	set["address"] = strings.TrimSuffix(set["address"], "/")
	if set["address"] == "" {
		set["address"] = "https://" + strings.TrimSuffix(strings.ToLower(set["shop"]), ".myshopify.com") + ".myshopify.com"
	}
	if u, err := url.Parse(set["address"]); err != nil || u.Host == "" || u.User != nil {
		return nil, fault.Input("address", "", "https://host[:port]") // may hold a password: not repeated
	}
	return set, nil
}
