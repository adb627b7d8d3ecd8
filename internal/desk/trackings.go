package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/shipment"
	"parley/internal/store"
	"parley/internal/tracker"
)

// States of a parcel: wanted → tracked → ending → ended; stopped: the service gave it up for good; refused: no service takes it.
const (
	wanted  = "wanted"
	tracked = "watched"
	ending  = "ending"
	ended   = "ended"
	stopped = "stopped"
	denied  = "refused"
)

const (
	trackingLease  = 5 * time.Minute // longer than looking after one account's parcels once may take
	trackersAtOnce = 4
	trackingMost   = 400             // parcels looked after at once; the rest comes right afterwards
	firstLook      = 5 * time.Minute // after a registration: services need a moment to ask the carrier
	trackingDaily  = 24 * time.Hour  // reconciliation, because deliveries get lost
	trackingWeekly = 7 * 24 * time.Hour
	trackingHour   = time.Hour // what is tried again
)

// runTrackings looks after the parcels of every account at a service: registers, reads, takes up again, and ends.
func (d *Desk) runTrackings(ctx context.Context) {
	pump(ctx, d, work[store.Tracker]{
		name: "trackings", atOnce: trackersAtOnce, ring: d.wakeTrackings, next: d.DB.NextTracking, do: d.lookAfterParcels, release: (*store.Tx).ReleaseTracker,
		claim: func(n int) ([]store.Tracker, error) { return d.DB.ClaimTrackers(ctx, d.Now(), trackingLease, n) },
	})
}

// settleTrackings does what is due once and tells how much that was.
func (d *Desk) settleTrackings(ctx context.Context) (int, error) {
	due, err := d.DB.ClaimTrackers(ctx, d.Now(), trackingLease, trackersAtOnce)
	for _, t := range due {
		d.lookAfterParcels(ctx, t)
	}
	return len(due), err
}

// lookAfterParcels does what is due at one account and writes down how that went.
func (d *Desk) lookAfterParcels(ctx context.Context, t store.Tracker) {
	err := d.lookAfterDue(ctx, t)
	if ctx.Err() != nil {
		return // given back by the loop, or the lease ends by itself
	}
	werr := d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.ReleaseTracker(t); err != nil {
			return err
		}
		if err == nil {
			return nil
		}
		return tx.TrackerFailed(t.ID, d.Now(), d.Now().Add(holdOff(err)), faultJSON(err))
	})
	if err != nil {
		d.Log.Warn("a tracker could not be used", "tracker", t.ID, "kind", t.Kind, "err", err)
	}
	if werr != nil {
		d.failed(ctx, "write tracker", werr)
	}
}

// holdOff is how long an account is left alone after a failure.
func holdOff(err error) time.Duration {
	f := fault.Of(err)
	switch {
	case f == nil, f.Kind == fault.Unavailable:
		return 5 * time.Minute
	case f.Kind == fault.Limited:
		return max(f.After, time.Minute)
	}
	return trackingHour // a key that is not taken, an answer that cannot be read: a person may have to act
}

func (d *Desk) lookAfterDue(ctx context.Context, t store.Tracker) error {
	session, err := d.trackerSession(t)
	if err != nil {
		return err
	}
	due, err := d.DB.DueTrackings(ctx, t.ID, d.Now(), trackingMost)
	if err != nil {
		return err
	}
	r := &round{d: d, account: t, about: d.Trackers[t.Kind].About(), session: session, now: d.Now()}
	for _, p := range due {
		r.sort(p)
	}
	err = r.work(ctx)
	if len(r.done) == 0 {
		return err
	}
	if werr := r.write(ctx); werr != nil {
		return werr
	}
	return err
}

// round is one look at the parcels of an account.
type round struct {
	d       *Desk
	account store.Tracker
	about   tracker.About
	session tracker.Session
	now     time.Time

	register, resume, read, end []*parcel
	done                        []*parcel
	spent                       bool // no quota is left
}

