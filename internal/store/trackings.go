package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"
)

// Tracking is a parcel of a company by its number. States: wanted (to be registered) → watched → ending (its cases are over) → ended;
// stopped (the service gave it up), refused (no service takes it).
type Tracking struct {
	ID           int64
	CompanyID    int64
	Number       string
	Carrier      string // as the marketplace or the shop writes it
	Country      string // of destination
	ShippedAt    time.Time
	State        string
	TrackerID    int64           // account that watches it; 0 = none yet
	AfterTracker int64           // accounts up to this one do not take it
	Ref          json.RawMessage // tracker.Ref
	Events       json.RawMessage // dispute.Scan, all that was ever told
	Numbers      []string        // further numbers of the same parcel
	Unknown      json.RawMessage // dispute.Unknown of the last report
	WeightG      int
	Resumes      int
	Fault        json.RawMessage // why the last try failed
	NextAt       time.Time       // zero = nothing is to be done
	FetchedAt    time.Time
	ChangedAt    time.Time
}

const trackingAll = "t.id, t.company_id, t.number, t.carrier, t.country, t.shipped_at, t.state, t.tracker_id, t.after_tracker, t.ref, t.events, t.numbers, t.unknown, t.weight_g," +
	" t.resumes, t.fault, t.next_at, t.fetched_at, t.changed_at"

func readTracking(r *record) Tracking {
	t := Tracking{
		ID: r.int(), CompanyID: r.int(), Number: r.text(), Carrier: r.text(), Country: r.text(), ShippedAt: r.instant(), State: r.text(), TrackerID: r.int(),
		AfterTracker: r.int(), Ref: r.json(), Events: r.json(),
	}
	r.decode(&t.Numbers)
	t.Unknown, t.WeightG, t.Resumes, t.Fault, t.NextAt, t.FetchedAt, t.ChangedAt = r.json(), int(r.int()), int(r.int()), r.json(), r.instant(), r.instant(), r.instant()
	return t
}

// DueTrackings gives the parcels an account is to look after by now, longest waiting first.
func (r reader) DueTrackings(ctx context.Context, trackerID int64, now time.Time, limit int) ([]Tracking, error) {
	text := "SELECT " + trackingAll + " FROM tracking t JOIN tracker k ON k.company_id = t.company_id WHERE k.id = ? AND t.next_at > 0 AND t.next_at <= ? AND " + mine +
		" ORDER BY t.next_at, t.id LIMIT ? + 0"
	return all(ctx, r, readTracking, text, trackerID, micros(now), limit)
}

// TrackingsOfCases gives the parcels of cases, by case. Cases without one are left out.
func (r reader) TrackingsOfCases(ctx context.Context, ids []int64) (map[int64]Tracking, error) {
	if tracked, err := r.tracked(ctx); err != nil || len(tracked) == 0 {
		return map[int64]Tracking{}, err
	}
	type linked struct {
		caseID int64
		t      Tracking
	}
	read := func(r *record) linked { return linked{r.int(), readTracking(r)} }
	found, err := byIDs(ctx, r, read, "SELECT c.case_id, "+trackingAll+" FROM tracking_case c JOIN tracking t ON t.id = c.tracking_id WHERE c.case_id", "", ids)
	out := make(map[int64]Tracking, len(found))
	for _, l := range found {
		out[l.caseID] = l.t
	}
	return out, err
}

// CasesOfTracking gives the cases that wait for news of a parcel.
func (r reader) CasesOfTracking(ctx context.Context, trackingID int64) ([]int64, error) {
	return all(ctx, r, (*record).int, "SELECT case_id FROM tracking_case WHERE tracking_id = ? AND open = 1 ORDER BY case_id", trackingID)
}

// OpenCasesOfCompany gives the open cases of a company after an id, in the order of their ids.
func (r reader) OpenCasesOfCompany(ctx context.Context, companyID, after int64, limit int) ([]int64, error) {
	return all(ctx, r, (*record).int, "SELECT id FROM case_ WHERE open = 1 AND company_id = ? AND id > ? ORDER BY id LIMIT ? + 0", companyID, after, limit)
}

