package desk

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/fault"
	"parley/internal/notify"
	"parley/internal/store"
)

// Programs may hear what happens to cases: every event of the kinds and stores they want, once, and those of a case one after the other. The
// letters stand since the transaction that wrote the events (package store, feeds.go); here they go out, on a loop of their own, so that a
// program that hangs holds no notice to a person.

// EventKinds are the kinds of events of cases, in the order they are shown.
func EventKinds() []string {
	return []string{
		"case_opened", "platform_changed", "case_ended", "record_unreadable", "imported", "judged_again", "deadline_passed", "warning",
		"decided", toSign, prepared, "signed", "released", declined, withdrawn, overtaken,
		"effect_confirmed", "effect_refused", "effect_contradicted", "effect_in_doubt", "effect_cancelled", "effect_resolved", "effect_restored", "unheard",
		"net_acted", "net_escalated", "net_failed", "assigned", "note", "recorded", "evidence_added", "reading_set", "erased",
	}
}

// HappeningVersion is the version of what programs are told of an event. It goes up when a member is taken away or changes its meaning; new
// members may come at any time.
const HappeningVersion = 1

// Happening is what a program hears of an event of a case: what the history of the case says of it, and where it belongs.
type Happening struct {
	Version  int             `json:"version" doc:"goes up when a member is taken away or changes its meaning"`
	ID       int64           `json:"id" doc:"of the event; grows along the history of a case"`
	At       time.Time       `json:"at" doc:"UTC"`
	Kind     string          `json:"kind" example:"decided"`
	Actor    string          `json:"actor" example:"member" doc:"member, platform, desk"`
	MemberID int64           `json:"member_id,omitempty"`
	CaseID   int64           `json:"case_id"`
	StoreID  int64           `json:"store_id"`
	URL      string          `json:"url" doc:"page of the case"`
	Data     json.RawMessage `json:"data,omitempty" doc:"as the history of the case gives it; what it holds depends on the kind"`
}

// runFeed sends what programs hear of events.
func (d *Desk) runFeed(ctx context.Context) {
	pump(ctx, d, work[store.Letter]{
		name: "feed", atOnce: letterAtOnce, few: letterAtOnce / 4, grace: stopGrace, ring: d.wakeFeed, next: d.DB.NextFeed, release: (*store.Tx).ReleaseLetter,
		claim: func(n int) ([]store.Letter, error) { return d.DB.ClaimFeed(ctx, d.Now(), letterLease, n) },
		do:    d.deliver,
	})
}

// settleFeed sends what is due of it once, and tells how much that was.
func (d *Desk) settleFeed(ctx context.Context) (int, error) {
	letters, err := d.DB.ClaimFeed(ctx, d.Now(), letterLease, letterAtOnce)
	for _, l := range letters {
		err = errors.Join(err, d.post(ctx, l))
	}
	return len(letters), err
}

// happening is the message of an event, read when it goes out: what was erased meanwhile is not told, and no copy of it is kept.
func (d *Desk) happening(ctx context.Context, id int64) (notify.Message, error) {
	e, err := d.DB.Event(ctx, id)
	if err != nil {
		return notify.Message{}, err
	}
	c, err := d.DB.Case(ctx, e.CaseID)
	if err != nil {
		return notify.Message{}, err
	}
	h := Happening{Version: HappeningVersion, ID: e.ID, At: e.At, Kind: e.Kind, Actor: e.Actor, MemberID: e.MemberID, CaseID: c.ID, StoreID: c.StoreID, Data: e.Data}
	h.URL = d.base() + "/cases/" + strconv.FormatInt(c.ID, 10)
	return notify.Message{
		ID: happeningID(e), At: e.At, Link: h.URL,
		Event: notify.Event{Type: "event." + e.Kind, At: e.At.UTC().Format(time.RFC3339), Data: h},
	}, nil
}

// happeningID names an event for every program and every repetition. The second in it keeps apart what a desk that was restored from a
// backup writes under a number that the desk before it had used already.
func happeningID(e store.Event) string {
	return "evt_" + strconv.FormatInt(e.ID, 10) + "_" + strconv.FormatInt(e.At.Unix(), 10)
}

// setFeed checks and takes which events a channel hears, and of which stores.
func (d *Desk) setFeed(ctx context.Context, c *store.Channel, in ChannelInput) error {
	c.Events, c.Stores = nil, nil
	if len(in.Events) == 0 && len(in.Stores) == 0 {
		return nil
	}
	if way := d.Channels[c.Kind]; c.MemberID != 0 || way == nil || !way.About().Events {
		return fault.New(fault.Refused, "fault.notify.no_events")
	}
	b, err := d.book(ctx)
	if err != nil {
		return err
	}
	for _, id := range in.Stores {
		if _, ok := b.stores[id]; !ok {
			return fault.Input("stores", strconv.FormatInt(id, 10), "numbers of stores")
		}
	}
	for _, kind := range in.Events {
		if kind != store.EveryEvent && !slices.Contains(EventKinds(), kind) {
			return fault.Input("events", kind, store.EveryEvent+", "+strings.Join(EventKinds(), ", "))
		}
	}
	if c.Events = in.Events; slices.Contains(in.Events, store.EveryEvent) {
		c.Events = []string{store.EveryEvent}
	}
	if len(in.Stores) > 0 {
		c.Stores = in.Stores
	}
	return nil
}

// hears tells whether a program's channel takes a notice. One that hears events is told only what was ticked for it.
func hears(c store.Channel, n store.Notice) bool {
	if len(c.Events) > 0 && len(c.Reasons) == 0 || len(c.Stores) > 0 && !slices.Contains(c.Stores, n.StoreID) {
		return false
	}
	return takes(c, n.Reason)
}