// parcel is a parcel under way through a round.
type parcel struct {
	store.Tracking
	before string // state it was read in
	ref    tracker.Ref
	told   bool // its events changed
	raw    []byte
}

func (r *round) sort(t store.Tracking) {
	p := &parcel{Tracking: t, before: t.State, ref: tracker.Ref{Number: t.Number}}
	if len(t.Ref) > 0 {
		_ = json.Unmarshal(t.Ref, &p.ref) // our own writing; a number alone serves too
	}
	switch {
	case t.State == ending:
		r.end = append(r.end, p)
	case t.State == wanted && t.TrackerID == r.account.ID && len(t.Ref) > 0:
		r.resume = append(r.resume, p)
	case t.State == wanted:
		r.register = append(r.register, p)
	default:
		r.read = append(r.read, p)
	}
}

// work does what is due. A failure that concerns the whole account ends it; what was done until then is kept.
func (r *round) work(ctx context.Context) error {
	for _, step := range []struct {
		parcels []*parcel
		do      func(context.Context, []*parcel) error
	}{{r.end, r.stopThese}, {r.read, r.readThese}, {r.resume, r.resumeThese}, {r.register, r.registerThese}} {
		if len(step.parcels) == 0 {
			continue
		}
		if err := step.do(ctx, step.parcels); err != nil {
			return err
		}
	}
	return nil
}

func refsOf(parcels []*parcel) []tracker.Ref {
	refs := make([]tracker.Ref, len(parcels))
	for i, p := range parcels {
		refs[i] = p.ref
	}
	return refs
}

// stopThese ends the watching of parcels whose cases are over.
func (r *round) stopThese(ctx context.Context, parcels []*parcel) error {
	errs, err := r.session.Stop(ctx, refsOf(parcels))
	for i, p := range parcels {
		switch {
		case errs[i] == nil || fault.Is(errs[i], fault.NotFound) || fault.Is(errs[i], fault.Refused):
			r.keep(p, ended, time.Time{}, errs[i])
		case err == nil:
			r.keep(p, ending, r.now.Add(trackingHour), errs[i])
		}
	}
	return err
}

// registerThese lets the service watch parcels. One that it refuses goes on to the company's next account.
func (r *round) registerThese(ctx context.Context, parcels []*parcel) error {
	list := make([]tracker.Parcel, len(parcels))
	for i, p := range parcels {
		list[i] = tracker.Parcel{Number: p.Number, Carrier: p.Carrier, To: p.Country, ShippedAt: p.ShippedAt}
	}
	got, err := r.session.Register(ctx, list)
	for i, p := range parcels {
		switch e := got[i].Err; {
		case e == nil:
			p.ref, p.TrackerID = got[i].Ref, r.account.ID
			r.keep(p, tracked, r.now.Add(firstLook), nil)
		case fault.Is(e, fault.Refused):
			p.TrackerID, p.AfterTracker = 0, r.account.ID
			r.keep(p, wanted, r.now, e)
		case fault.Is(e, fault.Limited) && err == nil: // of this kind of call alone: nothing is left of the quota
			r.spent = true
			r.keep(p, wanted, r.now.Add(fault.Of(e).After), e)
		case err == nil:
			r.keep(p, wanted, r.now.Add(trackingHour), e)
		}
	}
	return err
}

// resumeThese takes up again what was watched before: its case came back, or the service stopped by itself.
func (r *round) resumeThese(ctx context.Context, parcels []*parcel) error {
	errs, err := r.session.Resume(ctx, refsOf(parcels))
	for i, p := range parcels {
		switch e := errs[i]; {
		case e == nil:
			p.Resumes++
			r.keep(p, tracked, r.now.Add(firstLook), nil)
		case fault.Is(e, fault.NotFound): // it forgot the parcel: register it anew
			p.ref, p.Ref = tracker.Ref{Number: p.Number}, nil
			r.register = append(r.register, p)
		case fault.Is(e, fault.Refused):
			r.keep(p, stopped, time.Time{}, e)
		case err == nil:
			r.keep(p, wanted, r.now.Add(trackingHour), e)
		}
	}
	return err
}

