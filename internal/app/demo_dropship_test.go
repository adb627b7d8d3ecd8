package app_test

import (
	"context"
	"testing"

	"parley/internal/app"
	"parley/internal/desk"
)

// The dropship shop of the demo has cases in every kind of trouble, and what was done already has moved their clocks.
func TestTheDemoHasADropshipShop(t *testing.T) {
	ctx := context.Background()
	d, err := app.NewDemo(ctx, app.Config{Addr: "127.0.0.1:0"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Stop(); err != nil {
			t.Error(err)
		}
	}()
	owner, err := d.Desk.Operator(ctx, d.Email)
	if err != nil {
		t.Fatal(err)
	}
	page, err := d.Desk.Queue(ctx, owner, desk.QueueQuery{View: "all", Connectors: []string{"dropship"}, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	classes, sides := map[string]bool{}, map[string]bool{}
	for _, row := range page.Rows {
		c, err := d.Desk.Peek(ctx, owner, row.ID)
		if err != nil {
			t.Fatal(err)
		}
		classes[row.Class], sides[c.Verdict.SupplierState] = true, true
	}
	for _, want := range []string{"pre_shipment.out_of_stock", "pre_shipment.oversize", "pre_shipment.late_dispatch", "pre_shipment.supplier_silent", "logistics.customs_hold",
		"product.wrong_item", "product.damaged", "pre_shipment.buyer_cancel", "pre_shipment.address_error"} {
		if !classes[want] {
			t.Errorf("no case is %s: %v", want, classes)
		}
	}
	for _, want := range []string{"ordered", "refund_requested", "claim_verified", "intercepting"} {
		if !sides[want] {
			t.Errorf("no supplier's side is %s: %v", want, sides)
		}
	}
}
