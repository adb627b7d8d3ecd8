package desk

import (
	"context"
	"encoding/json"
	"errors"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/fault"
	"parley/internal/notify"
	"parley/internal/store"
	"parley/internal/texts"
)

const (
	letterLease  = 2 * time.Minute
	letterAtOnce = 16
	letterWait   = 30 * time.Second // one sending is given up after this
	letterTries  = 8
	programWait  = 3 * 24 * time.Hour // how long a program that fails is waited for
	gatherAtOnce = 500
	letterMost   = 200 // notices in one letter
)

// runNotices sends what is due, once.
func (d *Desk) runNotices(ctx context.Context) {
	pump(ctx, d, work[store.Letter]{
		name: "notices", atOnce: letterAtOnce, grace: stopGrace, ring: d.wakeNotices, next: d.DB.NextNotice, release: (*store.Tx).ReleaseLetter,
		claim: func(n int) ([]store.Letter, error) { return d.claimLetters(ctx, n) },
		do:    d.deliver,
	})
}

func (d *Desk) deliver(ctx context.Context, l store.Letter) {
	if err := d.post(ctx, l); err != nil {
		d.failed(ctx, "letter "+l.ID, err)
	}
}

// claimLetters puts due notices into letters and takes letters to send. It writes nothing while nothing is due.
func (d *Desk) claimLetters(ctx context.Context, limit int) ([]store.Letter, error) {
	now := d.Now()
	next, err := d.DB.NextNotice(ctx)
	if err != nil || next.IsZero() || next.After(now) {
		return nil, err
	}
	if err := d.DB.Write(ctx, func(tx *store.Tx) error { return d.gather(ctx, tx, now) }); err != nil {
		return nil, err
	}
	return d.DB.ClaimLetters(ctx, now, letterLease, limit)
}

// gather binds notices that are due into letters: one a channel, or one each where the other side wants them single. What is pointless
// by now is dropped.
func (d *Desk) gather(ctx context.Context, tx *store.Tx, now time.Time) error {
	due, err := tx.DueNotices(now, gatherAtOnce)
	if err != nil || len(due) == 0 {
		return err
	}
	g := gathering{d: d, tx: tx, now: now, cases: map[int64]*store.Case{}}
	if g.p, err = d.peopleOf(ctx, tx); err != nil {
		return err
	}
	bundles := map[int64][]store.Notice{}
	var pointless []int64
	for _, n := range due {
		still, err := g.still(ctx, n)
		if err != nil {
			return err
		}
		if _, ok := g.channel(n.ChannelID); !ok || !still {
			pointless = append(pointless, n.ID)
			continue
		}
		bundles[n.ChannelID] = append(bundles[n.ChannelID], n)
	}
	if err := tx.EndNotices(pointless, letterDropped, now); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(bundles)) {
		if err := g.bind(id, bundles[id]); err != nil {
			return err
		}
	}
	return nil
}

// gathering is one transaction of gather.
type gathering struct {
	d     *Desk
	tx    *store.Tx
	now   time.Time
	p     *people
	cases map[int64]*store.Case
}

func (g *gathering) channel(id int64) (store.Channel, bool) {
	for _, list := range g.p.channels {
		for _, c := range list {
			if c.ID == id {
				return c, true
			}
		}
	}
	return store.Channel{}, false
}

// still tells whether a notice is worth saying now: the deadline is the same and no nearer step has come, the case is still the member's.
func (g *gathering) still(ctx context.Context, n store.Notice) (bool, error) {
	if n.CaseID == 0 {
		return true, nil
	}
	c, ok := g.cases[n.CaseID]
	if !ok {
		row, err := g.tx.Case(ctx, n.CaseID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return false, err
		}
		if err == nil {
			c = &row
		}
		g.cases[n.CaseID] = c
	}
	m := g.p.members[n.MemberID]
	if c == nil || n.MemberID != 0 && (m.State != "active" || !whoOfMember(m).Sees(c.StoreID)) {
		return false, nil
	}
	var it notify.Item
	if err := json.Unmarshal(n.Data, &it); err != nil {
		return false, err
	}
	switch n.Reason {
	case notify.Left72h, notify.Left24h, notify.Left6h, notify.Left1h:
		step, ok := notify.StepOf(c.DueAt.Sub(g.now))
		return ok && c.Open && c.DueKind == it.DueKind && c.DueAt.Equal(it.DueAt) && step.Reason == n.Reason, nil
	case notify.Warning, notify.Reminder, notify.Evening:
		return c.Open, nil
	case notify.Assigned:
		return c.AssigneeID == n.MemberID, nil
	}
	return true, nil
}

// bind makes the letters of a channel.
func (g *gathering) bind(channelID int64, notices []store.Notice) error {
	c, _ := g.channel(channelID)
	size := letterMost
	if way := g.d.Channels[c.Kind]; way != nil && way.About().Single {
		size = 1
	}
	for part := range slices.Chunk(notices, size) {
		if err := g.write(c, part); err != nil {
			return err
		}
	}
	return nil
}