// readThese reads parcels and sees what became of them.
func (r *round) readThese(ctx context.Context, parcels []*parcel) error {
	got, err := r.session.Fetch(ctx, refsOf(parcels))
	for i, p := range parcels {
		switch e := got[i].Err; {
		case e == nil:
			r.take(p, got[i])
		case fault.Is(e, fault.NotFound):
			p.ref, p.Ref = tracker.Ref{Number: p.Number}, nil
			r.keep(p, wanted, r.now.Add(trackingHour), e)
		case err == nil:
			r.keep(p, p.State, r.now.Add(trackingHour), e)
		}
	}
	return err
}

// take lays a report over what was told before. Nothing that was ever told is dropped.
func (r *round) take(p *parcel, rep tracker.Report) {
	p.ref, p.FetchedAt = rep.Ref, r.now
	events := shipment.Join(scansOf(p.Events), rep.Events)
	raw, err := json.Marshal(events)
	if err != nil || len(raw) > maxTracked {
		r.keep(p, p.State, r.now.Add(trackingDaily), fault.New(fault.Garbled, "fault.tracker.answer_unreadable", "tracker", r.about.Name).Because(err))
		return
	}
	if p.told = len(events) > 0 && (!bytes.Equal(raw, p.Events) || p.ChangedAt.IsZero()); p.told {
		p.Events, p.ChangedAt, p.raw = raw, r.now, rep.Raw
	}
	if p.Unknown = nil; len(rep.Unknown) > 0 {
		p.Unknown, _ = json.Marshal(rep.Unknown[:min(len(rep.Unknown), 20)]) // plain data
	}
	p.Numbers = join(p.Numbers, rep.Next)
	if p.WeightG = rep.WeightG; len(p.Numbers) > 10 {
		p.Numbers = p.Numbers[:10]
	}
	over := overAt(events)
	switch {
	case rep.Stopped && !over && p.Resumes >= r.about.Resumes:
		r.keep(p, stopped, time.Time{}, fault.New(fault.Refused, "fault.tracker.stopped", "tracker", r.about.Name))
	case rep.Stopped && !over:
		r.keep(p, wanted, r.now, nil)
	case over:
		r.keep(p, tracked, r.now.Add(trackingWeekly), nil)
	default:
		r.keep(p, tracked, r.now.Add(trackingDaily), nil)
	}
}

// maxTracked bounds what is kept of one parcel, in bytes; a real journey has some ten thousand.
const maxTracked = 1 << 20

// overAt tells whether the journey has ended, one way or the other.
func overAt(events []dispute.Scan) bool {
	return len(events) > 0 && slices.Contains([]string{"delivered", "returned", "lost", "destroyed", "cancelled"}, events[len(events)-1].Status)
}

func scansOf(raw json.RawMessage) []dispute.Scan {
	var scans []dispute.Scan
	if len(raw) > 0 {
		_ = json.Unmarshal(raw, &scans) // our own writing
	}
	return scans
}

func (r *round) keep(p *parcel, state string, next time.Time, why error) {
	p.State, p.NextAt, p.Fault = state, next, nil
	if why != nil {
		p.Fault = faultJSON(why)
	}
	if p.ref.ID != "" || p.ref.Carrier != "" || state == tracked {
		p.Ref, _ = json.Marshal(p.ref) // plain data
	}
	r.done = append(r.done, p)
}

