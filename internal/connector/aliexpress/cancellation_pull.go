package aliexpress

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

// wishesEvery is how often orders are asked for whose buyers want out: the seller has two days, and no list of disputes has them.
const wishesEvery = 5 * time.Minute

// wishes lists the orders whose buyers want to cancel, reads those that are new or changed, and what became of those that are listed no
// more. Between two times it only remembers them.
func (p *pull) wishes(ctx context.Context, last *note, began time.Time) error {
	before := last.Wishes
	if age := began.Sub(time.UnixMilli(last.WishesAt)); age >= 0 && age < wishesEvery {
		p.remember(before)
		return nil
	}
	rows, err := p.s.cancelling(ctx, before)
	if notOurs(err) {
		p.s.world.Log.Warn("orders to be cancelled cannot be listed at AliExpress", "store", p.s.store, "err", err)
		return nil
	}
	if err != nil {
		return err
	}
	open := map[string]string{}
	for _, r := range rows {
		open[r.ref.ID] = r.ref.Buyer
	}
	news, err := p.newWishes(ctx, rows)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(before)) {
		if _, still := open[id]; !still {
			order, _, _ := strings.Cut(id, "@")
			news = append(news, row{ref: connector.Ref{Kind: cancellationKind, ID: id, Buyer: before[id], Order: order}})
		}
	}
	if err := p.readWishes(ctx, news, open); err != nil {
		return err
	}
	last.WishesAt = began.UnixMilli()
	p.remember(open)
	return nil
}

// remember counts and lists what is open.
func (p *pull) remember(open map[string]string) {
	p.wish = open
	if p.count >= 0 {
		p.count += len(open)
	}
	for id := range open {
		p.listed = append(p.listed, cancellationKind+"/"+id)
	}
	slices.Sort(p.listed)
}

// newWishes leaves out the rows that the desk has as they are.
func (p *pull) newWishes(ctx context.Context, rows []row) ([]row, error) {
	if len(rows) == 0 || p.known == nil {
		return rows, nil
	}
	ids := make([]string, len(rows))
	for n, r := range rows {
		ids[n] = r.ref.ID
	}
	had, err := p.known(ctx, cancellationKind, ids)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(rows, func(r row) bool { return r.fingerprint != "" && had[r.ref.ID] == r.fingerprint }), nil
}

// readWishes reads orders one after the other: there are few. One that cannot be read comes with its problem and stays among the open ones.
func (p *pull) readWishes(ctx context.Context, rows []row, open map[string]string) error {
	for _, r := range rows {
		snap, err := p.s.cancellation(ctx, r.ref)
		if err != nil && stops(err) {
			return err
		}
		if snap.Open = snap.Open || err != nil && !fault.Is(err, fault.Refused) && !fault.Is(err, fault.NotFound); snap.Open {
			open[r.ref.ID] = r.ref.Buyer
		}
		if err == nil && r.fingerprint != "" {
			snap.Fingerprint = r.fingerprint
		}
		if err == nil {
			snap.Fingerprint = warm(snap.Fingerprint, snap.ChangedAt, p.s.world.Now())
		}
		p.got = true
		if err := p.yield([]connector.Snapshot{snap}); err != nil {
			return err
		}
	}
	return nil
}

// cancelling lists the orders that wait for an answer to a wish to cancel, with the call of Chinese sellers, then with that of overseas
// sellers. A wish that is known keeps its name, whatever else changed about the order.
func (s *Session) cancelling(ctx context.Context, known map[string]string) ([]row, error) {
	names := map[string]string{}
	for id := range known {
		order, _, _ := strings.Cut(id, "@")
		names[order] = id
	}
	rows, err := s.listCancelling(ctx, "aliexpress.trade.seller.orderlist.get", "param_aeop_order_query", names)
	if notOurs(err) {
		rows, err = s.listCancelling(ctx, "aliexpress.solution.order.get", "param0", names)
	}
	return rows, err
}

func (s *Session) listCancelling(ctx context.Context, method, name string, names map[string]string) (rows []row, err error) {
	seen := map[string]bool{}
	for n := 1; ; n++ {
		ask, _ := json.Marshal(map[string]any{"current_page": n, "page_size": pageSize, "order_status": inCancel}) // numbers and texts can always be written
		a, err := s.read(ctx, method, param{name, string(ask)})
		if err != nil {
			return nil, err
		}
		result := a.Get("result")
		if !result.IsObject() {
			return nil, garbled(errors.New("no result"), false)
		}
		listed := result.Get("target_list").List()
		had := len(seen)
		for _, v := range listed {
			order, changed := id(v, "order_id"), first(text(v, "gmt_update"), text(v, "gmt_modified"))
			wish := first(names[order], wishOf(order, changed))
			if wish == "" || seen[wish] || text(v, "order_status") != inCancel {
				continue // a gateway that ignores the filter shows others too
			}
			seen[wish] = true
			rows = append(rows, row{
				ref:         connector.Ref{Kind: cancellationKind, ID: wish, Order: order, Buyer: first(text(v, "buyer_login_id"), text(v, "buyerloginid"))},
				fingerprint: inCancel + "|" + changed,
			})
		}
		total, told := result.Get("total_count").Int()
		if len(listed) < pageSize || len(seen) == had || told && int64(n*pageSize) >= total {
			return rows, nil
		}
	}
}
