package store

import (
	"context"
	"slices"
	"time"

	"parley/internal/fault"
)

// Query says which cases a list shows, in which order, and from where on. Filters of one kind mean "one of these",
// filters of several kinds must all hold; an empty filter holds always.
type Query struct {
	Open        *bool   // true: open ones; false: ended ones, newest end first; nil: the open ones, then the ended ones
	Stores      []int64 // nil = all; empty but not nil = none
	Views       []string
	Classes     []string
	Recommended []string
	Asks        []string
	Connectors  []string
	Assignee    *int64    // 0 = nobody's
	DueBefore   time.Time // zero = whenever; otherwise open cases with a deadline before it
	// Sort orders the open cases: deadline (also when empty; no deadline comes last), money (most first, in the
	// platform's settlement currency), opened or changed (newest first), ended. Ties are broken by id.
	Sort string
	// Group orders by this first, then by deadline: store, connector, ask, recommended, assignee, class; empty = no
	// groups. Only for open cases sorted by deadline.
	Group  string
	After  Cursor // the page after this one's end
	Before Cursor // the page before this one's begin; not together with After
	Limit  int    // 1 to 500; 0 = 50
}

// Page is a piece of a list. Cases hold what lists show: no packs, own facts or verdict.
type Page struct {
	Cases []Case
	Next  Cursor // for Query.After; empty = this is the end
	Prev  Cursor // for Query.Before; empty = this is the begin
	// Capped: a search had more hits than it looks at, and what is not among the first SearchCap of them is not found.
	Capped bool
}

// maxPage is the longest page.
const maxPage = 500

// Cases gives a page of a list. Its cost does not depend on how deep the page lies. Invalid for a sort, a group, a
// limit or a cursor that does not exist or does not fit.
func (r reader) Cases(ctx context.Context, q Query) (Page, error) {
	legs, err := q.legs()
	if err != nil {
		return Page{}, err
	}
	if q.Limit < 0 || q.Limit > maxPage {
		return Page{}, fault.Input("limit", itoa(int64(q.Limit)), "1 to 500")
	}
	if q.Limit == 0 {
		q.Limit = 50
	}
	back := q.Before != ""
	leg, from, err := q.start(legs)
	if err != nil {
		return Page{}, err
	}
	var found []Case
	for ; leg >= 0 && leg < len(legs) && len(found) <= q.Limit; leg += step(back) {
		part, err := r.walk(ctx, q, legs[leg], from, back, q.Limit+1-len(found))
		if err != nil {
			return Page{}, err
		}
		found = append(found, part...)
		from = nil
	}
	return q.page(found, legs), nil
}

func step(back bool) int {
	if back {
		return -1
	}
	return 1
}

// page cuts what was found (one more than asked, if there is more) and makes the cursors at both ends.
func (q Query) page(found []Case, legs []order) Page {
	back, more := q.Before != "", len(found) > q.Limit
	found = found[:min(len(found), q.Limit)]
	if back {
		slices.Reverse(found)
	}
	p := Page{Cases: found}
	if len(found) == 0 {
		return p
	}
	if more || back {
		p.Next = cursorOf(&found[len(found)-1], legs)
	}
	if (more && back) || q.After != "" {
		p.Prev = cursorOf(&found[0], legs)
	}
	return p
}

// start gives the leg and the place in it where the page begins.
func (q Query) start(legs []order) (int, *place, error) {
	if q.After == "" && q.Before == "" {
		return 0, nil, nil
	}
	cursor := q.After
	if cursor == "" {
		cursor = q.Before
	} else if q.Before != "" {
		return 0, nil, fault.Input("before", string(q.Before), "nothing together with after")
	}
	p, err := cursor.read()
	if err != nil {
		return 0, nil, err
	}
	for i, leg := range legs {
		if leg.name() == p.Order && leg.takes(p) {
			return i, p, nil
		}
	}
	return 0, nil, badCursor(cursor)
}

// CountDue counts the open cases of the stores (nil = all) with a deadline before an instant, up to limit.
func (r reader) CountDue(ctx context.Context, stores []int64, before time.Time, limit int) (int, error) {
	return r.countOpen(ctx, "c.due_at < ?", []any{micros(before)}, stores, limit)
}

// CountOpen counts the open cases of stores (nil = all) that one of the assignees has (0 = nobody), up to a limit.
func (r reader) CountOpen(ctx context.Context, stores, assignees []int64, limit int) (int, error) {
	list, args := marks(assignees)
	return r.countOpen(ctx, "c.assignee_id IN ("+list+")", args, stores, limit)
}

// countOpen counts the open cases of stores that meet a condition, up to a limit.
func (r reader) countOpen(ctx context.Context, condition string, args []any, stores []int64, limit int) (int, error) {
	text := "SELECT count(*) FROM (SELECT 1 FROM case_ c WHERE c.open = 1 AND " + condition
	if stores != nil {
		list, values := marks(stores)
		text += " AND " + r.dialect.beside("c.store_id") + " IN (" + list + ")"
		args = append(args, values...)
	}
	n, err := one(ctx, r, "count", (*record).int, text+" LIMIT ? + 0) t", append(args, limit)...)
	return int(n), err
}
