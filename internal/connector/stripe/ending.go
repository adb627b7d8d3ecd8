package stripe

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

// eventsKept is how long Stripe keeps events (docs.stripe.com/api/events).
const eventsKept = 30 * 24 * time.Hour

// closingPages bounds the search for the end of a dispute.
const closingPages = 10

// event is one of the account's events; what it is about stands in full inside.
type event struct {
	Object  text  `json:"object"`
	ID      text  `json:"id"`
	Type    text  `json:"type"`
	Created whole `json:"created"`
	Data    struct {
		Object struct {
			Object text   `json:"object"`
			ID     text   `json:"id"`
			Charge linked `json:"charge"`
			Intent linked `json:"payment_intent"`
		} `json:"object"`
	} `json:"data"`
}

// lacksEnd tells that a dispute is over and its record does not say since when.
func lacksEnd(snap connector.Snapshot) bool {
	c := snap.Facts.Case
	return snap.Ref.Kind == disputeKind && c != nil && c.Reported.Ended && c.Reported.EndedAt.IsZero()
}

// ended notes when a source ended, if that is known.
func ended(snap *connector.Snapshot, at time.Time) {
	c := snap.Facts.Case
	if c == nil || !c.Reported.Ended || !c.Reported.EndedAt.IsZero() || at.IsZero() {
		return
	}
	c.Reported.EndedAt = at
	for n := range snap.Facts.Ledger {
		if p := &snap.Facts.Ledger[n]; strings.HasPrefix(p.Source, settledSource) {
			p.At = at
		}
	}
}

// closings tells when disputes ended, by their ids, as far as Stripe still has the events.
func (s *Session) closings(ctx context.Context, since time.Time) (map[string]time.Time, error) {
	ends := map[string]time.Time{}
	after := ""
	for range closingPages {
		params := []param{{"type", "charge.dispute.closed"}, {"limit", "100"}, {in("created", "gte"), strconv.FormatInt(since.Unix(), 10)}}
		if after != "" {
			params = append(params, param{"starting_after", after})
		}
		l, err := s.page(ctx, source{path: "/v1/events"}, params...)
		if err != nil {
			return ends, err
		}
		for _, raw := range l.Data {
			var e event
			id := ""
			if json.Unmarshal(raw, &e) == nil {
				id = string(e.Data.Object.ID)
			}
			if at := e.Created.at(); id != "" && at.After(ends[id]) {
				ends[id] = at
			}
		}
		after = lastID(l.Data)
		if !bool(l.More) || after == "" {
			break
		}
	}
	return ends, nil
}

// optional tells that only the permission for an extra is missing: what needs it goes without.
func optional(err error) bool {
	f := fault.Of(err)
	return f != nil && f.Key == "fault.stripe.permission"
}
