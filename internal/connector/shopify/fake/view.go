package fake

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func listOf[T any](items []T, view func(T) object) []any {
	out := make([]any, len(items))
	for i, item := range items {
		out[i] = view(item)
	}
	return out
}

func (m Money) bag() object {
	return object{"presentmentMoney": m.money(), "shopMoney": m.money()}
}

func (m Money) money() object { return object{"amount": m.Decimal(), "currencyCode": m.Currency} }

// query is the root of all queries.
func (s *Shop) query() object {
	byID := func(kind string) with {
		return func(args map[string]any) any {
			id, _ := args["id"].(string)
			return s.node(id, kind)
		}
	}
	return object{
		"shop":   s.view(),
		"node":   byID(""),
		"order":  byID("Order"),
		"return": byID("Return"), "dispute": byID("ShopifyPaymentsDispute"), "disputeEvidence": byID("ShopifyPaymentsDisputeEvidence"),
		"fulfillmentOrder": byID("FulfillmentOrder"),
		"nodes": with(func(args map[string]any) any {
			ids, _ := args["ids"].([]any)
			out := make([]any, len(ids))
			for i, id := range ids {
				text, _ := id.(string)
				out[i] = s.node(text, "")
			}
			return out
		}),
		"orders":            with(s.orderList),
		"disputes":          with(s.disputeList),
		"fulfillmentOrders": with(s.fulfilmentList),
	}
}

func (s *Shop) view() object {
	return object{
		"id": gid("Shop", s.ID), "name": s.Name, "myshopifyDomain": s.Domain + ".myshopify.com", "currencyCode": s.Currency, "ianaTimezone": s.Zone,
		"shopAddress": object{"id": gid("ShopAddress", s.ID), "countryCodeV2": s.Country},
	}
}

// node finds anything by its global id; kind narrows it ("" = any).
func (s *Shop) node(id, kind string) any {
	rest, ok := strings.CutPrefix(id, "gid://shopify/")
	what, _, _ := strings.Cut(rest, "/")
	if !ok || (kind != "" && what != kind) {
		return nil
	}
	switch found := s.named[id].(type) {
	case *Order:
		if what == "FulfillmentOrder" {
			return s.fulfilmentOrder(found)
		}
		return s.order(found)
	case *Return:
		return s.returned(found)
	case *Dispute:
		if what == "ShopifyPaymentsDisputeEvidence" {
			return s.evidence(found)
		}
		return s.dispute(found)
	}
	return nil
}

func (s *Shop) order(o *Order) object {
	c := o.Customer
	customer := object{"__typename": "Customer", "id": gid("Customer", c.id), "firstName": orNull(c.First), "lastName": orNull(c.Last), "displayName": strings.TrimSpace(c.First + " " + c.Last), "locale": c.Locale}
	entity := customer
	if c.Company {
		entity = object{"__typename": "PurchasingCompany", "company": object{"id": gid("Company", c.id), "name": c.Last}}
	}
	return object{
		"__typename": "Order", "id": gid("Order", o.ID), "legacyResourceId": fmt.Sprint(o.ID), "name": o.Name, "createdAt": stamp(o.Placed),
		"processedAt": stamp(o.Placed), "updatedAt": stamp(o.UpdatedAt), "closed": false, "currencyCode": o.Currency,
		"presentmentCurrencyCode": o.Currency, "customerLocale": orNull(c.Locale), "customer": customer, "purchasingEntity": entity,
		"displayFinancialStatus": o.paid(), "displayFulfillmentStatus": o.sent(), "returnStatus": o.returning(),
		"paymentGatewayNames": []any{o.Gateway}, "tags": []any{},
		"shippingAddress": object{"id": gid("MailingAddress", c.id), "city": orNull(c.City), "countryCodeV2": orNull(c.Country), "timeZone": orNull(c.Zone), "firstName": orNull(c.First), "lastName": orNull(c.Last)},
		"totalPriceSet":   o.Total().bag(), "totalShippingPriceSet": Money{o.Shipping, o.Currency}.bag(), "totalRefundedSet": Money{o.refunded(), o.Currency}.bag(),
		"lineItems": with(func(map[string]any) any { return listOf(o.Lines, func(l *Line) object { return l.view(o) }) }),
		"fulfillments": with(func(map[string]any) any {
			return listOf(o.fulfilments, func(f *Fulfilment) object { return f.view(o) })
		}),
		"fulfillmentOrders": with(func(map[string]any) any { return []any{s.fulfilmentOrder(o)} }),
		"transactions":      with(func(map[string]any) any { return o.transactions() }),
		"refunds":           with(func(map[string]any) any { return listOf(o.refunds, func(r *refund) object { return s.refunded(o, r) }) }),
		"returns":           with(func(map[string]any) any { return listOf(o.returns, s.returned) }),
		"disputes":          with(func(map[string]any) any { return s.summaries(o) }),
	}
}

