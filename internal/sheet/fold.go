package sheet

import (
	"slices"

	"parley/internal/dispute"
	"parley/internal/money"
)

// Fold lays the facts of the records of one purchase together, the one read last on top. What happened is joined and put in the order
// of time; a thing told twice stands there once.
func Fold(pieces []dispute.Facts) dispute.Facts {
	var f dispute.Facts
	for i := range pieces {
		p := &pieces[i]
		f.Order, f.Buyer, f.Shipment, f.Supplier = foldOrder(f.Order, p.Order), foldBuyer(f.Buyer, p.Buyer), foldShipment(f.Shipment, p.Shipment), foldSupplier(f.Supplier, p.Supplier)
		f.Account = foldAccount(f.Account, p.Account)
		f.History = joined(f.History, p.History)
		f.Ledger = joined(f.Ledger, p.Ledger)
		f.Messages = append(f.Messages, p.Messages...)
		f.Evidence = append(f.Evidence, p.Evidence...)
		f.Unknown = joined(f.Unknown, p.Unknown)
	}
	slices.SortStableFunc(f.History, func(a, b dispute.Act) int { return a.At.Compare(b.At) })
	slices.SortStableFunc(f.Messages, func(a, b dispute.Message) int { return a.At.Compare(b.At) })
	slices.SortStableFunc(f.Ledger, func(a, b dispute.Payment) int { return a.At.Compare(b.At) })
	if f.Order != nil && !f.Order.Goods.Known() {
		f.Order.Goods = sumOf(f.Order.Items)
	}
	if f.Order != nil && f.Order.Goods.Known() && !f.Order.Shipping.Known() {
		f.Order.Shipping = money.Amount{Currency: f.Order.Goods.Currency}
	}
	return f
}

func joined[T comparable](had, more []T) []T {
	for _, x := range more {
		if !slices.Contains(had, x) {
			had = append(had, x)
		}
	}
	return had
}

// over replaces a value by a newer one that says something.
func over[T comparable](old *T, fresh T) {
	var none T
	if fresh != none {
		*old = fresh
	}
}

func foldOrder(old, fresh *dispute.Order) *dispute.Order {
	if fresh == nil {
		return old
	}
	var o dispute.Order
	if old != nil {
		o = *old
	}
	over(&o.ID, fresh.ID)
	over(&o.Status, fresh.Status)
	over(&o.PlacedAt, fresh.PlacedAt)
	over(&o.Goods, fresh.Goods)
	over(&o.Shipping, fresh.Shipping)
	over(&o.PromisedDays, fresh.PromisedDays)
	over(&o.ProtectionEndsAt, fresh.ProtectionEndsAt)
	over(&o.PaidWith, fresh.PaidWith)
	if fresh.AddressCheck != nil {
		o.AddressCheck = fresh.AddressCheck
	}
	o.Handles = joined(slices.Clone(o.Handles), fresh.Handles)
	o.Items = append(slices.Clone(o.Items), fresh.Items...)
	return &o
}

func foldBuyer(old, fresh *dispute.Buyer) *dispute.Buyer {
	if fresh == nil {
		return old
	}
	var b dispute.Buyer
	if old != nil {
		b = *old
	}
	over(&b.ID, fresh.ID)
	over(&b.Name, fresh.Name)
	over(&b.Surname, fresh.Surname)
	over(&b.Country, fresh.Country)
	over(&b.Language, fresh.Language)
	return &b
}

func foldShipment(old, fresh *dispute.Shipment) *dispute.Shipment {
	if fresh == nil {
		return old
	}
	var s dispute.Shipment
	if old != nil {
		s = *old
	}
	over(&s.Number, fresh.Number)
	over(&s.Carrier, fresh.Carrier)
	over(&s.ShippedAt, fresh.ShippedAt)
	over(&s.Service, fresh.Service)
	if fresh.Registered != nil {
		s.Registered = fresh.Registered
	}
	s.Domestic = s.Domestic || fresh.Domestic
	s.Events = joined(slices.Clone(s.Events), fresh.Events)
	slices.SortStableFunc(s.Events, func(a, b dispute.Scan) int { return a.At.Compare(b.At) })
	return &s
}

func foldSupplier(old, fresh *dispute.Supplier) *dispute.Supplier {
	if fresh == nil {
		return old
	}
	var s dispute.Supplier
	if old != nil {
		s = *old
	}
	over(&s.Marketplace, fresh.Marketplace)
	over(&s.Agent, fresh.Agent)
	over(&s.ShipBy, fresh.ShipBy)
	return &s
}

// sumOf is the price of all items; unknown where one is, or where they are in several currencies.
func sumOf(items []dispute.Item) money.Amount {
	var sum money.Amount
	for i, it := range items {
		if !it.Price.Known() {
			return money.Amount{}
		}
		part := it.Price
		part.Minor *= int64(it.Quantity)
		if i == 0 {
			sum = part
			continue
		}
		var err error
		if sum, err = sum.Add(part); err != nil {
			return money.Amount{}
		}
	}
	return sum
}
