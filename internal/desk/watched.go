package desk

import (
	"context"
	"encoding/json"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/sheet"
	"parley/internal/store"
)

// A store without a way in hears of purchases from spreadsheets and people. A purchase becomes a case when the rules find a class for
// it: the supplier has none, his shipping date has passed, customs hold the parcel, the buyer wrote. Until then it is watched: it is
// looked at again whenever a row about it changes, and at the one instant at which time alone makes it late.

// takeSheetOrders lays everything the rows tell of purchases together, judges the cases behind them again, and begins cases where the
// rules find one.
func (d *Desk) takeSheetOrders(ctx context.Context, tx *store.Tx, st store.Store, numbers []string) ([]int64, error) {
	rows, err := tx.SheetRowsOf(ctx, st.ID, numbers)
	if err != nil || len(numbers) == 0 {
		return nil, err
	}
	orders := make([]store.Order, 0, len(numbers))
	for _, number := range numbers {
		var pieces []dispute.Facts
		for _, r := range rows[number] {
			f, err := decodeFacts(r.Facts)
			if err != nil {
				return nil, err
			}
			pieces = append(pieces, f)
		}
		raw, err := json.Marshal(sheet.Fold(pieces))
		if err != nil {
			return nil, err
		}
		orders = append(orders, store.Order{StoreID: st.ID, Number: number, Facts: raw, FetchedAt: d.Now()})
	}
	if err := tx.PutOrders(orders); err != nil {
		return nil, err
	}
	return d.watch(ctx, tx, st, orders)
}

// lookAgain looks at one purchase of a store without a way in because its time has come.
func (d *Desk) lookAgain(ctx context.Context, st store.Store, o store.Order) error {
	o.WantedAt = time.Time{}
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutOrders([]store.Order{o}); err != nil {
			return err
		}
		_, err := d.watch(ctx, tx, st, []store.Order{o})
		return err
	})
	wake(d.wakeTimers)
	return err
}

// watch judges the cases of purchases, begins new ones, and notes when to look at the others again.
func (d *Desk) watch(ctx context.Context, tx *store.Tx, st store.Store, orders []store.Order) ([]int64, error) {
	var known []int64
	var born []connector.Snapshot
	var later []store.Order
	for _, o := range orders {
		cases, err := tx.CasesOfOrder(ctx, st.ID, o.Number)
		if err != nil {
			return nil, err
		}
		if len(cases) > 0 {
			known = append(known, idsOf(cases)...)
			continue
		}
		snap, at, err := d.birth(st, o)
		if err != nil {
			return nil, err
		}
		if snap != nil {
			born = append(born, *snap)
		}
		if !at.IsZero() {
			o.WantedAt = at
			later = append(later, o)
		}
	}
	if err := tx.PutOrders(later); err != nil {
		return nil, err
	}
	if len(known) > 0 {
		if _, err := d.rejudge(ctx, tx, known, d.Now(), nil); err != nil {
			return nil, err
		}
	}
	if len(born) == 0 {
		return known, nil
	}
	ids, err := (&intake{d: d, tx: tx, st: st, now: d.Now()}).take(ctx, born)
	return append(known, ids...), err
}

// birth asks the rules whether a purchase is a case, and if not, when to ask again.
func (d *Desk) birth(st store.Store, o store.Order) (*connector.Snapshot, time.Time, error) {
	f, err := decodeFacts(o.Facts)
	if err != nil {
		return nil, time.Time{}, err
	}
	f.Store = ruleStore(st)
	rules, err := d.rulesOf(st, st.Packs)
	if err != nil {
		return nil, time.Time{}, err
	}
	v := rules.Evaluate(&f, d.Now())
	if v.Class == "" || v.Ended {
		return nil, nextLook(&f, d.Now()), nil
	}
	return &connector.Snapshot{
		Ref:         connector.Ref{Kind: purchaseBirth, ID: o.Number, Order: o.Number},
		Fingerprint: o.Number, ChangedAt: d.Now(), Open: true,
	}, time.Time{}, nil
}

// nextLook is the instant at which time alone may make a case of a purchase: the supplier's shipping date.
func nextLook(f *dispute.Facts, now time.Time) time.Time {
	if f.Supplier != nil && f.Supplier.ShipBy.After(now) {
		return f.Supplier.ShipBy
	}
	return time.Time{}
}
