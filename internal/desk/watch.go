package desk

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"parley/internal/notify"
	"parley/internal/store"
)

const (
	watchEvery  = time.Minute
	silentTimes = 5                // a store is silent after this many of its pauses without a good reading
	silentLeast = 15 * time.Minute // and no sooner than this
	keepNotices = 90 * 24 * time.Hour
	forgetMost  = 2000
)

// watching is what the watch loop remembers between two rounds. Losing it costs a few questions and tells nobody twice.
type watching struct {
	mu     sync.Mutex
	at     time.Time       // last round of what is looked at now and then
	silent map[string]bool // occasions told already
	cared  map[int64]bool  // members known to have a plan
	swept  time.Time       // last sweep
}

func newWatching() *watching { return &watching{silent: map[string]bool{}, cared: map[int64]bool{}} }

// runWatch sees whether people looked, makes the lists of the day, and watches over the stores and the desk itself.
func (d *Desk) runWatch(ctx context.Context) {
	for ctx.Err() == nil {
		n, err := d.watchRound(ctx)
		if err != nil {
			d.failed(ctx, "watching", err)
		} else {
			d.pulse.beat("watch", d.Now())
		}
		if n > 0 {
			wake(d.wakeNotices)
			continue
		}
		d.Clock.Wait(ctx, d.next(ctx, err, d.DB.NextLook), d.wakeWatch)
	}
}

// watchRound does what is due once and tells how much that was.
func (d *Desk) watchRound(ctx context.Context) (int, error) {
	next, err := d.DB.NextLook(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	if now := d.Now(); !next.IsZero() && !next.After(now) {
		looks, lerr := d.lookAfter(ctx)
		lists, derr := d.makeLists(ctx)
		n, err = looks+lists, errors.Join(lerr, derr)
	}
	return n, errors.Join(err, d.nowAndThen(ctx))
}

// nowAndThen is what is looked at once a minute.
func (d *Desk) nowAndThen(ctx context.Context) error {
	w, now := d.watching, d.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	if now.Sub(w.at) < d.WatchEvery {
		return nil
	}
	w.at = now
	return errors.Join(d.care(ctx, now), d.sweep(ctx, now), d.silences(ctx, now), d.heartbeat(ctx), d.forget(ctx, now))
}

const (
	sweepEvery = 5 * time.Minute
	sweepMost  = 500
)

// sweep tells of the most pressing deadlines again, whoever was told already staying untold: so that somebody who joined, took over a
// case or added a channel since hears of what is about to end.
func (d *Desk) sweep(ctx context.Context, now time.Time) error {
	if now.Sub(d.watching.swept) < sweepEvery {
		return nil
	}
	d.watching.swept = now
	open := true
	page, err := d.DB.Cases(ctx, store.Query{Open: &open, DueBefore: now.Add(24 * time.Hour), Limit: sweepMost})
	if err != nil || len(page.Cases) == 0 {
		return err
	}
	var tells []tell
	for i := range page.Cases {
		c := &page.Cases[i]
		if step, ok := notify.StepOf(c.DueAt.Sub(now)); ok && !c.DueAt.IsZero() {
			tells = append(tells, onDeadline(c, step.Reason, c.DueKind, c.DueAt, ""))
		}
	}
	err = d.DB.Write(ctx, func(tx *store.Tx) error { return d.tell(ctx, tx, now, tells) })
	wake(d.wakeNotices)
	return err
}

// care gives members who chose nothing the usual plan, and their mail as a channel where the desk can send mail.
func (d *Desk) care(ctx context.Context, now time.Time) error {
	b, err := d.book(ctx)
	if err != nil {
		return err
	}
	unsure := slices.DeleteFunc(slices.Sorted(maps.Keys(b.members)), func(id int64) bool {
		return b.members[id].State != "active" || d.watching.cared[id]
	})
	if len(unsure) == 0 {
		return nil
	}
	plans, err := d.DB.Plans(ctx)
	if err != nil {
		return err
	}
	for _, id := range unsure {
		if _, had := plans[id]; !had {
			if err := d.careFor(ctx, b.members[id], now); err != nil {
				return err
			}
		}
		d.watching.cared[id] = true
	}
	return nil
}

func (d *Desk) careFor(ctx context.Context, m store.Member, now time.Time) error {
	shared, err := d.shared(ctx, "mail")
	if err != nil {
		shared = nil // unreadable: no mail until it is set up anew
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if _, had, err := tx.HoursOf(ctx, m.ID); err != nil || had {
			return err
		}
		h := store.Hours{MemberID: m.ID}
		var err error
		if h.Plan, err = json.Marshal(defaultPlan()); err != nil {
			return err
		}
		h.DigestAt, h.EveningAt = defaultPlan().lists(m.Zone, now)
		if err := tx.PutHours(h); err != nil || d.Channels["mail"] == nil || len(shared) == 0 {
			return err
		}
		return d.mailTo(ctx, tx, m, now)
	})
}

