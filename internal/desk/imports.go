package desk

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/store"
)

// ImportResult tells what became of a captured file.
type ImportResult struct {
	Cases    []int64  `json:"cases"`
	Problems []string `json:"problems,omitempty"` // one per record that could not be read in full
}

// maxImport is the largest captured file taken in, in bytes.
const maxImport = 32 << 20

// Import reads a captured answer of a platform as if it had been pulled. Reading the same file twice changes nothing.
func (d *Desk) Import(ctx context.Context, who Who, storeID int64, name string, data []byte) (ImportResult, error) {
	if err := who.need(Act); err != nil {
		return ImportResult{}, err
	}
	if !who.Sees(storeID) {
		return ImportResult{}, fault.New(fault.NotFound, "fault.store_not_found")
	}
	if len(data) > maxImport {
		return ImportResult{}, fault.Input("file", name, "at most 32 MB")
	}
	st, err := d.DB.Store(ctx, storeID)
	if err != nil {
		return ImportResult{}, err
	}
	c, ok := d.Connectors[st.Connector]
	if !ok {
		return ImportResult{}, fault.New(fault.Invalid, "fault.unknown_connector", "connector", st.Connector)
	}
	if d.abouts[st.Connector].Offline {
		return d.importSheet(ctx, who, storeID, name, data)
	}
	zone, err := time.LoadLocation(c.About().Zone)
	if err != nil {
		return ImportResult{}, fault.Input("zone", c.About().Zone, "an IANA zone")
	}
	snaps, err := c.Import(data, zone)
	if err != nil {
		return ImportResult{}, err
	}
	return d.takeImport(ctx, st, snaps)
}

// importSheet reads a spreadsheet by what is remembered or suggested, for callers that know nothing of mappings.
func (d *Desk) importSheet(ctx context.Context, who Who, storeID int64, name string, data []byte) (ImportResult, error) {
	r, err := d.ImportSheet(ctx, who, storeID, SheetFile{Name: name, Content: bytes.NewReader(data), Size: int64(len(data))}, nil, false)
	out := ImportResult{Cases: r.Cases}
	for _, e := range r.Errors {
		out.Problems = append(out.Problems, itoa(e.Row)+": "+e.Key+" "+e.Column)
	}
	return out, err
}

func (d *Desk) takeImport(ctx context.Context, st store.Store, snaps []connector.Snapshot) (ImportResult, error) {
	var out ImportResult
	var cases []connector.Snapshot
	for _, s := range snaps {
		if s.Problem != nil {
			out.Problems = append(out.Problems, s.Ref.ID+": "+problemText(s.Problem))
		}
		if s.Ref.Kind == "order" && s.Ref.Order == "" {
			out.Problems = append(out.Problems, s.Ref.ID+": "+problemText(fault.Input("order", "", "a purchase with a number")))
			continue
		}
		if s.Ref.Kind == "order" {
			if err := d.takePurchase(ctx, st.ID, s); err != nil {
				return out, err
			}
			continue
		}
		cases = append(cases, s)
	}
	ids, err := d.takeIn(ctx, st, cases)
	out.Cases = ids
	return out, err
}

// takePurchase takes in a purchase of a file. Of one that tells only a part, such as a refund, the parts that are known already stay.
func (d *Desk) takePurchase(ctx context.Context, storeID int64, s connector.Snapshot) error {
	got := connector.OrderFacts{Order: s.Facts.Order, Buyer: s.Facts.Buyer, Shipment: s.Facts.Shipment, Ledger: s.Facts.Ledger, Unknown: s.Facts.Unknown, Raw: s.Raw}
	known, err := d.DB.OrdersByNumber(ctx, storeID, []string{s.Ref.Order})
	if err != nil {
		return err
	}
	for _, o := range known {
		before, err := decodeFacts(o.Facts)
		if err != nil {
			return err
		}
		got = joined(before, got)
	}
	return d.takeOrder(ctx, store.Order{StoreID: storeID, Number: s.Ref.Order}, got)
}

// joined lays what a file tells of a purchase over what is known. A refund counts once by its source.
func joined(before dispute.Facts, got connector.OrderFacts) connector.OrderFacts {
	if got.Order == nil || (before.Order != nil && !got.Order.Goods.Known() && len(got.Order.Items) == 0) {
		got.Order = before.Order
	}
	if got.Buyer == nil {
		got.Buyer = before.Buyer
	}
	got.Shipment = travelled(before.Shipment, got.Shipment)
	for _, p := range before.Ledger {
		same := func(q dispute.Payment) bool { return q == p || p.Source != "" && q.Source == p.Source }
		if !slices.ContainsFunc(got.Ledger, same) {
			got.Ledger = append(got.Ledger, p)
		}
	}
	return got
}

// travelled lays what a file tells of a parcel over what is known. Scans that come without the parcel's number are added to those known.
func travelled(before, got *dispute.Shipment) *dispute.Shipment {
	if got == nil || before == nil {
		return cmp.Or(got, before)
	}
	if got.Number != "" {
		return got
	}
	out := *before
	out.Events = slices.Clone(before.Events)
	for _, e := range got.Events {
		if !slices.Contains(out.Events, e) {
			out.Events = append(out.Events, e)
		}
	}
	slices.SortStableFunc(out.Events, func(a, b dispute.Scan) int { return a.At.Compare(b.At) })
	return &out
}

// AddOfflineStore adds a store that has no way in: its cases come from files only.
func (d *Desk) AddOfflineStore(ctx context.Context, who Who, company, kind, name string) (int64, error) {
	if err := who.need(Lead); err != nil {
		return 0, err
	}
	if _, ok := d.Connectors[kind]; !ok {
		return 0, fault.Input("connector", kind, "a known platform")
	}
	market, state := d.market(kind, nil), "paused"
	if d.abouts[kind].Offline {
		state = "active" // there is nothing to pause, and time alone may make cases of its purchases
	}
	st := store.Store{Connector: kind, Marketplace: market.Code, Name: strings.TrimSpace(name), Zone: market.Zone, Packs: market.Packs, State: state, Settings: map[string]string{}, CreatedAt: d.Now()}
	in := StoreInput{Name: name, Company: company}
	if err := in.check(); err != nil {
		return 0, err
	}
	err := d.insertStore(ctx, &st, company, sealed{}, who)
	return st.ID, err
}
