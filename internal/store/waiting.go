package store

import (
	"context"
	"strings"
)

// WaitingQuery is a page of the decisions that wait: those for a signature first, then prepared ones, each oldest first.
type WaitingQuery struct {
	Stores []int64 // nil = all
	After  Cursor  // the page after this place
	Limit  int
}

// waitingOrder names the list in its cursors.
const waitingOrder = "waiting"

// WaitingPage gives a page of the decisions that wait for a signature or for the safety net.
func (r reader) WaitingPage(ctx context.Context, q WaitingQuery) ([]Decision, error) {
	columns := "d." + strings.ReplaceAll(decisionAll, ", ", ", d.")
	text, args := inStores("SELECT "+columns+" FROM decision d JOIN case_ c ON c.id = d.case_id WHERE d.state IN ('to_sign', 'prepared')", q.Stores, nil)
	if q.After != "" {
		p, err := q.After.read()
		if err != nil {
			return nil, err
		}
		state, id, ok := strings.Cut(p.Group, "/")
		if p.Order != waitingOrder || !ok {
			return nil, badCursor(q.After)
		}
		text += " AND (d.state < ? OR (d.state = ? AND (d.at, d.id) > (?, ?)))"
		args = append(args, state, state, p.Key, id)
	}
	return all(ctx, r, readDecision, text+" ORDER BY d.state DESC, d.at, d.id LIMIT ?", append(args, q.Limit)...)
}

// After is the place behind a decision in the list of those that wait.
func (d Decision) After() Cursor {
	return place{Order: waitingOrder, Group: d.State + "/" + d.ID, Key: micros(d.At)}.cursor()
}
