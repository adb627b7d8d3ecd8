package desk

import (
	"context"
	"encoding/json"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/store"
)

// keepPushes is how long a delivery is remembered: platforms repeat one for some days at most (Stripe and Shopify three days and less).
const keepPushes = 30 * 24 * time.Hour

// Receive takes a delivery of a platform for a store. It is never taken for the truth: it only makes the desk read the records it names
// at once. The same delivery twice counts once; one the desk can make nothing of is kept. It gives what the platform wants to hear. Faults: NotFound where the store does not
// exist or its platform does not push, Unauthorised where signature or age are wrong, Garbled where the body cannot be read.
func (d *Desk) Receive(ctx context.Context, storeID int64, in connector.Delivery) ([]byte, error) {
	st, err := d.DB.Store(ctx, storeID)
	if err != nil {
		return nil, err
	}
	listener, ok := d.Connectors[st.Connector].(connector.Listener)
	if !ok || st.State == "closed" {
		return nil, fault.New(fault.NotFound, "fault.store_not_found")
	}
	sec, err := d.unseal(st)
	if err != nil {
		return nil, err
	}
	push, err := listener.Receive(accountOf(st.ID, st.Settings, sec), in, d.Now())
	if err != nil {
		return nil, d.refusedDelivery(ctx, store.Place{StoreID: st.ID}, push.Topic, in.Body, err)
	}
	push.Body = in.Body
	return push.Answer, d.take(ctx, st.ID, push)
}

// take keeps what a platform said and lets the loops read what it named.
func (d *Desk) take(ctx context.Context, storeID int64, push connector.Push) error {
	now := d.Now()
	err := d.DB.Write(ctx, func(tx *store.Tx) error { return notePush(tx, storeID, push, now) })
	if err == nil && len(push.Refs)+len(push.Orders) > 0 {
		wake(d.wakeSync)
		wake(d.wakeOrders)
	}
	return err
}

func notePush(tx *store.Tx, storeID int64, push connector.Push, now time.Time) error {
	if push.ID != "" {
		if fresh, err := tx.AddPush(storeID, push.ID, now); err != nil || !fresh {
			return err
		}
	}
	if push.Unknown != "" {
		if err := keepUnknown(tx, store.Place{StoreID: storeID}, push.Topic, push.Unknown, push.Body, now); err != nil {
			return err
		}
	}
	nudges := make([]store.Nudge, 0, len(push.Refs))
	for _, ref := range push.Refs {
		raw, err := json.Marshal(ref)
		if err != nil {
			return err
		}
		nudges = append(nudges, store.Nudge{StoreID: storeID, Kind: ref.Kind, ExternalID: ref.ID, Ref: raw, At: now})
	}
	if err := tx.AddNudges(nudges); err != nil {
		return err
	}
	if len(push.Orders) > 0 {
		if err := tx.WantOrders(storeID, push.Orders, now); err != nil {
			return err
		}
	}
	if len(nudges) == 0 {
		return nil
	}
	return tx.SyncNow(storeID, now)
}
