package fake

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// swapped finds the exchange a call is about.
func (c *call) swapped() (*Refund, *refusal) {
	if no := c.needed("dispute_id"); no != nil {
		return nil, no
	}
	for _, r := range c.shop.refunds {
		if !r.gone && r.swap != nil && strconv.FormatInt(r.ID, 10) == c.params["dispute_id"] {
			return r, nil
		}
	}
	return nil, service("isv.exchange-not-exist", "换货单不存在")
}

// swapRecord is everything an exchange has.
func (r *Refund) swapRecord() object {
	t, o := r.trade, r.order
	v := object{
		"dispute_id": strconv.FormatInt(r.ID, 10), "bizorder_id": strconv.FormatInt(o.ID, 10), "biz_order_id": strconv.FormatInt(o.ID, 10),
		"num": o.num, "buyer_nick": t.buyer, "buyer_open_uid": t.uid, "seller_nick": r.shop.Nick, "status": r.swapStatus(), "created": stamp(r.created),
		"modified": stamp(r.modified), "reason": r.reason, "desc": r.desc, "title": o.title, "price": yuan(o.price), "payment": yuan(o.payment),
		"bought_sku": o.sku, "exchange_sku": r.swap.wanted, "buyer_logistic_no": r.sid, "buyer_logistic_name": r.company,
		"seller_logistic_no": r.swap.sid, "seller_logistic_name": r.swap.company, "refund_phase": r.phase, "refund_version": r.version(),
		"good_status": r.good, "operation_contraint": r.constraint, "time_out": stamp(r.due), "buyer_name": "淘**", "buyer_phone": "*******0000",
		"buyer_address": t.state + "**", "address": r.shop.addresses[1].province + r.shop.addresses[1].street,
	}
	if r.word != "" {
		v["good_status"] = r.word
	}
	if r.cs > 0 {
		v["cs_status"] = r.cs
	}
	return v
}

// swapsReceive lists exchanges, of several states at once, the latest change first.
func (p *Platform) swapsReceive(c *call) (object, *refusal) {
	if no := c.needed("fields"); no != nil {
		return nil, no
	}
	if !c.shop.Tmall {
		return nil, service("isv.exchange-not-support", "仅支持天猫商家")
	}
	codes := splitNumbers(c.params["dispute_status_array"])
	if len(codes) > 20 {
		return nil, invalid("dispute_status_array")
	}
	since := time.Time{}
	if text := c.params["start_gmt_modified_time"]; text != "" {
		at, err := time.ParseInLocation(time.DateTime, text, beijing)
		if err != nil {
			return nil, invalid("start_gmt_modified_time")
		}
		since = at
	}
	var found []*Refund
	for _, r := range c.shop.refunds {
		if !r.gone && r.swap != nil && (len(codes) == 0 || slices.Contains(codes, r.swapStatus())) && !r.modified.Before(since) {
			found = append(found, r)
		}
	}
	slices.SortStableFunc(found, func(a, b *Refund) int { return b.modified.Compare(a.modified) })
	next, rows, no := paged(p, c, found, 40, 100)
	if no != nil {
		return nil, no
	}
	out := make([]object, 0, len(rows))
	for _, r := range rows {
		out = append(out, chosen(r.swapRecord(), c.params["fields"]))
	}
	return object{"results": element("exchange", out), "page_results": len(rows), "total_results": len(found), "has_next": next}, nil
}

func (p *Platform) swapGet(c *call) (object, *refusal) {
	r, no := c.swapped()
	if no == nil {
		no = c.needed("fields")
	}
	if no != nil {
		return nil, no
	}
	return swapAnswer(r, c.params["fields"]), nil
}

func swapAnswer(r *Refund, fields string) object {
	return object{"result": object{"success": true, "msg_code": "OP_SUCC", "message": "操作成功", "exchange": chosen(r.swapRecord(), fields)}}
}

// swapNo is how the methods about exchanges say no: inside a good answer.
func swapNo(code, words string) object {
	return object{"result": object{"success": false, "msg_code": code, "message": words}}
}

const doneFields = "dispute_id,bizorder_id,modified,status"

// swapStep is one act of the seller: what it needs, the state it is possible in, and what it does.
func (c *call) swapStep(status string, needs []string, do func(*Refund) *refusal) (object, *refusal) {
	r, no := c.swapped()
	if no == nil {
		no = c.needed(needs...)
	}
	if no == nil {
		no = picture(c.files["leave_message_pics"], largestShown, "leave_message_pics")
	}
	if no != nil {
		return nil, no
	}
	if !r.swapping() || r.status != status || r.cs == 3 {
		return swapNo("DISPUTE_STATUS_ERROR", "换货单状态不允许该操作"), nil
	}
	if no := do(r); no != nil {
		return nil, no
	}
	return swapAnswer(r, doneFields), nil
}

func (p *Platform) swapAgree(c *call) (object, *refusal) {
	return c.swapStep("WAIT_SELLER_AGREE", []string{"address_id", "fields"}, func(r *Refund) *refusal {
		if !slices.ContainsFunc(c.shop.addresses, func(a address) bool { return a.id == number(c.params["address_id"]) }) {
			return invalid("address_id")
		}
		r.say("2", or(c.params["leave_message"], "同意换货"), "RETURN_GOODS_APPROVED")
		r.move("WAIT_BUYER_RETURN_GOODS", SendBack)
		r.shop.tell("taobao_dispute_ExchangeSellerAgree", r)
		return nil
	})
}

