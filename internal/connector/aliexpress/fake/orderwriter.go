package fake

import (
	"strconv"
	"strings"
	"time"
)

// row writes an order as the lists show it.
func (o *Order) row(w *writer, productItem string) {
	w.number("order_id", o.id)
	w.text("order_status", o.status)
	w.text("issue_status", o.issueStatus())
	w.text("logistics_status", o.logisticsStatus())
	w.text("fund_status", "PAY_SUCCESS")
	w.text("frozen_status", "NO_FROZEN")
	w.text("biz_type", "AE_COMMON")
	w.text("payment_type", "MIXEDCARD")
	w.simpleMoney("pay_amount", o.total())
	w.text("buyer_login_id", o.buyer.Login)
	w.text("buyer_signer_fullname", masked(o.buyer.First)+" "+masked(o.buyer.Last))
	w.text("seller_login_id", o.shop.Login)
	w.text("seller_operator_login_id", o.shop.Login)
	w.text("seller_signer_fullname", o.shop.Name)
	w.text("gmt_create", wallText(o.placedAt))
	w.text("gmt_pay_time", wallText(o.paidAt))
	w.text("gmt_send_goods_time", wallText(o.sentAt))
	w.text("gmt_update", wallText(o.changedAt))
	w.text("end_reason", o.endReason)
	w.truth("has_request_loan", false)
	w.truth("phone", false)
	w.list("product_list", productItem, len(o.lines), func(i int) { o.lines[i].row(w) })
}

func (l *line) row(w *writer) {
	w.number("order_id", l.order.id)
	w.number("child_id", l.id)
	w.number("product_id", l.productID)
	w.text("product_name", l.spec.Product)
	w.text("product_img_url", w.picture(picturePath(l.spec.Picture)))
	w.number("product_count", int64(l.spec.Quantity))
	w.text("product_unit", "piece")
	w.text("sku_code", l.spec.SKU)
	w.simpleMoney("product_unit_price", l.spec.Dollars)
	w.simpleMoney("total_product_amount", l.dollars())
	w.text("son_order_status", l.order.status)
	w.text("show_status", l.order.status)
	w.text("issue_status", l.issueStatus())
	w.text("logistics_type", l.order.service)
	w.text("logistics_service_name", l.order.serviceName)
	w.text("freight_commit_day", strconv.Itoa(l.order.promised))
	w.text("fund_status", "PAY_SUCCESS")
	w.text("memo", l.order.memo)
	w.number("goods_prepare_time", 3)
	w.truth("can_submit_issue", l.issueStatus() != "IN_ISSUE")
	w.truth("money_back3x", false)
}

func (o *Order) logisticsStatus() string {
	if o.sentAt.IsZero() {
		return "WAIT_SELLER_SEND_GOODS"
	}
	if o.status == "FINISH" {
		return "BUYER_ACCEPT_GOODS"
	}
	return "SELLER_SEND_GOODS"
}

// masked hides a name the way the platform does: its first letters and stars.
func masked(name string) string {
	letters := []rune(name)
	if len(letters) == 0 {
		return ""
	}
	return string(letters[:min(3, len(letters))]) + strings.Repeat("*", 8)
}

// Bits of ext_info_bit_flag, from the right.
const (
	withIssue = 1 << iota
	withLoan
	withLogistics
	withBuyer
	withRefund
)

// write writes the target of findorderbyid.
func (o *Order) write(w *writer, flags int64) {
	o.writeState(w)
	o.writeMoney(w)
	o.writePeople(w, flags)
	if flags&withLogistics != 0 {
		o.writeParcels(w)
	}
	if flags&withIssue != 0 {
		o.writeIssue(w)
	}
	if flags&withRefund != 0 {
		o.writeRefund(w)
	}
	w.list("child_order_list", "aeop_tp_child_order_dto", len(o.lines), func(i int) { o.lines[i].write(w) })
	w.list("child_order_ext_info_list", "aeop_tp_order_product_info_dto", len(o.lines), func(i int) {
		line := o.lines[i]
		w.number("product_id", line.productID)
		w.text("product_name", line.spec.Product)
		w.number("quantity", int64(line.spec.Quantity))
		w.text("sku", line.attributes())
		w.fullMoney("unit_price", line.spec.Dollars)
	})
	w.list("opr_log_dto_list", "", 0, nil)
}

func (o *Order) writeState(w *writer) {
	w.number("id", o.id)
	w.text("order_status", o.status)
	w.text("issue_status", o.issueStatus())
	w.text("logistics_status", o.logisticsStatus())
	w.text("fund_status", "PAY_SUCCESS")
	w.text("frozen_status", "NO_FROZEN")
	w.text("loan_status", "wait_loan")
	w.text("gmt_create", wallText(o.placedAt))
	w.text("gmt_modified", wallText(o.changedAt))
	w.text("gmt_pay_success", wallText(o.paidAt))
	if !o.endedAt.IsZero() {
		w.text("gmt_trade_end", wallText(o.endedAt))
	}
	w.text("over_time_left", wallText(o.stateEnds()))
	w.text("order_end_reason", o.endReason)
	w.text("cancel_request_reason", o.wish())
	w.text("payment_type", "MIXEDCARD")
	w.truth("is_phone", false)
	w.truth("cod", false)
}