// PutTracking writes what became of a parcel, unless its cases' end or return changed its state since it was read: then only what was told is
// written, and the new state stays.
func (tx *Tx) PutTracking(t Tracking, stateRead string) error {
	_, err := tx.change("UPDATE tracking SET state = CASE WHEN state = ? THEN ? ELSE state END, next_at = CASE WHEN state = ? THEN CAST(? AS BIGINT) ELSE next_at END,"+
		" tracker_id = ?, after_tracker = ?, ref = ?, events = ?, numbers = ?, unknown = ?, weight_g = ?, resumes = ?, fault = ?, fetched_at = ?, changed_at = ? WHERE id = ?",
		stateRead, t.State, stateRead, micros(t.NextAt), t.TrackerID, t.AfterTracker, string(t.Ref), string(t.Events), encode(t.Numbers), string(t.Unknown), t.WeightG, t.Resumes,
		string(t.Fault), micros(t.FetchedAt), micros(t.ChangedAt), t.ID)
	return err
}

// AddTrackingSnapshot keeps what a service answered, once for each content.
func (tx *Tx) AddTrackingSnapshot(trackingID int64, at time.Time, raw []byte) error {
	sum := sha256.Sum256(raw)
	packed, err := pack(raw)
	if err != nil {
		return err
	}
	_, err = tx.change("INSERT INTO tracking_snapshot (tracking_id, hash, at, raw) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", trackingID, hex.EncodeToString(sum[:]), micros(at), packed)
	return err
}

// TrackingSnapshot is an answer as it was received.
type TrackingSnapshot struct {
	Hash string // lower-case hex SHA-256 of Raw
	At   time.Time
	Raw  []byte
}

// TrackingSnapshots gives what was answered about a parcel, oldest first.
func (r reader) TrackingSnapshots(ctx context.Context, trackingID int64) ([]TrackingSnapshot, error) {
	read := func(r *record) TrackingSnapshot { return TrackingSnapshot{r.text(), r.instant(), r.bytes()} }
	found, err := all(ctx, r, read, "SELECT hash, at, raw FROM tracking_snapshot WHERE tracking_id = ? ORDER BY at, hash", trackingID)
	for i := range found {
		if err != nil {
			break
		}
		found[i].Raw, err = unpack(found[i].Raw)
	}
	return found, err
}

// TrackNow asks for parcels of an account to be read at once, because the service has news.
func (tx *Tx) TrackNow(trackerID int64, numbers []string, at time.Time) error {
	for _, n := range numbers {
		if _, err := tx.change("UPDATE tracking SET next_at = ? WHERE tracker_id = ? AND number = ? AND state IN ('watched', 'stopped')", micros(at), trackerID, n); err != nil {
			return err
		}
	}
	return nil
}

// ParcelLink says that a case is about a parcel.
type ParcelLink struct {
	CaseID    int64
	CompanyID int64
	Number    string
	Carrier   string
	Country   string
	ShippedAt time.Time
	Open      bool // the case waits for news
}

// link is how a case stands to its parcel now.
type link struct {
	caseID, trackingID int64
	number             string
	open               bool
}

// LinkParcels writes which parcels cases are about. The parcel of an open case is wanted from then on, where its company has a tracker; one
// that no open case waits for any more is given up. What is so already costs one reading.
func (tx *Tx) LinkParcels(links []ParcelLink, now time.Time) error {
	if len(links) == 0 {
		return nil
	}
	tracked, err := tx.tracked(tx.ctx)
	if err != nil {
		return err
	}
	links = slices.DeleteFunc(slices.Clone(links), func(l ParcelLink) bool { return !tracked[l.CompanyID] })
	if len(links) == 0 {
		return nil
	}
	had, err := tx.linksOf(links)
	if err != nil {
		return err
	}
	var touched []int64
	for _, l := range links {
		old, known := had[l.CaseID]
		if known && old.number == l.Number && old.open == l.Open || !known && !l.Open {
			continue
		}
		id, err := tx.linkParcel(l, now)
		if err != nil {
			return err
		}
		if !known || old.trackingID != id { // what is known of the parcel is new to this case
			if _, err := tx.change("UPDATE tracking SET next_at = ?, changed_at = 0 WHERE id = ? AND state = 'watched'", micros(now), id); err != nil {
				return err
			}
		}
		touched = append(touched, id)
		if known && old.trackingID != id {
			touched = append(touched, old.trackingID)
		}
	}
	return tx.settleTrackings(touched, now)
}

