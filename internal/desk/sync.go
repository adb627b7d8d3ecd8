package desk

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/store"
)

const (
	syncLease    = 10 * time.Minute // longer than any reading of a store may take
	syncAtOnce   = 24               // stores read side by side
	syncPatience = 5 * time.Minute  // one reading is given up after this
	// nearDeadline makes readings four times as frequent while an answer of the store is due this soon.
	nearDeadline = time.Hour
)

// runSyncs reads every store again and again, each at its own time. One that fails never holds another.
func (d *Desk) runSyncs(ctx context.Context) {
	pump(ctx, d, work[store.Sync]{
		name: "syncs", atOnce: syncAtOnce, ring: d.wakeSync, next: d.DB.NextSync, do: d.syncOne, release: (*store.Tx).ReleaseSync,
		claim: func(n int) ([]store.Sync, error) { return d.DB.ClaimSyncs(ctx, d.Now(), syncLease, n) },
	})
}

// syncOne reads one store and writes down how it went.
func (d *Desk) syncOne(ctx context.Context, s store.Sync) {
	st, err := d.DB.Store(ctx, s.StoreID)
	offline := d.abouts[st.Connector].Offline
	if err == nil && st.State == "active" && !offline {
		limited, cancel := context.WithTimeout(ctx, syncPatience)
		err = d.readStore(limited, st, &s)
		d.doubtToken(st.ID, err)
		cancel()
	}
	if ctx.Err() != nil {
		return // given back as it was, or the lease ends by itself
	}
	d.noteSync(&s, err)
	s.NextAt = d.nextSync(ctx, s, err)
	if offline {
		s.NextAt = time.Time{} // its records come from files and people
	}
	if err := d.DB.Write(ctx, func(tx *store.Tx) error { return tx.PutSync(s) }); err != nil {
		d.failed(ctx, "write sync", err)
	}
}

// readStore pulls what changed, reads again what is open here but was not listed there, and counts both sides.
func (d *Desk) readStore(ctx context.Context, st store.Store, s *store.Sync) error {
	session, err := d.ready(ctx, st)
	if err != nil {
		return err
	}
	if err := d.readNudged(ctx, st, session); err != nil {
		return err
	}
	pulled, err := d.pull(ctx, st, session, connector.Cursor(s.Cursor))
	if err != nil {
		return err
	}
	s.Cursor = string(pulled.Cursor)
	if pulled.Partial {
		return nil
	}
	open, err := d.readMissing(ctx, st, session, pulled.Listed)
	if err != nil {
		return err
	}
	s.SourceCount, s.DeskCount, s.CountedAt, s.Backfilled = pulled.Count, open, d.Now(), true
	return nil
}

// readNudged reads the records that the platform itself asked us to read again. One that it no longer knows is left to the reading.
func (d *Desk) readNudged(ctx context.Context, st store.Store, session connector.Session) error {
	nudges, err := d.DB.Nudges(ctx, st.ID)
	if err != nil {
		return err
	}
	for _, n := range nudges {
		var ref connector.Ref
		if err := json.Unmarshal(n.Ref, &ref); err != nil {
			return err
		}
		snap, err := session.Fetch(ctx, ref)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err == nil {
			if _, err := d.takeIn(ctx, st, []connector.Snapshot{snap}); err != nil {
				return err
			}
		}
		if err := d.DB.Write(ctx, func(tx *store.Tx) error { return tx.EndNudge(n) }); err != nil {
			return err
		}
	}
	return nil
}

// intakeMost is how many snapshots are taken in by one transaction at most.
const intakeMost = 250

