package fake

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// method answers one call; open ones need no session.
type method struct {
	answer func(*Platform, *call) (object, *refusal)
	open   bool
}

// methods are what the simulated gateway knows.
var methods = map[string]method{
	"taobao.time.get":                      {(*Platform).timeGet, false},
	"taobao.refunds.receive.get":           {(*Platform).refundsReceive, false},
	"taobao.refund.get":                    {(*Platform).refundGet, false},
	"taobao.refund.detail.get":             {(*Platform).refundDetail, false},
	"taobao.refund.messages.get":           {(*Platform).messagesGet, false},
	"taobao.refund.message.add":            {(*Platform).messageAdd, false},
	"taobao.refund.refusereason.get":       {(*Platform).refuseReasons, false},
	"taobao.refund.refuse":                 {(*Platform).refundRefuse, false},
	"taobao.refund.negotiatereturn":        {(*Platform).negotiate, false},
	"taobao.refund.negotiatereturn.render": {(*Platform).negotiateRender, false},
	"taobao.rp.refunds.agree":              {(*Platform).refundsAgree, false},
	"taobao.rp.refund.review":              {(*Platform).refundReview, false},
	"taobao.rp.returngoods.agree":          {(*Platform).returnAgree, false},
	"taobao.rp.returngoods.refuse":         {(*Platform).returnRefuse, false},
	"tmall.exchange.receive.get":           {(*Platform).swapsReceive, false},
	"tmall.exchange.get":                   {(*Platform).swapGet, false},
	"tmall.exchange.agree":                 {(*Platform).swapAgree, false},
	"tmall.exchange.refuse":                {(*Platform).swapRefuse, false},
	"tmall.exchange.returngoods.agree":     {(*Platform).swapGoodsAgree, false},
	"tmall.exchange.returngoods.refuse":    {(*Platform).swapGoodsRefuse, false},
	"tmall.exchange.consigngoods":          {(*Platform).swapConsign, false},
	"tmall.exchange.messages.get":          {(*Platform).swapMessages, false},
	"tmall.exchange.message.add":           {(*Platform).swapMessageAdd, false},
	"tmall.exchange.refusereason.get":      {(*Platform).swapReasons, false},
	"taobao.trade.fullinfo.get":            {(*Platform).tradeGet, false},
	"taobao.logistics.trace.search":        {(*Platform).traceSearch, false},
	"taobao.logistics.address.search":      {(*Platform).addressSearch, false},
	"taobao.tmc.messages.consume":          {(*Platform).consume, true},
	"taobao.tmc.messages.confirm":          {(*Platform).confirm, true},
	"taobao.tmc.user.permit":               {(*Platform).permit, false},
	"taobao.top.auth.token.create":         {(*Platform).tokenCreate, true},
	"taobao.top.auth.token.refresh":        {(*Platform).tokenRefresh, true},
}

func (p *Platform) timeGet(*call) (object, *refusal) { return object{"time": stamp(p.now())}, nil }

// needed looks for arguments that a method cannot do without.
func (c *call) needed(names ...string) *refusal {
	for _, name := range names {
		if c.params[name] == "" && len(c.files[name]) == 0 {
			return missing(name)
		}
	}
	return nil
}

// listStatuses are what the list may be asked for.
var listStatuses = []string{
	"", "WAIT_SELLER_AGREE", "WAIT_BUYER_RETURN_GOODS", "WAIT_SELLER_CONFIRM_GOODS", "SELLER_REFUSE_BUYER", "CLOSED", "SUCCESS",
	"WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS", "EXCHANGE_TRANSFORM_TO_REFUND", "WAIT_SELLER_CONSIGN_GOODS",
}

