package store

import (
	"context"
	"encoding/json"
	"time"
)

// Tracker is an account of a company at a service that watches parcels.
type Tracker struct {
	ID           int64
	CompanyID    int64
	Kind         string
	Name         string
	Settings     map[string]string // not secret
	Secret       []byte            // sealed by package vault; never leaves the desk
	State        string            // active, closed
	CreatedAt    time.Time
	LastOKAt     time.Time       // zero = never
	FailingSince time.Time       // zero = fine
	Fault        json.RawMessage // last failure, without secrets
	QuotaTotal   int             // -1 = the service does not say
	QuotaLeft    int
	HoldUntil    time.Time // it is not called before
}

const trackerAll = "id, company_id, kind, name, settings, secret, state, created_at, last_ok_at, failing_since, fault, quota_total, quota_left, hold_until"

func readTracker(r *record) Tracker {
	t := Tracker{ID: r.int(), CompanyID: r.int(), Kind: r.text(), Name: r.text()}
	r.decode(&t.Settings)
	t.Secret, t.State, t.CreatedAt, t.LastOKAt, t.FailingSince, t.Fault = r.bytes(), r.text(), r.instant(), r.instant(), r.instant(), r.json()
	t.QuotaTotal, t.QuotaLeft, t.HoldUntil = int(r.int()), int(r.int()), r.instant()
	return t
}

// Trackers gives all accounts that are not closed, in the order of their ids.
func (r reader) Trackers(ctx context.Context) ([]Tracker, error) {
	return all(ctx, r, readTracker, "SELECT "+trackerAll+" FROM tracker WHERE state <> 'closed' ORDER BY id")
}

// Tracker gives one account. NotFound if there is none, or it is closed.
func (r reader) Tracker(ctx context.Context, id int64) (Tracker, error) {
	return one(ctx, r, "tracker", readTracker, "SELECT "+trackerAll+" FROM tracker WHERE id = ? AND state <> 'closed'", id)
}

// tracked gives the companies that ever had an account, and which of them have one in use.
func (r reader) tracked(ctx context.Context) (map[int64]bool, error) {
	if k, err := r.kept(ctx); k != nil || err != nil {
		return k.all().tracked, err
	}
	type account struct {
		company int64
		active  bool
	}
	read := func(r *record) account { return account{r.int(), r.text() == "active"} }
	accounts, err := all(ctx, r, read, "SELECT DISTINCT company_id, state FROM tracker")
	out := map[int64]bool{}
	for _, a := range accounts {
		out[a.company] = out[a.company] || a.active
	}
	return out, err
}

// AddTracker adds an account and fills in its id.
func (tx *Tx) AddTracker(t *Tracker) (err error) {
	tx.TouchedNames()
	t.ID, err = tx.number("INSERT INTO tracker (company_id, kind, name, settings, secret, state, created_at, last_ok_at, failing_since, fault, quota_total, quota_left, hold_until, lease_until)"+
		" VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, '', ?, ?, 0, 0) RETURNING id",
		t.CompanyID, t.Kind, t.Name, encode(t.Settings), t.Secret, t.State, micros(t.CreatedAt), t.QuotaTotal, t.QuotaLeft)
	return err
}

// SetTrackerSecret writes what is sealed of an account.
func (tx *Tx) SetTrackerSecret(id int64, secret []byte) error {
	return tx.must("tracker", "UPDATE tracker SET secret = ? WHERE id = ?", secret, id)
}

// CloseTracker ends the use of an account and forgets its secret. Its parcels wait for another one; what is known of them stays.
func (tx *Tx) CloseTracker(id int64, at time.Time) error {
	tx.TouchedNames()
	if err := tx.must("tracker", "UPDATE tracker SET state = 'closed', secret = NULL, settings = '' WHERE id = ? AND state <> 'closed'", id); err != nil {
		return err
	}
	_, err := tx.change("UPDATE tracking SET tracker_id = 0, after_tracker = 0, ref = '', resumes = 0, fault = '', next_at = ?,"+
		" state = CASE WHEN state IN ('ending', 'ended') THEN 'ended' ELSE 'wanted' END WHERE tracker_id = ?", micros(at), id)
	if err != nil {
		return err
	}
	_, err = tx.change("UPDATE tracking SET next_at = 0 WHERE state = 'ended' AND next_at > 0")
	return err
}

