package shopify

import "testing"

// TestScansOfAFileAreTheWayOfAParcel: they come by order, in order of time, and a word nobody knows is kept and shown.
func TestScansOfAFileAreTheWayOfAParcel(t *testing.T) {
	snaps, err := New().Import([]byte(`{"fulfillment_events":[
		{"id":2,"order_id":45,"status":"delivered","happened_at":"2026-11-03T10:00:00Z","country":"es"},
		{"id":1,"order_id":45,"status":"in_transit","happened_at":"2026-11-01T10:00:00Z","city":"Madrid"},
		{"id":3,"order_id":46,"status":"moonlit","happened_at":"2026-11-01T10:00:00Z","moon_phase":"full"}]}`), nil)
	if err != nil || len(snaps) != 2 {
		t.Fatalf("%v %v", snaps, err)
	}
	way := snaps[0].Facts.Shipment
	if snaps[0].Ref.Kind != "order" || snaps[0].Ref.Order != "gid://shopify/Order/45" || len(way.Events) != 2 ||
		way.Events[0].Status != "in_transit" || way.Events[1].Status != "delivered" || way.Events[1].Country != "ES" {
		t.Errorf("%+v %+v", snaps[0].Ref, way)
	}
	if u := snaps[1].Facts.Unknown; len(u) != 2 || u[0].Field != "fulfillment_events.moon_phase" || u[1].Value != "MOONLIT" {
		t.Errorf("unknown %+v", u)
	}
}
