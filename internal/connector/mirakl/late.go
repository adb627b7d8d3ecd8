package mirakl

import (
	"encoding/json"
	"slices"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
)

// isLate: it waits for shipping and the instant promised for it has come.
func (o *order) isLate(now time.Time) bool {
	return o.state == "SHIPPING" && !o.deadline.IsZero() && !now.Before(o.deadline)
}

// late is an order that was not sent in time, as a source of its own. It is no formal case.
func (o *order) late(now time.Time, said talk) connector.Snapshot {
	f := o.facts("")
	snap := connector.Snapshot{
		Ref:       connector.Ref{Kind: lateKind, ID: o.id, Buyer: f.Buyer.ID, Order: o.id},
		ChangedAt: later(o.updated, o.deadline),
		Open:      o.isLate(now),
		Facts:     dispute.Facts{Order: f.Order, Buyer: f.Buyer, Shipment: f.Shipment, Ledger: f.Ledger, Unknown: slices.Clone(f.Unknown)},
	}
	record := lateRecord{Late: o.isLate(now), Order: o.raw(), spoken: hear(&snap, o, said.of(o), said.on(o), o.deadline)}
	snap.Raw, _ = json.Marshal(record) // made of JSON
	snap.Fingerprint = digest(record.Late, o.state, o.deadline, o.text("shipping_tracking"), record.spoken)
	return snap
}

// lateRecord is what is kept of a late order.
type lateRecord struct {
	Late  bool            `json:"late"`
	Order json.RawMessage `json:"order"`
	spoken
}
