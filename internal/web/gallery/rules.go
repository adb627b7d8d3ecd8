package gallery

import (
	"context"
	"time"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/policy"
)

// Moved is a number that was set.
type Moved struct {
	Store int64
	Name  string
	Value int64
}

// Numbers gives the first sample store, which tells its buyers news every 24 hours instead of 48.
func (d *Desk) Numbers(_ context.Context, _ desk.Who, pack string) ([]desk.StoreNumbers, error) {
	if pack != "house@2026" {
		return nil, d.gone()
	}
	first, second := d.Stores[0], d.Stores[1]
	return []desk.StoreNumbers{
		{Store: desk.StoreRef{ID: first.ID, Name: first.Name}, Now: map[string]int64{"next_update_hours": 24}, Moved: map[string]bool{"next_update_hours": true}},
		{Store: desk.StoreRef{ID: second.ID, Name: second.Name}, Now: map[string]int64{"next_update_hours": 48}, Moved: map[string]bool{}},
	}, d.gone()
}

// PreviewParameter refuses more than 48 and changes one case otherwise.
func (d *Desk) PreviewParameter(_ context.Context, _ desk.Who, store int64, name string, value int64) (desk.ParameterPreview, error) {
	if value > 48 {
		f := fault.Input(name, "72", "0–48")
		f.Key, f.Params = "fault.rule_only_lower", map[string]string{"from": "48"}
		return desk.ParameterPreview{}, f
	}
	judged := desk.Judged{Class: "logistics.lost", State: "wait_seller", DueAt: Now.Add(50 * time.Hour), DueKind: "seller_response", Recommended: "accept"}
	return desk.ParameterPreview{
		Store: desk.StoreRef{ID: store, Name: d.Stores[0].Name}, Name: name, Was: 48, Value: value, Looked: 11, Changed: 1,
		Cases: []desk.Replayed{{CaseID: 1, OrderNo: "8199400", Store: d.Stores[0].Name, Open: true, At: Now, Before: judged, After: judged, Changes: []policy.Change{
			{What: "deadline.next_update", Before: "2026-11-23T09:00:00Z (house@2026)", After: "2026-11-22T09:00:00Z (house@2026)"},
			{What: "warnings", Before: "", After: "before_24_hours 2026-11-22T08:00:00Z"},
			{What: "options", Before: "accept", After: "accept, extend_protection"},
		}}},
	}, d.gone()
}

// SetParameter notes what was set.
func (d *Desk) SetParameter(_ context.Context, _ desk.Who, store int64, name string, value int64) error {
	defer d.lock()()
	d.Moves = append(d.Moves, Moved{store, name, value})
	return nil
}

// Fired lets one rule lead a case.
func (d *Desk) Fired(context.Context, desk.Who, string) (desk.Fired, error) {
	return desk.Fired{
		Count: map[string]int{"house.next_update": 7}, Open: 11, Ended: 500,
		Cases: map[string][]desk.FiredCase{"house.next_update": {{ID: 3, Title: "LED strip <b>5 m</b>", Open: true}}},
	}, d.gone()
}
