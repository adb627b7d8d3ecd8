package store

import (
	"context"
	"encoding/json"
	"time"
)

// Nudge is a record that a platform asked us to read again.
type Nudge struct {
	StoreID    int64
	Kind       string
	ExternalID string
	Ref        json.RawMessage
	At         time.Time
	Times      int64 // how often it was asked for since it last was read
}

// AddPush notes a delivery of a platform; false if the same one was noted before.
func (tx *Tx) AddPush(storeID int64, id string, at time.Time) (bool, error) {
	n, err := tx.change("INSERT INTO push (store_id, id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", storeID, id, micros(at))
	return n > 0, err
}

// ForgetPushes removes the deliveries noted before an instant: no platform repeats itself that late.
func (tx *Tx) ForgetPushes(before time.Time) error {
	_, err := tx.change("DELETE FROM push WHERE at < ?", micros(before))
	return err
}

var nudgeTable = table{
	name: "nudge", columns: []string{"store_id", "kind", "external_id", "ref", "at", "times"}, key: []string{"store_id", "kind", "external_id"},
	keep: map[string]string{"times": "nudge.times + 1"},
}

// AddNudges asks for records to be read again. One that waits already waits on with the newer instant.
func (tx *Tx) AddNudges(nudges []Nudge) error {
	rows := make([][]any, len(nudges))
	for i, n := range nudges {
		rows[i] = []any{n.StoreID, n.Kind, n.ExternalID, string(n.Ref), micros(n.At), int64(1)}
	}
	_, err := put(tx, nudgeTable, rows, nothing)
	return err
}

// Nudges gives the records of a store that wait to be read again, oldest first.
func (r reader) Nudges(ctx context.Context, storeID int64) ([]Nudge, error) {
	read := func(r *record) Nudge {
		return Nudge{StoreID: r.int(), Kind: r.text(), ExternalID: r.text(), Ref: r.json(), At: r.instant(), Times: r.int()}
	}
	return all(ctx, r, read, "SELECT store_id, kind, external_id, ref, at, times FROM nudge WHERE store_id = ? ORDER BY at, external_id", storeID)
}

// EndNudge says that a record was read; a wish for the same record that came since then stays, whatever the clocks say.
func (tx *Tx) EndNudge(n Nudge) error {
	_, err := tx.change("DELETE FROM nudge WHERE store_id = ? AND kind = ? AND external_id = ? AND at = ? AND times = ?",
		n.StoreID, n.Kind, n.ExternalID, micros(n.At), n.Times)
	return err
}
