package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"parley/internal/store"
)

// mostBeside bounds a purchase: a handle that ties more cases together than this is no purchase.
const mostBeside = 50

// casesOfPurchase gives the ids of all cases about the purchase of a case, itself included, in order: those of its order, those that share
// a handle with one of them, and those that name it by its number.
func casesOfPurchase(ctx context.Context, r planner, c *store.Case) ([]int64, error) {
	g, err := groupOf(ctx, r, c)
	if err != nil {
		return nil, err
	}
	for i := 0; i < len(g.numbered); i++ { // grows while groups are joined
		n := g.numbered[i]
		if len(g.ids) >= mostBeside || g.has(n.CaseID) || !g.follows(n) {
			continue
		}
		others, err := r.CasesByID(ctx, []int64{n.CaseID})
		if err != nil {
			return nil, err
		}
		for j := range others {
			h, err := groupOf(ctx, r, &others[j])
			if err != nil {
				return nil, err
			}
			if g.agrees(h, n.Name) {
				g.join(h)
			}
		}
	}
	slices.Sort(g.ids)
	return g.ids, nil
}

// group are cases that are about the same money beyond doubt: those of an order, and those that share a handle that names one purchase
// wherever it stands, such as the number of a payment.
type group struct {
	ids      []int64
	shops    map[string][]int64 // stores of its cases by connector
	kinds    map[string]bool    // of its handles, without numbers of orders: "stripe:charge"
	numbered []store.Named      // who has the same number of an order, itself included
	orders   []orderAt          // whose cases were asked for
}

// orderAt is an order of a store.
type orderAt struct {
	store  int64
	number string
}

func first[T any](list []T, n int) []T { return list[:min(n, len(list))] }

func groupOf(ctx context.Context, r planner, c *store.Case) (*group, error) {
	g := &group{shops: map[string][]int64{}, kinds: map[string]bool{}}
	for fresh := []store.Case{*c}; len(fresh) > 0 && len(g.ids) < mostBeside; {
		ids := g.take(fresh)
		beside, err := r.CasesBeside(ctx, ids)
		if err != nil {
			return nil, err
		}
		next, err := r.CasesByID(ctx, first(g.read(beside), mostBeside))
		if err != nil {
			return nil, err
		}
		same, err := g.sameOrders(ctx, r, fresh)
		if err != nil {
			return nil, err
		}
		fresh = slices.DeleteFunc(append(next, same...), func(c store.Case) bool { return g.has(c.ID) })
	}
	return g, nil
}

// sameOrders gives the cases of the orders of some, each order once.
func (g *group) sameOrders(ctx context.Context, r planner, cases []store.Case) (out []store.Case, err error) {
	for i := range cases {
		c := &cases[i]
		order := orderAt{c.StoreID, c.OrderNo}
		if c.OrderNo == "" || slices.Contains(g.orders, order) {
			continue
		}
		g.orders = append(g.orders, order)
		same, err := r.CasesOfOrder(ctx, c.StoreID, c.OrderNo)
		if err != nil {
			return nil, err
		}
		out = append(out, same...)
	}
	return out, nil
}

// take adds cases and gives the ids of those that were not there.
func (g *group) take(cases []store.Case) (ids []int64) {
	for i := range cases {
		c := &cases[i]
		if g.has(c.ID) || len(g.ids) >= mostBeside {
			continue
		}
		g.ids, ids = append(g.ids, c.ID), append(ids, c.ID)
		if !slices.Contains(g.shops[c.Connector], c.StoreID) {
			g.shops[c.Connector] = append(g.shops[c.Connector], c.StoreID)
		}
	}
	return ids
}

// read sorts who shares the handles of the group: those that belong to it are given, those that share a number of an order are kept.
func (g *group) read(beside []store.Named) (ids []int64) {
	slices.SortFunc(beside, func(a, b store.Named) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.CaseID, b.CaseID))
	})
	for _, n := range beside {
		switch {
		case numberOf(n.Name) != "":
			if !slices.Contains(g.numbered, n) {
				g.numbered = append(g.numbered, n)
			}
		default:
			kind, _, _ := strings.Cut(n.Name, "/")
			g.kinds[kind] = true
			if !g.has(n.CaseID) && !slices.Contains(ids, n.CaseID) {
				ids = append(ids, n.CaseID)
			}
		}
	}
	return ids
}

func (g *group) has(id int64) bool { return slices.Contains(g.ids, id) }

// numberOf is the system whose stores count their orders, where a handle is such a number ("shopify:order/1001"); else empty.
func numberOf(handle string) string {
	system, _, number := strings.Cut(handle, ":order/")
	if !number {
		return ""
	}
	return system
}

// follows tells whether a number can say which purchase is meant. Every store counts its orders from the same number on: one that several
// stores of the company have belongs to none of them by itself.
func (g *group) follows(n store.Named) bool {
	var counted int64
	for _, o := range g.numbered {
		if o.Name != n.Name || o.Connector != numberOf(n.Name) {
			continue
		}
		if counted != 0 && counted != o.StoreID {
			return false
		}
		counted = o.StoreID
	}
	return true
}

// agrees tells whether nothing speaks against a number that two groups share: another store of the system that counts, or payments of one
// kind of which none is the same.
func (g *group) agrees(h *group, handle string) bool {
	mine, theirs := g.shops[numberOf(handle)], h.shops[numberOf(handle)]
	if len(mine) > 0 && len(theirs) > 0 && !slices.ContainsFunc(mine, func(id int64) bool { return slices.Contains(theirs, id) }) {
		return false
	}
	for kind := range g.kinds {
		if h.kinds[kind] {
			return false // had they one in common, they would be one group
		}
	}
	return true
}

// join adds a group that names the same purchase.
func (g *group) join(h *group) {
	for _, id := range h.ids {
		if !g.has(id) && len(g.ids) < mostBeside {
			g.ids = append(g.ids, id)
		}
	}
	for connector, stores := range h.shops {
		g.shops[connector] = append(g.shops[connector], stores...)
	}
	for kind := range h.kinds {
		g.kinds[kind] = true
	}
	for _, n := range h.numbered {
		if !slices.Contains(g.numbered, n) {
			g.numbered = append(g.numbered, n)
		}
	}
}
