// Package taobao is the connector to the refunds of Taobao and Tmall shops, over the gateway TOP (eco.taobao.com/router/rest).
//
//   - Calls: gateway.go (parameters, signature, clock, retries of reads), answer.go (errors → faults), token.go (session keys).
//   - Reading: refund.go turns a refund, exchange.go an exchange of a Tmall shop, message.go their threads, order.go and parcel.go the trade behind it into facts; reading.go holds
//     times and money; words.go the platform's words and what they mean.
//   - Work: pull.go finds what changed, execute.go, goods.go and exchange_act.go act, compare.go reads back, importing.go takes captured answers.
//   - Messages of TMC: tmc.go keeps the connection, tmc_frame.go is its protocol, push.go says what a message is about.
//
// A refund carries refund_version, the epoch milliseconds of its last change, and refund_phase. Together they are the number of the
// buyer's proposal, so that an act names the very state a person decided on, and the platform refuses it when the state has changed.
// Times are wall clock of Beijing without a zone, money is yuan as text (fen where an act says so), ids have up to nineteen digits and
// are text throughout. An answer holds only the fields that were asked for. Errors come with HTTP 200. What has no word in the glossary
// is kept raw and listed as unknown.
//
// An exchange on Tmall is one record with two faces: the methods about refunds list it under its dispute_type, those of tmall.exchange.* tell and
// move it. It is read through the latter, as a source of its own kind on the same order line as a refund would be, so that the two are one
// matter. They take no version; an act looks whether the exchange is still the one a person decided on.
//
// A counter-offer over a smaller sum has no call here: sellers change the sum only by offering a return (taobao.refund.negotiatereturn).
package taobao

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/alibaba"
	"parley/internal/fault"
	"parley/internal/webclient"
)

// Connector opens sessions to Taobao and Tmall shops. Its only state is how fast each shop may call.
type Connector struct {
	limits *webclient.Limits
	zone   *time.Location
}

// New makes the connector. One is enough for all stores.
func New() *Connector {
	return &Connector{limits: &webclient.Limits{}, zone: time.FixedZone("GMT+8", 8*60*60)}
}

const (
	kind            = "taobao"
	officialAddress = "https://eco.taobao.com"
	// defaultRate is calls a second of one shop. The platform publishes none for refunds; it counts by app and day.
	defaultRate = "10"
	// largestProof is the most refuse_proof may have, in bytes (taobao.refund.refuse); a picture in the thread may have 500 K.
	largestProof = 130_000
)

// Kinds of shop: a Tmall shop ("B") has its refunds reviewed before they are paid and proofs demanded; a Taobao shop ("C") says where
// returned goods go in full.
const (
	taobaoShop = "taobao"
	tmallShop  = "tmall"
)

// About describes the platform.
func (*Connector) About() connector.About {
	return connector.About{
		Kind: kind, Mark: "TB", Zone: "Asia/Shanghai",
		Packs:        []string{"taobao@2025"},
		Acts:         []string{"accept", "accept_withdrawal", "counter_return", "contest_with_evidence", "confirm_goods", "contest_goods", "replace", "send_message"},
		Irrevocable:  []string{"accept", "accept_withdrawal", "confirm_goods", "replace"},
		Parcels:      []string{"replace"},
		Fields:       map[string][]string{"accept": {codeField}, "accept_withdrawal": {codeField}, "confirm_goods": {codeField}},
		MaxPicture:   largestProof,
		FilesWithAct: true,
		Pushes:       true,
		Settings: []connector.Setting{
			{Name: "app_key", Required: true, Pattern: `^[0-9A-Za-z_-]{4,64}$`},
			{Name: "app_secret", Secret: true, Required: true},
			{Name: "session_key", Secret: true, Pattern: `^[0-9A-Za-z_-]{4,256}$`},
			{Name: "shop_kind", Options: []string{taobaoShop, tmallShop}, Default: taobaoShop},
			{Name: "seller_nick", Pattern: `^[^\x00-\x1f]{1,64}$`},
			{Name: "return_address_id", Pattern: `^[0-9]{0,20}$`},
			{Name: "reviewer", Default: "Parley", Pattern: `^[^\x00-\x1f]{1,40}$`},
			{Name: "sign_method", Options: []string{alibaba.HMACSHA256, alibaba.HMAC, alibaba.MD5}, Default: alibaba.HMACSHA256},
			{Name: "address", Pattern: `^(https?://[^/?#]+/?)?$`},
			{Name: "message_group", Pattern: `^[0-9A-Za-z_.-]{1,64}$`},
			{Name: "message_address", Pattern: `^wss?://[^/?#@]+/?$`},
			{Name: "calls_per_second", Default: defaultRate, Pattern: `^[0-9]{0,3}$`},
			{Name: "allow_private", Options: []string{"false", "true"}, Default: "false"},
		},
	}
}

// Open checks the settings of a store and makes a session; it calls nothing.
func (c *Connector) Open(account connector.Account, world connector.World) (connector.Session, error) {
	set, err := c.checked(account.Settings)
	if err != nil {
		return nil, err
	}
	rate, _ := strconv.ParseFloat(set["calls_per_second"], 64) // digits, by its pattern
	s := &Session{
		gateway: &gateway{
			base: set["address"], key: set["app_key"], secret: set["app_secret"], signing: set["sign_method"], perSecond: rate,
			store: strconv.FormatInt(account.StoreID, 10), zone: c.zone, limits: c.limits, world: world,
		},
		tmall: set["shop_kind"] == tmallShop, nick: set["seller_nick"], returnAddress: set["return_address_id"], reviewer: set["reviewer"],
	}
	token := account.Token
	if token.Access == "" {
		token.Access = set["session_key"]
	}
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
		set["address"] = officialAddress
	}
	if u, err := url.Parse(set["address"]); err != nil || u.Host == "" || u.User != nil {
		return nil, fault.Input("address", "", "https://host[:port]") // may hold a password: not repeated
	}
	return set, nil
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
