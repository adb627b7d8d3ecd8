package taobao

import "strings"

// Kinds of source: refunds, exchanges of Tmall shops, and purchases that were read from a file.
const (
	refundKind   = "refund"
	exchangeKind = "exchange"
	tradeKind    = "order" // the desk keeps it as a purchase, not as a case
)

// States of a refund, as documented for taobao.refunds.receive.get.
const (
	waitSeller     = "WAIT_SELLER_AGREE"
	waitReturn     = "WAIT_BUYER_RETURN_GOODS"
	waitGoods      = "WAIT_SELLER_CONFIRM_GOODS"
	refused        = "SELLER_REFUSE_BUYER"
	closed         = "CLOSED"
	success        = "SUCCESS"
	exchangeSent   = "WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS"
	exchangeRefund = "EXCHANGE_TRANSFORM_TO_REFUND"
	exchangeSend   = "WAIT_SELLER_CONSIGN_GOODS"
)

// standing is where a status says a refund or an exchange stands, in states and parties of the glossary.
type standing struct {
	state, owner string
	ended        bool
}

var standings = map[string]standing{
	waitSeller:     {"wait_seller", "seller", false},
	waitReturn:     {"wait_buyer_return", "buyer", false},
	waitGoods:      {"wait_seller_goods", "seller", false},
	refused:        {"negotiating", "buyer", false},
	exchangeSent:   {"replacement_sent", "buyer", false},
	exchangeRefund: {"refund_instead", "seller", false},
	exchangeSend:   {"wait_replacement", "seller", false},
	closed:         {"closed", "", true},
	success:        {"refunded", "", true},
}

// openStatuses are asked for one by one: the list takes one status at a time.
var openStatuses = []string{waitSeller, waitReturn, waitGoods, refused, exchangeSent, exchangeRefund, exchangeSend}

// handled are the values of cs_status with which the platform's staff deal with the matter: stepped in, first review done, review failed,
// giving evidence, appeal open.
var handled = set("3 4 5 10 11")

// Words that are documented. What is none of them is kept as unknown.
var (
	goodStatuses = set("BUYER_NOT_RECEIVED BUYER_RECEIVED BUYER_RETURNED_GOODS")
	phases       = set("onsale aftersale")
	constraints  = set("cannot_refuse refund_onweb")
	disputeTypes = set("REFUND REFUND_AND_RETURN TMALL_EXCHANGE TAOBAO_EXCHANGE REPAIR RESHIPPING OTHERS")
	csStatuses   = set("0 1 2 3 4 5 6 7 8 9 10 11")
	advances     = set("0 1 2 3 4 5")
	messageTypes = set("NORMAL RETURN_GOODS_APPROVED")
	orderStates  = set("TRADE_NO_CREATE_PAY WAIT_BUYER_PAY SELLER_CONSIGNED_PART WAIT_SELLER_SEND_GOODS WAIT_BUYER_CONFIRM_GOODS " +
		"TRADE_BUYER_SIGNED TRADE_FINISHED TRADE_CLOSED TRADE_CLOSED_BY_TAOBAO PAY_PENDING WAIT_PRE_AUTH_CONFIRM PAID_FORBID_CONSIGN " +
		"ALL_WAIT_PAY ALL_CLOSED")
)

// roles say who wrote a message.
var roles = map[string]string{"1": "buyer", "2": "staff", "3": "platform"}

// swapOnly are the states that only an exchange has.
var swapOnly = set(exchangeSent + " " + exchangeRefund + " " + exchangeSend)

// swapping tells whether a dispute_type is an exchange.
func swapping(kind string) bool { return kind == tmallExchange || kind == "TAOBAO_EXCHANGE" }

// tmallExchange is the dispute_type of what the methods tmall.exchange.* know.
const tmallExchange = "TMALL_EXCHANGE"

// refundMembers are the documented members of a refund; those of the detail were asked for.
var refundMembers = set(refundFields + " buyer_open_uid ouid combine_item_info split_seller_fee split_taobao_fee advance_status cs_status " +
	"modified order_status end_time")

// refundFields are what taobao.refund.get is asked for: its documented fields, and the two beside them that its answer is documented to
// have. The buyer's payment account is not among them: nothing here needs it.
const refundFields = "refund_id tid oid buyer_nick seller_nick total_fee status created refund_fee good_status has_good_return payment reason desc " +
	"num_iid title price num good_return_time company_name sid address shipping_type refund_remind_timeout refund_phase refund_version " +
	"operation_contraint attribute outer_id dispute_type sku end_time modified order_status cs_status buyer_open_uid"

// rowFields are what the list is asked for.
const rowFields = "refund_id tid oid status modified dispute_type"

// messageFields are what the thread is asked for.
const messageFields = "id owner_nick owner_role content pic_urls created message_type refund_phase"

// commas writes fields as the platform wants them.
func commas(fields string) string { return strings.Join(strings.Fields(fields), ",") }

func set(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}
