// Package aliexpress is the connector to AliExpress, over the IOP gateway (api-sg.aliexpress.com) or the older TOP
// gateway (api.taobao.com), which know the same dispute methods.
//
//   - Calls: gateway.go (addresses, parameters, retries of reads), sign.go, token.go, answer.go (errors → faults).
//   - Reading: package wire takes the JSON in all its shapes; issue.go, proposals.go, history.go, row.go, order.go and
//     tracking.go turn it into facts; words.go and scans.go hold the platform's words and what they mean; clock.go its
//     time (wall clock of Los Angeles, summer time included).
//   - Work: pull.go finds what changed, execute.go acts, compare.go reads back, importing.go takes captured answers.
//
// There is no push for disputes and no filter "changed since": everything open is listed at each pull, and only rows
// whose status or time of change differ from what the desk has cost a second call. There is no API for refusing:
// a refusal is a plan of the seller's own over nothing (aliexpress.issue.solution.save with 0.00). Ids have up to
// nineteen digits and are text throughout. What has no word in the glossary is kept raw and listed as unknown.
package aliexpress

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/webclient"
)

// Connector opens sessions to AliExpress stores. Its only state is how fast each store may call.
type Connector struct {
	limits *webclient.Limits
	zone   *time.Location
}

// New makes the connector. One is enough for all stores.
func New() *Connector { return &Connector{limits: &webclient.Limits{}, zone: losAngeles()} }

// The official addresses.
const (
	iopAddress   = "https://api-sg.aliexpress.com"
	topAddress   = "https://api.taobao.com"
	oauthAddress = "https://oauth.aliexpress.com"
)

// defaultRate is calls a second per method. The platform publishes 100 to 1,000 for its dropshipping calls and nothing
// for disputes and orders; whoever is told more or less sets calls_per_second.
const defaultRate = "40"

// About describes the platform.
func (*Connector) About() connector.About {
	return connector.About{
		Kind:        "aliexpress",
		Mark:        "AE",
		Packs:       []string{"aliexpress@2017"},
		Zone:        zoneName,
		Acts:        []string{"accept", "counter_amount", "counter_return", "contest_with_evidence", "extend_protection", "refuse_cancellation"},
		Irrevocable: []string{"refuse_cancellation"},
		MaxPicture:  largestPicture,
		Settings: []connector.Setting{
			{Name: "gateway", Options: []string{iop, top}, Default: iop},
			{Name: "app_key", Required: true, Pattern: `^[0-9A-Za-z_-]{4,64}$`},
			{Name: "app_secret", Secret: true, Required: true},
			{Name: "seller_id", Pattern: `^[0-9A-Za-z_-]{0,64}$`},
			{Name: "return_address_id", Pattern: `^[0-9]{0,20}$`},
			{Name: "address", Pattern: `^(https?://[^/?#]+/?)?$`},
			{Name: "redirect_uri"},
			{Name: "sign_method", Options: []string{signMD5, signHMAC, signHMACSHA256, signSHA256}},
			{Name: "calls_per_second", Default: defaultRate, Pattern: `^[0-9]{0,5}$`},
			{Name: "allow_private", Options: []string{"false", "true"}, Default: "false"},
		},
	}
}

// Open checks the settings of a store and makes a session; it calls nothing. Whether private addresses may be reached
// is decided by the client in the world: whoever makes it reads allow_private.
func (c *Connector) Open(account connector.Account, world connector.World) (connector.Session, error) {
	set, err := c.checked(account.Settings)
	if err != nil {
		return nil, err
	}
	rate, _ := strconv.ParseFloat(set["calls_per_second"], 64)
	s := &Session{
		gateway: &gateway{
			kind: set["gateway"], base: set["address"], oauth: set["address"], key: set["app_key"], secret: set["app_secret"],
			signing: set["sign_method"], redirect: set["redirect_uri"], perSecond: rate,
			store: strconv.FormatInt(account.StoreID, 10), limits: c.limits, world: world,
		},
		zone:          c.zone,
		sellerID:      set["seller_id"],
		returnAddress: set["return_address_id"],
	}
	if s.base == topAddress {
		s.oauth = oauthAddress
	}
	token := account.Token
	s.token.Store(&token)
	return s, nil
}

// checked gives the settings with their defaults, or the fault of the first that is wrong.
func (c *Connector) checked(given map[string]string) (map[string]string, error) {
	set, err := connector.Filled(c.About().Settings, given, "")
	if err != nil {
		return nil, err
	}
	set["address"] = strings.TrimSuffix(set["address"], "/")
	if set["address"] == "" {
		set["address"] = map[string]string{iop: iopAddress, top: topAddress}[set["gateway"]]
	}
	if u, err := url.Parse(set["address"]); err != nil || u.Host == "" || u.User != nil {
		return nil, fault.Input("address", "", "https://host[:port]") // may hold a password: not repeated
	}
	return set, signing(set)
}

// signing settles the method: sha256 is IOP's, the others TOP's; hmac-sha256 is understood by both.
func signing(set map[string]string) error {
	switch method := set["sign_method"]; {
	case method == "" && set["gateway"] == top:
		set["sign_method"] = signMD5
	case method == "":
		set["sign_method"] = signSHA256
	case set["gateway"] == top && method == signSHA256:
		return fault.Input("sign_method", method, "md5, hmac, hmac-sha256")
	case set["gateway"] == iop && (method == signMD5 || method == signHMAC):
		return fault.Input("sign_method", method, "sha256, hmac-sha256")
	}
	return nil
}
