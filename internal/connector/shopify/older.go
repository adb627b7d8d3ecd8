package shopify

import (
	"encoding/json"
	"strings"

	"parley/internal/connector"
	"parley/internal/dispute"
)

// orderKind is a purchase that comes from a file by itself, without a case.
const orderKind = "order"

// olderOrder is an order as the older calls and webhooks write it: plain numbers, small letters, lists without nodes. Prices of lines are
// those before discounts: the older calls share the discounts out elsewhere.
type olderOrder struct {
	ID          scalar         `json:"admin_graphql_api_id"`
	Name        scalar         `json:"name"`
	CreatedAt   scalar         `json:"created_at"`
	UpdatedAt   scalar         `json:"updated_at"`
	ProcessedAt scalar         `json:"processed_at"`
	CancelledAt scalar         `json:"cancelled_at"`
	Paid        scalar         `json:"financial_status"`
	Sent        scalar         `json:"fulfillment_status"`
	Locale      scalar         `json:"customer_locale"`
	Gateways    []scalar       `json:"payment_gateway_names"`
	Total       olderBag       `json:"total_price_set"`
	Shipping    olderBag       `json:"total_shipping_price_set"`
	Customer    *olderCustomer `json:"customer"`
	Address     *struct {
		City    scalar `json:"city"`
		Country scalar `json:"country_code"`
	} `json:"shipping_address"`
	Lines       []olderLine   `json:"line_items"`
	Fulfilments []olderParcel `json:"fulfillments"`
	Refunds     []olderRefund `json:"refunds"`
}

type olderBag struct {
	Paid struct {
		Amount   scalar `json:"amount"`
		Currency scalar `json:"currency_code"`
	} `json:"presentment_money"`
}

func (b olderBag) bag() wireBag { return wireBag{Paid: wireMoney(b.Paid)} }

type olderCustomer struct {
	ID    scalar `json:"admin_graphql_api_id"`
	First scalar `json:"first_name"`
	Last  scalar `json:"last_name"`
}

type olderLine struct {
	ID       scalar   `json:"admin_graphql_api_id"`
	Title    scalar   `json:"title"`
	Variant  scalar   `json:"variant_title"`
	SKU      scalar   `json:"sku"`
	Quantity scalar   `json:"quantity"`
	Price    olderBag `json:"price_set"`
}

type olderParcel struct {
	ID        scalar `json:"admin_graphql_api_id"`
	OrderID   scalar `json:"order_id"`
	Status    scalar `json:"status"`
	Display   scalar `json:"shipment_status"`
	CreatedAt scalar `json:"created_at"`
	Company   scalar `json:"tracking_company"`
	Number    scalar `json:"tracking_number"`
	URL       scalar `json:"tracking_url"`
}

type olderRefund struct {
	ID           scalar `json:"id"`
	OrderID      scalar `json:"order_id"`
	CreatedAt    scalar `json:"created_at"`
	Transactions []struct {
		ID         scalar          `json:"id"`
		Kind       scalar          `json:"kind"`
		Status     scalar          `json:"status"`
		Gateway    scalar          `json:"gateway"`
		PaymentID  scalar          `json:"payment_id"`
		Authorised scalar          `json:"authorization"`
		Receipt    json.RawMessage `json:"receipt"`
		Amount     scalar          `json:"amount"`
		Currency   scalar          `json:"currency"`
	} `json:"transactions"`
}

// isOlderOrder tells an order of the older calls from one of the graph.
func isOlderOrder(node json.RawMessage) bool {
	var o struct {
		ID   scalar `json:"admin_graphql_api_id"`
		Name scalar `json:"name"`
	}
	return json.Unmarshal(node, &o) == nil && strings.HasPrefix(o.ID.plain(), "gid://shopify/Order/") && o.Name.plain() != ""
}

// readOlderOrder reads a purchase by turning it into what the graph would say of it. What has another shape than expected leaves the rest
// readable: the record is kept, and the field is told.
func readOlderOrder(node json.RawMessage) connector.Snapshot {
	var o olderOrder
	var r reading
	if err := json.Unmarshal(node, &o); err != nil {
		r.note("order", scalar(err.Error())) // everything else was read all the same
	}
	for _, x := range o.Refunds {
		r.refundWords(x)
	}
	for _, p := range o.Fulfilments {
		r.parcelWords(p)
	}
	r.strangers("order", node, olderOrderMembers)
	w := o.order()
	snap := connector.Snapshot{Ref: ref(orderKind, o.ID, &w), Raw: wrapped(orderKind, node), ChangedAt: r.at("order.updated_at", o.UpdatedAt)}
	snap.Fingerprint = returnMark(w.Paid, o.UpdatedAt)
	var f dispute.Facts
	r.purchase(&f, &w)
	f.Order.Goods, f.Order.Shipping = r.prices(&w)
	f.Order.Items, f.Order.PaidWith = r.items(&w), paidWith(&w)
	f.Buyer, f.Shipment = buyer(&w), r.shipment(&w)
	f.Unknown = r.unknown
	snap.Facts = f
	return snap
}

func (o *olderOrder) order() wireOrder {
	w := wireOrder{
		ID: o.ID, Name: o.Name, CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt, ProcessedAt: o.ProcessedAt, CancelledAt: o.CancelledAt,
		Paid: upper(o.Paid), Sent: upper(o.Sent), Locale: o.Locale, Gateways: o.Gateways, Total: o.Total.bag(), Shipping: o.Shipping.bag(),
	}
	if c := o.Customer; c != nil {
		w.Customer = &wireBuyer{ID: c.ID, First: c.First, Last: c.Last}
	}
	if a := o.Address; a != nil {
		w.Address = &wireAddress{City: a.City, Country: a.Country}
	}
	for _, l := range o.Lines {
		w.Lines.Nodes = append(w.Lines.Nodes, wireLine{ID: l.ID, Title: l.Title, Variant: l.Variant, SKU: l.SKU, Quantity: l.Quantity, Price: l.Price.bag()})
	}
	for _, p := range o.Fulfilments {
		w.Fulfilments = append(w.Fulfilments, p.fulfilment())
	}
	for _, r := range o.Refunds {
		w.Refunds = append(w.Refunds, r.refund())
	}
	return w
}

func (p olderParcel) fulfilment() wireFulfilment {
	return wireFulfilment{ID: p.ID, Status: upper(p.Status), Display: upper(p.Display), CreatedAt: p.CreatedAt, Tracking: []wireTracking{{p.Company, p.Number, p.URL}}}
}

func (o olderRefund) refund() wireRefund {
	r := wireRefund{ID: o.ID, CreatedAt: o.CreatedAt}
	for _, t := range o.Transactions {
		r.Transactions.Nodes = append(r.Transactions.Nodes, wireTransaction{
			ID: t.ID, Kind: upper(t.Kind), Status: upper(t.Status), Gateway: t.Gateway, PaymentID: t.PaymentID, Authorised: t.Authorised,
			Receipt: t.Receipt, Amount: wireBag{Paid: wireMoney{t.Amount, t.Currency}},
		})
	}
	return r
}

// upper writes a word of the older calls as the graph does.
func upper(s scalar) scalar { return scalar(strings.ToUpper(s.plain())) }

// isOlderDispute tells the body of a webhook about a dispute, which stands in no envelope.
func isOlderDispute(object map[string]json.RawMessage) bool {
	for _, name := range []string{"id", "type", "status", "evidence_due_by", "initiated_at"} {
		if object[name] == nil {
			return false
		}
	}
	return true
}