// mailToAll does mailTo for everybody, once mail can be sent.
func (d *Desk) mailToAll(ctx context.Context) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		members, err := tx.Members(ctx)
		for _, m := range members {
			if err == nil && m.State == "active" {
				err = d.mailTo(ctx, tx, m, d.Now())
			}
		}
		return err
	})
}

// mailTo makes a member's own mail address a channel, unless they have one of any kind.
func (d *Desk) mailTo(ctx context.Context, tx *store.Tx, m store.Member, now time.Time) error {
	had, err := tx.ChannelsOf(ctx, m.ID)
	if err != nil || len(had) > 0 {
		return err
	}
	c := store.Channel{MemberID: m.ID, Kind: "mail", State: "active", Shown: m.Email, CreatedAt: now}
	return d.putChannel(tx, &c, notify.Target{"address": m.Email}, &store.Channel{})
}

// silences tells of stores whose readings have not been good for several of their pauses.
func (d *Desk) silences(ctx context.Context, now time.Time) error {
	stores, err := d.DB.Stores(ctx)
	if err != nil {
		return err
	}
	syncs, err := d.DB.Syncs(ctx)
	if err != nil {
		return err
	}
	var tells []tell
	for _, y := range syncs {
		i := slices.IndexFunc(stores, func(s store.Store) bool { return s.ID == y.StoreID })
		if i < 0 || stores[i].State != "active" || y.NextAt.IsZero() {
			continue
		}
		since := y.LastOKAt
		if since.IsZero() {
			since = stores[i].CreatedAt
		}
		about := "store/" + strconv.FormatInt(y.StoreID, 10) + "/" + strconv.FormatInt(since.Unix(), 10)
		if now.Sub(since) < d.silentAfter() || d.watching.silent[about] {
			continue
		}
		tells = append(tells, tell{st: y.StoreID, about: about, watch: true, item: notify.Item{Reason: notify.Store, Since: since, Fault: y.FaultKey}})
	}
	if len(tells) == 0 {
		return nil
	}
	if err := d.DB.Write(ctx, func(tx *store.Tx) error { return d.tell(ctx, tx, now, tells) }); err != nil {
		return err
	}
	for _, t := range tells {
		d.watching.silent[t.about] = true
	}
	wake(d.wakeNotices)
	return nil
}

// silentAfter is the time without a good reading after which people are told.
func (d *Desk) silentAfter() time.Duration { return max(silentTimes*d.SyncEvery, silentLeast) }

// Heartbeat gives the host of the outside watcher, empty if there is none. For owners.
func (d *Desk) Heartbeat(ctx context.Context, who Who) (string, error) {
	if err := who.need(Own); err != nil {
		return "", err
	}
	t, err := d.shared(ctx, "heartbeat")
	if err != nil || t["url"] == "" {
		return "", err
	}
	u, err := notify.CheckURL("url", t["url"])
	if err != nil {
		return "", err
	}
	return u.Host, nil
}

// SetHeartbeat sets the address that is called once a minute while the desk works; empty = none. An outside watcher that is not called
// for some minutes can then tell people what the desk itself no longer can. For owners.
func (d *Desk) SetHeartbeat(ctx context.Context, who Who, address string) error {
	if err := who.need(Own); err != nil {
		return err
	}
	if address != "" {
		if _, err := notify.CheckURL("url", address); err != nil {
			return err
		}
	}
	return d.putShared(ctx, "heartbeat", notify.Target{"url": address})
}

// heartbeat calls the outside watcher, but only while every loop of this node works: silence is the alarm.
func (d *Desk) heartbeat(ctx context.Context) error {
	t, err := d.shared(ctx, "heartbeat")
	if err != nil || t["url"] == "" {
		return err
	}
	if slowest := d.pulse.slowest(); !slowest.IsZero() && d.Now().Sub(slowest) > quietLong {
		return nil
	}
	client := d.World.HTTP
	if d.Private != nil {
		client = d.Private.HTTP
	}
	limited, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := notify.Beat(limited, client, t["url"]); err != nil {
		d.Log.Warn("the outside watcher could not be called", "err", err)
	}
	return nil
}

// forget removes what is older than people ask for.
func (d *Desk) forget(ctx context.Context, now time.Time) error {
	oldest, err := d.DB.OldestNotice(ctx)
	if err != nil || oldest.IsZero() || now.Sub(oldest) < keepNotices {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.ForgetNotices(now.Add(-keepNotices), forgetMost)
		return err
	})
}