func (g *gathering) write(c store.Channel, notices []store.Notice) error {
	items := make([]notify.Item, len(notices))
	ids := make([]int64, len(notices))
	for i, n := range notices {
		if err := json.Unmarshal(n.Data, &items[i]); err != nil {
			return err
		}
		ids[i] = n.ID
	}
	id := g.d.NewID("msg")
	body, err := json.Marshal(notify.Compose(id, g.d.readerOf(g.p.members[c.MemberID], g.now), g.d.base(), items))
	if err != nil {
		return err
	}
	letter := store.Letter{ID: id, ChannelID: c.ID, State: planned, DueAt: g.now, Body: body, CreatedAt: g.now}
	if err := g.tx.AddLetter(letter); err != nil {
		return err
	}
	return g.tx.BindNotices(ids, id)
}

func (d *Desk) readerOf(m store.Member, now time.Time) notify.Reader {
	return notify.Reader{Reader: d.words().In(m.Locale), Zone: zoneOf(m.Zone), Now: now}
}

// words are the texts; Options may leave them out, and the built-in ones always load (a test reads them).
func (d *Desk) words() *texts.Book {
	if d.Texts != nil {
		return d.Texts
	}
	book, err := texts.Load()
	if err != nil {
		return &texts.Book{}
	}
	return book
}

// base is the desk's address without a slash at the end.
func (d *Desk) base() string {
	if d.PublicURL == nil {
		return ""
	}
	return strings.TrimSuffix(d.PublicURL(), "/")
}

// post sends a claimed letter and writes down how that went. Whatever dies in between, the next claim finds the state written last: a
// letter that was being sent is sent again only where the other side knows it by its id.
func (d *Desk) post(ctx context.Context, l store.Letter) error {
	c, err := d.DB.Channel(ctx, l.ChannelID)
	if fault.Is(err, fault.NotFound) || err == nil && c.State != "active" {
		return d.endLetter(ctx, l, c, letterDropped, nil)
	}
	if err != nil {
		return err
	}
	way := d.Channels[c.Kind]
	if way == nil {
		return d.endLetter(ctx, l, c, letterFailed, fault.New(fault.NotFound, "fault.notify.several_kinds"))
	}
	if l.State == sending && !way.About().Repeats {
		return d.endLetter(ctx, l, c, letterUnclear, fault.New(fault.Unknown, "fault.notify.perhaps"))
	}
	target, err := d.targetOf(ctx, c)
	if err != nil {
		return d.endLetter(ctx, l, c, letterFailed, err)
	}
	m, err := d.messageOf(ctx, l)
	if fault.Is(err, fault.Invalid) {
		return d.endLetter(ctx, l, c, letterFailed, err)
	}
	if err != nil {
		return err
	}
	l.State = sending
	l.Attempts++
	if err := d.DB.Write(ctx, func(tx *store.Tx) error { return tx.PutLetter(l) }); err != nil {
		return err // not written: not sent
	}
	limited, cancel := context.WithTimeout(ctx, letterWait)
	defer cancel()
	err = way.Send(limited, target, m)
	if ctx.Err() != nil {
		return nil // the lease ends by itself
	}
	return d.posted(ctx, l, c, way, err)
}

// messageOf is what a letter says: what was written down for people, or the event as it is now. Invalid = it cannot be said at all.
func (d *Desk) messageOf(ctx context.Context, l store.Letter) (m notify.Message, err error) {
	if l.EventID != 0 {
		return d.happening(ctx, l.EventID)
	}
	if err := json.Unmarshal(l.Body, &m); err != nil {
		return m, fault.New(fault.Invalid, "fault.notify.unreadable").Because(err)
	}
	return m, nil
}

// posted sorts how a sending went. A program is waited for: whatever it answers, a sending to it is repeated under the same id for
// programWait, unless it says that it is gone.
func (d *Desk) posted(ctx context.Context, l store.Letter, c store.Channel, way notify.Channel, err error) error {
	if err == nil {
		return d.endLetter(ctx, l, c, sent, nil)
	}
	f := fault.Of(err)
	perhaps := f == nil || f.Kind != fault.Limited && f.Kind != fault.Unavailable
	refuses := f != nil && (f.Kind == fault.Refused || f.Kind == fault.Invalid || f.Kind == fault.Unauthorised || f.Kind == fault.NotFound)
	waits := c.MemberID == 0 && way.About().Repeats && !isGone(f)
	switch {
	case refuses && !waits:
		return d.endLetter(ctx, l, c, letterFailed, err)
	case perhaps && !way.About().Repeats:
		return d.endLetter(ctx, l, c, letterUnclear, err)
	case !waits && l.Attempts >= letterTries || waits && d.Now().Sub(l.CreatedAt) >= programWait:
		return d.endLetter(ctx, l, c, letterGivenUp, err)
	}
	if !perhaps {
		l.State = planned
	}
	return d.again(ctx, l, c, err, waits && (refuses || l.Attempts >= letterTries))
}

// isGone tells whether the other side says that nothing will ever be taken there again (410).
func isGone(f *fault.Fault) bool { return f != nil && f.Params["status"] == "410" }

