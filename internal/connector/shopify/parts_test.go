package shopify

import (
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

const (
	aRefund = `{"id":77,"admin_graphql_api_id":"gid://shopify/Refund/77","order_id":5001,"created_at":"2026-11-06T11:00:00+01:00","note":"x","refund_line_items":[],
		"transactions":[{"id":991,"order_id":5001,"kind":"refund","status":"success","amount":"20.00","currency":"EUR","gateway":"shopify_payments"}]}`
	aParcel = `{"id":88,"admin_graphql_api_id":"gid://shopify/Fulfillment/88","order_id":5001,"status":"success","shipment_status":"in_transit","created_at":"2026-11-02T10:00:00+01:00",
		"tracking_company":"Correos","tracking_number":"PQ1","tracking_url":"https://t.example/PQ1"}`
	aRequest = `{"id":700,"admin_graphql_api_id":"gid://shopify/Return/700","status":"requested","order":{"id":5001,"admin_graphql_api_id":"gid://shopify/Order/5001"},"name":"#1001-R1",
		"return_line_items":[{"id":8,"admin_graphql_api_id":"gid://shopify/ReturnLineItem/8","fulfillment_line_item":{"id":9,"line_item":{"id":90,"admin_graphql_api_id":"gid://shopify/LineItem/90"}},
		"quantity":1,"return_reason":"defective","return_reason_note":"","customer_note":"No enciende"}]}`
	anOrder = `{"data":{"orders":{"nodes":[{"id":"gid://shopify/Order/5001","name":"#1001","updatedAt":"2026-11-06T10:00:00Z","displayFinancialStatus":"PAID","displayFulfillmentStatus":"FULFILLED",
		"disputes":[{"id":"gid://shopify/ShopifyPaymentsDispute/598","status":"NEEDS_RESPONSE","initiatedAs":"CHARGEBACK"}],
		"returns":{"nodes":[{"id":"gid://shopify/Return/700","name":"#1001-R1","status":"REQUESTED","createdAt":"2026-11-05T12:00:00Z","returnLineItems":{"nodes":[]}}]}}]}}}`
)

func takenIn(t *testing.T, data string) []connector.Snapshot {
	t.Helper()
	all, err := New().Import([]byte(data), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.Problem != nil || len(s.Raw) == 0 || s.Ref.Order == "" {
			t.Errorf("%+v", s)
		}
	}
	return all
}

// TestPartsOfAPurchaseAreTakenIn: refunds, parcels and return requests stand alone in files and webhooks of the older calls.
func TestPartsOfAPurchaseAreTakenIn(t *testing.T) {
	const order = "gid://shopify/Order/5001"
	for _, data := range []string{aRefund, `{"refund":` + aRefund + `}`, `{"refunds":[` + aRefund + `]}`} {
		all := takenIn(t, data)
		if len(all) != 1 || all[0].Ref.Kind != orderKind || all[0].Ref.Order != order || len(all[0].Facts.Ledger) != 1 {
			t.Fatalf("%+v", all)
		}
		if p := all[0].Facts.Ledger[0]; p.Amount.Minor != 2000 || p.Amount.Currency != "EUR" || p.Source != "shopify:refund/77" || p.Did != "refund" {
			t.Errorf("%+v", p)
		}
	}
	for _, data := range []string{aParcel, `{"fulfillment":` + aParcel + `}`, `{"fulfillments":[` + aParcel + `,` + aParcel + `]}`} {
		all := takenIn(t, data)
		if s := all[0].Facts.Shipment; all[0].Ref.Order != order || s == nil || s.Number != "PQ1" || s.Carrier != "Correos" || s.ShippedAt.Format(time.RFC3339) != "2026-11-02T09:00:00Z" {
			t.Errorf("%+v", all[0].Facts)
		}
	}
	all := takenIn(t, aRequest)
	c := all[0].Facts.Case
	if len(all) != 1 || all[0].Ref.Kind != returnKind || all[0].Ref.Order != order || all[0].Ref.Line != "gid://shopify/LineItem/90" || !all[0].Open {
		t.Fatalf("%+v", all)
	}
	if c.Reason != "defective" || c.Reported.State != "wait_seller" || !strings.Contains(c.ReasonNote, "No enciende") || !c.Claim.ReturnGoods {
		t.Errorf("%+v", c)
	}
}

// TestAnOrderComesWithAllThatHangsOnIt: the purchase itself, its returns and its disputes.
func TestAnOrderComesWithAllThatHangsOnIt(t *testing.T) {
	all := takenIn(t, anOrder)
	kinds := ""
	for _, s := range all {
		kinds += s.Ref.Kind + " "
		if s.Ref.Order != "#1001" {
			t.Errorf("%+v", s.Ref)
		}
	}
	if kinds != orderKind+" "+returnKind+" "+disputeKind+" " {
		t.Fatal(kinds)
	}
	if d := all[2].Facts.Case; d.Reported.State != "wait_seller" || d.Via != "card" || !all[2].Open {
		t.Errorf("%+v", d)
	}
	again, err := New().Import(all[0].Raw, time.UTC)
	if err != nil || len(again) != 3 {
		t.Errorf("what is kept gives %d records, %v", len(again), err)
	}
}

// TestUnknownWordsOfPartsAreShown: a new word for a payment or a parcel is noted, and the rest is read.
func TestUnknownWordsOfPartsAreShown(t *testing.T) {
	for _, c := range []struct{ data, old, field string }{
		{aRefund, `"kind":"refund"`, "refunds.transactions.kind"}, {aRefund, `"status":"success"`, "refunds.transactions.status"},
		{aParcel, `"status":"success"`, "fulfillments.status"}, {aParcel, `"shipment_status":"in_transit"`, "fulfillments.shipment_status"},
	} {
		name, _, _ := strings.Cut(c.old, ":")
		all := takenIn(t, strings.Replace(c.data, c.old, name+`:"brand_new"`, 1))
		if u := all[0].Facts.Unknown; len(u) != 1 || u[0].Field != c.field || u[0].Value != "brand_new" {
			t.Errorf("%s: %+v", c.field, u)
		}
	}
}

// TestImportNamesWhatItFound: a file without records says what stands in it.
func TestImportNamesWhatItFound(t *testing.T) {
	_, err := New().Import([]byte(`{"price_rule":{"id":1},"a":2}`), time.UTC)
	if f := fault.Of(err); f == nil || f.Value != "a, price_rule" {
		t.Errorf("%v", err)
	}
}
