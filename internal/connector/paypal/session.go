package paypal

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"sync"

	"parley/internal/connector"
	"parley/internal/fault"
)

// Session is an open way to one PayPal account.
type Session struct {
	*api
	back address

	mu   sync.Mutex
	read map[string]offered // what each dispute allowed when it was read last; mostRead of them at most
}

// mostRead bounds what a session remembers of links. An act comes right after a reading, so that few are enough.
const mostRead = 1000

func (s *Session) remember(id string, o offered) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.read) >= mostRead {
		clear(s.read)
	}
	s.read[id] = o
}

// allowed tells what a dispute allowed when this session read it last.
func (s *Session) allowed(id string) (offered, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, known := s.read[id]
	return o, known
}

// Check fetches a token, which proves id and secret, and asks for one dispute, which proves that the application may see disputes. PayPal
// has no call that names the account for these rights, so the number is the application's.
func (s *Session) Check(ctx context.Context) (connector.Identity, error) {
	if _, err := s.Renew(ctx, ""); err != nil {
		return connector.Identity{}, err
	}
	if _, err := s.get(ctx, disputes, url.Values{"page_size": {"1"}}); err != nil {
		return connector.Identity{}, err
	}
	s.token.mu.Lock()
	defer s.token.mu.Unlock()
	return connector.Identity{ID: firstOf(s.merchant, s.token.app, s.client)}, nil
}

// disputeID is the form PayPal gives for the number of a dispute; anything else never gets into an address.
var disputeID = regexp.MustCompile(`^[A-Za-z0-9-]{1,255}$`)

// Fetch reads one dispute again.
func (s *Session) Fetch(ctx context.Context, ref connector.Ref) (connector.Snapshot, error) {
	if !disputeID.MatchString(ref.ID) {
		return connector.Snapshot{}, fault.Input("ref.id", ref.ID, "number of the dispute")
	}
	got, err := s.get(ctx, disputes+"/"+ref.ID, nil)
	if err != nil {
		return connector.Snapshot{Ref: ref, Raw: kept(got.raw), Problem: err}, err
	}
	snap, allows, err := readDispute(got.value)
	if err == nil && snap.Ref.ID != ref.ID {
		err = garbled(nil, false)
	}
	if err != nil {
		return connector.Snapshot{Ref: ref, Raw: kept(got.raw), Problem: err}, err
	}
	snap.Raw = kept(got.raw)
	s.remember(ref.ID, allows)
	return snap, nil
}

// Order gives what the dispute tells of the payment behind it. Without the number of a dispute the list is asked for one about the payment.
func (s *Session) Order(ctx context.Context, ref connector.Ref) (connector.OrderFacts, error) {
	if ref.ID == "" {
		found, err := s.about(ctx, ref.Order)
		if err != nil {
			return connector.OrderFacts{}, err
		}
		ref.ID = found
	}
	snap, err := s.Fetch(ctx, ref)
	if err != nil {
		return connector.OrderFacts{}, err
	}
	f := snap.Facts
	if f.Order == nil || f.Order.ID == "" {
		return connector.OrderFacts{}, fault.New(fault.NotFound, "fault.paypal.no_payment", "dispute", ref.ID)
	}
	return connector.OrderFacts{Order: f.Order, Buyer: f.Buyer, Shipment: f.Shipment, Ledger: f.Ledger, Raw: snap.Raw}, nil
}

var transactionID = regexp.MustCompile(`^[0-9A-Z_]{1,255}$`)

func (s *Session) about(ctx context.Context, payment string) (string, error) {
	if !transactionID.MatchString(payment) {
		return "", fault.Input("ref.order", payment, "number of the payment")
	}
	got, err := s.get(ctx, disputes, url.Values{"disputed_transaction_id": {payment}})
	if err != nil {
		return "", err
	}
	id := got.value.get("items").first().get("dispute_id").text()
	if id == "" {
		return "", fault.New(fault.NotFound, "fault.paypal.not_found", "code", "", "message", payment, "request", "")
	}
	return id, nil
}

// act sends one act, once.
func (s *Session) act(ctx context.Context, id, verb, effect, kind string, body []byte) (answer, error) {
	return s.do(ctx, call{method: http.MethodPost, path: disputes + "/" + id + "/" + verb, kind: kind, body: body, id: effect, acting: true})
}
