package paypal

import (
	"strconv"

	"parley/internal/dispute"
	"parley/internal/money"
)

// payment is the number of the disputed payment as the seller sees it, which is the order here. Where a dispute is about several payments
// the first one leads.
func (r *record) payment() string {
	t := r.of.get("disputed_transactions").first()
	return firstOf(t.get("seller_transaction_id").text(), t.get("reference_id").text(), t.get("buyer_transaction_id").text())
}

// purchase reads what the dispute tells of the payment behind it. The gross amount is goods and shipping together: PayPal does not part
// them. invoice_number and custom are the shop's own free text and name an order of no known system, so they are no handles.
func (r *record) purchase() {
	all := r.of.get("disputed_transactions").list()
	if len(all) == 0 {
		return
	}
	t := all[0]
	r.strangers(t, "disputed_transactions[0].", transactionMembers)
	gross := r.sum(t.get("gross_amount"), "disputed_transactions[0].gross_amount")
	o := &dispute.Order{
		ID: r.payment(), Status: r.word(t.get("transaction_status"), "disputed_transactions[0].transaction_status", transactions),
		PlacedAt: r.at(t.get("create_time"), "disputed_transactions[0].create_time"), Goods: gross, PaidWith: "paypal", Items: r.items(t),
	}
	if gross.Known() {
		o.Shipping = money.Amount{Currency: gross.Currency}
	}
	for _, t := range all {
		if id := t.get("seller_transaction_id").text(); id != "" {
			o.Handles = append(o.Handles, "paypal:transaction/"+id)
		}
	}
	r.facts.Order = o
	if name := t.get("buyer", "name").text(); name != "" {
		r.facts.Buyer = &dispute.Buyer{Name: name}
	}
	r.repaid(o)
}

func (r *record) items(t value) (out []dispute.Item) {
	for n, v := range t.get("items").list() {
		path := "disputed_transactions[0].items[" + strconv.Itoa(n) + "]."
		r.strangers(v, path, itemMembers)
		item := dispute.Item{
			ID: v.get("item_id").text(), SKU: v.get("item_id").text(), Title: firstOf(v.get("item_name").text(), v.get("item_description").text(), v.get("item_id").text()),
			Quantity: int(max(1, min(v.get("item_quantity").whole(), 1e6))),
		}
		if sum := r.sum(v.get("dispute_amount"), path+"dispute_amount"); sum.Known() && sum.Minor%int64(item.Quantity) == 0 {
			item.Price = money.Amount{Minor: sum.Minor / int64(item.Quantity), Currency: sum.Currency}
		}
		out = append(out, item)
	}
	return out
}

// repaid: a payment that PayPal lists as refunded was paid back outside this dispute, which is still running.
func (r *record) repaid(o *dispute.Order) {
	if o.Status != "REFUNDED" || r.ended() || !o.Goods.Known() {
		return
	}
	r.facts.Ledger = append(r.facts.Ledger, dispute.Payment{
		At: r.changed, Did: "refund", Amount: o.Goods, Method: "paypal", Source: "paypal:refund/of-" + o.ID,
	})
}