func (p *Platform) refundsReceive(c *call) (object, *refusal) {
	if no := c.needed("fields"); no != nil {
		return nil, no
	}
	if !slices.Contains(listStatuses, c.params["status"]) {
		return nil, invalid("status")
	}
	since, until, no := c.span()
	if no != nil {
		return nil, no
	}
	var found []*Refund
	for _, r := range c.shop.refunds {
		if r.gone || (c.params["status"] != "" && r.status != c.params["status"]) || r.modified.Before(since) || (!until.IsZero() && r.modified.After(until)) {
			continue
		}
		found = append(found, r)
	}
	slices.SortStableFunc(found, func(a, b *Refund) int { return b.modified.Compare(a.modified) })
	page, rows, no := paged(p, c, found, 40, 100)
	if no != nil {
		return nil, no
	}
	out := make([]object, 0, len(rows))
	for _, r := range rows {
		out = append(out, chosen(r.record(), c.params["fields"]))
	}
	body := object{"refunds": element("refund", out)}
	if c.params["use_has_next"] == "true" {
		body["has_next"] = page
	} else {
		body["total_results"] = len(found)
	}
	return body, nil
}

// span reads start_modified and end_modified.
func (c *call) span() (since, until time.Time, no *refusal) {
	for name, at := range map[string]*time.Time{"start_modified": &since, "end_modified": &until} {
		if text := c.params[name]; text != "" {
			t, err := time.ParseInLocation(time.DateTime, text, beijing)
			if err != nil {
				return since, until, invalid(name)
			}
			*at = t
		}
	}
	return since, until, nil
}

// paged cuts a page out; it tells whether there is another.
func paged[T any](p *Platform, c *call, all []T, size, most int64) (bool, []T, *refusal) {
	page := int64(1)
	if text := c.params["page_no"]; text != "" {
		if page = number(text); page < 1 {
			return false, nil, invalid("page_no")
		}
	}
	if text := c.params["page_size"]; text != "" {
		if size = number(text); size < 1 || size > most {
			return false, nil, invalid("page_size")
		}
	}
	from := min((page-1)*size, int64(len(all)))
	to := min(from+size, int64(len(all)))
	rows := slices.Clone(all[from:to])
	if p.repeats && from > 0 {
		rows = append(rows, all[max(0, from-3):from]...)
		slices.Reverse(rows)
	}
	return to < int64(len(all)), rows, nil
}

// record is everything a refund has.
func (r *Refund) record() object {
	t, o := r.trade, r.order
	v := object{
		"refund_id": r.ID, "tid": t.ID, "oid": o.ID, "buyer_nick": t.buyer, "buyer_open_uid": t.uid, "seller_nick": r.shop.Nick,
		"total_fee": yuan(o.payment), "payment": yuan(o.payment - r.fee), "refund_fee": yuan(r.fee), "status": r.status, "order_status": o.status,
		"created": stamp(r.created), "modified": stamp(r.modified), "end_time": stamp(r.ended), "good_status": r.good, "has_good_return": r.goodsBack,
		"reason": r.reason, "desc": r.desc, "num_iid": o.item, "title": o.title, "price": yuan(o.price), "num": o.num, "outer_id": o.sku,
		"good_return_time": stamp(r.returned), "company_name": r.company, "sid": r.sid, "shipping_type": "express", "refund_phase": r.phase,
		"refund_version": r.version(), "operation_contraint": r.constraint, "attribute": ";refundFrom:2;newRefund:1;", "dispute_type": r.kind,
		"alipay_no": "2026" + strconv.FormatInt(t.ID, 10),
	}
	if r.word != "" {
		v["order_status"] = r.word
	}
	if r.cs > 0 {
		v["cs_status"] = r.cs
	}
	v["refund_remind_timeout"] = object{"exist_timeout": !r.due.IsZero()}
	if !r.due.IsZero() {
		v["refund_remind_timeout"] = object{"exist_timeout": true, "remind_type": 1, "timeout": stamp(r.due)}
	}
	return v
}

// refund finds the refund a call is about.
func (c *call) refund() (*Refund, *refusal) {
	if no := c.needed("refund_id"); no != nil {
		return nil, no
	}
	for _, r := range c.shop.refunds {
		if !r.gone && strconv.FormatInt(r.ID, 10) == c.params["refund_id"] {
			return r, nil
		}
	}
	return nil, service("isv.refund-not-exist", "退款不存在")
}

