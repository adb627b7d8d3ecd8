// Package sheet is a store that has no other way in than spreadsheets: any back office that can hand out CSV or XLSX. Nothing is polled;
// files are read by people (a page, the API, the command line), what is decided is done by hand in the pages of the back office and
// put on record here. Which rules hold is told by the setting "marketplace".
package sheet

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/sheet"
)

// Connector opens stores without a way in.
type Connector struct{}

// New makes the connector.
func New() *Connector { return &Connector{} }

// Laws are the packs of consumer law; each speaks only to buyers of its country.
func Laws() []string {
	return []string{
		"consumer-eu@2022", "consumer-es@2022", "consumer-de@2022", "consumer-fr@2022", "consumer-it@2022", "consumer-pt@2022", "consumer-uk@2015",
		"consumer-us@2014", "consumer-br@1990",
	}
}

// other is the setting of a marketplace whose rules nobody wrote down: the desk shows what the files tell, and a person decides.
const other = "other"

// markets are the packs and the clock of each marketplace that can be chosen.
func markets() map[string]connector.Market {
	return map[string]connector.Market{
		"own_shop":      {Code: "own_shop", Packs: Laws(), Zone: "Europe/Madrid"},
		"aliexpress":    {Code: "aliexpress", Packs: []string{"aliexpress@2017"}, Zone: "America/Los_Angeles"},
		"taobao":        {Code: "taobao", Packs: []string{"taobao@2025"}, Zone: "Asia/Shanghai"},
		"pccomponentes": {Code: "pccomponentes", Packs: append([]string{"pccomponentes@2025"}, Laws()...), Zone: "Europe/Madrid"},
		"alltricks":     {Code: "alltricks", Packs: append([]string{"alltricks@2025"}, Laws()...), Zone: "Europe/Paris"},
		other:           {Code: "sheet", Packs: Laws(), Zone: "UTC"},
	}
}

// About describes the kind of store.
func (*Connector) About() connector.About {
	return connector.About{
		Kind: "sheet", Mark: "CS", Packs: Laws(), Zone: "UTC", Offline: true,
		Settings: []connector.Setting{{Name: "marketplace", Required: true, Default: "own_shop", Options: []string{"own_shop", "aliexpress", "taobao", "pccomponentes", "alltricks", other}}},
	}
}

// Market tells which marketplace the files of a store come from.
func (*Connector) Market(settings map[string]string) connector.Market {
	if m, ok := markets()[settings["marketplace"]]; ok {
		return m
	}
	return markets()["own_shop"]
}

// Open checks the settings.
func (c *Connector) Open(account connector.Account, _ connector.World) (connector.Session, error) {
	if chosen := account.Settings["marketplace"]; chosen != "" {
		if _, ok := markets()[chosen]; !ok {
			return nil, fault.Input("marketplace", chosen, strings.Join(c.About().Settings[0].Options, ", "))
		}
	}
	return Session{}, nil
}

// Import reads a spreadsheet by the mapping that its header suggests. Rows of a purchase come together as one snapshot of kind order.
func (*Connector) Import(data []byte, zone *time.Location) ([]connector.Snapshot, error) {
	return Import(data, zone)
}

// Import reads a spreadsheet by the mapping that its header suggests, for every connector whose records come from files. The first row
// that cannot be read is a fault that names it.
func Import(data []byte, zone *time.Location) ([]connector.Snapshot, error) {
	file, err := sheet.Open(bytes.NewReader(data), int64(len(data)), sheet.Options{})
	if err != nil {
		return nil, err
	}
	look, err := sheet.LookAt(file, "", 0)
	if err != nil {
		return nil, err
	}
	var wrong error
	var out []connector.Snapshot
	var numbers []string
	pieces := map[string][]dispute.Facts{}
	_, err = sheet.Read(context.Background(), file, look.Suggested, sheet.Defaults{Zone: zone}, func(r sheet.Record) error {
		if r.Kind == sheet.Cases {
			out = append(out, r.Snapshot())
			return nil
		}
		if len(pieces[r.Order]) == 0 {
			numbers = append(numbers, r.Order)
		}
		pieces[r.Order] = append(pieces[r.Order], r.Facts)
		return nil
	}, func(e sheet.RowError) {
		if wrong == nil {
			wrong = fault.Input(e.Column, e.Value, e.Allowed)
		}
	})
	if err == nil {
		err = wrong
	}
	for _, number := range slices.Compact(numbers) {
		out = append(out, connector.Snapshot{Ref: connector.Ref{Kind: "order", ID: number, Order: number}, Facts: sheet.Fold(pieces[number])})
	}
	return out, err
}

// Session is a way that leads nowhere: nothing can be asked and nothing can be sent.
type Session struct{}

// Check says that there is nobody to ask.
func (Session) Check(context.Context) (connector.Identity, error) { return connector.Identity{}, nil }

// Renew has nothing to renew.
func (Session) Renew(context.Context, string) (connector.Token, error) { return connector.Token{}, nil }

// Pull finds nothing: records come from files.
func (Session) Pull(_ context.Context, from connector.Cursor, _ connector.Known, _ func([]connector.Snapshot) error) (connector.Pulled, error) {
	return connector.Pulled{Cursor: from, Count: -1}, nil
}

// Fetch finds nothing.
func (Session) Fetch(_ context.Context, ref connector.Ref) (connector.Snapshot, error) {
	return connector.Snapshot{Ref: ref}, noWay()
}

// Order finds nothing.
func (Session) Order(context.Context, connector.Ref) (connector.OrderFacts, error) {
	return connector.OrderFacts{}, noWay()
}

// Execute refuses: what is decided is done by hand and put on record.
func (Session) Execute(context.Context, connector.Effect) (connector.Receipt, error) {
	return connector.Receipt{}, fault.New(fault.Refused, "fault.sheet.by_hand")
}

// Compare has nothing to go by.
func (Session) Compare(connector.Effect, connector.Snapshot, connector.Snapshot) connector.Outcome {
	return connector.Absent
}

func noWay() error { return fault.New(fault.NotFound, "fault.sheet.by_hand") }