func (tx *Tx) linksOf(links []ParcelLink) (map[int64]link, error) {
	ids := make([]int64, len(links))
	for i := range links {
		ids[i] = links[i].CaseID
	}
	read := func(r *record) link { return link{r.int(), r.int(), r.text(), r.flag()} }
	found, err := byIDs(tx.ctx, tx.reader, read, "SELECT c.case_id, c.tracking_id, t.number, c.open FROM tracking_case c JOIN tracking t ON t.id = c.tracking_id WHERE c.case_id", "", ids)
	out := make(map[int64]link, len(found))
	for _, l := range found {
		out[l.caseID] = l
	}
	return out, err
}

// linkParcel writes one link and gives the parcel's id; the parcel is added where it is new.
func (tx *Tx) linkParcel(l ParcelLink, now time.Time) (int64, error) {
	id, err := tx.number("INSERT INTO tracking (company_id, number, carrier, country, shipped_at, state, tracker_id, after_tracker, ref, events, numbers, unknown, weight_g, resumes, fault, next_at, fetched_at, changed_at)"+
		" VALUES (?, ?, ?, ?, ?, 'wanted', 0, 0, '', '', '', '', 0, 0, '', ?, 0, 0)"+
		" ON CONFLICT (company_id, number) DO UPDATE SET carrier = CASE WHEN excluded.carrier = '' THEN tracking.carrier ELSE excluded.carrier END,"+
		" country = CASE WHEN excluded.country = '' THEN tracking.country ELSE excluded.country END RETURNING id",
		l.CompanyID, l.Number, l.Carrier, l.Country, micros(l.ShippedAt), micros(now))
	if err != nil {
		return 0, err
	}
	_, err = tx.change("INSERT INTO tracking_case (case_id, tracking_id, open) VALUES (?, ?, ?)"+
		" ON CONFLICT (case_id) DO UPDATE SET tracking_id = excluded.tracking_id, open = excluded.open", l.CaseID, id, flag(l.Open))
	return id, err
}

// settleTrackings gives up parcels that no open case waits for, and takes up again those that one waits for.
func (tx *Tx) settleTrackings(ids []int64, now time.Time) error {
	const waits = "EXISTS (SELECT 1 FROM tracking_case c WHERE c.tracking_id = tracking.id AND c.open = 1)"
	for _, part := range chunks(ids, 256) {
		those, args := among(tx.dialect, part)
		for _, text := range []string{
			"UPDATE tracking SET state = 'ending', next_at = ? WHERE state = 'watched' AND NOT " + waits,
			"UPDATE tracking SET state = 'ended', next_at = 0 * CAST(? AS BIGINT) WHERE state IN ('wanted', 'stopped', 'refused') AND NOT " + waits,
			"UPDATE tracking SET state = 'watched', next_at = ? WHERE state = 'ending' AND " + waits,
			"UPDATE tracking SET state = 'wanted', after_tracker = 0, next_at = ? WHERE state = 'ended' AND " + waits,
		} {
			if _, err := tx.change(text+" AND id "+those, append([]any{micros(now)}, args...)...); err != nil {
				return err
			}
		}
	}
	return nil
}

// eraseParcel forgets what is known of the parcel of a case, unless another case is about it too.
func (tx *Tx) eraseParcel(caseID int64) error {
	ids, err := all(tx.ctx, tx.reader, (*record).int, "SELECT tracking_id FROM tracking_case WHERE case_id = ?", caseID)
	if err != nil || len(ids) == 0 {
		return err
	}
	const alone = " AND NOT EXISTS (SELECT 1 FROM tracking_case c WHERE c.tracking_id = ? AND c.case_id <> ?)"
	for _, text := range []string{"DELETE FROM tracking_snapshot WHERE tracking_id = ?", "DELETE FROM tracking WHERE id = ?"} {
		if _, err := tx.change(text+alone, ids[0], ids[0], caseID); err != nil {
			return err
		}
	}
	_, err = tx.change("DELETE FROM tracking_case WHERE case_id = ?", caseID)
	return err
}
