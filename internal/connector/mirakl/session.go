package mirakl

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"parley/internal/connector"
	"parley/internal/fault"
)

// Check asks for the account (A01). A shop that may not sell is told in the log: its incidents still want answers.
func (s *Session) Check(ctx context.Context) (connector.Identity, error) {
	a, err := s.get(ctx, "/api/account", nil)
	if err != nil {
		return connector.Identity{}, err
	}
	if a.text("shop_id") == "" {
		return connector.Identity{}, garbled(errors.New("no shop_id"), false)
	}
	if state := a.text("shop_state"); state != "OPEN" {
		s.world.Log.Warn("the shop is not open", "store", s.store, "state", state, "suspension", a.text("suspension_type"))
	}
	return connector.Identity{
		ID: a.text("shop_id"), Name: a.text("shop_name"), Country: country(a.text("shipping_country")), Currency: a.text("currency_iso_code"),
	}, nil
}

// Renew has nothing to renew: the key is made in the operator's back office and lasts until it is replaced there.
func (*Session) Renew(context.Context, string) (connector.Token, error) {
	return connector.Token{}, fault.Input("code", "", "nothing: the API key is a setting of the store")
}

// pageSize is the most OR11 gives at once, listSize the most RT11 and M11 give.
const (
	pageSize = 100
	listSize = 100
)

// ordersBy asks OR11 for one page and tells how many there are in all.
func (s *Session) ordersBy(ctx context.Context, filter url.Values, offset int) (page []*order, total int, err error) {
	q := url.Values{}
	for name, v := range filter {
		q[name] = v
	}
	q.Set("max", strconv.Itoa(pageSize))
	q.Set("offset", strconv.Itoa(offset))
	a, err := s.get(ctx, "/api/orders", q)
	if err != nil {
		return nil, 0, err
	}
	if !a.get("orders").exists() {
		return nil, 0, garbled(errors.New("no orders"), false)
	}
	for _, v := range a.list("orders") {
		o := readOrder(v)
		if err := s.named(ctx, o); err != nil {
			return nil, 0, err
		}
		page = append(page, o)
	}
	return page, whole(a.text("total_count")), nil
}

// named gives the lines of an order the operator's label of their reason where only its code was told.
func (s *Session) named(ctx context.Context, o *order) error {
	for n := range o.lines {
		l := &o.lines[n]
		if l.state != incidentOpen || l.reasonFor != "" || l.reason == "" {
			continue
		}
		known, err := s.known(ctx)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(known, func(r reason) bool { return r.code == l.reason && r.kind == "INCIDENT_OPEN" }); i >= 0 {
			l.reasonFor = known[i].label
		}
	}
	return nil
}

// reason is one element of RE01. Codes are the operator's own.
type reason struct {
	code, label, kind string
	ours              bool // the seller may use it
}

// known gives the reasons of the operator, read once in the life of a session.
func (s *Session) known(ctx context.Context) ([]reason, error) {
	s.once.Lock()
	defer s.once.Unlock()
	if s.reasons != nil {
		return s.reasons, nil
	}
	a, err := s.get(ctx, "/api/reasons", nil)
	if err != nil {
		return nil, err
	}
	out := []reason{}
	for _, v := range a.list("reasons") {
		out = append(out, reason{v.text("code"), v.text("label"), v.text("type"), v.flag("is_shop_right")})
	}
	s.reasons = out
	return out, nil
}

// reasonFor picks the reason an act needs: as said, as set for the store, or the first of its type that a seller may use.
func (s *Session) reasonFor(ctx context.Context, kind string, wanted ...string) (string, error) {
	for _, w := range wanted {
		if w != "" {
			return w, nil
		}
	}
	known, err := s.known(ctx)
	if err != nil {
		return "", err
	}
	for _, r := range known {
		if r.kind == kind && r.ours {
			return r.code, nil
		}
	}
	return "", fault.Input("reason", "", "a reason of type "+kind+" that the operator lets sellers use")
}

// one reads one order.
func (s *Session) one(ctx context.Context, id string) (*order, error) {
	if id == "" {
		return nil, fault.New(fault.NotFound, "fault.mirakl.no_order", "order", id)
	}
	page, _, err := s.ordersBy(ctx, url.Values{"order_ids": {id}}, 0)
	if err != nil {
		return nil, err
	}
	for _, o := range page {
		if o.id == id {
			return o, nil
		}
	}
	return nil, fault.New(fault.NotFound, "fault.mirakl.no_order", "order", id)
}

// Order reads the purchase, the buyer and the parcel behind a source.
func (s *Session) Order(ctx context.Context, ref connector.Ref) (connector.OrderFacts, error) {
	o, err := s.one(ctx, ref.Order)
	if err != nil {
		return connector.OrderFacts{}, err
	}
	return o.facts(""), nil
}