// stateEnds is when the state at hand ends by itself.
func (o *Order) stateEnds() time.Time {
	if o.status == "IN_CANCEL" {
		return o.cancelDue
	}
	return o.protectedTill
}

// wish is why the buyer wants out; it is told only while that is open.
func (o *Order) wish() string {
	if o.status == "IN_CANCEL" {
		return o.cancelReason
	}
	return ""
}

func (o *Order) writeMoney(w *writer) {
	w.fullMoney("order_amount", o.total())
	w.fullMoney("init_oder_amount", o.total())
	w.simpleMoney("new_order_amount", o.total())
	w.fullMoney("logistics_amount", Money{0, "USD"})
	var paid Money
	for _, line := range o.lines {
		paid = Money{paid.Minor + line.paid().Minor, line.paid().Currency}
	}
	w.text("settlement_currency", paid.Currency)
	w.text("pay_amount_by_settlement_cur", paid.Text())
}

func (o *Order) writePeople(w *writer, flags int64) {
	w.text("buyerloginid", o.buyer.Login)
	w.text("buyer_signer_fullname", masked(o.buyer.First)+" "+masked(o.buyer.Last))
	w.text("seller_signer_fullname", o.shop.Name)
	w.text("seller_operator_login_id", o.shop.Login)
	w.text("oaid", "FAKEOAID"+o.ID())
	w.object("receipt_address", func() {
		w.text("contact_person", masked(o.buyer.First))
		w.text("country", o.buyer.Country)
		w.text("city", o.buyer.City)
		w.text("detail_address", masked(o.buyer.Street))
		w.text("zip", o.buyer.Postal)
		w.text("mobile_no", "00****000")
	})
	if flags&withBuyer != 0 {
		w.object("buyer_info", func() {
			w.text("login_id", o.buyer.Login)
			w.text("first_name", o.buyer.First)
			w.text("last_name", o.buyer.Last)
			w.text("country", o.buyer.Country)
		})
	}
}

func (o *Order) writeParcels(w *writer) {
	count := 0
	if o.tracking != "" {
		count = 1
	}
	w.list("logistic_info_list", "aeop_tp_logistic_info_dto", count, func(int) {
		delivered := o.deliveredAt(w.now)
		w.text("logistics_no", o.tracking)
		w.text("logistics_service_name", o.service)
		w.text("logistics_type_code", o.service)
		w.text("gmt_send", wallText(o.sentAt))
		w.text("receive_status", receiveStatus(delivered))
		w.truth("have_tracking_info", len(o.scansUntil(w.now)) > 0)
		if !delivered.IsZero() {
			w.text("gmt_received", wallText(delivered))
		}
	})
}

func receiveStatus(delivered time.Time) string {
	if delivered.IsZero() {
		return "not_received"
	}
	return "received"
}

// writeIssue writes the last dispute about any line.
func (o *Order) writeIssue(w *writer) {
	for _, line := range o.lines {
		if line.issue != nil {
			w.object("issue_info", func() { line.issue.brief(w) })
			return
		}
	}
}

func (i *Issue) brief(w *writer) {
	w.text("issue_status", i.status)
	w.text("issue_time", wallText(i.openedAt))
	w.text("issue_model", "NORMAL_ISSUE")
}

func (o *Order) writeRefund(w *writer) {
	for _, line := range o.lines {
		if line.issue != nil && len(line.issue.payouts) > 0 {
			paid := line.issue.payouts[0]
			w.object("refund_info", func() {
				w.text("refund_status", "refund_ok")
				w.text("refund_type", "c")
				w.text("refund_time", wallText(paid.At))
				w.fullMoney("refund_cash_amt", paid.Dollars)
			})
			return
		}
	}
}

func (l *line) write(w *writer) {
	w.number("id", l.id)
	w.text("child_order_id", numberText(l.id))
	w.text("order_status", l.order.status)
	w.text("issue_status", l.issueStatus())
	w.number("product_id", l.productID)
	w.text("product_name", l.spec.Product)
	w.text("product_img_url", w.picture(picturePath(l.spec.Picture)))
	w.text("snapshot_small_photo_path", w.picture(picturePath(l.spec.Picture)))
	w.number("product_count", int64(l.spec.Quantity))
	w.text("product_unit", "piece")
	w.text("sku_code", l.spec.SKU)
	w.text("product_attributes", l.attributes())
	w.fullMoney("product_price", l.spec.Dollars)
	w.fullMoney("init_order_amt", l.dollars())
	w.text("logistics_type", l.order.service)
	w.text("logistics_service_name", l.order.serviceName)
	w.text("send_goods_operator", "SELLER_SEND_GOODS")
	w.number("goods_prepare_time", 3)
	w.number("lot_num", 1)
	w.list("tags", "", 0, nil)
	if l.issue != nil {
		w.object("child_issue_info", func() { l.issue.brief(w) })
	}
}

func (l *line) attributes() string {
	name, value, _ := strings.Cut(l.spec.Variant, ": ")
	return `{"sku":[{"pName":` + strconv.Quote(name) + `,"pValue":` + strconv.Quote(value) + `,"order":1}]}`
}