// again puts a sending off. A person hears of it (say) where it may take long.
func (d *Desk) again(ctx context.Context, l store.Letter, c store.Channel, cause error, say bool) error {
	now := d.Now()
	wait := pauseOf(l)
	if f := fault.Of(cause); f != nil && f.After > wait {
		wait = f.After
	}
	l.DueAt, l.LeaseUntil, l.Fault = now.Add(wait), time.Time{}, faultJSON(cause)
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutLetter(l); err != nil {
			return err
		}
		if say {
			return d.channelFailed(ctx, tx, c, l, cause, now)
		}
		return tx.ChannelFailed(c.ID, now, l.Fault)
	})
}

// pauseOf is the pause after a try: 15 seconds, doubled each time up to half an hour, and up to a quarter more, different for every letter,
// so that many do not come back at the same moment.
func pauseOf(l store.Letter) time.Duration {
	wait := min(15*time.Second<<min(l.Attempts-1, 8), 30*time.Minute)
	h := fnv.New32a()
	_, _ = h.Write([]byte(l.ID + strconv.Itoa(l.Attempts))) // never fails
	return wait + wait/4*time.Duration(h.Sum32()%1000)/1000
}

// endLetter writes the end of a letter with that of its notices, and how the channel is doing.
func (d *Desk) endLetter(ctx context.Context, l store.Letter, c store.Channel, state string, cause error) error {
	now := d.Now()
	l.State, l.EndedAt, l.LeaseUntil = state, now, time.Time{}
	l.Fault = nil
	if cause != nil {
		l.Fault = faultJSON(cause)
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutLetter(l); err != nil {
			return err
		}
		if err := endCarried(tx, l, state, now); err != nil {
			return err
		}
		switch state {
		case sent:
			return tx.ChannelWorked(c.ID, now)
		case letterDropped:
			return nil
		}
		if f := fault.Of(cause); c.MemberID == 0 && (isGone(f) || state == letterGivenUp && now.Sub(c.FailingSince) >= programWait) {
			cause = fault.New(fault.Refused, "fault.notify.switched_off")
			if err := switchOff(tx, c, now); err != nil {
				return err
			}
		}
		return d.channelFailed(ctx, tx, c, l, cause, now)
	})
}

// endCarried ends what a letter carried: its notices, or an event, after which the next one of its case may go.
func endCarried(tx *store.Tx, l store.Letter, state string, now time.Time) error {
	if l.EventID != 0 {
		return tx.FreeFeed(l, now)
	}
	return tx.EndNoticesOf(l.ID, state, now)
}

// switchOff pauses the channel of a program that has failed for long; what waits to go out there does not go. An owner may switch it on.
func switchOff(tx *store.Tx, c store.Channel, now time.Time) error {
	c.State = "paused"
	if err := tx.PutChannel(&c); err != nil {
		return err
	}
	return tx.DropWaiting(c.ID, now)
}

// channelFailed tells a member, on their other channels, that one does not work; where there is no other, or the channel is of a program,
// the owners are told as well. Once a day is enough.
func (d *Desk) channelFailed(ctx context.Context, tx *store.Tx, c store.Channel, l store.Letter, cause error, now time.Time) error {
	if err := tx.ChannelFailed(c.ID, now, l.Fault); err != nil {
		return err
	}
	t := tell{
		item: notify.Item{Reason: notify.Broken, Title: nameOf(c)}, about: "channel/" + strconv.FormatInt(c.ID, 10) + "/" + now.Format(time.DateOnly),
		only: []int64{c.MemberID}, skip: c.ID,
	}
	if f := fault.Of(cause); f != nil {
		t.item.Fault, t.item.Params = f.Key, f.Params
		if f.Key == "fault.notify.switched_off" {
			t.about += "/off" // also where it was told today that it fails
		}
	}
	p, err := d.peopleOf(ctx, tx)
	if err != nil {
		return err
	}
	if c.MemberID == 0 {
		t.only = []int64{}
	}
	if c.MemberID == 0 || !p.hasAnother(c) { // the installation's own, or the only one of somebody: owners have to hear of it
		t.also = p.inRole("owner")
	}
	if name := p.members[c.MemberID].Name; name != "" {
		t.item.Title += " (" + name + ")"
	}
	return d.tell(ctx, tx, now, []tell{t})
}

// hasAnother tells whether a member has a channel besides one that works as far as is known.
func (p *people) hasAnother(c store.Channel) bool {
	return slices.ContainsFunc(p.channels[c.MemberID], func(o store.Channel) bool { return o.ID != c.ID && o.FailingSince.IsZero() })
}

func nameOf(c store.Channel) string {
	if c.Name != "" {
		return c.Name
	}
	return c.Shown
}

// settleNotices does what is due of telling people once, and tells how much that was.
func (d *Desk) settleNotices(ctx context.Context) (int, error) {
	n, err := d.watchRound(ctx)
	if err != nil {
		return n, err
	}
	letters, err := d.claimLetters(ctx, letterAtOnce)
	for _, l := range letters {
		err = errors.Join(err, d.post(ctx, l))
	}
	return n + len(letters), err
}
