package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/internal/store"
	"parley/internal/store/storetest"
)

// TestAConnectionForMessagesFailsSinceTheFirstFailure, until it opens.
func TestAConnectionForMessagesFailsSinceTheFirstFailure(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a, b := shop(t, db, "a"), shop(t, db, "b")
		at := func(m int) time.Time { return storetest.Start.Add(time.Duration(m) * time.Minute) }
		stands := func(want ...store.Subscription) {
			t.Helper()
			got, err := db.Subscriptions(ctx)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Error(diff, err)
			}
		}
		write(t, db, func(tx *store.Tx) error { return tx.SubscriptionOpened(a.ID, at(0)) })
		write(t, db, func(tx *store.Tx) error { return tx.SubscriptionFailed(b.ID, at(1), "unavailable", "fault.timeout") })
		write(t, db, func(tx *store.Tx) error { return tx.SubscriptionFailed(a.ID, at(2), "unavailable", "fault.timeout") })
		write(t, db, func(tx *store.Tx) error { return tx.SubscriptionFailed(a.ID, at(3), "unauthorised", "fault.internal") })
		stands(store.Subscription{StoreID: a.ID, OpenedAt: at(0), FailingSince: at(2), FaultKind: "unauthorised", FaultKey: "fault.internal"},
			store.Subscription{StoreID: b.ID, FailingSince: at(1), FaultKind: "unavailable", FaultKey: "fault.timeout"})
		write(t, db, func(tx *store.Tx) error { return tx.SubscriptionOpened(a.ID, at(4)) })
		write(t, db, func(tx *store.Tx) error { return tx.EndSubscription(b.ID) })
		stands(store.Subscription{StoreID: a.ID, OpenedAt: at(4)})
	})
}
