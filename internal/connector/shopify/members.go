package shopify

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"parley/internal/connector"
)

// Members of the older calls and of webhooks, as the examples of Admin API 2026-07 and of its webhooks have them. Others are kept as unknown.
var (
	olderDisputeMembers = named(`
		amount currency evidence_due_by evidence_sent_on finalized_on id initiated_at network_reason_code order_id reason status type`)
	olderReturnMembers = named(`
		admin_graphql_api_id id name order return_line_items status total_return_line_items`)
	olderReturnLineMembers = named(`
		admin_graphql_api_id customer_note fulfillment_line_item id quantity return_reason return_reason_note`)
	olderRefundMembers = named(`
		additional_fees admin_graphql_api_id created_at duties id note order_adjustments order_id processed_at refund_line_items
		refund_shipping_lines restock return total_additional_fees_set total_duties_set transactions user_id`)
	olderPaymentMembers = named(`
		admin_graphql_api_id amount amount_rounding authorization created_at currency device_id error_code gateway id kind location_id
		manual_payment_gateway message order_id parent_id payment_id processed_at receipt source_name status test total_unsettled_set
		user_id`)
	olderParcelMembers = named(`
		admin_graphql_api_id created_at id line_items location_id name order_id origin_address receipt service shipment_status status
		tracking_company tracking_number tracking_numbers tracking_url tracking_urls updated_at`)
	olderOrderMembers = named(`
		admin_graphql_api_id app_id billing_address browser_ip buyer_accepts_marketing cancel_reason cancelled_at cart_token checkout_id
		checkout_token client_details closed_at confirmation_number confirmed contact_email created_at currency current_subtotal_price
		current_subtotal_price_set current_total_additional_fees_set current_total_discounts current_total_discounts_set
		current_total_duties_set current_total_price current_total_price_set current_total_tax current_total_tax_set customer
		customer_locale device_id discount_applications discount_codes duties_included email estimated_taxes financial_status
		fulfillment_status fulfillments id landing_site landing_site_ref line_items location_id merchant_business_entity_id
		merchant_of_record_app_id name note note_attributes number order_number order_status_url original_total_additional_fees_set
		original_total_duties_set payment_gateway_names payment_terms phone po_number presentment_currency processed_at reference
		referring_site refunds shipping_address shipping_lines source_identifier source_name source_url subtotal_price
		subtotal_price_set tags tax_exempt tax_lines taxes_included test token total_cash_rounding_payment_adjustment_set
		total_cash_rounding_refund_adjustment_set total_discounts total_discounts_set total_line_items_price total_line_items_price_set
		total_outstanding total_price total_price_set total_shipping_price_set total_tax total_tax_set total_tip_received total_weight
		updated_at user_id`)
)

// Members of the graph are those we ask for: an answer has no others.
var (
	disputeMembers = asked[wireDispute]()
	returnMembers  = asked[wireReturn]()
	orderMembers   = asked[struct {
		wireOrder
		Disputes []wireDispute `json:"disputes"`
	}]()
)

func named(list string) map[string]bool {
	out := map[string]bool{}
	for _, name := range strings.Fields(list) {
		out[name] = true
	}
	return out
}

// asked gives the members of a record of the graph as our queries name them.
func asked[T any]() map[string]bool {
	out := map[string]bool{"__typename": true}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		out[f.Tag.Get("json")] = true
	}
	return out
}

// strangers notes the members of an object that are not among those known.
func (r *reading) strangers(where string, node json.RawMessage, known map[string]bool) {
	var object map[string]json.RawMessage
	if json.Unmarshal(node, &object) != nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !known[name] {
			r.note(where+"."+strings.ReplaceAll(name, "\x00", ""), scalar(strings.ReplaceAll(string(object[name]), "\x00", "")))
		}
	}
}

// shown adds the members of a record that we have no word for to what is shown of it.
func shown(snap connector.Snapshot, where string, node json.RawMessage, known map[string]bool) connector.Snapshot {
	r := &reading{unknown: snap.Facts.Unknown}
	r.strangers(where, node, known)
	snap.Facts.Unknown = r.unknown
	return snap
}

// strangersIn does the same for every element of a list that is a member of the object.
func (r *reading) strangersIn(where string, node json.RawMessage, list string, known map[string]bool) {
	var object map[string]json.RawMessage
	var elements []json.RawMessage
	if json.Unmarshal(node, &object) != nil || json.Unmarshal(object[list], &elements) != nil {
		return
	}
	for _, e := range elements {
		r.strangers(where+"."+list, e, known)
	}
}