// write writes what was done, parcel by parcel, and judges the cases again whose parcel has news.
func (r *round) write(ctx context.Context) error {
	quota := tracker.Quota{Total: -2, Left: -2} // as it was
	if len(r.register) > 0 {
		if q, err := r.session.Check(ctx); err == nil {
			quota = q
		}
	}
	for _, p := range r.done {
		err := r.d.DB.Write(ctx, func(tx *store.Tx) error { return r.d.putParcel(ctx, tx, p, r.now) })
		if err != nil {
			return err
		}
	}
	wake(r.d.wakeTimers)
	wake(r.d.wakeNotices)
	return r.d.DB.Write(ctx, func(tx *store.Tx) error {
		if r.spent {
			f := fault.New(fault.Limited, "fault.tracker.quota", "tracker", r.about.Name)
			if err := tx.TrackerWorked(r.account.ID, r.now, quota.Total, quota.Left); err != nil {
				return err
			}
			return tx.TrackerFailed(r.account.ID, r.now, time.Time{}, faultJSON(f))
		}
		return tx.TrackerWorked(r.account.ID, r.now, quota.Total, quota.Left)
	})
}

func (d *Desk) putParcel(ctx context.Context, tx *store.Tx, p *parcel, now time.Time) error {
	if err := tx.PutTracking(p.Tracking, p.before); err != nil {
		return err
	}
	if !p.told {
		return nil
	}
	if err := tx.AddTrackingSnapshot(p.ID, now, p.raw); err != nil {
		return err
	}
	ids, err := tx.CasesOfTracking(ctx, p.ID)
	if err != nil {
		return err
	}
	_, err = d.rejudge(ctx, tx, ids, now, nil)
	return err
}

// addParcels lays beside the cases what services told of their parcels.
func addParcels(ctx context.Context, r reader, byID map[int64]*matter) error {
	ids := make([]int64, 0, len(byID))
	for id := range byID {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	found, err := r.TrackingsOfCases(ctx, ids)
	if err != nil {
		return err
	}
	for id, t := range found {
		byID[id].parcel = &t
	}
	return nil
}

// overlayParcel joins what a service told of the parcel to what the marketplace told.
func overlayParcel(f *dispute.Facts, t *store.Tracking) {
	if t == nil || f.Shipment == nil || shipment.Number(f.Shipment.Number) != t.Number {
		return
	}
	s := *f.Shipment
	s.Events = shipment.Join(s.Events, scansOf(t.Events))
	s.Numbers = join(s.Numbers, t.Numbers)
	f.Shipment = &s
	var unknown []dispute.Unknown
	if len(t.Unknown) > 0 && json.Unmarshal(t.Unknown, &unknown) == nil {
		f.Unknown = append(f.Unknown, unknown...)
	}
}

// longestTracked is longer than any number of a parcel.
const longestTracked = 60

// linkOf says which parcel a case is about; ok is false where it names none.
func linkOf(m *matter, f *dispute.Facts) (store.ParcelLink, bool) {
	if f.Shipment == nil {
		return store.ParcelLink{}, false
	}
	l := store.ParcelLink{CaseID: m.c.ID, CompanyID: m.c.CompanyID, Number: shipment.Number(f.Shipment.Number), Carrier: f.Shipment.Carrier, ShippedAt: f.Shipment.ShippedAt, Open: m.c.Open}
	if f.Buyer != nil {
		l.Country = f.Buyer.Country
	}
	return l, l.Number != "" && len(l.Number) <= longestTracked
}

// linkCompany looks through the open cases of a company for parcels, because a tracker is new there.
func (d *Desk) linkCompany(ctx context.Context, companyID int64) error {
	var last int64
	for {
		ids, err := d.DB.OpenCasesOfCompany(ctx, companyID, last, 200)
		if err != nil || len(ids) == 0 {
			return err
		}
		err = d.DB.Write(ctx, func(tx *store.Tx) error {
			_, err := d.rejudge(ctx, tx, ids, d.Now(), nil)
			return err
		})
		if err != nil {
			return err
		}
		last = ids[len(ids)-1]
	}
}
