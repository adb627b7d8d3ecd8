package sheet

import (
	"slices"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/money"
)

// build makes a record of the row. A row with an error gives none.
func (l *line) build() (Record, bool) {
	rec := Record{Row: l.row.Line, Kind: l.r.mapping.Record}
	for _, f := range Fields(rec.Kind) {
		if f.RequiredIn(rec.Kind) {
			l.need(f.Name)
		}
	}
	rec.Order = l.id("order.number")
	switch rec.Kind {
	case Orders:
		l.order(&rec)
	case Cases:
		l.dispute(&rec)
	case Payments:
		l.payment(&rec)
	case Supplier:
		l.report(&rec)
	case Tracking:
		l.scan(&rec)
	case Messages:
		l.message(&rec)
	case Accounts:
		l.account(&rec)
	}
	rec.Facts.Unknown = l.unknown
	rec.Raw = l.raw()
	if l.failed {
		return Record{}, false
	}
	if rec.Kind == Cases {
		rec.Ref = connector.Ref{Kind: "case", ID: rec.Key, Order: rec.Order, Line: l.text("order.line")}
	} else {
		rec.Key = l.once(rec.Kind + "/" + rec.Order + "/" + rec.Key)
	}
	return rec, true
}

// once tells rows of one key apart by the order in which they come.
func (l *line) once(key string) string {
	n := l.r.seen[key]
	l.r.seen[key] = n + 1
	if n == 0 {
		return key
	}
	return key + "/" + itoa(n+1)
}

func (l *line) order(rec *Record) {
	code := l.currency("order.currency")
	item := dispute.Item{ID: l.id("item.id"), Title: l.text("item.title"), SKU: l.id("item.sku"), Quantity: l.count("item.quantity"), Price: l.money("item.price", code)}
	o := &dispute.Order{
		ID: rec.Order, Status: l.text("order.status"), PlacedAt: l.at("order.placed_at"), Goods: l.money("order.goods", code),
		Shipping: l.money("order.shipping", code), PromisedDays: l.count("order.promised_days"), ProtectionEndsAt: l.at("order.protection_ends_at"),
		PaidWith: l.text("order.paid_with"),
	}
	if number := l.id("supplier.number"); number != "" {
		o.Handles = []string{"supplier:order/" + number}
	}
	if item.Title != "" || item.SKU != "" || item.ID != "" {
		if item.Quantity == 0 {
			item.Quantity = 1
		}
		o.Items = []dispute.Item{item}
	}
	if total := l.money("order.total", code); total.Known() && !o.Goods.Known() {
		o.Goods = goodsOf(total, o.Shipping)
	}
	rec.Key = strings.Trim(l.id("order.line")+"/"+item.SKU+item.ID, "/")
	rec.Facts.Order, rec.Facts.Buyer = o, l.buyer()
	l.address(o)
	l.parcel(rec)
	l.supply(rec)
}

// goodsOf is what remains of a total without the shipping in it.
func goodsOf(total, shipping money.Amount) money.Amount {
	if shipping.Known() {
		if goods, err := total.Sub(shipping); err == nil && goods.Minor >= 0 {
			return goods
		}
	}
	return total
}

func (l *line) buyer() *dispute.Buyer {
	b := dispute.Buyer{ID: l.id("buyer.id"), Name: l.text("buyer.name"), Surname: l.text("buyer.surname"), Country: l.country("buyer.country"), Language: l.language()}
	if b == (dispute.Buyer{}) {
		return nil
	}
	return &b
}

func (l *line) language() string {
	code := strings.ToLower(l.text("buyer.language"))
	if len(code) < 2 || len(code) > 10 {
		return ""
	}
	return code
}

func (l *line) address(o *dispute.Order) {
	result, known := l.code("address.result")
	if result == "" || !known {
		return
	}
	by, _ := l.code("address.by")
	o.AddressCheck = &dispute.AddressCheck{At: l.at("address.checked_at"), Result: result, EnteredBy: by, Note: l.text("address.note")}
	if o.AddressCheck.At.IsZero() {
		o.AddressCheck.At = o.PlacedAt
	}
}