func (s *Shop) summaries(o *Order) []any {
	out := []any{}
	for _, d := range s.disputes {
		if d.order == o {
			out = append(out, object{"id": gid("ShopifyPaymentsDispute", d.ID), "initiatedAs": d.Type, "status": d.Status})
		}
	}
	return out
}

func (o *Order) paid() string {
	switch n := o.refunded(); {
	case n == 0:
		return "PAID"
	case n < o.Total().Minor:
		return "PARTIALLY_REFUNDED"
	}
	return "REFUNDED"
}

func (o *Order) sent() string {
	if len(o.fulfilments) > 0 {
		return "FULFILLED"
	}
	return "UNFULFILLED"
}

// fulfilling is the state of the one fulfilment order.
func (o *Order) fulfilling() string {
	if len(o.fulfilments) > 0 {
		return "CLOSED"
	}
	return "OPEN"
}

func (o *Order) returning() string {
	status := "NO_RETURN"
	for _, r := range o.returns {
		switch r.Status {
		case "REQUESTED":
			return "RETURN_REQUESTED"
		case "OPEN":
			if status != "IN_PROGRESS" && !r.Inspected.IsZero() {
				status = "INSPECTION_COMPLETE"
				continue
			}
			status = "IN_PROGRESS"
		case "CLOSED":
			if status == "NO_RETURN" {
				status = "RETURNED"
			}
		}
	}
	return status
}

func (l *Line) view(o *Order) object {
	price := Money{l.Price, o.Currency}.bag()
	return object{
		"id": gid("LineItem", l.ID), "title": l.Title, "name": l.Title, "sku": orNull(l.SKU), "quantity": l.Quantity, "currentQuantity": l.Quantity - l.returned,
		"refundableQuantity": l.Quantity - l.returned, "discountedUnitPriceAfterAllDiscountsSet": price, "originalUnitPriceSet": price,
	}
}

func (f *Fulfilment) view(o *Order) object {
	out := object{
		"id": gid("Fulfillment", f.ID), "legacyResourceId": fmt.Sprint(f.ID), "name": o.Name + "-F1", "status": "SUCCESS", "createdAt": stamp(f.At), "updatedAt": stamp(f.At),
		"totalQuantity": len(o.Lines), "displayStatus": "FULFILLED", "trackingInfo": []any{},
	}
	if f.Number != "" {
		out["trackingInfo"] = []any{object{"company": orNull(f.Company), "number": f.Number, "url": "https://tracking.example.com/" + f.Number}}
	}
	events := make([]any, 0, len(f.Events))
	for _, e := range f.Events {
		events = append(events, object{
			"id": gid("FulfillmentEvent", e.id), "status": e.Status, "happenedAt": stamp(e.At), "createdAt": stamp(e.At), "city": orNull(e.City), "country": orNull(e.Country), "message": orNull(e.Message),
		})
		out["displayStatus"] = e.Status
		switch e.Status {
		case "IN_TRANSIT":
			out["inTransitAt"] = stamp(e.At)
		case "DELIVERED":
			out["deliveredAt"] = stamp(e.At)
		}
	}
	out["events"] = events
	return out
}

func (s *Shop) fulfilmentOrder(o *Order) object {
	return object{
		"__typename": "FulfillmentOrder", "id": gid("FulfillmentOrder", o.FulfilmentOrder), "status": o.fulfilling(), "requestStatus": "UNSUBMITTED", "fulfillAt": stamp(o.Placed),
		"fulfillBy": stamp(o.ShipBy), "createdAt": stamp(o.Placed), "updatedAt": stamp(o.UpdatedAt), "orderId": gid("Order", o.ID), "orderName": o.Name,
		"orderProcessedAt": stamp(o.Placed), "order": with(func(map[string]any) any { return s.order(o) }),
	}
}

func (o *Order) transactions() []any {
	left := o.Total().minus(o.refunded())
	out := object{
		"id": gid("OrderTransaction", o.PaymentNo), "kind": "SALE", "status": "SUCCESS", "gateway": o.Gateway, "formattedGateway": o.Gateway,
		"paymentId": orNull(o.PaymentID), "authorizationCode": orNull(o.Authorization), "receiptJson": orNull(o.Receipt), "amountSet": o.Total().bag(),
		"createdAt": stamp(o.Placed), "processedAt": stamp(o.Placed), "maximumRefundableV2": left.money(), "test": false, "manualPaymentGateway": false,
	}
	if o.CardBrand != "" {
		out["paymentDetails"] = object{"__typename": "CardPaymentDetails", "company": o.CardBrand, "number": "•••• •••• •••• 4242"}
	}
	list := []any{out}
	for _, r := range o.refunds {
		list = append(list, o.refundTransaction(r))
	}
	return list
}

func (o *Order) refundTransaction(r *refund) object {
	return object{
		"id": gid("OrderTransaction", r.transaction), "kind": "REFUND", "status": "SUCCESS", "gateway": o.Gateway, "formattedGateway": o.Gateway, "amountSet": r.amount.bag(),
		"createdAt": stamp(r.at), "processedAt": stamp(r.at), "test": false, "manualPaymentGateway": false,
		"parentTransaction": object{"id": gid("OrderTransaction", o.PaymentNo), "kind": "SALE", "status": "SUCCESS", "gateway": o.Gateway, "amountSet": o.Total().bag(), "createdAt": stamp(o.Placed), "test": false, "manualPaymentGateway": false},
	}
}