// swapGrounds are the grounds of a refusal before and after the goods came back.
var swapGrounds = []object{{"reason_id": 3001, "reason_text": "商品没问题，买家举证无效"}, {"reason_id": 3002, "reason_text": "换货商品无货，与买家协商一致"}, {"reason_id": 3003, "reason_text": "退回的商品影响二次销售"}}

func (p *Platform) swapReasons(c *call) (object, *refusal) {
	if _, no := c.swapped(); no != nil {
		return nil, no
	}
	if no := c.needed("fields"); no != nil {
		return nil, no
	}
	return object{"result": object{"results": element("reason", swapGrounds), "total_results": len(swapGrounds)}}, nil
}

func (c *call) ground() *refusal {
	if !slices.ContainsFunc(swapGrounds, func(g object) bool { return int64(g["reason_id"].(int)) == number(c.params["seller_refuse_reason_id"]) }) {
		return invalid("seller_refuse_reason_id")
	}
	return nil
}

func (p *Platform) swapRefuse(c *call) (object, *refusal) {
	return c.swapStep("WAIT_SELLER_AGREE", []string{"seller_refuse_reason_id", "fields"}, c.refuseSwap)
}

func (p *Platform) swapGoodsRefuse(c *call) (object, *refusal) {
	return c.swapStep("WAIT_SELLER_CONFIRM_GOODS", []string{"seller_refuse_reason_id"}, c.refuseSwap)
}

func (c *call) refuseSwap(r *Refund) *refusal {
	if no := c.ground(); no != nil {
		return no
	}
	r.refused(or(c.params["leave_message"], "拒绝"), c.files["leave_message_pics"])
	return nil
}

func (p *Platform) swapGoodsAgree(c *call) (object, *refusal) {
	return c.swapStep("WAIT_SELLER_CONFIRM_GOODS", []string{"fields"}, func(r *Refund) *refusal {
		r.move("WAIT_SELLER_CONSIGN_GOODS", SendOther)
		r.shop.tell("taobao_dispute_ExchangeSellerReceive", r)
		return nil
	})
}

func (p *Platform) swapConsign(c *call) (object, *refusal) {
	needs := []string{"logistics_no", "logistics_type", "logistics_company_name", "fields"}
	return c.swapStep("WAIT_SELLER_CONSIGN_GOODS", needs, func(r *Refund) *refusal {
		if kind := c.params["logistics_type"]; kind != "100" && kind != "200" {
			return invalid("logistics_type")
		}
		r.move("WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS", ConfirmOther)
		r.swap.company, r.swap.sid = c.params["logistics_company_name"], c.params["logistics_no"]
		r.shop.tell("taobao_dispute_ExchangeSellerConsign", r)
		return nil
	})
}

// swapRoles are the numbers of those who wrote: the seller's second account, staff, the buyer.
var swapRoles = map[string]string{"1": "4", "2": "2", "3": "3"}

func (r *Refund) swapMessage(m *message) object {
	pictures := make([]object, len(m.pictures))
	for n, address := range m.pictures {
		pictures[n] = object{"url": address}
	}
	return object{
		"id": m.id, "refund_id": r.ID, "owner_id": 600000001, "owner_nick": m.nick, "owner_role": swapRoles[m.role], "content": m.content,
		"created": stamp(m.at), "message_type": m.kind, "pic_urls": element("pic_url", pictures),
	}
}

func (p *Platform) swapMessages(c *call) (object, *refusal) {
	r, no := c.swapped()
	if no == nil {
		no = c.needed("fields")
	}
	if no != nil {
		return nil, no
	}
	next, rows, no := paged(p, c, r.messages, 40, 100)
	if no != nil {
		return nil, no
	}
	out := make([]object, 0, len(rows))
	for _, m := range rows {
		out = append(out, chosen(r.swapMessage(m), c.params["fields"]))
	}
	return object{"result": object{"results": element("refund_message", out), "page_results": len(rows), "total_results": len(r.messages), "has_next": next}}, nil
}

func (p *Platform) swapMessageAdd(c *call) (object, *refusal) {
	r, no := c.swapped()
	if no == nil {
		no = c.needed("content", "fields")
	}
	if no == nil && len(c.params["content"]) > longestWords {
		no = invalid("content")
	}
	if no == nil {
		no = picture(c.files["message_pics"], largestShown, "message_pics")
	}
	if no != nil {
		return nil, no
	}
	if r.over() {
		return object{"result": object{"error_code": "DISPUTE_STATUS_ERROR", "error_msg": "换货单已结束"}}, nil
	}
	m := r.say("2", strings.TrimSpace(c.params["content"]), "NORMAL")
	if len(c.files["message_pics"]) > 0 {
		m.show(c.files["message_pics"])
	}
	r.shop.tell("taobao_refund_RefundCreateMessage", r)
	return object{"result": object{"results": element("refund_message", []object{chosen(r.swapMessage(m), c.params["fields"])})}}, nil
}
