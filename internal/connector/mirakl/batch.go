package mirakl

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"

	"parley/internal/connector"
)

// opening is an incident to be read: which one, and whether it is still open.
type opening struct {
	order *order
	line  *line
	incident
}

// take deals with one page of orders: their incidents, with the talk about them, and their lateness.
func (p *pull) take(ctx context.Context, page []*order) error {
	page = slices.DeleteFunc(page, func(o *order) bool { return o.id == "" || p.seen[o.id] })
	for _, o := range page {
		p.seen[o.id] = true
		newest(&p.note.Latest.Orders, o.updated)
	}
	openings, err := p.openings(ctx, page)
	if err != nil {
		return err
	}
	if err := p.incidents(ctx, openings); err != nil {
		return err
	}
	lates := p.lates(page)
	talk, err := p.s.talk(ctx, numbers(lates))
	if err != nil {
		return err
	}
	snaps := make([]connector.Snapshot, 0, len(lates))
	for _, o := range lates {
		snaps = append(snaps, o.late(p.now, talk))
	}
	return p.give(ctx, lateKind, snaps)
}

func numbers(list []*order) (ids []string) {
	for _, o := range list {
		if !slices.Contains(ids, o.id) {
			ids = append(ids, o.id)
		}
	}
	return ids
}

// openings finds the incidents of some orders: those open there now, numbered by what the desk has, and those open here at last.
func (p *pull) openings(ctx context.Context, page []*order) ([]opening, error) {
	var ids []string
	for _, o := range page {
		for n := range o.lines {
			if o.lines[n].state == incidentOpen {
				for i := 1; i <= mostIncidents; i++ {
					ids = append(ids, incidentID(o.lines[n].id, i))
				}
			}
		}
	}
	had, err := p.ask(ctx, incidentKind, ids)
	if err != nil {
		return nil, err
	}
	var out []opening
	for _, o := range page {
		for n := range o.lines {
			l := &o.lines[n]
			var now incident
			if l.state == incidentOpen {
				now = counted(had, l, later(o.updated, o.placed))
				out = append(out, opening{o, l, now})
			}
			out = append(out, p.ended(o, l, now)...)
		}
	}
	return out, nil
}

// ended are the incidents of a line that were open at last and are not the one open now.
func (p *pull) ended(o *order, l *line, now incident) (out []opening) {
	for n := 1; n <= mostIncidents; n++ {
		if r, was := p.note.Open[incidentKind+"/"+incidentID(l.id, n)]; was && n != now.Number {
			i := incident{Number: n, Since: l.updated}
			if t := (&reading{}).at(value{map[string]any{"since": r.Note}}, "since"); !t.IsZero() {
				i.Since = t
			}
			out = append(out, opening{o, l, i})
		}
	}
	return out
}

// incidents reads the talk of the orders concerned and hands the incidents over.
func (p *pull) incidents(ctx context.Context, list []opening) error {
	var orders []*order
	for _, o := range list {
		orders = append(orders, o.order)
	}
	talk, err := p.s.talk(ctx, numbers(orders))
	if err != nil {
		return err
	}
	snaps := make([]connector.Snapshot, 0, len(list))
	for _, o := range list {
		snaps = append(snaps, readIncident(o.order, o.line, o.incident, talk.of(o.order), talk.on(o.order)))
	}
	return p.give(ctx, incidentKind, snaps)
}

// lates are the orders that are late now, or were and are so no more; the others that wait for shipping are remembered.
func (p *pull) lates(page []*order) (out []*order) {
	for _, o := range page {
		delete(p.note.Waiting, o.id)
		if o.state == "SHIPPING" && !o.deadline.IsZero() {
			p.note.Waiting[o.id] = o.deadline.UnixMilli()
		}
		if _, was := p.note.Open[lateKind+"/"+o.id]; was || o.isLate(p.now) {
			out = append(out, o)
		}
	}
	return out
}

// takeReturns deals with one page of returns; their orders are read with one call.
func (p *pull) takeReturns(ctx context.Context, page []value) error {
	var ids []string
	for _, v := range page {
		if id := v.text("order_id"); id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	orders := map[string]*order{}
	for chunk := range slices.Chunk(ids, pageSize) {
		found, _, err := p.s.ordersBy(ctx, url.Values{"order_ids": {strings.Join(chunk, ",")}}, 0)
		if err != nil {
			return err
		}
		for _, o := range found {
			orders[o.id] = o
		}
	}
	talk, err := p.s.talk(ctx, slices.Sorted(maps.Keys(orders)))
	if err != nil {
		return err
	}
	var snaps []connector.Snapshot
	for _, v := range page {
		if o := orders[v.text("order_id")]; v.text("id") != "" {
			snaps = append(snaps, readReturn(v, o, talk.of(o), talk.on(o)))
		}
	}
	return p.give(ctx, returnKind, snaps)
}
