package fake

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	largestProof      = 130_000   // refuse_proof of taobao.refund.refuse, in bytes
	largestGoodsProof = 5_000_000 // of taobao.rp.returngoods.refuse
	largestShown      = 500_000   // image of taobao.refund.message.add
	longestWords      = 400       // bytes of a message
	mostAtOnce        = 20        // refunds in one call
)

// locked checks the version, and the phase where it is given; Tmall demands both.
func (c *call) locked(r *Refund, always bool) *refusal {
	if c.shop.Tmall || always {
		if no := c.needed("refund_version"); no != nil {
			return no
		}
	}
	if c.shop.Tmall && !always {
		if no := c.needed("refund_phase"); no != nil {
			return no
		}
	}
	if v := c.params["refund_version"]; v != "" && v != strconv.FormatInt(r.version(), 10) {
		return service("isv.refund-version-expired", "退款版本号已过期")
	}
	if phase := c.params["refund_phase"]; phase != "" && phase != r.phase {
		return invalid("refund_phase")
	}
	return nil
}

var wrongState = service("isv.refund-status-error", "退款状态不允许该操作")

func picture(content []byte, most int, name string) *refusal {
	switch {
	case len(content) == 0:
		return nil
	case len(content) > most:
		return invalid(name)
	case !slices.ContainsFunc([]string{"\xff\xd8\xff", "\x89PNG", "GIF8"}, func(begin string) bool { return strings.HasPrefix(string(content), begin) }):
		return invalid(name)
	}
	return nil
}

func (p *Platform) refundRefuse(c *call) (object, *refusal) {
	r, no := c.refund()
	if no != nil {
		return nil, no
	}
	if no := c.needed("refuse_message"); no != nil {
		return nil, no
	}
	if n := utf8.RuneCountInString(c.params["refuse_message"]); n < 2 || n > 200 {
		return nil, invalid("refuse_message")
	}
	if c.shop.Tmall {
		if no := c.needed("refuse_proof"); no != nil {
			return nil, no
		}
	}
	if no := c.locked(r, false); no != nil {
		return nil, no
	}
	if no := picture(c.files["refuse_proof"], largestProof, "refuse_proof"); no != nil {
		return nil, no
	}
	switch {
	case r.status != "WAIT_SELLER_AGREE" && r.status != "WAIT_SELLER_CONFIRM_GOODS":
		return nil, wrongState
	case !r.trade.sent() || r.constraint == "cannot_refuse":
		return nil, service("isv.refund-cannot-refuse", "该退款不允许拒绝")
	}
	r.refused(c.params["refuse_message"], c.files["refuse_proof"])
	return object{"refund": object{"refund_id": strconv.FormatInt(r.ID, 10), "modified": stamp(r.modified), "status": r.status}, "is_success": true}, nil
}

// refused is the shop's no; the buyer has some days to change what he wants.
func (r *Refund) refused(words string, proof []byte) {
	m := r.say("2", words, "NORMAL")
	if len(proof) > 0 {
		m.show(proof)
	}
	r.move("SELLER_REFUSE_BUYER", Revise)
	r.shop.tell("taobao_refund_RefundSellerRefuseAgreement", r)
}

func (m *message) show(content []byte) {
	m.pictures = append(m.pictures, "https://img.example.invalid/refund/"+strconv.FormatInt(m.id, 10)+".jpg")
	m.pictureContent = append(m.pictureContent, content)
}

func (p *Platform) messageAdd(c *call) (object, *refusal) {
	r, no := c.refund()
	if no == nil {
		no = c.needed("content", "image")
	}
	if no == nil && len(c.params["content"]) > longestWords {
		no = invalid("content")
	}
	if no == nil {
		no = picture(c.files["image"], largestShown, "image")
	}
	if no != nil {
		return nil, no
	}
	if r.over() {
		return nil, wrongState
	}
	m := r.say("2", c.params["content"], "NORMAL")
	m.show(c.files["image"])
	r.shop.tell("taobao_refund_RefundCreateMessage", r)
	return object{"refund_message": object{"id": m.id, "created": stamp(m.at)}}, nil
}