// pull reads and takes in side by side: while one batch is written, the next is on its way. The cursor is only good once both ended.
func (d *Desk) pull(ctx context.Context, st store.Store, session connector.Session, from connector.Cursor) (connector.Pulled, error) {
	known := func(ctx context.Context, kind string, ids []string) (map[string]string, error) {
		return d.DB.Fingerprints(ctx, st.ID, kind, ids)
	}
	if d.World.OneByOne {
		return session.Pull(ctx, from, known, func(batch []connector.Snapshot) error { _, err := d.takeIn(ctx, st, batch); return err })
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	batches := make(chan []connector.Snapshot, 8)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for batch := range batches {
			batch = more(batch, batches)
			if _, err := d.takeIn(ctx, st, batch); err != nil {
				cancel(err)
				return
			}
		}
	}()
	pulled, err := session.Pull(ctx, from, known, func(batch []connector.Snapshot) error {
		select {
		case batches <- batch:
			d.pace.heard(st.ID, d.Now())
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	close(batches)
	<-done
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return pulled, err
}

// more joins a batch with those that wait already, up to what one transaction takes.
func more(batch []connector.Snapshot, waiting <-chan []connector.Snapshot) []connector.Snapshot {
	for len(batch) < intakeMost {
		select {
		case next, ok := <-waiting:
			if !ok {
				return batch
			}
			batch = append(batch, next...)
		default:
			return batch
		}
	}
	return batch
}

// readMissing reads every record that is open here and was not listed as open there: it ended, or the list left it out. It tells how many
// are open here afterwards.
func (d *Desk) readMissing(ctx context.Context, st store.Store, session connector.Session, listed []string) (int, error) {
	seen := make(map[string]bool, len(listed))
	for _, key := range listed {
		seen[key] = true
	}
	open, err := d.DB.OpenSources(ctx, st.ID)
	if err != nil {
		return 0, err
	}
	missing := slices.DeleteFunc(slices.Clone(open), func(src store.Source) bool { return seen[src.Kind+"/"+src.ExternalID] })
	if len(missing) == 0 {
		return len(open), nil
	}
	var first error
	for _, src := range missing {
		if err := d.refetch(ctx, st, session, src); err != nil && first == nil {
			first = err
		}
	}
	if first == nil {
		open, first = d.DB.OpenSources(ctx, st.ID)
	}
	return len(open), first
}

// refetch reads one record again. One that the platform no longer knows stays as it was, marked as vanished, for a person to look at.
func (d *Desk) refetch(ctx context.Context, st store.Store, session connector.Session, src store.Source) error {
	ref, err := refOfSource(src)
	if err != nil {
		return err
	}
	snap, err := session.Fetch(ctx, ref)
	if fault.Is(err, fault.NotFound) {
		snap, err = connector.Snapshot{Ref: ref, ChangedAt: src.ChangedAt, Open: src.Open, Problem: fault.New(fault.NotFound, "fault.vanished").Because(err)}, nil
	}
	if err != nil {
		return err
	}
	_, err = d.takeIn(ctx, st, []connector.Snapshot{snap})
	return err
}

// noteSync writes success or failure into the row.
func (d *Desk) noteSync(s *store.Sync, err error) {
	now := d.Now()
	s.LastTryAt = now
	if err == nil {
		s.LastOKAt, s.FailingSince, s.FaultKind, s.FaultKey, s.FaultText = now, time.Time{}, "", "", ""
		return
	}
	if s.FailingSince.IsZero() {
		s.FailingSince = now
	}
	s.FaultKind, s.FaultKey, s.FaultText = "internal", "fault.internal", ""
	if f := fault.Of(err); f != nil {
		s.FaultKind, s.FaultKey, s.FaultText = string(f.Kind), f.Key, f.Field
	} else if errors.Is(err, context.DeadlineExceeded) {
		s.FaultKind, s.FaultKey = string(fault.Unavailable), "fault.timeout"
	}
	d.Log.Warn("store could not be read", "store", s.StoreID, "err", err)
}

// nextSync is when a store is read next: soon where an answer is due soon, later the longer it fails, never before a limit allows.
func (d *Desk) nextSync(ctx context.Context, s store.Sync, err error) time.Time {
	now := d.Now()
	if err == nil {
		return now.Add(d.pauseOf(ctx, s.StoreID, now))
	}
	if f := fault.Of(err); f != nil && f.After > d.SyncEvery {
		return now.Add(f.After)
	}
	failing := now.Sub(s.FailingSince)
	return now.Add(min(max(d.SyncEvery, failing/2), 15*time.Minute))
}

// pauseOf is the time to the next reading of a store that can be read: a quarter of the usual while an answer is due soon, longer for a
// store that has been quiet and has nothing due.
func (d *Desk) pauseOf(ctx context.Context, storeID int64, now time.Time) time.Duration {
	due := func(within time.Duration) bool {
		n, err := d.DB.CountDue(ctx, []int64{storeID}, now.Add(within), 1)
		return err != nil || n > 0
	}
	switch {
	case due(nearDeadline):
		return d.SyncEvery / 4
	case d.pace.quiet(storeID, now) && !due(quietUntil):
		return max(d.SyncEvery, quietPause)
	}
	return d.SyncEvery
}

// SyncNow asks for a store to be read at once.
func (d *Desk) SyncNow(ctx context.Context, who Who, storeID int64) error {
	if err := who.need(Act); err != nil {
		return err
	}
	if !who.Sees(storeID) {
		return fault.New(fault.NotFound, "fault.store_not_found")
	}
	err := d.DB.Write(ctx, func(tx *store.Tx) error { return tx.SyncNow(storeID, d.Now()) })
	wake(d.wakeSync)
	return err
}

// failed logs what no caller hears of.
func (d *Desk) failed(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		d.Log.Error("the desk's own work failed", "what", what, "err", err)
	}
}
