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
		if p.note.news(orderKind, o.id, o.updated) {
			p.note.Stirred[o.id] = true
		}
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

// openings finds the incidents of some orders: those open there now, numbered by what the desk has, those open here at last, and all of a
// line that was paid back: money may go out long after an incident has ended.
func (p *pull) openings(ctx context.Context, page []*order) ([]opening, error) {
	var ids []string
	for _, o := range page {
		for n := range o.lines {
			if l := &o.lines[n]; l.state == incidentOpen || len(l.refunds) > 0 {
				for i := 1; i <= mostIncidents; i++ {
					ids = append(ids, incidentID(l.id, i))
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
			for _, i := range p.onLine(o, &o.lines[n], had) {
				out = append(out, opening{o, &o.lines[n], i})
			}
		}
	}
	return out, nil
}

// onLine are the incidents of one line, each once.
func (p *pull) onLine(o *order, l *line, had map[string]string) (out []incident) {
	add := func(i incident) {
		if !slices.ContainsFunc(out, func(other incident) bool { return other.Number == i.Number }) {
			out = append(out, i)
		}
	}
	if l.state == incidentOpen {
		add(counted(had, l, later(o.updated, o.placed)))
	}
	for n := 1; n <= mostIncidents; n++ {
		if r, was := p.note.Open[incidentKind+"/"+incidentID(l.id, n)]; was {
			add(incident{Number: n, Since: l.updated}.marked(r.Note))
		}
	}
	if len(l.refunds) > 0 {
		for _, i := range heard(had, l, l.updated) {
			add(i)
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

// takeReturns deals with one page of returns; the orders of those that may have changed are read with one call.
func (p *pull) takeReturns(ctx context.Context, page []value) error {
	page = slices.DeleteFunc(page, p.stillTheSame)
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
			p.note.Back[v.text("id")], p.back[v.text("id")] = digest(v.raw()), true
		}
	}
	return p.give(ctx, returnKind, snaps)
}

// stillTheSame tells of a return that it was read in this run, or that neither it, while open, nor its order has changed since it was read.
func (p *pull) stillTheSame(v value) bool {
	id := v.text("id")
	_, open := p.note.Open[returnKind+"/"+id]
	return p.back[id] || open && !p.note.Stirred[v.text("order_id")] && p.note.Back[id] == digest(v.raw())
}