// refundsAgree takes several refunds; each is carried out or not.
func (p *Platform) refundsAgree(c *call) (object, *refusal) {
	if no := c.needed("refund_infos"); no != nil {
		return nil, no
	}
	infos := strings.Split(c.params["refund_infos"], ",")
	if len(infos) > mostAtOnce {
		return nil, invalid("refund_infos")
	}
	var results []object
	done, sum := 0, int64(0)
	for _, info := range infos {
		if parts := strings.Split(info, "|"); len(parts) >= 2 {
			sum += number(parts[1])
		}
	}
	if no := c.code(sum); no != nil {
		return no, nil
	}
	for _, info := range infos {
		number, why := p.agree(c, info)
		results = append(results, object{"refund_id": number, "succ": why == "", "message": or(why, "succ")})
		if why == "" {
			done++
		}
	}
	body := object{"results": element("refund_mapping_result", results), "succ": done == len(infos), "message": "操作成功", "msg_code": "OP_SUCC"}
	switch {
	case done == 0:
		body["message"], body["msg_code"] = "操作失败", "OP_FAILURE_UE"
	case done < len(infos):
		body["message"], body["msg_code"] = "部分成功", "SOME_OP_SUCC"
	}
	return body, nil
}

// code asks for the code from the telephone where the sum is large; nil = go on.
func (c *call) code(sum int64) object {
	s := c.shop
	if s.smsOver == 0 || sum <= s.smsOver || c.params["ignore_code"] == "true" {
		return nil
	}
	if s.smsCode != "" && c.params["code"] == s.smsCode {
		s.smsCode = ""
		return nil
	}
	s.smsCode = "427531"
	return object{"message": "发送二次验证短信成功", "succ": false, "msg_code": "OP_FAILURE_UE"}
}

// agree carries out one refund of a batch and says why not.
func (p *Platform) agree(c *call, info string) (refund, why string) {
	parts := strings.Split(info, "|")
	if len(parts) < 3 || (c.shop.Tmall && len(parts) < 4) {
		return parts[0], "参数格式错误"
	}
	c.params["refund_id"] = parts[0]
	r, no := c.refund()
	switch {
	case no != nil:
		return parts[0], no.sub2
	case parts[2] != strconv.FormatInt(r.version(), 10):
		return parts[0], "退款版本号已过期"
	case len(parts) > 3 && parts[3] != r.phase:
		return parts[0], "退款阶段错误"
	case number(parts[1]) != r.fee:
		return parts[0], "退款金额不一致"
	case r.status != "WAIT_SELLER_AGREE" && r.status != "WAIT_SELLER_CONFIRM_GOODS" && r.status != "SELLER_REFUSE_BUYER":
		return parts[0], "退款状态不允许该操作"
	case r.goodsBack && r.status != "WAIT_SELLER_CONFIRM_GOODS":
		return parts[0], "买家尚未退货"
	case strings.HasSuffix(r.kind, "_EXCHANGE"), r.constraint == "refund_onweb":
		return parts[0], "请到网页操作"
	case c.shop.Tmall && !r.reviewed:
		return parts[0], "退款单未审核"
	}
	r.move("SUCCESS", 0)
	r.shop.tell("taobao_refund_RefundSuccess", r)
	return parts[0], ""
}

func (p *Platform) refundReview(c *call) (object, *refusal) {
	r, no := c.refund()
	if no == nil {
		no = c.needed("operator", "refund_phase", "refund_version", "result", "message")
	}
	if no == nil && !c.shop.Tmall {
		no = service("isv.refund-not-support", "仅支持天猫订单")
	}
	if no == nil {
		no = c.locked(r, false)
	}
	if no == nil && r.over() {
		no = wrongState
	}
	if no != nil {
		return nil, no
	}
	r.reviewed = c.params["result"] == "true"
	return object{"is_success": true}, nil
}

