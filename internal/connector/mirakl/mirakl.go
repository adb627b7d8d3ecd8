// Package mirakl is the connector to marketplaces run on Mirakl, over the seller API ("shop API") of each operator.
//
//   - Calls: gateway.go (addresses, the key, retries of reads), answer.go (statuses → faults).
//   - Reading: value.go takes the JSON in all its shapes; order.go, incident.go, returns.go and thread.go turn it into facts;
//     words.go holds the platform's words and what they mean.
//   - Work: pull.go finds what changed, batch.go reads it in full, execute.go and money.go act, compare.go reads back, importing.go
//     takes captured answers.
//
// Sources: "incident" (an order line in INCIDENT_OPEN), "return", "thread" (a talk whose last word is not ours) and "late" (an order not
// sent at its shipping deadline). An incident has neither number nor date at Mirakl: it is the n-th opening seen on that line
// ("F0001-A-1#2"), counted by what the desk already has, and dated by the line's last change when it was first seen. Once it was seen to
// end it stays as it ended; what is paid back for its line later is shown with it all the same.
//
// There is no push for sellers. Operators ask to be polled gently (OR11 every five minutes, returns and threads every fifteen): the setting
// poll_minutes keeps a store from being asked more often, however often the desk wants to look. Writes have no idempotency key: the desk
// reads back before anything is repeated. Unknown words are kept raw and listed as unknown.
package mirakl

import (
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/webclient"
)

// Connector opens sessions to shops on Mirakl. Its only state is how long each store was told to stay away.
type Connector struct{ limits *webclient.Limits }

// New makes the connector. One is enough for all stores.
func New() *Connector { return &Connector{limits: &webclient.Limits{}} }

// market is an operator this program knows: where it is, the rules in force, the zone of its clock.
type market struct {
	address string // empty: must be set for the store
	packs   []string
	zone    string
}

// other stands for every operator that is not named here.
const other = "other"

// markets are the operators by the codes of the glossary. The address of PcComponentes is in its help page 20560874552605; those of
// others have to be asked for.
var markets = map[string]market{
	"pccomponentes": {"https://pccomponentes-prod.mirakl.net", withLaws("pccomponentes@2025"), "Europe/Madrid"},
	"alltricks":     {"", withLaws("alltricks@2025"), "Europe/Paris"},
	other:           {"", withLaws("mirakl@base"), "Europe/Paris"},
}

// withLaws adds the packs of consumer law to the rules of an operator; each speaks only to buyers of its country.
func withLaws(operator string) []string {
	return []string{
		operator, "consumer-eu@2022", "consumer-es@2022", "consumer-de@2022", "consumer-fr@2022", "consumer-it@2022", "consumer-pt@2022", "consumer-uk@2015",
	}
}

// About describes the platform.
func (*Connector) About() connector.About {
	return connector.About{
		Kind:  "mirakl",
		Mark:  "MK",
		Packs: markets[other].packs,
		Zone:  markets[other].zone,
		Acts: []string{"accept", "refund", "accept_withdrawal", "counter_amount", "contest_with_evidence", "send_message", "add_facts", "accept_return", "refuse_return",
			"confirm_goods", "contest_goods", "mark_resolved", "dispatch"},
		Irrevocable: []string{"accept", "refund", "accept_withdrawal", "accept_return", "refuse_return", "confirm_goods", "mark_resolved", "dispatch"},
		Reasons:     map[string][]string{"refuse_return": rejections, "contest_goods": findings},
		Recipients:  []string{"buyer", "platform", "both"},
		Parcels:     []string{"dispatch"},
		MaxPicture:  largestFile,
		Settings: []connector.Setting{
			{Name: "operator", Options: []string{"pccomponentes", "alltricks", other}, Default: "pccomponentes"},
			{Name: "api_key", Secret: true, Required: true, Pattern: `^[!-~]{8,200}$`},
			{Name: "shop_id", Pattern: `^[0-9]{0,18}$`},
			{Name: "address", Pattern: `^(https?://[^/?#]+/?)?$`},
			{Name: "poll_minutes", Default: "5", Pattern: `^[0-9]{0,3}$`},
			{Name: "refund_reason", Pattern: `^[0-9A-Za-z_.-]{0,64}$`},
			{Name: "close_reason", Pattern: `^[0-9A-Za-z_.-]{0,64}$`},
			{Name: "document_type", Pattern: `^[0-9A-Za-z_.-]{0,64}$`},
			{Name: "allow_private", Options: []string{"false", "true"}, Default: "false"},
		},
	}
}

// Market tells which operator a store sells at.
func (*Connector) Market(settings map[string]string) connector.Market {
	code := settings["operator"]
	if code == "" {
		code = "pccomponentes"
	}
	m, known := markets[code]
	if !known || code == other {
		return connector.Market{Code: "mirakl", Packs: markets[other].packs, Zone: markets[other].zone}
	}
	return connector.Market{Code: code, Packs: m.packs, Zone: m.zone}
}

// Open checks the settings of a store and makes a session; it calls nothing. Whether private addresses may be reached is decided by the
// client in the world: whoever makes it reads allow_private.
func (c *Connector) Open(account connector.Account, world connector.World) (connector.Session, error) {
	set, err := c.checked(account.Settings)
	if err != nil {
		return nil, err
	}
	minutes, _ := strconv.Atoi(set["poll_minutes"]) // digits, by the pattern
	return &Session{
		gateway: &gateway{
			base: set["address"], key: set["api_key"], shop: set["shop_id"], store: strconv.FormatInt(account.StoreID, 10),
			limits: c.limits, world: world,
		},
		every:        time.Duration(minutes) * time.Minute,
		refundReason: set["refund_reason"],
		closeReason:  set["close_reason"],
		documentType: set["document_type"],
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
		set["address"] = markets[set["operator"]].address
	}
	if u, err := url.Parse(set["address"]); err != nil || u.Host == "" || u.User != nil {
		return nil, fault.Input("address", "", "https://INSTANCE.mirakl.net") // may hold a password: not repeated
	}
	return set, nil
}

// Session is an open way to one shop.
type Session struct {
	*gateway
	every        time.Duration // OR11 is asked at most so often
	refundReason string
	closeReason  string
	documentType string

	once    sync.Mutex
	reasons []reason // RE01, read when first needed
}
