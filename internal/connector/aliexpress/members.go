package aliexpress

import (
	"strings"

	"parley/internal/connector/alibaba/wire"
)

// Members that the field tables of the seller API document (SDK of November 2023, contract of October 2026), or that captured answers
// have. Others are kept as unknown, with their value.
var (
	issueMembers = named(`after_sale_warranty buyer_login_id buyer_return_logistics_company buyer_return_logistics_lp_no buyer_return_no
		buyer_solution_list gmt_create id issue_quantity issue_reason issue_reason_id issue_status issue_type order_id parent_order_id
		platform_solution_list process_dto_list product_id product_name product_price product_price_currency refund_money_max
		refund_money_max_currency refund_money_max_local refund_money_max_local_currency reverse_detail_status seller_solution_list
		sku_main_pic_url timeout_trigger_time timeout_type`)
	planMembers = named(`buyer_accept_time content gmt_create gmt_modified id is_default issue_id logistics_fee_amount
		logistics_fee_amount_currency logistics_fee_bear_role order_id reached_time reached_type refund_money refund_money_currency
		refund_money_post refund_money_post_currency seller_accept_time solution_owner solution_type status version`)
	stepMembers = named(`action_type attachments content gmt_create has_buyer_video has_seller_video id issue_id receive_goods
		submit_member_type`)
	rowMembers = named(`buyer_login_id gmt_create gmt_modified issue_id issue_status order_id parent_order_id reason_chinese reason_english`)
	// orderMembers are those of findorderbyid, solution.order.info.get and an element of solution.order.get together.
	orderMembers = named(`biz_type buyer_info buyer_login_id buyer_signer_fullname buyerloginid cancel_request_reason child_order_ext_info_list
		child_order_list cod cpf_number end_reason escrow_fee escrow_fee_rate frozen_status fund_status gmt_create gmt_modified gmt_pay_success
		gmt_pay_time gmt_send_goods_time gmt_trade_end gmt_update has_request_loan id init_oder_amount is_phone issue_info issue_status
		left_send_good_day left_send_good_hour left_send_good_min loan_amount loan_info loan_status logisitcs_escrow_fee_rate logistic_info_list
		logistics_amount logistics_status memo new_order_amount oaid offline_pickup_point_code offline_pickup_type opr_log_dto_list order_amount
		order_detail_url order_discount_info order_end_reason order_id order_msg_list order_status over_time_left pay_amount
		pay_amount_by_settlement_cur payment_type phone product_list receipt_address refund_info seller_login_id seller_operator_aliidloginid
		seller_operator_login_id seller_order_amount seller_signer_fullname settlement_currency timeout_left_time`)
)

func named(list string) map[string]bool {
	out := map[string]bool{}
	for _, name := range strings.Fields(list) {
		out[name] = true
	}
	return out
}

// strangers notes the members of an object that are not documented.
func (r *reading) strangers(of wire.Value, documented map[string]bool) {
	for _, name := range of.Members() {
		if !documented[name] {
			r.note(plainText(name), plainText(string(of.Get(name).Raw())))
		}
	}
}

// plainText takes out NUL characters and what is no UTF-8.
func plainText(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
}