// Fetch reads one source again.
func (s *Session) Fetch(ctx context.Context, ref connector.Ref) (connector.Snapshot, error) {
	switch ref.Kind {
	case threadKind:
		return s.fetchThread(ctx, ref)
	case returnKind:
		return s.fetchReturn(ctx, ref)
	case incidentKind, lateKind:
		o, err := s.one(ctx, ref.Order)
		if err != nil {
			return connector.Snapshot{Ref: ref}, err
		}
		talk, err := s.talk(ctx, []string{o.id})
		if err != nil {
			return connector.Snapshot{Ref: ref}, err
		}
		if ref.Kind == lateKind {
			return o.late(s.world.Now(), talk), nil
		}
		return fetched(o, talk, ref)
	}
	return connector.Snapshot{}, fault.Input("ref.kind", ref.Kind, "incident, return, thread, late")
}

func fetched(o *order, talk talk, ref connector.Ref) (connector.Snapshot, error) {
	id, number := cutIncident(ref.ID)
	l := o.find(id)
	if l == nil {
		return connector.Snapshot{Ref: ref}, fault.New(fault.NotFound, "fault.mirakl.no_order", "order", id)
	}
	i := incident{Number: number, Since: l.updated}.marked(ref.Note)
	return readIncident(o, l, i, talk.threads[o.id], talk.papers[o.id]), nil
}

func (s *Session) fetchThread(ctx context.Context, ref connector.Ref) (connector.Snapshot, error) {
	a, err := s.get(ctx, "/api/inbox/threads/"+url.PathEscape(ref.ID), nil)
	if err != nil {
		return connector.Snapshot{Ref: ref}, err
	}
	if a.text("id") == "" {
		return connector.Snapshot{Ref: ref, Raw: a.value.raw()}, garbled(errors.New("no id"), false)
	}
	snap := readThread(a.value, s.base).snapshot()
	snap.Ref = ref
	return snap, nil
}

func (s *Session) fetchReturn(ctx context.Context, ref connector.Ref) (connector.Snapshot, error) {
	a, err := s.get(ctx, "/api/returns", url.Values{"return_id": {ref.ID}})
	if err != nil {
		return connector.Snapshot{Ref: ref}, err
	}
	for _, v := range a.list("data") {
		if v.text("id") != ref.ID {
			continue
		}
		o, err := s.one(ctx, v.text("order_id"))
		if err != nil && !fault.Is(err, fault.NotFound) {
			return connector.Snapshot{Ref: ref}, err
		}
		var said talk
		if o != nil {
			if said, err = s.talk(ctx, []string{o.id}); err != nil {
				return connector.Snapshot{Ref: ref}, err
			}
		}
		snap := readReturn(v, o, said.of(o), said.on(o))
		snap.Ref = ref
		return snap, nil
	}
	return connector.Snapshot{Ref: ref}, fault.New(fault.NotFound, "fault.mirakl.no_return", "return", ref.ID)
}

// talk is what was said and filed about some orders.
type talk struct {
	threads map[string][]*thread
	papers  map[string][]value
}

// of are the threads about an order, on its papers.
func (t talk) of(o *order) []*thread {
	if o == nil {
		return nil
	}
	return t.threads[o.id]
}

func (t talk) on(o *order) []value {
	if o == nil {
		return nil
	}
	return t.papers[o.id]
}

// talk reads threads with their messages (M11) and documents (OR72) of up to a hundred orders in two calls, or a few more pages.
func (s *Session) talk(ctx context.Context, orders []string) (talk, error) {
	t := talk{map[string][]*thread{}, map[string][]value{}}
	if len(orders) == 0 {
		return t, nil
	}
	ids := strings.Join(orders, ",")
	err := s.seek(ctx, "/api/inbox/threads", url.Values{"entity_type": {"MMP_ORDER"}, "entity_id": {ids}, "with_messages": {"true"}}, func(page []value) error {
		for _, v := range page {
			th := readThread(v, s.base)
			t.threads[th.order] = append(t.threads[th.order], th)
		}
		return nil
	})
	if err != nil {
		return t, err
	}
	for _, list := range t.threads {
		slices.SortFunc(list, func(a, b *thread) int { return strings.Compare(a.id, b.id) })
	}
	a, err := s.get(ctx, "/api/orders/documents", url.Values{"order_ids": {ids}})
	if err != nil {
		return t, err
	}
	for _, v := range a.list("order_documents") {
		t.papers[v.text("order_id")] = append(t.papers[v.text("order_id")], v)
	}
	return t, nil
}

// mostPages ends a listing whose tokens go round in a circle.
const mostPages = 2000

// seek reads a listing with page tokens; with a token every other parameter is ignored there, so none is sent.
func (s *Session) seek(ctx context.Context, path string, q url.Values, take func([]value) error) error {
	q.Set("limit", strconv.Itoa(listSize))
	seen := map[string]bool{}
	for range mostPages {
		a, err := s.get(ctx, path, q)
		if err != nil {
			return err
		}
		if !a.get("data").exists() {
			return garbled(errors.New("no data"), false)
		}
		page := a.list("data")
		if err := take(page); err != nil {
			return err
		}
		token := a.text("next_page_token")
		if token == "" || seen[token] || len(page) == 0 {
			return nil
		}
		seen[token] = true
		q = url.Values{"page_token": {token}}
	}
	return nil
}
