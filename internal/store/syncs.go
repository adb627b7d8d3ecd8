package store

import (
	"context"
	"time"
)

const syncAll = "store_id, next_at, last_try_at, last_ok_at, failing_since, fault_kind, fault_key, fault_text, cursor, source_count," +
	" desk_count, counted_at, backfilled, fence"

func readSync(r *record) Sync {
	return Sync{
		StoreID: r.int(), NextAt: r.instant(), LastTryAt: r.instant(), LastOKAt: r.instant(), FailingSince: r.instant(),
		FaultKind: r.text(), FaultKey: r.text(), FaultText: r.text(), Cursor: r.text(), SourceCount: int(r.int()),
		DeskCount: int(r.int()), CountedAt: r.instant(), Backfilled: r.flag(), Fence: r.int(),
	}
}

// Syncs gives how the reading of every store stands, in the order of the stores' ids.
func (r reader) Syncs(ctx context.Context) ([]Sync, error) {
	return all(ctx, r, readSync, "SELECT "+syncAll+" FROM sync ORDER BY store_id")
}

// SyncOf gives how the reading of a store stands. NotFound if there is no such store.
func (r reader) SyncOf(ctx context.Context, storeID int64) (Sync, error) {
	return one(ctx, r, "store", readSync, "SELECT "+syncAll+" FROM sync WHERE store_id = ?", storeID)
}

// NextSync gives the instant of the next reading of an active store; zero if there is none.
func (r reader) NextSync(ctx context.Context) (time.Time, error) {
	return one(ctx, r, "sync", (*record).instant, nextSync)
}

// nextSync is the first reading that is not under way, or the first end of a lease, whichever is earlier. Both stop at the first store
// that is active, however many there are. EXISTS, because PostgreSQL asks a plain subselect for each row before it sorts.
const nextSync = "SELECT coalesce(min(at), 0) FROM (SELECT (SELECT y.next_at FROM sync y WHERE y.next_at > 0 AND y.lease_until <= y.next_at" +
	ofActive + " ORDER BY y.next_at LIMIT 1) AS at UNION ALL SELECT (SELECT y.lease_until FROM sync y WHERE y.lease_until > 0 AND y.next_at > 0" +
	" AND y.lease_until > y.next_at" + ofActive + " ORDER BY y.lease_until LIMIT 1)) t"

const ofActive = " AND EXISTS (SELECT 1 FROM store s WHERE s.id = y.store_id AND s.state = 'active')"

// ClaimSyncs takes the active stores that are to be read by now and not leased, longest waiting first. Each gets a lease
// and a new fence; PutSync with that fence ends the lease.
func (db *DB) ClaimSyncs(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]Sync, error) {
	text := "UPDATE sync SET lease_until = ?, last_try_at = ?, asked_at = 0, fence = fence + 1 WHERE store_id IN (SELECT y.store_id FROM sync y" +
		" JOIN store s ON s.id = y.store_id WHERE y.next_at > 0 AND y.next_at <= ? AND y.lease_until <= ? AND s.state = 'active'" +
		" ORDER BY y.next_at LIMIT ? + 0" + db.dialect.skipLockedOf("y") + ") RETURNING " + syncAll
	var taken []Sync
	err := db.Write(ctx, func(tx *Tx) (err error) {
		taken, err = all(tx.ctx, tx.reader, readSync, text, micros(now.Add(lease)), micros(now), micros(now), micros(now), limit)
		return err
	})
	return taken, err
}

// PutSync writes how the reading of a store stands and ends the lease. A store that somebody asked for meanwhile (SyncNow) is read again
// at once, because the reading may have passed what it was asked for. Conflict if somebody else claimed it since: the fence differs.
func (tx *Tx) PutSync(s Sync) error {
	tx.TouchedStore(s.StoreID)
	return tx.must("sync", "UPDATE sync SET next_at = CASE WHEN asked_at > 0 THEN asked_at ELSE CAST(? AS BIGINT) END, last_try_at = ?, last_ok_at = ?, failing_since = ?, fault_kind = ?, fault_key = ?,"+
		" fault_text = ?, cursor = ?, source_count = ?, desk_count = ?, counted_at = ?, backfilled = ?, lease_until = 0, asked_at = 0"+
		" WHERE store_id = ? AND fence = ?",
		micros(s.NextAt), micros(s.LastTryAt), micros(s.LastOKAt), micros(s.FailingSince), s.FaultKind, s.FaultKey, s.FaultText,
		s.Cursor, s.SourceCount, s.DeskCount, micros(s.CountedAt), flag(s.Backfilled), s.StoreID, s.Fence)
}

// SyncNow asks for a store to be read at an instant or earlier. A reading under way goes on, and another one follows it.
func (tx *Tx) SyncNow(storeID int64, at time.Time) error {
	tx.TouchedStore(storeID)
	_, err := tx.change("UPDATE sync SET asked_at = ?, next_at = CASE WHEN next_at = 0 OR next_at > ? THEN CAST(? AS BIGINT) ELSE next_at END"+
		" WHERE store_id = ?", micros(at), micros(at), micros(at), storeID)
	return err
}
