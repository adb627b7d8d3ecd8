package store

import (
	"context"
	"time"
)

// Subscription is how the connection of a store stands over which its platform hands messages out.
type Subscription struct {
	StoreID      int64
	OpenedAt     time.Time // when the platform let us in last; zero = never
	FailingSince time.Time // zero = it is open
	FaultKind    string
	FaultKey     string
}

// Subscriptions gives how the connections for messages stand, in the order of the stores' ids.
func (r reader) Subscriptions(ctx context.Context) ([]Subscription, error) {
	read := func(r *record) Subscription {
		return Subscription{StoreID: r.int(), OpenedAt: r.instant(), FailingSince: r.instant(), FaultKind: r.text(), FaultKey: r.text()}
	}
	return all(ctx, r, read, "SELECT store_id, opened_at, failing_since, fault_kind, fault_key FROM subscription ORDER BY store_id")
}

// SubscriptionOpened says that the connection of a store is open since an instant.
func (tx *Tx) SubscriptionOpened(storeID int64, at time.Time) error {
	tx.TouchedStore(storeID)
	_, err := tx.change("INSERT INTO subscription (store_id, opened_at, failing_since, fault_kind, fault_key) VALUES (?, ?, 0, '', '')"+
		" ON CONFLICT (store_id) DO UPDATE SET opened_at = excluded.opened_at, failing_since = 0, fault_kind = '', fault_key = ''", storeID, micros(at))
	return err
}

// SubscriptionFailed says that the connection of a store could not be opened at an instant, and why. It fails since the first such instant.
func (tx *Tx) SubscriptionFailed(storeID int64, at time.Time, kind, key string) error {
	tx.TouchedStore(storeID)
	_, err := tx.change("INSERT INTO subscription (store_id, opened_at, failing_since, fault_kind, fault_key) VALUES (?, 0, ?, ?, ?)"+
		" ON CONFLICT (store_id) DO UPDATE SET fault_kind = excluded.fault_kind, fault_key = excluded.fault_key,"+
		" failing_since = CASE WHEN subscription.failing_since = 0 THEN excluded.failing_since ELSE subscription.failing_since END",
		storeID, micros(at), kind, key)
	return err
}

// EndSubscription says that a store has no such connection any more.
func (tx *Tx) EndSubscription(storeID int64) error {
	tx.TouchedStore(storeID)
	_, err := tx.change("DELETE FROM subscription WHERE store_id = ?", storeID)
	return err
}
