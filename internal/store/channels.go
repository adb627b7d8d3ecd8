package store

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Channel is one way to reach a member, or (MemberID 0) a program that listens to the whole installation.
type Channel struct {
	ID           int64
	Version      int64
	MemberID     int64
	Kind         string   // such as mail, webhook, telegram
	Name         string   // as its owner calls it; may be empty
	Shown        string   // what may be shown of the address
	Sealed       []byte   // address and settings, sealed by package vault
	Reasons      []string // what is told here; empty = everything
	Events       []string // kinds of events a program hears; empty = none, EveryEvent = all
	Stores       []int64  // of which stores a program is told; empty = all
	State        string   // active, paused
	FailingSince time.Time
	LastOKAt     time.Time
	Fault        json.RawMessage // last failure, without secrets
	CreatedAt    time.Time
}

// Hours are a member's plan of the week, and when the next lists of the day are due; zero = never.
type Hours struct {
	MemberID  int64
	Plan      json.RawMessage
	DigestAt  time.Time
	EveningAt time.Time
}

const channelAll = "id, version, member_id, kind, name, shown, sealed, reasons, state, failing_since, last_ok_at, fault, created_at, events, stores"

func readChannel(r *record) Channel {
	c := Channel{ID: r.int(), Version: r.int(), MemberID: r.int(), Kind: r.text(), Name: r.text(), Shown: r.text(), Sealed: r.bytes()}
	r.decode(&c.Reasons)
	c.State, c.FailingSince, c.LastOKAt, c.Fault, c.CreatedAt = r.text(), r.instant(), r.instant(), r.json(), r.instant()
	r.decode(&c.Events)
	r.decode(&c.Stores)
	return c
}

// Channels gives every channel in the order of their ids.
func (r reader) Channels(ctx context.Context) ([]Channel, error) {
	return all(ctx, r, readChannel, "SELECT "+channelAll+" FROM channel ORDER BY id")
}

// ActiveChannels gives the channels on which something may be sent, in the order of their ids, without how the last sendings went.
func (r reader) ActiveChannels(ctx context.Context) ([]Channel, error) {
	if k, err := r.kept(ctx); k != nil || err != nil {
		return slices.Clone(k.all().channels), err
	}
	channels, err := all(ctx, r, readChannel, "SELECT "+channelAll+" FROM channel WHERE state = 'active' ORDER BY id")
	for i := range channels {
		channels[i].FailingSince, channels[i].LastOKAt, channels[i].Fault = time.Time{}, time.Time{}, nil
	}
	return channels, err
}

// ChannelsOf gives a member's channels; member 0 = those of the installation.
func (r reader) ChannelsOf(ctx context.Context, memberID int64) ([]Channel, error) {
	return all(ctx, r, readChannel, "SELECT "+channelAll+" FROM channel WHERE member_id = ? ORDER BY id", memberID)
}

// Channel gives one channel. NotFound if there is none.
func (r reader) Channel(ctx context.Context, id int64) (Channel, error) {
	return one(ctx, r, "channel", readChannel, "SELECT "+channelAll+" FROM channel WHERE id = ?", id)
}

// PutChannel adds a channel (ID 0) or changes one, whose Version goes up. Conflict if the version is another one.
func (tx *Tx) PutChannel(c *Channel) (err error) {
	tx.TouchedNames()
	if c.ID == 0 {
		c.Version = 1
		c.ID, err = tx.number("INSERT INTO channel (version, member_id, kind, name, shown, sealed, reasons, state, failing_since, last_ok_at, fault, created_at, events, stores)"+
			" VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, '', ?, ?, ?) RETURNING id",
			c.Version, c.MemberID, c.Kind, c.Name, c.Shown, c.Sealed, encode(c.Reasons), c.State, micros(c.CreatedAt), encode(c.Events), encode(c.Stores))
		return err
	}
	c.Version++
	err = tx.must("channel", "UPDATE channel SET version = ?, name = ?, shown = ?, sealed = ?, reasons = ?, state = ?, events = ?, stores = ? WHERE id = ? AND version = ?",
		c.Version, c.Name, c.Shown, c.Sealed, encode(c.Reasons), c.State, encode(c.Events), encode(c.Stores), c.ID, c.Version-1)
	if err != nil {
		c.Version--
	}
	return err
}

