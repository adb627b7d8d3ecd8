package store

import (
	"context"
	"time"
)

// Node is one program that shares the database.
type Node struct {
	ID        string
	Host      string
	Version   string
	StartedAt time.Time
	SeenAt    time.Time // when it last wrote this
	WorkedAt  time.Time // when the slowest of its loops last looked for work; zero = it only serves
}

const nodeAll = "id, host, version, started_at, seen_at, worked_at"

// Nodes gives the programs that share the database, those that died lately too, in the order of their names.
func (r reader) Nodes(ctx context.Context) ([]Node, error) {
	read := func(r *record) Node {
		return Node{ID: r.text(), Host: r.text(), Version: r.text(), StartedAt: r.instant(), SeenAt: r.instant(), WorkedAt: r.instant()}
	}
	return all(ctx, r, read, "SELECT "+nodeAll+" FROM node ORDER BY id")
}

var nodeTable = table{name: "node", columns: []string{"id", "host", "version", "started_at", "seen_at", "worked_at"}, key: []string{"id"}}

// PutNode says that a node lives, and forgets those that were not seen since an instant.
func (tx *Tx) PutNode(n Node, forget time.Time) error {
	row := []any{n.ID, n.Host, n.Version, micros(n.StartedAt), micros(n.SeenAt), micros(n.WorkedAt)}
	if _, err := put(tx, nodeTable, [][]any{row}, nothing); err != nil {
		return err
	}
	_, err := tx.change("DELETE FROM node WHERE seen_at < ?", micros(forget))
	return err
}

// DeleteNode says that a node has ended.
func (tx *Tx) DeleteNode(id string) error {
	_, err := tx.change("DELETE FROM node WHERE id = ?", id)
	return err
}

// Lease takes or lengthens the sole right of a holder to do something; false while another one has it.
func (tx *Tx) Lease(name, holder string, now, until time.Time) (bool, error) {
	n, err := tx.change("INSERT INTO lease (name, holder, until) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET holder = excluded.holder,"+
		" until = excluded.until WHERE lease.until <= ? OR lease.holder = excluded.holder", name, holder, micros(until), micros(now))
	return n > 0, err
}

// EndLease gives a right back before its time.
func (tx *Tx) EndLease(name, holder string) error {
	_, err := tx.change("DELETE FROM lease WHERE name = ? AND holder = ?", name, holder)
	return err
}

// ReleaseSync gives a claimed store back as it was, for another node to read at once. It does nothing where somebody else
// claimed it since.
func (tx *Tx) ReleaseSync(s Sync) error {
	tx.TouchedStore(s.StoreID)
	_, err := tx.change("UPDATE sync SET lease_until = 0 WHERE store_id = ? AND fence = ?", s.StoreID, s.Fence)
	return err
}

// ReleaseEffect gives a claimed act back as it stands in the database.
func (tx *Tx) ReleaseEffect(e Effect) error {
	tx.Touched(e.CaseID)
	_, err := tx.change("UPDATE effect SET lease_until = 0 WHERE id = ? AND fence = ?", e.ID, e.Fence)
	return err
}

// ReleaseOrder gives an order back that was put off while it was to be read.
func (tx *Tx) ReleaseOrder(o Order, at time.Time) error {
	tx.TouchedStore(o.StoreID)
	_, err := tx.change("UPDATE order_ SET wanted_at = ? WHERE id = ? AND wanted_at = ?", micros(at), o.ID, micros(o.WantedAt))
	return err
}
