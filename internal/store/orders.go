package store

import (
	"context"
	"time"
)

const orderAll = "id, store_id, number, fetched_at, wanted_at, facts"

func readOrder(r *record) Order {
	return Order{
		ID: r.int(), StoreID: r.int(), Number: r.text(), FetchedAt: r.instant(), WantedAt: r.instant(), Facts: r.json(),
	}
}

// OrderOf gives an order of a store by its number, without Raw (see OrderRaw). NotFound if it is not known.
func (r reader) OrderOf(ctx context.Context, storeID int64, number string) (Order, error) {
	return one(ctx, r, "order", readOrder, "SELECT "+orderAll+" FROM order_ WHERE store_id = ? AND number = ?", storeID, number)
}

// OrderRaw gives an order's record as received. NotFound if there is no such order.
func (r reader) OrderRaw(ctx context.Context, id int64) ([]byte, error) {
	packed, err := one(ctx, r, "order", (*record).bytes, "SELECT raw FROM order_ WHERE id = ?", id)
	if err != nil {
		return nil, err
	}
	return unpack(packed)
}

// OrdersByNumber gives orders of a store by number, without Raw. What is not known is left out.
func (r reader) OrdersByNumber(ctx context.Context, storeID int64, numbers []string) (map[string]Order, error) {
	head := "SELECT " + orderAll + " FROM order_ WHERE store_id = ? AND number"
	found, err := byIDs(ctx, r, readOrder, head, "", numbers, storeID)
	return byAsked(numbers, found, func(o Order) string { return o.Number }), err
}

// CasesOfOrder gives the cases of a store that concern an order number, as lists show them, oldest first.
func (r reader) CasesOfOrder(ctx context.Context, storeID int64, number string) ([]Case, error) {
	const text = "SELECT " + caseList + " FROM case_ c WHERE c.store_id = ? AND c.order_no = ? AND c.order_no <> '' ORDER BY c.id"
	return all(ctx, r, readCase, text, storeID, number)
}

var orderTable = table{
	name:    "order_",
	columns: []string{"store_id", "number", "fetched_at", "wanted_at", "facts", "raw"},
	key:     []string{"store_id", "number"},
	keep: map[string]string{
		"raw":       "coalesce(excluded.raw, order_.raw)",
		"wanted_at": "CASE WHEN order_.wanted_at > 0 AND order_.wanted_at <= excluded.fetched_at THEN order_.wanted_at ELSE excluded.wanted_at END",
	},
	returns: "id, store_id, number",
}

// PutOrders writes orders, each known by its store and number (no two of the same in one call), and fills in their ids.
// Raw nil keeps what was received before. An order that was wanted while it was being read, or is wanted since before FetchedAt, stays
// wanted: the reading may have passed what it was wanted for.
func (tx *Tx) PutOrders(orders []Order) error {
	rows := make([][]any, len(orders))
	for i, o := range orders {
		raw, err := pack(o.Raw)
		if err != nil {
			return err
		}
		rows[i] = []any{o.StoreID, o.Number, micros(o.FetchedAt), micros(o.WantedAt), string(o.Facts), raw}
	}
	ids := make(map[matterKey]int64, len(orders))
	_, err := put(tx, orderTable, rows, func(r *record) struct{} {
		id := r.int()
		ids[matterKey{r.int(), r.text()}] = id
		return struct{}{}
	})
	for i := range orders {
		orders[i].ID = ids[matterKey{orders[i].StoreID, tidy(orders[i].Number)}]
	}
	return err
}

// WantOrders asks for orders of a store to be read at an instant or earlier; unknown ones are added. An earlier wish stays.
func (tx *Tx) WantOrders(storeID int64, numbers []string, at time.Time) error {
	wish := table{
		name: "order_", columns: []string{"store_id", "number", "fetched_at", "wanted_at", "facts"}, key: []string{"store_id", "number"},
		keep: map[string]string{
			"fetched_at": "order_.fetched_at", "facts": "order_.facts",
			"wanted_at": "CASE WHEN order_.wanted_at > 0 AND order_.wanted_at < excluded.wanted_at THEN order_.wanted_at ELSE excluded.wanted_at END",
		},
	}
	rows := make([][]any, len(numbers))
	for i, n := range numbers {
		rows[i] = []any{storeID, n, int64(0), micros(at), ""}
	}
	_, err := put(tx, wish, rows, nothing)
	return err
}

// WantedOrders takes orders of active stores that are to be read by now, longest waiting first. Each is put off by the
// lease, so that another node takes it only if this one does not come back; PutOrders with a new WantedAt ends it.
func (db *DB) WantedOrders(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]Order, error) {
	text := "UPDATE order_ SET wanted_at = ? WHERE id IN (SELECT o.id FROM order_ o JOIN store s ON s.id = o.store_id" +
		" WHERE o.wanted_at > 0 AND o.wanted_at <= ? AND s.state = 'active' ORDER BY o.wanted_at LIMIT ? + 0" + db.dialect.skipLockedOf("o") +
		") RETURNING " + orderAll
	var taken []Order
	err := db.Write(ctx, func(tx *Tx) (err error) {
		taken, err = all(tx.ctx, tx.reader, readOrder, text, micros(now.Add(lease)), micros(now), limit)
		return err
	})
	return taken, err
}

// UnreadOrders gives the orders of a store that were never read and are wanted by an instant, longest waiting first.
func (r reader) UnreadOrders(ctx context.Context, storeID int64, by time.Time, limit int) ([]Order, error) {
	const text = "SELECT " + orderAll + " FROM order_ WHERE wanted_at > 0 AND wanted_at <= ? AND store_id = ? AND fetched_at = 0 ORDER BY wanted_at LIMIT ? + 0"
	return all(ctx, r, readOrder, text, micros(by), storeID, limit)
}

// NextWantedOrder gives the instant at which the next order is to be read; zero if none is wanted.
func (r reader) NextWantedOrder(ctx context.Context) (time.Time, error) {
	return one(ctx, r, "order", (*record).instant, nextWantedOrder)
}

// nextWantedOrder walks the index of instants and stops at the first order of an active store, however many are wanted.
const nextWantedOrder = "SELECT coalesce((SELECT o.wanted_at FROM order_ o WHERE o.wanted_at > 0" +
	" AND (SELECT s.state FROM store s WHERE s.id = o.store_id) = 'active' ORDER BY o.wanted_at LIMIT 1), 0)"
