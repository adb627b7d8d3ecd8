package mirakl

import "strings"

func set(names string) map[string]bool {
	out := map[string]bool{}
	for _, n := range strings.Fields(names) {
		out[n] = true
	}
	return out
}

// Members that the seller specification or its examples name. Others are kept as unknown.
var (
	orderMembers = set(`acceptance_decision_date can_cancel can_shop_ship can_evaluate channel commercial_id created_date currency_iso_code customer
		customer_debited_date customer_directly_pays_seller customer_notification_email delivery_date discount_campaigns fulfillment fully_refunded has_customer_message
		has_incident has_invoice invoice_details last_updated_date leadtime_to_ship order_additional_fields order_id order_lines order_refunds
		order_state order_state_reason_code order_state_reason_label order_tax_mode order_taxes paymentType payment_type payment_duration payment_workflow
		price promotions quote_id references shipping_carrier_code shipping_carrier_standard_code shipping_company shipping_deadline shipping_price
		shipping_pudo_id shipping_tracking shipping_tracking_url shipping_type_code shipping_type_label shipping_type_standard_code
		shipping_zone_code shipping_zone_label total_commission total_price transaction_date transaction_number imprint_number quote_id
		shipping_deadline debit_deadline order_preauthorization ready_for_shipping`)
	lineMembers = set(`can_refund cancelations category_code category_label commission_fee commission_rate_vat commission_taxes commission_vat created_date
		debited_date description discount_campaign eco_contributions fees last_updated_date measurement offer_id offer_sku offer_state_code order_line_additional_fields
		order_line_id order_line_index order_line_state order_line_state_reason_code order_line_state_reason_label origin_unit_price price
		price_additional_info price_amount_breakdown price_unit product_medias product_shop_sku product_sku product_title promotions
		purchase_information quantity received_date refunds shipped_date shipping_from shipping_price shipping_price_additional_unit
		shipping_price_amount_breakdown shipping_price_unit shipping_taxes tax_legal_notice taxes total_commission total_price refunded_quantity
		multiplier_quantity shipping_cost_amount_breakdown delivery_date`)
	returnMembers = set(`date_created description documents id label_url last_updated method_code order_commercial_id order_id reason_code
		rejection_reason_code return_address return_lines rma state status tracking customer_id`)
	threadMembers = set(`authorized_participants current_participants customer_organization date_created date_updated entities id messages metadata
		no_store_reply_needed topic`)
	messageMembers = set(`attachments body date_created from id to`)
)
