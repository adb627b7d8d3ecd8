package fake

import "strings"

// write writes result_object of an issue's detail.
func (i *Issue) write(w *writer) {
	local, dollars := i.left()
	w.number("id", i.detailID)
	w.text("gmt_create", wallText(i.openedAt))
	w.text("issue_status", i.status)
	w.text("reverse_detail_status", i.shownDetail(w))
	if i.dueKind != "" && !i.untimed {
		w.text("timeout_type", i.dueKind)
		w.text("timeout_trigger_time", wallText(i.due))
	}
	w.number("issue_reason_id", i.reason.ID)
	w.text("issue_reason", i.reason.English)
	w.number("issue_quantity", int64(i.line.spec.Quantity))
	w.truth("after_sale_warranty", i.warranty)
	w.number("order_id", i.line.id)
	w.number("parent_order_id", i.line.order.id)
	i.writeProduct(w)
	w.sum("refund_money_max", dollars)
	w.sum("refund_money_max_local", local)
	w.text("buyer_login_id", i.Buyer())
	i.writeReturn(w)
	writePlans(w, "buyer_solution_list", i.buyerPlans)
	writePlans(w, "seller_solution_list", i.sellerPlans)
	writePlans(w, "platform_solution_list", i.platformPlans)
	w.list("process_dto_list", "api_issue_process_dto", len(i.log), func(n int) { i.log[len(i.log)-1-n].write(w, i) })
}

func (i *Issue) shownDetail(w *writer) string {
	if w.odd {
		w.text("issue_grade", "Ω7")
		return "wait_for_moon_phase"
	}
	if w.nul {
		return i.detail + "\x00"
	}
	return i.detail
}

func (i *Issue) writeProduct(w *writer) {
	w.text("product_id", numberText(i.line.productID))
	w.text("product_name", i.line.spec.Product)
	w.sum("product_price", i.line.spec.Dollars)
	w.text("sku_main_pic_url", w.picture(picturePath(i.line.spec.Picture)))
}

func (i *Issue) writeReturn(w *writer) {
	if i.returnNumber == "" {
		return
	}
	w.text("buyer_return_logistics_company", i.returnCompany)
	w.text("buyer_return_no", i.returnNumber)
	w.text("buyer_return_logistics_lp_no", i.returnLP)
}

func writePlans(w *writer, name string, plans []*solution) {
	w.list(name, "solution_api_dto", len(plans), func(n int) { plans[n].write(w) })
}

// write writes a plan. As in live answers the platform's own plan carries no dollars, no text field and, while it is
// only on the table, no more than it must.
func (s *solution) write(w *writer) {
	w.number("id", s.id)
	w.number("issue_id", s.issue.id)
	w.number("order_id", s.issue.line.id)
	w.number("version", int64(s.version))
	w.truth("is_default", true)
	if s.text != "" {
		w.text("content", s.text)
	}
	w.text("gmt_create", wallText(s.createdAt))
	w.text("gmt_modified", wallText(s.modifiedAt))
	w.text("buyer_accept_time", wallText(s.buyerYes))
	w.text("seller_accept_time", wallText(s.sellerYes))
	w.text("reached_time", wallText(s.reachedAt))
	if s.reachedBy != "" {
		w.text("reached_type", s.reachedBy)
	}
	w.sum("refund_money", s.money)
	if s.owner == "platform" {
		w.sum("refund_money_post", Money{})
	} else {
		w.sum("refund_money_post", s.dollars)
	}
	if s.kind == kindReturn {
		w.text("logistics_fee_bear_role", "seller")
	}
	w.text("solution_owner", s.owner)
	w.text("solution_type", s.shownKind(w))
	w.text("status", s.status)
}

func (s *solution) shownKind(w *writer) string {
	if w.odd {
		return "exchange_for_coupon"
	}
	return s.kind
}

func (e *entry) write(w *writer, issue *Issue) {
	w.number("issue_id", issue.id)
	w.text("gmt_create", wallText(e.at))
	w.text("action_type", e.action)
	w.text("submit_member_type", e.by)
	w.truth("receive_goods", e.received)
	w.truth("has_buyer_video", false)
	w.truth("has_seller_video", false)
	if e.text != "" {
		w.text("content", e.text)
	}
	w.list("attachments", "api_attachment_dto", len(e.pictures), func(n int) {
		w.text("file_path", w.picture(e.pictures[n]))
		w.text("gmt_create", wallText(e.at))
		w.number("issue_id", issue.id)
		w.number("issue_process_id", e.number)
		w.text("owner", e.by)
	})
}

// picture is the address of a picture of this platform.
func (w *writer) picture(path string) string {
	if strings.HasPrefix(path, "/") {
		return w.base + path
	}
	return path
}
