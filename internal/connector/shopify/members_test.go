package shopify

import (
	"slices"
	"testing"
)

// TestMembersNobodyDocumentsAreShown in records of the graph, of the older calls and of webhooks.
func TestMembersNobodyDocumentsAreShown(t *testing.T) {
	const strange = `"moon_phase":{"deep":"full"}`
	for file, want := range map[string][]string{
		`{"data":{"disputes":{"nodes":[{"__typename":"ShopifyPaymentsDispute","id":"gid://shopify/ShopifyPaymentsDispute/1","status":"NEEDS_RESPONSE",` + strange + `}]}}}`: {"dispute.moon_phase"},
		`{"data":{"return":{"id":"gid://shopify/Return/1","status":"OPEN","createdAt":"2026-11-01T10:00:00Z",` + strange + `}}}`:                                            {"return.moon_phase"},
		`{"dispute":{"id":1,"type":"chargeback","status":"needs_response","order_id":2,` + strange + `}}`:                                                                   {"dispute.moon_phase"},
		`{"admin_graphql_api_id":"gid://shopify/Return/1","status":"open","return_line_items":[{"id":3,` + strange + `}],` + strange + `}`:                                  {"return.moon_phase", "return.return_line_items.moon_phase"},
		`{"refunds":[{"admin_graphql_api_id":"gid://shopify/Refund/1","order_id":2,"transactions":[{"id":3,` + strange + `}],` + strange + `}]}`:                            {"refund.moon_phase", "refund.transactions.moon_phase"},
		`{"fulfillments":[{"admin_graphql_api_id":"gid://shopify/Fulfillment/1","order_id":2,` + strange + `}]}`:                                                            {"fulfillment.moon_phase"},
		`{"order":{"admin_graphql_api_id":"gid://shopify/Order/1","name":"#1",` + strange + `}}`:                                                                            {"order.moon_phase"},
		`{"orders":{"nodes":[{"id":"gid://shopify/Order/1","name":"#1","disputes":[],` + strange + `}]}}`:                                                                   {"order.moon_phase"},
	} {
		snaps, err := New().Import([]byte(file), nil)
		if err != nil || len(snaps) != 1 {
			t.Fatalf("%s: %v %v", file, snaps, err)
		}
		var fields []string
		for _, u := range snaps[0].Facts.Unknown {
			if u.Value != `{"deep":"full"}` {
				t.Errorf("%s: unknown %+v", file, u)
			}
			fields = append(fields, u.Field)
		}
		if !slices.Equal(fields, want) {
			t.Errorf("%s: unknown %q, want %q", file, fields, want)
		}
	}
}
