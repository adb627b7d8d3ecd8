package fake

import (
	"slices"
	"strconv"
	"time"
)

// tracking answers aliexpress.logistics.redefining.querytrackingresult.
func (p *Platform) tracking(c *call) (body, *refusal) {
	order := p.parcels[c.args.text("logistics_no")]
	ours := order != nil && order.shop == c.shop && (c.args.text("out_ref") == order.ID())
	return func(w *writer) {
		w.truth("result_success", ours)
		if !ours {
			w.text("error_desc", "No tracking information was found")
			w.list("details", "details", 0, nil)
			return
		}
		w.text("official_website", "https://global.cainiao.com")
		scans := order.scansUntil(c.now)
		w.list("details", "details", len(scans), func(i int) { scans[len(scans)-1-i].write(w) })
	}, nil
}

// scansUntil are the events that have happened by an instant, oldest first.
func (o *Order) scansUntil(now time.Time) []Scan {
	till := slices.IndexFunc(o.scans, func(scan Scan) bool { return scan.At.After(now) })
	if till < 0 {
		return o.scans
	}
	return o.scans[:till]
}

func (s Scan) write(w *writer) {
	w.text("action_code", s.Code)
	w.text("event_desc", s.Text)
	w.text("event_date", wallText(s.At))
	w.text("address", s.Place)
	w.text("signed_name", s.Name)
}

// onlineLogistics answers aliexpress.logistics.redefining.getonlinelogisticsinfo for one order.
func (p *Platform) onlineLogistics(c *call) (body, *refusal) {
	number, no := c.args.number("order_id", 0)
	if no != nil {
		return nil, no
	}
	order := p.orders[number]
	count := 0
	if order != nil && order.shop == c.shop && order.tracking != "" {
		count = 1
	}
	return func(w *writer) {
		w.truth("is_success", true)
		w.number("current_page", 1)
		w.number("total_page", 1)
		w.list("result_list", "aeop_logistics_order_dto", count, func(int) {
			w.number("order_id", order.id)
			w.text("lp_number", "LP"+order.ID()[:14])
			w.text("internationallogistics_id", order.tracking)
			w.text("international_logistics_type", order.service)
			w.text("logistics_status", "SEND_SUCCESS")
			w.simpleMoney("logistics_fee", Money{312, "USD"})
		})
	}, nil
}

// sellerAddresses answers aliexpress.logistics.redefining.getlogisticsselleraddresses.
func (p *Platform) sellerAddresses(c *call) (body, *refusal) {
	kinds := c.args.words("seller_address_query")
	for _, kind := range kinds {
		if kind != "sender" && kind != "pickup" && kind != "refund" {
			return nil, invalid("seller_address_query")
		}
	}
	return func(w *writer) {
		w.truth("result_success", true)
		for _, kind := range kinds {
			of := c.shop.addressesOf(kind)
			w.list(kind+"_seller_address_list", kind+"_seller_address_list", len(of), func(i int) { of[i].write(w) })
		}
	}, nil
}

func (s *Shop) addressesOf(kind string) []Address {
	var of []Address
	for _, address := range s.addresses {
		if address.Kind == kind {
			of = append(of, address)
		}
	}
	return of
}

func (a Address) write(w *writer) {
	w.number("address_id", a.ID)
	w.text("name", a.Name)
	w.text("street_address", a.Street)
	w.text("city", a.City)
	w.text("postcode", a.Postal)
	w.text("country", a.Country)
	w.text("phone", a.Phone)
	yes := int64(0)
	if a.Default {
		yes = 1
	}
	w.number("is_default", yes)
}

// evaluations answers aliexpress.evaluation.listorderevaluation.get.
func (p *Platform) evaluations(c *call) (body, *refusal) {
	query, no := c.form.inner("trade_evaluation_request")
	if no != nil {
		return nil, no
	}
	parents, stars := query.words("parent_order_ids"), query.words("buyer_product_ratings")
	if len(parents) > 50 {
		return nil, invalid("parent_order_ids")
	}
	var rows []*line
	for _, order := range c.shop.orders {
		if len(parents) > 0 && !slices.Contains(parents, order.ID()) {
			continue
		}
		for _, line := range order.lines {
			if line.stars > 0 && (len(stars) == 0 || slices.Contains(stars, strconv.Itoa(line.stars))) {
				rows = append(rows, line)
			}
		}
	}
	return func(w *writer) {
		w.text("time_stamp", c.now.In(gateZone).Format(wallLayout))
		w.list("target_list", "trade_evaluation_open_dto", len(rows), func(i int) { rows[i].evaluation(w) })
	}, nil
}

func (l *line) evaluation(w *writer) {
	w.number("order_id", l.id)
	w.number("parent_order_id", l.order.id)
	w.number("product_id", l.productID)
	w.text("buyer_login_id", l.order.buyer.Login)
	w.text("buyer_evaluation", strconv.Itoa(l.stars))
	w.text("buyer_feedback", l.feedback)
	w.text("buyer_fb_date", wallText(l.reviewedAt))
	w.text("valid_date", wallText(l.reviewedAt))
	w.text("gmt_create", wallText(l.reviewedAt))
	w.text("gmt_modified", wallText(l.reviewedAt))
	w.text("gmt_order_complete", wallText(l.order.endedAt))
	w.text("seller_login_id", l.order.shop.Login)
	w.text("seller_reply", l.reply)
	w.text("seller_fb_date", wallText(l.repliedAt))
}

// replyEvaluation answers aliexpress.evaluation.evaluation.reply: once for each evaluation.
func (p *Platform) replyEvaluation(c *call) (body, *refusal) {
	number, no := c.args.number("child_order_id", 0)
	if no != nil {
		return nil, no
	}
	line := p.children[number]
	switch {
	case line == nil || line.order.shop != c.shop || c.args.text("parent_order_id") != line.order.ID():
		return nil, business("isv.order-not-exist", "The order does not exist")
	case line.stars == 0:
		return nil, business("isv.evaluation-not-exist", "The buyer has not evaluated the order")
	case line.reply != "":
		return nil, business("isv.evaluation-replied", "The evaluation has a reply already")
	case len([]rune(c.args.text("text"))) > 1000:
		return nil, invalid("text")
	}
	line.reply, line.repliedAt = c.args.text("text"), c.now
	return func(w *writer) {
		w.truth("target", true)
		w.text("time_stamp", c.now.In(gateZone).Format(wallLayout))
	}, nil
}

// profile answers aliexpress.merchant.profile.get.
func (p *Platform) profile(c *call) (body, *refusal) {
	return func(w *writer) {
		w.object("profile", func() {
			w.number("seller_id", c.shop.ID)
			w.text("country", c.shop.Country)
			w.text("quotation_currency", c.shop.Currency)
			w.text("online_store_product_number", "412")
			w.text("auth_store_product_number", "3")
			w.text("limit_store_product_number", "3000")
		})
	}, nil
}
