// Package fill writes any number of believable cases into a database, for load tests and for looking at a desk that has
// grown. The same seed and instant give the same cases. Nothing in it stands for a real person or order.
package fill

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"parley/internal/store"
)

// batch is how many cases are written in one transaction.
const batch = 1000

// shops is how many stores the cases are spread over, the first ones having most.
const shops = 200

// Cases adds n cases with their sources, orders, histories, timers and search words: 12 in 100 are open, their deadlines
// lie within 30 days of now, most of them soon; one in ten has twenty events, the others two or three.
func Cases(ctx context.Context, db *store.DB, n int, seed uint64, now time.Time) error {
	random := rand.New(rand.NewPCG(seed, 1))
	stores, err := addStores(ctx, db, min(shops, 1+n/20), now)
	if err != nil {
		return err
	}
	shape, err := newShaper(random, now, stores, seed)
	if err != nil {
		return err
	}
	for done := 0; done < n; done += batch {
		made := make([]made, min(batch, n-done))
		for i := range made {
			made[i] = shape.next()
		}
		if err := db.Write(ctx, func(tx *store.Tx) error { return put(tx, made) }); err != nil {
			return err
		}
	}
	return nil
}

// addStores adds two companies with stores that are never read: their state is paused.
func addStores(ctx context.Context, db *store.DB, n int, now time.Time) ([]store.Store, error) {
	stores := make([]store.Store, n)
	err := db.Write(ctx, func(tx *store.Tx) error {
		var companies [2]int64
		for i := range companies {
			id, err := tx.CompanyNamed(fmt.Sprintf("Load %d", i+1))
			if err != nil {
				return err
			}
			companies[i] = id
		}
		for i := range stores {
			stores[i] = store.Store{
				CompanyID: companies[i%2], Connector: "aliexpress", Name: fmt.Sprintf("Load %03d", i+1), Zone: "Europe/Madrid",
				Currency: "USD", Country: "ES", Language: "en", State: "paused", CreatedAt: now.Add(-400 * 24 * time.Hour),
			}
			if err := tx.PutStore(&stores[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return stores, err
}

// made is one case with all that belongs to it.
type made struct {
	c      store.Case
	source store.Source
	order  store.Order
	events []store.Event
	timers []store.Timer
	doc    store.SearchDoc
}

// put writes a batch. The database is not changed by a batch that fails.
func put(tx *store.Tx, made []made) error {
	cases := make([]*store.Case, len(made))
	for i := range made {
		cases[i] = &made[i].c
	}
	if err := tx.PutCases(cases); err != nil {
		return err
	}
	var sources []store.Source
	var orders []store.Order
	var events []store.Event
	timers, docs := map[int64][]store.Timer{}, map[int64]store.SearchDoc{}
	for _, m := range made {
		m.source.CaseID = m.c.ID
		sources, orders = append(sources, m.source), append(orders, m.order)
		for _, e := range m.events {
			e.CaseID = m.c.ID
			events = append(events, e)
		}
		if len(m.timers) > 0 {
			timers[m.c.ID] = m.timers
		}
		docs[m.c.ID] = m.doc
	}
	for _, step := range []func() error{
		func() error { return tx.PutSources(sources) },
		func() error { return tx.PutOrders(orders) },
		func() error { return tx.AddEvents(events) },
		func() error { return tx.SetTimersOf(timers) },
		func() error { return tx.IndexAll(docs) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// asJSON is for plain data of our own, which always can be written.
func asJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // a mistake in this package
	}
	return b
}