func (l *line) parcel(rec *Record) {
	s := dispute.Shipment{Number: l.id("shipment.number"), Carrier: l.text("shipment.carrier"), ShippedAt: l.at("shipment.shipped_at")}
	if service, known := l.code("shipment.service"); known {
		s.Service = service
	}
	if l.has("shipment.registered") {
		registered := l.yes("shipment.registered")
		s.Registered = &registered
	}
	s.Domestic = l.has("shipment.domestic") && l.yes("shipment.domestic")
	if s.Number == "" && s.Carrier == "" && s.ShippedAt.IsZero() {
		return // a service chosen is no parcel yet
	}
	rec.Facts.Shipment = &s
}

func (l *line) has(field string) bool { return l.cells[field].Text != "" }

// supply reads the purchase behind the order and what became of it there.
func (l *line) supply(rec *Record) {
	s := dispute.Supplier{Marketplace: strings.ToLower(l.text("supplier.marketplace")), Agent: strings.ToLower(l.text("supplier.agent")), ShipBy: l.at("supplier.ship_by")}
	if s != (dispute.Supplier{}) {
		rec.Facts.Supplier = &s
	}
	report, known := l.code("supplier.status")
	if report == "" || report == "none" || !known {
		return
	}
	at := l.at("supplier.status_at")
	if at.IsZero() && report == "shipped" && rec.Facts.Shipment != nil {
		at = rec.Facts.Shipment.ShippedAt
	}
	if at.IsZero() {
		l.wrong("supplier.status", "no_time", "supplier.status_at")
		return
	}
	l.reported(rec, report, at, dispute.Act{Note: l.text("supplier.note")})
}

// reporters are who says what, where the file does not tell.
var reporters = map[string]string{"sent_customs_reminder": "agent", "verified_claim": "agent", "intercepted": "carrier", "intercept_failed": "carrier"}

// reported puts a report of the supplier's side into the facts: as an act, a parcel that left, or money that came back.
func (l *line) reported(rec *Record, report string, at time.Time, act dispute.Act) {
	if rec.Facts.Supplier == nil {
		rec.Facts.Supplier = &dispute.Supplier{}
	}
	switch report {
	case "none":
	case "shipped":
		if rec.Facts.Shipment == nil {
			rec.Facts.Shipment = &dispute.Shipment{}
		}
		if rec.Facts.Shipment.ShippedAt.IsZero() {
			rec.Facts.Shipment.ShippedAt = at
		}
	case "paid_out":
		rec.Facts.Ledger = append(rec.Facts.Ledger, dispute.Payment{At: at, Did: "payout", Amount: act.Amount, Source: "sheet:payout/" + rec.Order + "/" + at.Format(time.RFC3339)})
	default:
		act.At, act.Did = at, report
		if act.Who == "" {
			act.Who = reporters[report]
		}
		if act.Who == "" {
			act.Who = "supplier"
		}
		rec.Facts.History = append(rec.Facts.History, act)
	}
	rec.At = at
}

// endings are words of a case's status that say that it is over.
var endings = []string{"closed", "resolved", "refunded", "completed", "cancelled", "canceled", "ended", "finished", "cerrada", "cerrado", "resuelta", "resuelto",
	"reembolsado", "reembolsada", "cancelada", "cancelado", "finalizada", "finalizado", "success", "关闭", "退款关闭", "退款成功", "已关闭", "已完成", "已退款", "已取消", "完结"}