func (p *Platform) refundGet(c *call) (object, *refusal) {
	if no := c.needed("fields"); no != nil {
		return nil, no
	}
	r, no := c.refund()
	if no != nil {
		return nil, no
	}
	return object{"refund": chosen(r.record(), c.params["fields"])}, nil
}

func (p *Platform) refundDetail(c *call) (object, *refusal) {
	if no := c.needed("fields"); no != nil {
		return nil, no
	}
	r, no := c.refund()
	if no != nil {
		return nil, no
	}
	can, cannot := []object{}, []object{}
	for _, code := range []string{"agreeRefund", "refuseRefund"} {
		if r.status == "WAIT_SELLER_AGREE" {
			can = append(can, object{"operation_code": code, "tips": code})
		} else {
			cannot = append(cannot, object{"operation_code": code, "tips": code})
		}
	}
	return object{"detail": object{
		"refund_version": r.version(), "allowed_operations": element("operation", can), "not_allowed_operations": element("operation", cannot),
	}}, nil
}

func (p *Platform) messagesGet(c *call) (object, *refusal) {
	r, no := c.refund()
	if no != nil {
		return nil, no
	}
	if no := c.needed("fields"); no != nil {
		return nil, no
	}
	if phase := c.params["refund_phase"]; c.shop.Tmall && phase == "" {
		return nil, missing("refund_phase")
	} else if phase != "" && phase != r.phase {
		return nil, invalid("refund_phase")
	}
	_, rows, no := paged(p, c, r.messages, 40, 100)
	if no != nil {
		return nil, no
	}
	out := make([]object, 0, len(rows))
	for _, m := range rows {
		pictures := make([]object, len(m.pictures))
		for n, address := range m.pictures {
			pictures[n] = object{"url": address}
		}
		out = append(out, chosen(object{
			"id": m.id, "content": m.content, "created": stamp(m.at), "message_type": m.kind, "owner_role": m.role, "owner_nick": m.nick,
			"owner_id": 600000001, "refund_id": r.ID, "refund_phase": r.phase, "pic_urls": element("pic_url", pictures),
		}, c.params["fields"]))
	}
	return object{"refund_messages": element("refund_message", out), "total_results": len(r.messages)}, nil
}

func (p *Platform) refuseReasons(c *call) (object, *refusal) {
	if no := c.needed("refund_phase", "fields"); no != nil {
		return nil, no
	}
	if _, no := c.refund(); no != nil {
		return nil, no
	}
	return object{"reasons": element("reason", []object{
		{"reason_id": 100, "reason_text": "已经影响商品完好", "reason_tips": "已经影响商品完好"}, {"reason_id": 101, "reason_text": "商品没问题，买家举证无效", "reason_tips": "请上传凭证"},
	}), "total_results": 2, "has_next": false}, nil
}

func (p *Platform) tradeGet(c *call) (object, *refusal) {
	if no := c.needed("fields", "tid"); no != nil {
		return nil, no
	}
	t, no := c.trade()
	if no != nil {
		return nil, no
	}
	orders := make([]object, len(t.orders))
	for n, o := range t.orders {
		orders[n] = object{
			"oid": o.ID, "title": o.title, "num": o.num, "price": yuan(o.price), "payment": yuan(o.payment), "status": o.status, "num_iid": o.item,
			"seller_type": map[bool]string{true: "B", false: "C"}[c.shop.Tmall], "refund_status": "NO_REFUND",
		}
		for name, v := range map[string]string{"outer_iid": o.sku, "invoice_no": t.sid, "logistics_company": t.company} {
			if v != "" {
				orders[n][name] = v
			}
		}
		if t.sent() {
			orders[n]["consign_time"] = stamp(t.consign)
		}
		if o.refund != nil {
			orders[n]["refund_status"], orders[n]["refund_id"] = o.refund.status, strconv.FormatInt(o.refund.ID, 10)
		}
	}
	return object{"trade": chosen(object{
		"tid": t.ID, "status": t.status, "type": "fixed", "created": stamp(t.created), "pay_time": stamp(t.paid), "consign_time": stamp(t.consign),
		"end_time": stamp(t.finished), "modified": stamp(t.created), "payment": yuan(t.payment()), "post_fee": yuan(t.postage),
		"total_fee": yuan(t.payment() - t.postage), "discount_fee": "0.00", "buyer_nick": t.buyer, "buyer_open_uid": t.uid, "receiver_state": t.state,
		"receiver_name": "淘**", "orders": element("order", orders),
	}, c.params["fields"])}, nil
}

