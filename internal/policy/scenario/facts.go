package scenario

import (
	"encoding/json"
	"time"

	"parley/internal/dispute"
)

// Facts gives the facts of a variant as they are known at an instant: everything later is taken away.
func (c Case) Facts(now time.Time) (*dispute.Facts, error) {
	in, err := c.at(now)
	if err != nil {
		return nil, err
	}
	return in.facts(), nil
}

// at reads the variant with the future hidden.
func (c Case) at(now time.Time) (*given, error) {
	data, err := json.Marshal(hide(c.Given, now))
	if err != nil {
		return nil, err
	}
	var in given
	return &in, json.Unmarshal(data, &in)
}

func (in *given) facts() *dispute.Facts {
	f := &dispute.Facts{}
	in.people(f)
	in.parcel(f)
	if in.Case != nil {
		f.Case = in.Case.fact()
	}
	in.record(f)
	if s := in.Supplier; s != nil {
		f.Supplier = &dispute.Supplier{Marketplace: s.Marketplace, Agent: s.Agent, ShipBy: utc(s.ShipBy)}
	}
	if in.Account != nil {
		f.Account = in.Account.fact()
	}
	for _, o := range in.DateOverrides {
		f.Overrides = append(f.Overrides, dispute.DateOverride(o))
	}
	return f
}

func (in *given) people(f *dispute.Facts) {
	if s := in.Store; s != nil {
		f.Store = dispute.Store{ID: s.ID, Marketplace: s.Marketplace, Zone: s.Zone, Country: s.Country, Language: s.Language,
			Policy: dispute.StorePolicy{ReturnDays: s.Policy.ReturnDays, FreePickup: s.Policy.FreePickup}}
		for k, v := range s.Settings {
			if f.Store.Settings == nil {
				f.Store.Settings = map[string]string{}
			}
			f.Store.Settings[k] = string(v)
		}
	}
	if c := in.Company; c != nil {
		f.Company = &dispute.Company{Name: c.Name, Marketplace: c.Marketplace, Zone: c.Zone, Stores: c.Stores}
	}
	if b := in.Buyer; b != nil {
		f.Buyer = &dispute.Buyer{Name: b.Name, Surname: b.Surname, Country: b.Country, Zone: b.Zone, Language: b.Language, Kind: b.Kind}
	}
	if in.Order != nil {
		f.Order = in.Order.fact()
	}
}

func (o *givenOrder) fact() *dispute.Order {
	out := &dispute.Order{ID: o.ID, PlacedAt: utc(o.PlacedAt), ShipBy: utc(o.ShipBy), Goods: o.Goods.Amount, Shipping: o.Shipping.Amount, PromisedDays: o.PromisedDays,
		ProtectionEndsAt: utc(o.ProtectionEndsAt), PaidWith: o.PaidWith}
	for _, i := range o.Items {
		out.Items = append(out.Items, dispute.Item{Title: i.Title, Quantity: i.Quantity, Price: i.Price.Amount, UnitWeightG: i.UnitWeightG})
	}
	if c := o.Campaign; c != nil {
		out.Campaign = &dispute.Campaign{Name: c.Name, ExtraReturnDays: c.ExtraReturnDays, EndsAt: utc(c.EndsAt)}
	}
	if a := o.AddressCheck; a != nil {
		out.AddressCheck = &dispute.AddressCheck{At: utc(a.At), Result: a.Result, EnteredBy: a.EnteredBy, Note: a.Note}
	}
	return out
}

func (in *given) parcel(f *dispute.Facts) {
	s := in.Shipment
	if s == nil {
		return
	}
	f.Shipment = &dispute.Shipment{ShippedAt: utc(s.ShippedAt), Service: s.Service, Registered: s.Registered, ArrangedBy: s.ArrangedBy,
		InsuredByPlatform: s.InsuredByPlatform, Domestic: s.Domestic, SharesParcelWith: s.SharesParcelWith}
	for _, e := range s.Events {
		f.Shipment.Events = append(f.Shipment.Events, dispute.Scan{At: utc(e.At), Status: e.Status, Place: e.Place, Country: e.Country, Why: e.Why, Note: e.Note})
	}
}

func (in *given) record(f *dispute.Facts) {
	for _, a := range in.History {
		f.History = append(f.History, dispute.Act{At: utc(a.At), Who: a.Who, Did: a.Did, Via: a.Via, Reference: a.Reference, Days: a.Days, Amount: a.Amount.Amount,
			For: a.For, Step: a.Step, Result: a.Result, WeightG: a.WeightG, Raw: a.Raw, Note: a.Note})
	}
	for _, m := range in.Messages {
		f.Messages = append(f.Messages, dispute.Message{At: utc(m.At), From: m.From, Via: m.Via, Language: m.Language, Text: m.Text, Asks: m.Asks})
	}
	for _, e := range in.Evidence {
		f.Evidence = append(f.Evidence, dispute.Evidence{At: utc(e.At), From: e.From, Kind: e.Kind, Order: e.Order, Reading: e.Reading, WeightG: e.WeightG,
			Reference: e.Reference, Text: e.Text, Note: e.Note})
	}
	for _, p := range in.Ledger {
		f.Ledger = append(f.Ledger, dispute.Payment{At: utc(p.At), Did: p.Did, Amount: p.Amount.Amount, Base: p.Base, Percent: string(p.Percent), Method: p.Method})
	}
}

// hide takes away what is later than the instant: maps and list entries whose at is later, and case, shipment and order
// whose opening, shipping or placing is later.
func hide(in map[string]any, now time.Time) map[string]any {
	out := make(map[string]any, len(in))
	for k, v := range in {
		if kept, ok := visible(k, v, now); ok {
			out[k] = kept
		}
	}
	return out
}

var starts = map[string]string{"case": "opened_at", "shipment": "shipped_at", "order": "placed_at"}

func visible(key string, v any, now time.Time) (any, bool) {
	switch v := v.(type) {
	case map[string]any:
		if future(v["at"], now) || future(v[starts[key]], now) {
			return nil, false
		}
		return hide(v, now), true
	case []any:
		out := make([]any, 0, len(v))
		for _, x := range v {
			if m, ok := x.(map[string]any); ok {
				if c, ok := m["case"].(map[string]any); ok && future(c["opened_at"], now) {
					continue
				}
			}
			if kept, ok := visible("", x, now); ok {
				out = append(out, kept)
			}
		}
		return out, true
	}
	return v, true
}

func future(v any, now time.Time) bool {
	s, ok := v.(string)
	if !ok {
		return false
	}
	t, err := time.Parse(time.RFC3339, s)
	return err == nil && t.After(now)
}
