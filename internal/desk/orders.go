package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/store"
)

const (
	orderLease  = 2 * time.Minute
	orderAtOnce = 16
	orderRetry  = 10 * time.Minute
)

// runOrders reads purchases and parcels of cases, when they are new and from time to time while a case is open.
func (d *Desk) runOrders(ctx context.Context) {
	pump(ctx, d, work[store.Order]{
		name: "orders", atOnce: orderAtOnce, ring: d.wakeOrders, next: d.DB.NextWantedOrder,
		claim: func(n int) ([]store.Order, error) { return d.DB.WantedOrders(ctx, d.Now(), orderLease, n) },
		do: func(ctx context.Context, o store.Order) {
			if err := d.readOrder(ctx, o); err != nil && ctx.Err() == nil {
				d.postponeOrder(ctx, o, err)
			}
		},
		release: func(tx *store.Tx, o store.Order) error { return tx.ReleaseOrder(o, d.Now()) },
	})
}

// readOrder reads one purchase and judges the cases behind it again.
func (d *Desk) readOrder(ctx context.Context, o store.Order) error {
	st, err := d.DB.Store(ctx, o.StoreID)
	if err != nil {
		return err
	}
	if d.abouts[st.Connector].Offline {
		return d.lookAgain(ctx, st, o)
	}
	session, err := d.ready(ctx, st)
	if err != nil {
		return err
	}
	ref, err := d.recordOf(ctx, o)
	if err != nil {
		return err
	}
	got, err := session.Order(ctx, ref)
	if fault.Is(err, fault.NotFound) { // the platform tells nothing beyond the record, or no longer: what is known stays
		got, err = asKnown(o)
	}
	if err != nil {
		return err
	}
	return d.takeOrder(ctx, o, got)
}

// recordOf names a record behind which the purchase stands, because platforms find a purchase by their record; an open one first. Where the
// desk has none yet, the purchase is named alone.
func (d *Desk) recordOf(ctx context.Context, o store.Order) (connector.Ref, error) {
	alone := connector.Ref{Kind: "order", ID: o.Number, Order: o.Number}
	cases, err := d.DB.CasesOfOrder(ctx, o.StoreID, o.Number)
	if err != nil || len(cases) == 0 {
		return alone, err
	}
	rows, err := d.DB.SourcesOfCases(ctx, idsOf(cases))
	if err != nil {
		return alone, err
	}
	found := alone
	for _, c := range cases {
		for _, src := range rows[c.ID] {
			ref, err := refOfSource(src)
			if err != nil {
				return alone, err
			}
			if ref.Order == o.Number && (src.Open || found == alone) {
				found = ref
			}
		}
	}
	return found, nil
}

// asKnown is an order as it was read last.
func asKnown(o store.Order) (connector.OrderFacts, error) {
	f, err := decodeFacts(o.Facts)
	return connector.OrderFacts{Order: f.Order, Buyer: f.Buyer, Shipment: f.Shipment, Ledger: f.Ledger, Unknown: f.Unknown}, err
}

func (d *Desk) takeOrder(ctx context.Context, o store.Order, got connector.OrderFacts) error {
	now := d.Now()
	raw, err := json.Marshal(dispute.Facts{Order: got.Order, Buyer: got.Buyer, Shipment: got.Shipment, Ledger: got.Ledger, Unknown: got.Unknown})
	if err != nil {
		return err
	}
	o.Facts, o.FetchedAt, o.Raw = raw, now, got.Raw
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		held, err := tx.OrderOf(ctx, o.StoreID, o.Number)
		if err != nil && !fault.Is(err, fault.NotFound) { // a file may tell of a purchase that nobody has asked for
			return err
		}
		cases, err := tx.CasesOfOrder(ctx, o.StoreID, o.Number)
		if err != nil {
			return err
		}
		open := slices.ContainsFunc(cases, func(c store.Case) bool { return c.Open })
		o.WantedAt = d.readAgain(open, now)
		if err := tx.PutOrders([]store.Order{o}); err != nil || bytes.Equal(held.Facts, raw) {
			return err // nothing new: what time alone changes has its timers
		}
		ms, err := d.rejudge(ctx, tx, idsOf(cases), now, nil)
		if err != nil || anyOpen(ms) == open {
			return err
		}
		o.WantedAt = d.readAgain(!open, now)
		return tx.PutOrders([]store.Order{o})
	})
}

// readAgain is when a purchase is read again: never, where no case of it is open.
func (d *Desk) readAgain(open bool, now time.Time) time.Time {
	if !open {
		return time.Time{}
	}
	return now.Add(d.OrderEvery)
}

func idsOf(cases []store.Case) []int64 {
	ids := make([]int64, len(cases))
	for i := range cases {
		ids[i] = cases[i].ID
	}
	return ids
}

func anyOpen(ms []*matter) bool {
	for _, m := range ms {
		if m.c.Open {
			return true
		}
	}
	return false
}

func (d *Desk) postponeOrder(ctx context.Context, o store.Order, cause error) {
	d.doubtToken(o.StoreID, cause)
	d.Log.Warn("order could not be read", "store", o.StoreID, "err", cause)
	o.WantedAt = d.Now().Add(orderRetry)
	if err := d.DB.Write(ctx, func(tx *store.Tx) error { return tx.PutOrders([]store.Order{o}) }); err != nil {
		d.failed(ctx, "postpone order", err)
	}
}
