package fake

import (
	"slices"
	"time"
)

func ledgerFilters() []string {
	return []string{"date_created_from", "date_created_to", "last_updated_from", "last_updated_to", "transaction_date_from", "transaction_date_to", "type",
		"payment_state", "order_id", "order_line_id", "refund_id", "limit", "page_token", "sort", "accounting_document_number", "payment_voucher_number"}
}

// book writes a refund into the shop's ledger: what was paid back, and the commission that comes back.
func (s *Shop) book(l *Line, r *refund, now time.Time) {
	cur := s.Currency
	row := func(kind string, minor int64) {
		credit, debit := max(minor, 0), max(-minor, 0)
		s.ledger = append(s.ledger, object{
			"amount": number(minor, cur), "amount_credited": number(credit, cur), "amount_debited": number(debit, cur), "balance": number(minor, cur),
			"currency_iso_code": cur, "date_created": stamp(now), "last_updated": stamp(now), "id": uuid("ledger", s.platform.next()),
			"entities": object{"domain": "PRODUCT",
				"order": object{"commercial_id": l.order.commercial, "creation_date": stamp(l.order.spec.PlacedAt), "id": l.order.id,
					"payment_info": object{"payment_type": "CARD"}, "references": object{"order_reference_for_customer": l.order.commercial, "order_reference_for_seller": l.order.commercial}},
				"order_line": object{"id": l.id}, "refund": object{"id": r.id}},
			"pay_out_psp_code": "NOT_SPECIFIED", "payment_state": "PENDING", "psp_balance": number(minor, cur),
			"shop": object{"domains": []string{"PRODUCT"}, "id": s.ID, "model": "MARKETPLACE", "operator_internal_id": "OPERATOR-SHOP-" + number64(s.ID)}, "type": kind,
		})
	}
	if r.amount > 0 {
		row("REFUND_ORDER_AMOUNT", -r.amount)
		row("REFUND_COMMISSION_FEE", r.amount*12/100)
	}
	if r.shipping > 0 {
		row("REFUND_ORDER_SHIPPING_AMOUNT", -r.shipping)
	}
}

// tl02 lists the shop's ledger.
func (c *call) tl02() *refusal {
	if token := c.q.Get("page_token"); token != "" {
		return c.seek(token, 100, (*call).ledgerViews)
	}
	return c.seekFirst(100, (*call).ledgerViews)
}

func (c *call) ledgerViews() ([]object, *refusal) {
	kinds, refused := c.list("type")
	if refused != nil {
		return nil, refused
	}
	var bounds [4]time.Time
	for i, name := range []string{"date_created_from", "date_created_to", "last_updated_from", "last_updated_to"} {
		if bounds[i], refused = c.instant(name); refused != nil {
			return nil, refused
		}
	}
	out := []object{}
	for _, row := range c.shop.ledger {
		at, _ := time.Parse(time.RFC3339, row["date_created"].(string)) // written by stamp
		if in(kinds, row["type"].(string)) && within(at, bounds[0], bounds[1]) && within(at, bounds[2], bounds[3]) {
			out = append(out, row)
		}
	}
	return slices.Clone(out), nil
}
