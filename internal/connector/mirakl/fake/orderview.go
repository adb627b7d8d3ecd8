package fake

import "slices"

// What is the same in all orders.
const (
	fulfillmentCenter = "DEFAULT"
	paymentWorkflow   = "PAY_ON_ACCEPTANCE"
)

// view writes an order as OR11 gives it.
func (o *Order) view() object {
	s := o.spec
	price, shipping, total, commission := o.sums()
	cur := o.shop.Currency
	out := object{
		"acceptance_decision_date":      stamp(o.debited),
		"can_cancel":                    o.state == "WAITING_ACCEPTANCE" || o.state == "SHIPPING",
		"can_shop_ship":                 o.state == "SHIPPING",
		"channel":                       object{"code": s.Channel, "label": "Website " + s.Channel},
		"commercial_id":                 o.commercial,
		"created_date":                  stamp(s.PlacedAt),
		"currency_iso_code":             cur,
		"customer":                      o.customer(),
		"customer_debited_date":         stamp(o.debited),
		"customer_directly_pays_seller": false,
		"customer_notification_email":   "notification+" + uuid("mail", int64(len(o.id)))[:12] + "@notification.example.com",
		"delivery_date":                 object{"earliest": stamp(s.Earliest), "latest": stamp(s.Latest)},
		"fulfillment":                   object{"center": object{"code": fulfillmentCenter}},
		"fully_refunded":                !slices.ContainsFunc(o.lines, func(l *Line) bool { return l.state != "REFUNDED" }),
		"has_customer_message":          o.hasMessage,
		"has_incident":                  o.hasIncident(),
		"has_invoice":                   o.hasInvoice,
		"last_updated_date":             stamp(o.updated),
		"leadtime_to_ship":              2,
		"order_additional_fields":       []object{},
		"order_id":                      o.id,
		"order_state":                   o.state,
		"order_state_reason_code":       blank(o.statusReason[0]),
		"order_state_reason_label":      blank(o.statusReason[1]),
		"order_tax_mode":                o.taxMode(),
		"paymentType":                   "CARD",
		"payment_type":                  "CARD",
		"payment_workflow":              paymentWorkflow,
		"price":                         number(price, cur),
		"promotions":                    object{"applied_promotions": []object{}, "total_deduced_amount": number(0, cur)},
		"quote_id":                      nil,
		"references":                    object{"order_reference_for_customer": o.commercial, "order_reference_for_seller": o.commercial},
		"shipping_deadline":             stamp(s.ShipBy),
		"shipping_price":                number(shipping, cur),
		"shipping_type_code":            "STD",
		"shipping_type_label":           "Standard",
		"shipping_type_standard_code":   "CU_ADD-STD",
		"shipping_zone_code":            "DOM1",
		"shipping_zone_label":           "Domestic 1",
		"total_commission":              number(commission, cur),
		"total_price":                   number(total, cur),
		"transaction_date":              stamp(o.debited),
		"transaction_number":            "TR_" + o.commercial,
	}
	if o.tracking != "" {
		out["shipping_carrier_code"], out["shipping_company"] = blank(o.carrier[0]), o.carrier[1]
		out["shipping_carrier_standard_code"] = blank(o.carrier[0])
		out["shipping_tracking"], out["shipping_tracking_url"] = o.tracking, o.trackingURL
	}
	var lines []object
	for _, l := range o.lines {
		lines = append(lines, l.view())
	}
	out["order_lines"] = lines
	return out
}