func (s *Shop) refunded(o *Order, r *refund) object {
	out := object{
		"id": gid("Refund", r.id), "legacyResourceId": fmt.Sprint(r.id), "createdAt": stamp(r.at), "updatedAt": stamp(r.at), "processedAt": stamp(r.at), "note": orNull(r.note),
		"totalRefundedSet": r.amount.bag(), "transactions": []any{o.refundTransaction(r)}, "order": with(func(map[string]any) any { return s.order(o) }),
	}
	if r.of != nil {
		out["return"] = with(func(map[string]any) any { return s.returned(r.of) })
	}
	return out
}

func (s *Shop) returned(r *Return) object {
	l := r.order.Lines[r.Line]
	out := object{
		"__typename": "Return", "id": gid("Return", r.ID), "name": r.Name, "status": s.worded(r.Status), "createdAt": stamp(r.At), "requestApprovedAt": stamp(r.Approved),
		"totalQuantity": r.Quantity, "order": with(func(map[string]any) any { return s.order(r.order) }),
	}
	if r.Status == "CLOSED" {
		out["closedAt"] = stamp(r.Closed)
	}
	if r.Declined != "" {
		out["decline"] = object{"reason": r.Declined, "note": orNull(r.Note)}
	}
	out["returnLineItems"] = []any{object{
		"__typename": "ReturnLineItem", "id": gid("ReturnLineItem", r.LineID), "quantity": r.Quantity, "processedQuantity": r.processed,
		"processableQuantity": r.Quantity - r.processed, "unprocessedQuantity": r.Quantity - r.processed, "refundableQuantity": r.Quantity - r.processed,
		"refundedQuantity": r.processed, "customerNote": orNull(r.CustomerSay), "returnReasonNote": "",
		"returnReasonDefinition":          object{"id": gid("ReturnReasonDefinition", r.Reason), "handle": r.ReasonHandle, "name": strings.ReplaceAll(r.ReasonHandle, "-", " "), "deleted": false},
		"withCodeDiscountedTotalPriceSet": Money{l.Price * int64(r.Quantity), r.order.Currency}.bag(),
		"fulfillmentLineItem":             object{"id": gid("FulfillmentLineItem", l.Fulfilled), "quantity": l.Quantity, "lineItem": l.view(r.order)},
	}}
	out["refunds"] = with(func(map[string]any) any {
		refunds := []any{}
		for _, one := range r.order.refunds {
			if one.of == r {
				refunds = append(refunds, s.refunded(r.order, one))
			}
		}
		return refunds
	})
	return out
}

func (s *Shop) dispute(d *Dispute) object {
	return object{
		"__typename": "ShopifyPaymentsDispute", "id": gid("ShopifyPaymentsDispute", d.ID), "legacyResourceId": fmt.Sprint(d.ID), "type": d.Type, "status": d.Status,
		"amount": Money{d.Amount, d.order.Currency}.money(), "evidenceDueBy": stamp(d.DueBy), "evidenceSentOn": stamp(d.Sent), "finalizedOn": stamp(d.Final),
		"initiatedAt": stamp(d.At), "reasonDetails": object{"reason": d.Reason, "networkReasonCode": orNull(d.Network)},
		"disputeEvidence": with(func(map[string]any) any { return s.evidence(d) }), "order": with(func(map[string]any) any { return s.order(d.order) }),
	}
}

func (s *Shop) evidence(d *Dispute) object {
	out := object{
		"__typename": "ShopifyPaymentsDisputeEvidence", "id": gid("ShopifyPaymentsDisputeEvidence", d.Evidence), "submitted": d.Submitted,
		"dispute": with(func(map[string]any) any { return s.dispute(d) }), "disputeFileUploads": listOf(d.Files, File.view),
	}
	for name, text := range d.Form {
		out[name] = text
	}
	for i := range slices.Backward(d.Files) {
		out[camel(d.Files[i].Slot)] = d.Files[i].view()
	}
	return out
}

func (f File) view() object {
	return object{
		"__typename": "ShopifyPaymentsDisputeFileUpload", "id": gid("ShopifyPaymentsDisputeFileUpload", f.ID), "originalFileName": f.Name, "fileType": f.Type, "fileSize": f.Bytes,
		"disputeEvidenceType": strings.ToUpper(f.Slot), "url": fmt.Sprintf("https://files.example.com/%d", f.ID),
	}
}

// camel writes uncategorized_file as uncategorizedFile.
func camel(slot string) string {
	parts := strings.Split(slot, "_")
	for i := 1; i < len(parts); i++ {
		parts[i] = strings.ToUpper(parts[i][:1]) + parts[i][1:]
	}
	return strings.Join(parts, "")
}