func (c *call) trade() (*Trade, *refusal) {
	for _, t := range c.shop.trades {
		if strconv.FormatInt(t.ID, 10) == c.params["tid"] {
			return t, nil
		}
	}
	return nil, service("isv.trade-not-exist", "交易不存在")
}

func (p *Platform) traceSearch(c *call) (object, *refusal) {
	if no := c.needed("tid"); no != nil {
		return nil, no
	}
	t, no := c.trade()
	if no != nil {
		return nil, no
	}
	if !t.sent() {
		return nil, service("isv.logistics-not-found", "没有物流信息")
	}
	if c.params["is_split"] == "1" && c.params["sub_tid"] == "" {
		return nil, missing("sub_tid")
	}
	var steps []object
	for _, s := range t.steps {
		steps = append(steps, object{"status_time": stamp(s.at), "status_desc": s.desc, "action": s.where})
	}
	return object{"out_sid": t.sid, "company_name": t.company, "tid": t.ID, "status": "卖家已发货", "trace_list": element("transit_step_info", steps)}, nil
}

func (p *Platform) addressSearch(c *call) (object, *refusal) {
	if !slices.Contains([]string{"", "no_def", "get_def", "cancel_def"}, c.params["rdef"]) {
		return nil, invalid("rdef")
	}
	var out []object
	for _, a := range c.shop.addresses {
		if c.params["rdef"] == "cancel_def" && !a.forReturns {
			continue
		}
		out = append(out, object{
			"contact_id": a.id, "contact_name": a.name, "province": a.province, "city": a.city, "country": a.district, "addr": a.street,
			"zip_code": a.zip, "phone": a.phone, "mobile_phone": a.mobile, "cancel_def": a.forReturns, "send_def": !a.forReturns, "get_def": !a.forReturns,
		})
	}
	return object{"addresses": element("address_result", out)}, nil
}

func (p *Platform) tokenCreate(c *call) (object, *refusal) {
	if no := c.needed("code"); no != nil {
		return nil, no
	}
	for _, s := range p.shops {
		if s.AppKey == c.shop.AppKey && s.code == c.params["code"] && s.code != "" {
			s.code = "" // good once
			return s.handOut(p), nil
		}
	}
	return nil, service("isv.invalid-code", "code无效")
}

func (p *Platform) tokenRefresh(c *call) (object, *refusal) {
	if no := c.needed("refresh_token"); no != nil {
		return nil, no
	}
	for _, s := range p.shops {
		if s.AppKey == c.shop.AppKey && s.Refresh == c.params["refresh_token"] {
			return s.handOut(p), nil
		}
	}
	return nil, service("isv.invalid-refresh-token", "refresh_token无效")
}

// handOut makes a new session. The platform answers with the text of an object.
func (s *Shop) handOut(p *Platform) object {
	s.Session = "6100" + strconv.FormatInt(p.number(), 10)
	return object{"token_result": `{"access_token":"` + s.Session + `","refresh_token":"` + s.Refresh +
		`","expires_in":31536000,"re_expires_in":31536000,"token_type":"Bearer","taobao_user_nick":"` + strings.ReplaceAll(s.Nick, `"`, "") + `"}`}
}
