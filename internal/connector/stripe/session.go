package stripe

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
)

// Session is an open way to one account.
type Session struct {
	*gateway
	reader
	warnings bool
}

// Check asks for the account; a restricted key that may not read it proves itself with one row of the dispute list.
func (s *Session) Check(ctx context.Context) (connector.Identity, error) {
	raw, err := s.get(ctx, "/v1/account")
	if f := fault.Of(err); f != nil && f.Key == "fault.stripe.permission" {
		_, err = s.page(ctx, disputes, param{"limit", "1"})
		return connector.Identity{}, err
	}
	if err != nil {
		return connector.Identity{}, err
	}
	var who struct {
		ID       text `json:"id"`
		Country  text `json:"country"`
		Currency text `json:"default_currency"`
		Profile  struct {
			Name text `json:"name"`
		} `json:"business_profile"`
		Settings struct {
			Dashboard struct {
				Name text `json:"display_name"`
			} `json:"dashboard"`
		} `json:"settings"`
	}
	if err := json.Unmarshal(raw, &who); err != nil {
		return connector.Identity{}, garbled(err, false)
	}
	return connector.Identity{
		ID: string(who.ID), Name: first(string(who.Profile.Name), string(who.Settings.Dashboard.Name)),
		Country: strings.ToUpper(string(who.Country)), Currency: strings.ToUpper(string(who.Currency)),
	}, nil
}

// Renew is not there: a key is good until it is rolled in the dashboard.
func (s *Session) Renew(context.Context, string) (connector.Token, error) {
	return connector.Token{}, fault.Input("token", "", "no token: the API key is enough")
}

// source is one of the two lists.
type source struct{ kind, path string }

var (
	disputes = source{disputeKind, "/v1/disputes"}
	warnings = source{warningKind, "/v1/radar/early_fraud_warnings"}
)

// page reads one page of a list.
func (s *Session) page(ctx context.Context, of source, params ...param) (list, error) {
	raw, err := s.get(ctx, of.path, params...)
	if err != nil {
		return list{}, err
	}
	l, err := readList(raw)
	if err != nil {
		return list{}, garbled(err, false)
	}
	return l, nil
}

// snapshot reads a record of either kind.
func (s *Session) snapshot(of source, raw json.RawMessage) connector.Snapshot {
	if of.kind == warningKind {
		return s.warning(raw, s.world.Now())
	}
	return s.dispute(raw)
}

// record reads one record with the payment behind it, and all of the payment's refunds.
func (s *Session) record(ctx context.Context, ref connector.Ref) (connector.Snapshot, error) {
	of, err := sourceOf(ref)
	if err != nil {
		return connector.Snapshot{}, err
	}
	raw, err := s.get(ctx, of.path+"/"+url.PathEscape(ref.ID),
		param{"expand[]", "charge"}, param{"expand[]", "charge.refunds"}, param{"expand[]", "payment_intent"})
	if err != nil {
		return connector.Snapshot{Ref: ref, Problem: err}, err
	}
	snap := s.snapshot(of, raw)
	if snap.Problem != nil {
		snap.Ref = ref
		return snap, snap.Problem
	}
	return snap, s.moreRefunds(ctx, &snap)
}

func sourceOf(ref connector.Ref) (source, error) {
	if ref.ID == "" {
		return source{}, fault.Input("ref.id", "", "number of the dispute, such as dp_1")
	}
	for _, of := range []source{disputes, warnings} {
		if ref.Kind == of.kind {
			return of, nil
		}
	}
	return source{}, fault.Input("ref.kind", ref.Kind, disputeKind+", "+warningKind)
}

// moreRefunds reads the rest of the refunds where the payment has more than came with it.
func (s *Session) moreRefunds(ctx context.Context, snap *connector.Snapshot) error {
	var with struct {
		Charge linked `json:"charge"`
	}
	var ch charge
	if json.Unmarshal(snap.Raw, &with) != nil || json.Unmarshal(with.Charge.raw, &ch) != nil || !bool(ch.Refunds.More) {
		return nil
	}
	var all []json.RawMessage
	after := ""
	for {
		params := []param{{"charge", string(ch.ID)}, {"limit", "100"}}
		if after != "" {
			params = append(params, param{"starting_after", after})
		}
		l, err := s.page(ctx, source{path: "/v1/refunds"}, params...)
		if err != nil {
			return err
		}
		all = append(all, l.Data...)
		last := lastID(l.Data)
		if !bool(l.More) || last == "" || last == after {
			break
		}
		after = last
	}
	beside := slices.DeleteFunc(snap.Facts.Ledger, func(p dispute.Payment) bool { return !strings.HasPrefix(p.Source, settledSource) })
	snap.Facts.Ledger = append(ledger(all), beside...)
	return nil
}

// lastID is the cursor for the next page.
func lastID(rows []json.RawMessage) string {
	if len(rows) == 0 {
		return ""
	}
	return idOf(rows[len(rows)-1])
}

func idOf(raw json.RawMessage) string {
	var l linked
	_ = l.UnmarshalJSON(raw) // nothing where it is no object
	return l.ID
}

// Fetch reads one source again, with its payment. When a dispute ended is not in the record: it is looked up among the
// account's events, which Stripe keeps for 30 days.
func (s *Session) Fetch(ctx context.Context, ref connector.Ref) (connector.Snapshot, error) {
	snap, err := s.record(ctx, ref)
	if err != nil {
		return snap, err
	}
	if lacksEnd(snap) {
		ends, err := s.closings(ctx, s.world.Now().Add(-eventsKept))
		if err != nil && !optional(err) {
			return snap, err
		}
		ended(&snap, ends[snap.Ref.ID])
	}
	return snap, nil
}

// Order reads the payment behind a source: with Stripe, the payment is all there is of the purchase.
func (s *Session) Order(ctx context.Context, ref connector.Ref) (connector.OrderFacts, error) {
	snap, err := s.record(ctx, ref)
	if err != nil {
		return connector.OrderFacts{}, err
	}
	f := snap.Facts
	if f.Order == nil || len(f.Order.Items) == 0 {
		return connector.OrderFacts{}, fault.New(fault.NotFound, "fault.stripe.no_payment", "dispute", ref.ID)
	}
	return connector.OrderFacts{Order: f.Order, Buyer: f.Buyer, Shipment: f.Shipment, Ledger: f.Ledger, Unknown: f.Unknown, Raw: snap.Raw}, nil
}
