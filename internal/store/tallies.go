package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
)

type tallyKey struct {
	storeID  int64
	view     string
	currency string
}

type tallySum struct{ cases, ref int64 }

// tallyRow is what a case adds to the tallies.
type tallyRow struct {
	open bool
	key  tallyKey
	ref  int64
}

// heldTally takes the same from the columns of a case; the places are those of caseColumns.
func heldTally(columns []any) tallyRow {
	at := func(name string) any { return columns[slices.Index(caseColumns, name)] }
	return tallyRow{
		open: at("open").(int64) != 0,
		key:  tallyKey{at("store_id").(int64), at("view").(string), at("stake_ref_currency").(string)},
		ref:  at("stake_ref").(int64),
	}
}

func (tx *Tx) count(c *Case, by int64) {
	tx.countRow(tallyRow{c.Open, tallyKey{c.StoreID, c.View, c.StakeRef.Currency}, c.StakeRef.Minor}, by)
}

// countRow adds an open case to the sums of this write, or takes it away.
func (tx *Tx) countRow(row tallyRow, by int64) {
	if !row.open {
		return
	}
	sum := tx.tallies[row.key]
	tx.tallies[row.key] = tallySum{sum.cases + by, sum.ref + by*row.ref}
}

var tallyTable = table{
	name:    "tally",
	columns: []string{"store_id", "view", "currency", "slot", "cases", "ref"},
	key:     []string{"store_id", "view", "currency", "slot"},
	keep:    map[string]string{"cases": "tally.cases + excluded.cases", "ref": "tally.ref + excluded.ref"},
}

// tallySlots is over how many rows each sum is spread on PostgreSQL: writes to the same store wait for each other's commit only where they
// meet in a slot.
const tallySlots = 16

func (tx *Tx) slot() int64 {
	if !tx.dialect.postgres {
		return 0
	}
	return tx.db.turns.Add(1) % tallySlots
}

// keepTallies writes the sums at the end of a write, in a fixed order so that two nodes never wait for each other.
func (tx *Tx) keepTallies() error {
	keys := slices.SortedFunc(maps.Keys(tx.tallies), func(a, b tallyKey) int {
		return cmp.Or(cmp.Compare(a.storeID, b.storeID), cmp.Compare(a.view, b.view), cmp.Compare(a.currency, b.currency))
	})
	var rows [][]any
	slot := tx.slot()
	for _, k := range keys {
		if sum := tx.tallies[k]; sum != (tallySum{}) {
			rows = append(rows, []any{k.storeID, k.view, k.currency, slot, sum.cases, sum.ref})
		}
	}
	_, err := put(tx, tallyTable, rows, nothing)
	return err
}

// Tallies gives the numbers of open cases of the stores (nil = all) by store, view and currency of StakeRef, in that
// order. Combinations without a case are left out.
func (r reader) Tallies(ctx context.Context, stores []int64) ([]Tally, error) {
	const head = "SELECT store_id, view, currency, CAST(SUM(cases) AS BIGINT), CAST(SUM(ref) AS BIGINT) FROM tally"
	const tail = " GROUP BY store_id, view, currency HAVING SUM(cases) <> 0"
	read := func(r *record) Tally {
		return Tally{StoreID: r.int(), View: r.text(), Currency: r.text(), Cases: r.int(), Ref: r.int()}
	}
	if stores == nil {
		return all(ctx, r, read, head+tail+" ORDER BY store_id, view, currency")
	}
	found, err := byIDs(ctx, r, read, head+" WHERE store_id", tail, stores)
	slices.SortFunc(found, func(a, b Tally) int {
		return cmp.Or(cmp.Compare(a.StoreID, b.StoreID), cmp.Compare(a.View, b.View), cmp.Compare(a.Currency, b.Currency))
	})
	return found, err
}