func (p *Platform) returnAgree(c *call) (object, *refusal) {
	r, no := c.refund()
	if no != nil {
		return nil, no
	}
	wanted := []string{"name", "address", "post", "tel", "mobile", "seller_address_id"}
	if c.shop.Tmall {
		wanted = []string{"remark", "seller_address_id"}
	}
	if no := c.needed(wanted...); no != nil {
		return nil, no
	}
	if no := c.locked(r, false); no != nil {
		return nil, no
	}
	if !slices.ContainsFunc(c.shop.addresses, func(a address) bool { return a.id == number(c.params["seller_address_id"]) }) {
		return nil, invalid("seller_address_id")
	}
	if r.status != "WAIT_SELLER_AGREE" && r.status != "SELLER_REFUSE_BUYER" || !r.goodsBack {
		return nil, wrongState
	}
	r.say("2", or(c.params["remark"], c.params["name"]+"，"+c.params["address"]), "RETURN_GOODS_APPROVED")
	r.move("WAIT_BUYER_RETURN_GOODS", SendBack)
	r.shop.tell("taobao_refund_RefundSellerAgreeAgreement", r)
	return object{"is_success": true}, nil
}

func (p *Platform) returnRefuse(c *call) (object, *refusal) {
	r, no := c.refund()
	if no == nil && !c.shop.Tmall {
		no = service("isv.refund-not-support", "仅支持天猫退货")
	}
	if no == nil {
		no = c.needed("refund_phase", "refund_version", "refuse_proof")
	}
	if no == nil {
		no = c.locked(r, false)
	}
	if no == nil {
		no = picture(c.files["refuse_proof"], largestGoodsProof, "refuse_proof")
	}
	if no == nil && r.status != "WAIT_SELLER_CONFIRM_GOODS" {
		no = wrongState
	}
	if no != nil {
		return nil, no
	}
	r.refused("拒绝退货", c.files["refuse_proof"])
	return object{"result": true}, nil
}

func (p *Platform) negotiateRender(c *call) (object, *refusal) {
	r, no := c.refund()
	if no != nil {
		return nil, no
	}
	var addresses []object
	for _, a := range c.shop.addresses {
		if a.forReturns {
			addresses = append(addresses, object{"address_id": a.id, "receiver_name": a.name, "post_code": a.zip, "mobile": a.mobile,
				"province_name": a.province, "city_name": a.city, "area_name": a.district, "address_detail": a.street})
		}
	}
	return object{
		"refund_version": r.version(), "apply_tips": "协商退货退款", "max_refund_fee": object{"max_refund_fee": r.order.payment},
		"address_list": element("address", addresses), "reason_list": element("reason", []object{{"reason_id": 1, "reason_text": "需要退货"}}),
	}, nil
}

func (p *Platform) negotiate(c *call) (object, *refusal) {
	r, no := c.refund()
	if no == nil {
		no = c.needed("refund_version", "refund_fee", "address_id")
	}
	if no == nil {
		no = c.locked(r, true)
	}
	fee := number(c.params["refund_fee"])
	switch {
	case no != nil:
	case fee <= 0 || fee > r.order.payment:
		no = invalid("refund_fee")
	case !slices.ContainsFunc(c.shop.addresses, func(a address) bool { return a.id == number(c.params["address_id"]) }):
		no = invalid("address_id")
	case r.status != "WAIT_SELLER_AGREE" || r.goodsBack:
		no = wrongState
	}
	if no != nil {
		return nil, no
	}
	r.offered = fee
	r.move("SELLER_REFUSE_BUYER", Revise)
	r.shop.tell("taobao_dispute_NegotiationApply", r)
	return object{}, nil
}
