package shopify

import (
	"encoding/json"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
)

// readLate turns a fulfilment order into a snapshot without a formal case: nobody complained yet. It is open while goods are still to be
// sent and the promised instant has passed. The promise is fulfillBy where the platform tells one; else, if the store says so, a number
// of days after the order was processed.
func readLate(node json.RawMessage, shipDays int, now time.Time) connector.Snapshot {
	snap := connector.Snapshot{Raw: wrapped(lateKind, node)}
	var w wireFulfilling
	if err := json.Unmarshal(node, &w); err != nil || w.ID.plain() == "" {
		snap.Ref, snap.Problem = connector.Ref{Kind: lateKind, ID: w.ID.plain()}, garbled(err, false)
		return snap
	}
	r := &reading{}
	snap.Ref = ref(lateKind, w.ID, w.Order)
	if snap.Ref.Order == "" {
		snap.Ref.Order = w.OrderName.plain()
	}
	r.purchase(&snap.Facts, w.Order)
	if status := w.Status.plain(); !unfulfilled[status] && !done[status] {
		r.note("fulfillmentOrder.status", w.Status)
	}
	by := w.promised(r, shipDays)
	if snap.Facts.Order == nil {
		snap.Facts.Order = &dispute.Order{ID: snap.Ref.Order}
	}
	snap.Facts.Order.ShipBy = by
	snap.Open = w.late(by, now)
	snap.ChangedAt = r.at("fulfillmentOrder.updatedAt", w.UpdatedAt)
	snap.Fingerprint = w.mark(snap.Open)
	snap.Facts.Unknown = r.unknown
	return snap
}

// promised is the instant by which the goods had to leave; zero if nobody promised any.
func (w *wireFulfilling) promised(r *reading, shipDays int) time.Time {
	if by := r.at("fulfillmentOrder.fulfillBy", w.FulfillBy); !by.IsZero() {
		return by
	}
	if placed := r.at("fulfillmentOrder.orderProcessedAt", w.ProcessedAt); shipDays > 0 && !placed.IsZero() {
		return placed.AddDate(0, 0, shipDays)
	}
	return time.Time{}
}

// late tells whether goods are still to be sent after the promised instant. A status nobody knows counts as still to be sent.
func (w *wireFulfilling) late(by, now time.Time) bool {
	return !done[w.Status.plain()] && !by.IsZero() && !now.Before(by)
}

// mark changes with the record, and when it becomes late.
func (w *wireFulfilling) mark(open bool) string {
	state := "in time"
	if open {
		state = "late"
	}
	return state + "|" + w.Status.plain() + "|" + w.FulfillBy.plain() + "|" + w.UpdatedAt.plain()
}