func (l *line) dispute(rec *Record) {
	rec.Key = l.id("case.number")
	code := l.currency("order.currency")
	via, known := l.code("case.via")
	if via == "" || !known {
		via = "marketplace"
	}
	status, ended := l.text("case.status"), l.at("case.ended_at")
	over := !ended.IsZero() || slices.Contains(endings, folded(status))
	opened := l.at("case.opened_at")
	rec.Facts.Case = &dispute.Case{
		OpenedAt: opened, Via: via, Reason: l.text("case.reason"), ReasonNote: l.text("case.note"), PlatformDueAt: l.at("case.due_at"),
		Claim:    dispute.Claim{Amount: l.money("case.amount", code), ReturnGoods: l.has("case.return_goods") && l.yes("case.return_goods")},
		Reported: dispute.Reported{Status: status, Ended: over, EndedAt: ended},
	}
	if rec.Order != "" {
		rec.Facts.Order = &dispute.Order{ID: rec.Order, Line: l.id("order.line")}
	}
	rec.Open = !over
	rec.At = opened
	if ended.After(opened) {
		rec.At = ended
	}
}

func (l *line) payment(rec *Record) {
	code := l.currency("order.currency")
	kind, known := l.code("payment.kind")
	p := dispute.Payment{At: l.at("payment.at"), Did: kind, Amount: l.money("payment.amount", code), Method: l.text("payment.method")}
	if p.Amount.Minor < 0 {
		p.Amount.Minor = -p.Amount.Minor // back offices write what left as less than nothing
	}
	rec.Key, rec.At = l.id("payment.number"), p.At
	if rec.Key == "" {
		rec.Key = p.At.Format(time.RFC3339)
	}
	if known && kind != "none" && kind != "" {
		p.Source = "sheet:" + kind + "/" + rec.Key
		rec.Facts.Ledger = []dispute.Payment{p}
	}
}

func (l *line) report(rec *Record) {
	report, known := l.code("act.did")
	who, whoKnown := l.code("act.who")
	if !whoKnown {
		who = ""
	}
	at := l.at("act.at")
	act := dispute.Act{Who: who, Reference: l.text("act.reference"), WeightG: l.count("act.weight_g"), Amount: l.money("act.amount", l.currency("order.currency")), Note: l.text("act.note")}
	rec.Key = at.Format(time.RFC3339) + "/" + folded(l.text("act.did"))
	if number := l.id("shipment.number"); number != "" {
		rec.Facts.Shipment = &dispute.Shipment{Number: number, Carrier: l.text("shipment.carrier")}
	}
	if !known {
		report = "none"
	}
	l.reported(rec, report, at, act)
	if rec.Facts.Shipment != nil && report != "shipped" {
		rec.Facts.Shipment = nil // a number alone is no parcel that left
	}
}

func (l *line) scan(rec *Record) {
	at := l.at("event.at")
	status, known := l.code("event.status")
	raw := ""
	if !known {
		status, raw = "unknown", shortened(l.text("event.status"))
	}
	why, whyKnown := l.code("event.why")
	if !whyKnown {
		why = ""
	}
	scan := dispute.Scan{At: at, Status: status, Place: l.text("event.place"), Country: l.country("event.country"), Why: why, Note: l.text("event.note"), Raw: raw}
	rec.Facts.Shipment = &dispute.Shipment{Number: l.id("shipment.number"), Carrier: l.text("shipment.carrier"), Events: []dispute.Scan{scan}}
	rec.Key, rec.At = at.Format(time.RFC3339)+"/"+status+"/"+raw, at
}

func (l *line) message(rec *Record) {
	at := l.at("message.at")
	from, known := l.code("message.from")
	if from == "" || !known {
		from = "buyer"
	}
	asks, known := l.code("message.asks")
	if !known {
		asks = ""
	}
	via, known := l.code("message.via")
	if !known {
		via = ""
	}
	text := l.text("message.text")
	rec.Facts.Messages = []dispute.Message{{At: at, From: from, Via: via, Text: text, Asks: asks}}
	if proof, known := l.code("message.proof"); proof != "" && known {
		reading, _ := l.code("message.reading")
		rec.Facts.Evidence = []dispute.Evidence{{At: at, From: from, Kind: proof, Order: rec.Order, Reading: reading}}
	}
	rec.Key, rec.At = at.Format(time.RFC3339)+"/"+from+"/"+fingerprint([]byte(text)), at
}