// ChannelWorked and ChannelFailed write how the last sending on a channel went. They do not touch its version: no person did that.
func (tx *Tx) ChannelWorked(id int64, at time.Time) error {
	_, err := tx.change("UPDATE channel SET failing_since = 0, fault = '', last_ok_at = ? WHERE id = ?", micros(at), id)
	return err
}

// ChannelFailed keeps the first instant of a run of failures.
func (tx *Tx) ChannelFailed(id int64, at time.Time, fault json.RawMessage) error {
	_, err := tx.change("UPDATE channel SET failing_since = CASE WHEN failing_since = 0 THEN CAST(? AS BIGINT) ELSE failing_since END, fault = ? WHERE id = ?",
		micros(at), string(fault), id)
	return err
}

// DropWaiting ends as dropped what waits to go out on a channel.
func (tx *Tx) DropWaiting(id int64, at time.Time) error {
	for _, table := range []string{"notice", "letter"} {
		if _, err := tx.change("UPDATE "+table+" SET state = 'dropped', ended_at = ? WHERE channel_id = ? AND ended_at = 0", micros(at), id); err != nil {
			return err
		}
	}
	return nil
}

// DeleteChannel removes a channel. What waits to go out there ends as dropped.
func (tx *Tx) DeleteChannel(id int64, at time.Time) error {
	tx.TouchedNames()
	if err := tx.DropWaiting(id, at); err != nil {
		return err
	}
	return tx.must("channel", "DELETE FROM channel WHERE id = ?", id)
}

const hoursAll = "member_id, plan, digest_at, evening_at"

func readHours(r *record) Hours {
	return Hours{MemberID: r.int(), Plan: r.json(), DigestAt: r.instant(), EveningAt: r.instant()}
}

// Plans gives the plans of the week of all members who have one.
func (r reader) Plans(ctx context.Context) (map[int64]json.RawMessage, error) {
	if k, err := r.kept(ctx); k != nil || err != nil {
		return maps.Clone(k.all().plans), err
	}
	all, err := r.AllHours(ctx)
	plans := make(map[int64]json.RawMessage, len(all))
	for _, h := range all {
		plans[h.MemberID] = h.Plan
	}
	return plans, err
}

// AllHours gives the plans of all members who have one, with their next lists.
func (r reader) AllHours(ctx context.Context) ([]Hours, error) {
	return all(ctx, r, readHours, "SELECT "+hoursAll+" FROM hours ORDER BY member_id")
}

// HoursOf gives a member's plan; ok is false where there is none.
func (r reader) HoursOf(ctx context.Context, memberID int64) (h Hours, ok bool, err error) {
	found, err := all(ctx, r, readHours, "SELECT "+hoursAll+" FROM hours WHERE member_id = ?", memberID)
	if err != nil || len(found) == 0 {
		return Hours{MemberID: memberID}, false, err
	}
	return found[0], true, nil
}

var hoursTable = table{name: "hours", columns: []string{"member_id", "plan", "digest_at", "evening_at"}, key: []string{"member_id"}}

// PutHours writes a member's plan.
func (tx *Tx) PutHours(h Hours) error {
	tx.TouchedNames()
	_, err := put(tx, hoursTable, [][]any{{h.MemberID, string(h.Plan), micros(h.DigestAt), micros(h.EveningAt)}}, nothing)
	return err
}

// SetLists writes when a member's next lists of the day are due.
func (tx *Tx) SetLists(h Hours) error {
	return tx.must("hours", "UPDATE hours SET digest_at = ?, evening_at = ? WHERE member_id = ?", micros(h.DigestAt), micros(h.EveningAt), h.MemberID)
}

// TakeDigests moves the morning lists that are due by now out of the way and gives whose they are. The caller writes the next instant
// in the same transaction, so that no two nodes make the same list.
func (tx *Tx) TakeDigests(now time.Time, limit int) ([]Hours, error) {
	return tx.takeHours("digest_at", now, limit)
}

// TakeEvenings is the same for the lists before leaving.
func (tx *Tx) TakeEvenings(now time.Time, limit int) ([]Hours, error) {
	return tx.takeHours("evening_at", now, limit)
}

func (tx *Tx) takeHours(column string, now time.Time, limit int) ([]Hours, error) {
	text := "SELECT " + hoursAll + " FROM hours WHERE " + column + " > 0 AND " + column + " <= ? ORDER BY " + column + ", member_id LIMIT ? + 0" + tx.dialect.skipLocked()
	return all(tx.ctx, tx.reader, readHours, text, micros(now), limit)
}