func blank(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (o *Order) taxMode() string {
	if o.spec.TaxExcluded {
		return "TAX_EXCLUDED"
	}
	return "TAX_INCLUDED"
}

func (o *Order) sums() (price, shipping, total, commission int64) {
	for _, l := range o.lines {
		price, shipping, commission = price+l.spec.Price, shipping+l.spec.Shipping, commission+l.commission()
	}
	return price, shipping, price + shipping, commission
}

// commission is twelve per cent of the price, and VAT of 21 per cent on it.
func (l *Line) commission() int64 { return l.fee() + l.fee()*21/100 }
func (l *Line) fee() int64        { return l.spec.Price * 12 / 100 }

func (o *Order) customer() object {
	c := o.spec.Customer
	address := func() object {
		return object{
			"city": c.City, "civility": nil, "company": nil, "country": c.Country, "country_iso_code": c.CountryCode, "firstname": c.First,
			"lastname": c.Last, "state": nil, "street_1": c.Street, "street_2": nil, "zip_code": c.Postal,
		}
	}
	return object{"billing_address": address(), "civility": nil, "customer_id": c.ID, "firstname": c.First, "lastname": c.Last, "locale": c.Locale,
		"organization": nil, "shipping_address": address()}
}

// view writes a line as OR11 gives it.
func (l *Line) view() object {
	o, cur := l.order, l.order.shop.Currency
	vat := l.fee() * 21 / 100
	taxes := []object{}
	if l.spec.Tax > 0 {
		taxes = append(taxes, object{"amount": number(l.spec.Tax, cur), "code": "tax1", "rate": 10, "tax_calculation_rule": "NONE"})
	}
	return object{
		"can_refund":                    l.refundable(),
		"cancelations":                  l.refundViews(l.canceled, false),
		"category_code":                 "electronics",
		"category_label":                "Electronics",
		"commission_fee":                number(l.fee(), cur),
		"commission_rate_vat":           21.0,
		"commission_taxes":              []object{{"amount": number(vat, cur), "code": "IVA", "rate": 21.0}},
		"commission_vat":                number(vat, cur),
		"created_date":                  stamp(o.spec.PlacedAt),
		"debited_date":                  stamp(o.debited),
		"description":                   "",
		"eco_contributions":             []object{},
		"fees":                          []object{},
		"last_updated_date":             stamp(l.updated),
		"offer_id":                      4400 + l.index,
		"offer_sku":                     l.spec.SKU,
		"offer_state_code":              "11",
		"order_line_additional_fields":  []object{},
		"order_line_id":                 l.id,
		"order_line_index":              l.index,
		"order_line_state":              o.shop.platform.word(l.state),
		"order_line_state_reason_code":  blank(l.reason),
		"order_line_state_reason_label": blank(o.shop.platform.label(l.reason)),
		"origin_unit_price":             number(l.spec.Price/int64(l.spec.Quantity), cur),
		"price":                         number(l.spec.Price, cur),
		"price_additional_info":         nil,
		"price_unit":                    number(l.spec.Price/int64(l.spec.Quantity), cur),
		"product_medias":                []object{},
		"product_shop_sku":              l.spec.SKU,
		"product_sku":                   l.spec.Product,
		"product_title":                 l.spec.Title,
		"promotions":                    []object{},
		"quantity":                      l.spec.Quantity,
		"received_date":                 stamp(o.received),
		"refunds":                       l.refundViews(l.refunds, true),
		"shipped_date":                  stamp(o.shipped),
		"shipping_price":                number(l.spec.Shipping, cur),
		"shipping_taxes":                []object{},
		"taxes":                         taxes,
		"total_commission":              number(l.commission(), cur),
		"total_price":                   number(l.spec.Price+l.spec.Shipping, cur),
	}
}

func (l *Line) refundViews(list []*refund, refunds bool) []object {
	out, cur := []object{}, l.order.shop.Currency
	for _, r := range list {
		fee := r.amount * 12 / 100
		v := object{
			"amount": number(r.amount, cur), "commission_amount": number(fee, cur), "commission_taxes": []object{{"amount": number(fee*21/100, cur), "code": "IVA"}},
			"commission_total_amount": number(fee+fee*21/100, cur), "created_date": stamp(r.at), "eco_contributions": []object{}, "fees": []object{},
			"id": r.id, "quantity": r.quantity, "reason_code": r.reason, "shipping_amount": number(r.shipping, cur),
			"shipping_taxes": list0(r.postage), "taxes": list0(r.taxes),
		}
		if refunds {
			v["commission_tax_amount"], v["order_refund_id"] = number(fee*21/100, cur), r.uuid
			v["refund_state"], v["state"] = r.state, r.state
		}
		out = append(out, v)
	}
	return out
}

func list0(l []object) []object {
	if l == nil {
		return []object{}
	}
	return l
}

// refundable: from shipping on until the order is closed.
func (l *Line) refundable() bool {
	state := l.state
	if state == incidentOpen {
		state = l.before
	}
	goods, shipping := l.left()
	return goods+shipping > 0 && (state == "SHIPPING" || state == "SHIPPED" || state == "RECEIVED" || state == "TO_COLLECT")
}
