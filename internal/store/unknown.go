package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// Place is who a message came from: a store, or an account at a service that watches parcels. The other one is 0.
type Place struct{ StoreID, TrackerID int64 }

// UnknownTopic counts the messages of one kind that the desk can make nothing of, for one reason.
type UnknownTopic struct {
	Place
	Topic   string // the sender's own word for the kind
	Reason  string
	Times   int64
	FirstAt time.Time
	LastAt  time.Time
}

// UnknownMessage is such a message as it came. The same content counts up.
type UnknownMessage struct {
	Place
	ID      int64
	Topic   string
	Reason  string
	Fault   json.RawMessage // what was wrong with it, where a fault was found
	Times   int64
	FirstAt time.Time
	LastAt  time.Time
	Size    int64  // in bytes, as it came
	Body    []byte // its beginning, at most UnknownKept bytes
}

const (
	// UnknownKept is how much of a message is kept, in bytes: the largest documented one has as many.
	UnknownKept = 256 << 10
	// unknownNewest is how many messages of a kind are kept; of older ones the count stays.
	unknownNewest = 20
	// unknownTopics is how many kinds of a place are told apart; the rest count as OtherTopics.
	unknownTopics = 100
)

// OtherTopics stands for all kinds after the first hundred of a place.
const OtherTopics = "*"

// CountUnknown counts messages without keeping any, and gives the topic under which they count.
func (tx *Tx) CountUnknown(p Place, topic, reason string, times int64, at time.Time) (string, error) {
	const text = "UPDATE unknown_topic SET times = times + ?, last_at = ? WHERE store_id = ? AND tracker_id = ? AND topic = ? AND reason = ?"
	n, err := tx.change(text, times, micros(at), p.StoreID, p.TrackerID, topic, reason)
	if err != nil || n > 0 {
		return topic, err
	}
	kinds, err := one(tx.ctx, tx.reader, "topic", (*record).int, "SELECT count(*) FROM unknown_topic WHERE store_id = ? AND tracker_id = ?", p.StoreID, p.TrackerID)
	if err != nil {
		return topic, err
	}
	if kinds >= unknownTopics {
		topic = OtherTopics
	}
	_, err = tx.change("INSERT INTO unknown_topic (store_id, tracker_id, topic, reason, times, first_at, last_at) VALUES (?, ?, ?, ?, ?, ?, ?)"+
		" ON CONFLICT (store_id, tracker_id, topic, reason) DO UPDATE SET times = unknown_topic.times + excluded.times, last_at = excluded.last_at",
		p.StoreID, p.TrackerID, topic, reason, times, micros(at), micros(at))
	return topic, err
}

// KeepUnknown counts a message and keeps it, in the place of the oldest of its kind where there are many.
func (tx *Tx) KeepUnknown(m UnknownMessage, at time.Time) error {
	topic, err := tx.CountUnknown(m.Place, m.Topic, m.Reason, 1, at)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(m.Body)
	body, err := pack(m.Body[:min(len(m.Body), UnknownKept)])
	if err != nil {
		return err
	}
	_, err = tx.change("INSERT INTO unknown_message (store_id, tracker_id, topic, reason, hash, fault, times, first_at, last_at, size, body)"+
		" VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?) ON CONFLICT (store_id, tracker_id, topic, reason, hash)"+
		" DO UPDATE SET times = unknown_message.times + 1, last_at = excluded.last_at, fault = excluded.fault",
		m.StoreID, m.TrackerID, topic, m.Reason, hex.EncodeToString(sum[:]), string(m.Fault), micros(at), micros(at), int64(len(m.Body)), body)
	if err != nil {
		return err
	}
	_, err = tx.change("DELETE FROM unknown_message WHERE id IN (SELECT id FROM unknown_message"+
		" WHERE store_id = ? AND tracker_id = ? AND topic = ? AND reason = ? ORDER BY last_at DESC, id DESC LIMIT 1000 OFFSET ? + 0)",
		m.StoreID, m.TrackerID, topic, m.Reason, int64(unknownNewest))
	return err
}

// UnknownTopics gives the kinds of messages of a place that the desk can make nothing of, the newest first.
func (r reader) UnknownTopics(ctx context.Context, p Place) ([]UnknownTopic, error) {
	read := func(r *record) UnknownTopic {
		return UnknownTopic{Place: p, Topic: r.text(), Reason: r.text(), Times: r.int(), FirstAt: r.instant(), LastAt: r.instant()}
	}
	return all(ctx, r, read, "SELECT topic, reason, times, first_at, last_at FROM unknown_topic WHERE store_id = ? AND tracker_id = ?"+
		" ORDER BY last_at DESC, topic, reason", p.StoreID, p.TrackerID)
}

const unknownColumns = "SELECT id, store_id, tracker_id, topic, reason, fault, times, first_at, last_at, size"

func readUnknown(r *record) UnknownMessage {
	return UnknownMessage{
		ID: r.int(), Place: Place{StoreID: r.int(), TrackerID: r.int()}, Topic: r.text(), Reason: r.text(), Fault: r.json(), Times: r.int(),
		FirstAt: r.instant(), LastAt: r.instant(), Size: r.int(),
	}
}

// UnknownMessages gives what is kept of a place, the newest first, without the bodies.
func (r reader) UnknownMessages(ctx context.Context, p Place) ([]UnknownMessage, error) {
	return all(ctx, r, readUnknown, unknownColumns+" FROM unknown_message WHERE store_id = ? AND tracker_id = ? ORDER BY last_at DESC, id DESC", p.StoreID, p.TrackerID)
}

// UnknownMessage gives one with its body. NotFound if there is none.
func (r reader) UnknownMessage(ctx context.Context, id int64) (UnknownMessage, error) {
	read := func(r *record) UnknownMessage {
		m := readUnknown(r)
		m.Body = r.bytes()
		return m
	}
	m, err := one(ctx, r, "message", read, unknownColumns+", body FROM unknown_message WHERE id = ?", id)
	if err == nil {
		m.Body, err = unpack(m.Body)
	}
	return m, err
}

// DropUnknown removes messages; what was counted of them stays.
func (tx *Tx) DropUnknown(ids []int64) error {
	for _, id := range ids {
		if _, err := tx.change("DELETE FROM unknown_message WHERE id = ?", id); err != nil {
			return err
		}
	}
	return nil
}

// ForgetUnknown removes what came for the last time before an instant.
func (tx *Tx) ForgetUnknown(before time.Time) error {
	for _, table := range []string{"unknown_message", "unknown_topic"} {
		if _, err := tx.change("DELETE FROM "+table+" WHERE last_at < ?", micros(before)); err != nil {
			return err
		}
	}
	return nil
}
