// Package dropship is the store of a merchant who sells in his own shop and buys each order from a supplier through an agent, such as
// DSers on Tmall. The agent hands out spreadsheets and has no way in for programs, so this is a store without one: purchases, what the
// supplier reports, scans and messages come as files; what the merchant does at the agent or with the carrier is done there and put on
// record with one click. The rules (packs/dropship) keep two legs apart: what the supplier owes the merchant, and what the merchant owes
// his customer. A purchase becomes a case when one of them goes wrong.
//
// A merchant who buys on AliExpress may find his purchases closed and his account under examination. AliExpress says so in letters and in
// its pages: its call for a purchase (aliexpress.trade.ds.order.get) tells a status without a reason, and none tells of the account. So
// these letters are rows of a file too, and papers that were sent and a block that was lifted can be put on record.
package dropship

import (
	"time"

	"parley/internal/connector"
	"parley/internal/connector/sheet"
	"parley/internal/fault"
)

// Connector opens stores of a dropship merchant.
type Connector struct{}

// New makes the connector.
func New() *Connector { return &Connector{} }

// About describes the kind of store.
func (*Connector) About() connector.About {
	return connector.About{
		Kind: "dropship", Mark: "DS", Packs: packs(), Zone: "Asia/Shanghai", Offline: true,
		Settings: []connector.Setting{
			{Name: "agent", Default: "dsers", Options: []string{"dsers", "other"}},
			{Name: "sells_at", Default: "own_shop", Options: []string{"own_shop", "taobao"}},
		},
	}
}

func packs() []string {
	return append([]string{"tmall-dropship@2024", "taobao@2025", "aliexpress-account@2024"}, sheet.Laws()...)
}

// Market tells where the customers buy. The supplier's clocks are those of Tmall in both cases.
func (*Connector) Market(settings map[string]string) connector.Market {
	m := connector.Market{Code: "own_shop", Packs: packs(), Zone: "Europe/Madrid"}
	if settings["sells_at"] == "taobao" {
		m.Code, m.Zone = "taobao", "Asia/Shanghai"
	}
	return m
}

// Open checks the settings.
func (c *Connector) Open(account connector.Account, _ connector.World) (connector.Session, error) {
	if at := account.Settings["sells_at"]; at != "" && at != "own_shop" && at != "taobao" {
		return nil, fault.Input("sells_at", at, "own_shop, taobao")
	}
	return sheet.Session{}, nil
}

// Import reads a spreadsheet by the mapping that its header suggests.
func (*Connector) Import(data []byte, zone *time.Location) ([]connector.Snapshot, error) {
	return sheet.Import(data, zone)
}