// TrackerWorked writes that a service answered. Quota figures below -1 stay as they were.
func (tx *Tx) TrackerWorked(id int64, at time.Time, total, left int) error {
	_, err := tx.change("UPDATE tracker SET last_ok_at = ?, failing_since = 0, fault = '', hold_until = 0,"+
		" quota_total = CASE WHEN ? < -1 THEN quota_total ELSE CAST(? AS BIGINT) END, quota_left = CASE WHEN ? < -1 THEN quota_left ELSE CAST(? AS BIGINT) END WHERE id = ?",
		micros(at), total, total, left, left, id)
	return err
}

// TrackerFailed keeps the first instant of a run of failures. The service is not called before until.
func (tx *Tx) TrackerFailed(id int64, at, until time.Time, fault json.RawMessage) error {
	_, err := tx.change("UPDATE tracker SET failing_since = CASE WHEN failing_since = 0 THEN CAST(? AS BIGINT) ELSE failing_since END, fault = ?, hold_until = ? WHERE id = ?",
		micros(at), string(fault), micros(until), id)
	return err
}

// mine says which parcels t an account k works on: its own, and those nobody has that no earlier account can take.
const mine = "(t.tracker_id = k.id OR (t.tracker_id = 0 AND t.after_tracker < k.id AND NOT EXISTS (SELECT 1 FROM tracker o" +
	" WHERE o.company_id = k.company_id AND o.state = 'active' AND o.id < k.id AND o.id > t.after_tracker)))"

// ClaimTrackers takes accounts that have parcels to look after by now. Each is put off by the lease, so that another node takes it only
// if this one does not come back; ReleaseTracker ends it.
func (db *DB) ClaimTrackers(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]Tracker, error) {
	text := "UPDATE tracker SET lease_until = ? WHERE id IN (SELECT k.id FROM tracker k WHERE k.state = 'active' AND k.lease_until <= ? AND k.hold_until <= ?" +
		" AND EXISTS (SELECT 1 FROM tracking t WHERE t.company_id = k.company_id AND t.next_at > 0 AND t.next_at <= ? AND " + mine + ")" +
		" ORDER BY k.id LIMIT ? + 0" + db.dialect.skipLockedOf("k") + ") RETURNING " + trackerAll
	var taken []Tracker
	err := db.Write(ctx, func(tx *Tx) (err error) {
		taken, err = all(tx.ctx, tx.reader, readTracker, text, micros(now.Add(lease)), micros(now), micros(now), micros(now), limit)
		return err
	})
	return taken, err
}

// ReleaseTracker ends the lease of an account.
func (tx *Tx) ReleaseTracker(t Tracker) error {
	_, err := tx.change("UPDATE tracker SET lease_until = 0 WHERE id = ?", t.ID)
	return err
}

const nextTracking = "SELECT coalesce(min(CASE WHEN t.next_at > k.hold_until THEN t.next_at ELSE k.hold_until END), 0) FROM tracking t JOIN tracker k ON k.company_id = t.company_id" +
	" WHERE k.state = 'active' AND t.next_at > 0 AND " + mine

// NextTracking gives the instant at which the next parcel is to be looked after; zero if there is none.
func (r reader) NextTracking(ctx context.Context) (time.Time, error) {
	return one(ctx, r, "tracking", (*record).instant, nextTracking)
}

// TrackerTally is how many parcels of an account are in a state.
type TrackerTally struct {
	TrackerID int64
	State     string
	Parcels   int64
}

// TrackerTallies counts the parcels of every account by state. Those nobody watches yet are left out.
func (r reader) TrackerTallies(ctx context.Context) ([]TrackerTally, error) {
	read := func(r *record) TrackerTally { return TrackerTally{r.int(), r.text(), r.int()} }
	return all(ctx, r, read, "SELECT tracker_id, state, count(*) FROM tracking WHERE tracker_id > 0 GROUP BY tracker_id, state ORDER BY tracker_id, state")
}

// AddTrackerPush notes a delivery of a service; false if the same one was noted before.
func (tx *Tx) AddTrackerPush(trackerID int64, id string, at time.Time) (bool, error) {
	n, err := tx.change("INSERT INTO tracker_push (tracker_id, id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", trackerID, id, micros(at))
	return n > 0, err
}

// ForgetTrackerPushes removes the deliveries noted before an instant.
func (tx *Tx) ForgetTrackerPushes(before time.Time) error {
	_, err := tx.change("DELETE FROM tracker_push WHERE at < ?", micros(before))
	return err
}
