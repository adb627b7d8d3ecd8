package mirakl_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"parley/internal/blob"
	"parley/internal/connector"
	"parley/internal/connector/mirakl"
	"parley/internal/connector/mirakl/fake"
	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/policy"
	"parley/internal/reply"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/vault"
	"parley/internal/webclient"
	"parley/packs"
	"parley/templates"
)

// hand is a clock moved by hand.
type hand struct {
	mu  sync.Mutex
	now time.Time
}

func (h *hand) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hand) advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func (h *hand) Wait(ctx context.Context, _ time.Time, wake <-chan struct{}) {
	select {
	case <-ctx.Done():
	case <-wake:
	}
}

// office is a real desk with one store at a simulated marketplace.
type office struct {
	*desk.Desk
	t        *testing.T
	clock    *hand
	platform *fake.Platform
	shop     *fake.Shop
	owner    desk.Who
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, clock: &hand{now: time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)}}
	o.platform = fake.New(fake.Options{Now: o.clock.Now})
	o.shop = o.platform.AddShop(fake.ShopSpec{Name: "Casa Norte"})
	server := httptest.NewServer(inspected(t, o.platform))
	t.Cleanup(server.Close)
	library, err := policy.Load(packs.Files)
	o.must(err)
	letters, err := reply.LoadTemplates(templates.Files)
	o.must(err)
	key := filepath.Join(t.TempDir(), "key")
	o.must(vault.Create(key))
	ring, err := vault.Open(key)
	o.must(err)
	blobs, err := blob.Dir(filepath.Join(t.TempDir(), "files"), 1<<20)
	o.must(err)
	world := connector.World{HTTP: webclient.New(webclient.Options{AllowPrivate: true}), Now: o.clock.Now, Log: slog.New(slog.DiscardHandler),
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
	o.Desk = desk.New(desk.Options{
		DB: storetest.Open(t, storetest.SQLite(t), o.clock.Now), Library: library, Templates: letters, Connectors: map[string]connector.Connector{"mirakl": mirakl.New()},
		Vault: ring, Blobs: blobs, World: world, Private: &world, Clock: o.clock, Log: world.Log, PublicURL: func() string { return "http://desk.test" },
	})
	m := store.Member{Email: "lucia@shop.test", Name: "Lucía", Role: "owner", Locale: "en", Zone: "Europe/Madrid", AllStores: true, State: "active", CreatedAt: o.clock.Now()}
	o.must(o.DB.Write(t.Context(), func(tx *store.Tx) error { return tx.PutMember(&m) }))
	o.owner = desk.Who{MemberID: m.ID, Name: "Lucía", Role: "owner", AllStores: true, Locale: "en", Zone: "Europe/Madrid"}
	_, err = o.AddStore(t.Context(), o.owner, desk.StoreInput{Company: "Norte SL", Connector: "mirakl", Name: "Casa Norte", Zone: "Europe/Madrid",
		Settings: map[string]string{"operator": "pccomponentes", "api_key": o.shop.Key, "address": server.URL, "allow_private": "true", "poll_minutes": "0"}})
	o.must(err)
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) pass(d time.Duration) {
	o.t.Helper()
	o.clock.advance(d)
	o.must(o.Settle(o.t.Context()))
}

func (o *office) queue() []desk.Row {
	o.t.Helper()
	p, err := o.Queue(o.t.Context(), o.owner, desk.QueueQuery{})
	o.must(err)
	return p.Rows
}

func (o *office) decide(id int64, ch desk.Choice) desk.Decided {
	o.t.Helper()
	dec, err := o.Decide(o.t.Context(), o.owner, id, ch)
	o.must(err)
	o.must(o.Settle(o.t.Context()))
	dec, err = o.Decision(o.t.Context(), o.owner, dec.DecisionID)
	o.must(err)
	return dec
}

// buy places an order of 39.90 and 3.99 of shipping, sent and delivered.
func (o *office) buy() *fake.Order {
	order := o.shop.PlaceOrder(fake.OrderSpec{Customer: lucia, Lines: []fake.LineSpec{{Title: "Batería externa", SKU: "PB20", Price: 3990, Shipping: 399}}})
	order.Ship("CORREOS", "Correos", "PQ1")
	order.Deliver()
	o.clock.advance(time.Hour)
	return order
}

// TestAnIncidentFromItsOpeningToTheRefund: it comes in with its deadline, is answered, and is paid back in full, which ends it.
func TestAnIncidentFromItsOpeningToTheRefund(t *testing.T) {
	o := newOffice(t)
	order := o.buy()
	order.OpenIncident(0, "4")
	opened := o.clock.Now()
	o.pass(2 * time.Minute)
	rows := o.queue()
	if len(rows) != 1 || rows[0].Class != "product.damaged" || rows[0].State != "wait_seller" || !rows[0].DueAt.Equal(opened.Add(24*time.Hour)) {
		t.Fatalf("queue %+v", rows)
	}
	id := rows[0].ID
	dec := o.decide(id, desk.Choice{Option: "send_message", Text: "Hola, Lucía: sentimos que la batería llegara dañada. Le devolvemos el importe hoy mismo."})
	if dec.State != "done" || len(o.shop.Said("SHOP")) != 1 {
		t.Fatalf("message: %+v, said %v", dec, o.shop.Said("SHOP"))
	}
	o.pass(2 * time.Minute)
	if rows = o.queue(); rows[0].State != "in_progress" {
		t.Errorf("after the answer: %+v", rows[0])
	}
	dec = o.decide(id, desk.Choice{Option: "accept"})
	if dec.State != "done" || order.Refunded(0) != 4389 || order.LineState(0) != "REFUNDED" {
		t.Errorf("refund: %+v, paid %d, line %s", dec, order.Refunded(0), order.LineState(0))
	}
	o.pass(2 * time.Minute)
	if rows = o.queue(); len(rows) != 0 {
		t.Errorf("still open: %+v", rows)
	}
	if n := len(o.platform.Calls("PUT", "/api/orders/refund")); n != 1 {
		t.Errorf("refunded %d times", n)
	}
}

// TestALateOrderBecomesACaseAndIsSent: nobody complained, the shipping deadline passed.
func TestALateOrderBecomesACaseAndIsSent(t *testing.T) {
	o := newOffice(t)
	order := o.shop.PlaceOrder(fake.OrderSpec{Customer: lucia, ShipBy: o.clock.Now().Add(time.Hour), Lines: []fake.LineSpec{{Title: "Cámara", SKU: "C1", Price: 5499}}})
	o.pass(2 * time.Minute)
	if rows := o.queue(); len(rows) != 0 {
		t.Fatalf("before the deadline: %+v", rows)
	}
	o.pass(time.Hour)
	rows := o.queue()
	if len(rows) != 1 || rows[0].Class != "pre_shipment.late_dispatch" || rows[0].OrderNo != order.ID() {
		t.Fatalf("queue %+v", rows)
	}
	dec := o.decide(rows[0].ID, desk.Choice{Option: "dispatch", Carrier: "seur", Tracking: "S1"})
	if carrier, number := order.Tracking(); dec.State != "done" || order.State() != "SHIPPED" || carrier != "SEUR" || number != "S1" {
		t.Errorf("%+v: order %s, %s %s", dec, order.State(), carrier, number)
	}
	o.pass(2 * time.Minute)
	if rows := o.queue(); len(rows) != 0 {
		t.Errorf("still open: %+v", rows)
	}
}

// TestAQuestionWaitsForAnAnswer: a thread is a case of its own until it is answered.
func TestAQuestionWaitsForAnAnswer(t *testing.T) {
	o := newOffice(t)
	thread := o.buy().CustomerWrites("26", "¿Me mandáis la factura?")
	asked := o.clock.Now()
	o.pass(2 * time.Minute)
	rows := o.queue()
	if len(rows) != 1 || rows[0].State != "no_case" || !rows[0].DueAt.Equal(asked.Add(24*time.Hour)) {
		t.Fatalf("queue %+v", rows)
	}
	dec := o.decide(rows[0].ID, desk.Choice{Option: "send_message", Text: "Hola, Lucía: le adjuntamos la factura en el pedido."})
	o.pass(2 * time.Minute)
	if dec.State != "done" || thread.Waiting() || len(o.queue()) != 0 || !slices.Contains(o.shop.Said("SHOP"), "Hola, Lucía: le adjuntamos la factura en el pedido.") {
		t.Errorf("%+v, waiting %v, queue %+v", dec, thread.Waiting(), o.queue())
	}
}

// freely makes sure that the page says of an option that it pays nothing.
func (o *office) freely(id int64, option, effect string) {
	o.t.Helper()
	v := o.option(id, option)
	if v.Cost == nil || v.Cost.Minor != 0 || v.Effect != effect {
		o.t.Errorf("%s is not shown as one that pays nothing: %+v", option, v)
	}
}

// option is what the page of a case shows of an option.
func (o *office) option(id int64, code string) desk.OptionView {
	o.t.Helper()
	page, err := o.Case(o.t.Context(), o.owner, id)
	o.must(err)
	i := slices.IndexFunc(page.Options, func(v desk.OptionView) bool { return v.Code == code })
	if i < 0 {
		o.t.Fatalf("no %s among %+v", code, page.Options)
	}
	return page.Options[i]
}

// TestAReturnIsAcceptedReceivedAndPaid, each by its own decision.
func TestAReturnIsAcceptedReceivedAndPaid(t *testing.T) {
	o := newOffice(t)
	order := o.buy()
	back := order.AskReturn(0, fake.ReturnSpec{Reason: "RETURN_BROKEN_ITEM", Text: "pantalla rota"})
	o.pass(2 * time.Minute)
	rows := o.queue()
	if len(rows) != 1 || rows[0].State != "wait_seller" {
		t.Fatalf("queue %+v", rows)
	}
	id := rows[0].ID
	if dec := o.decide(id, desk.Choice{Option: "accept_return"}); dec.State != "done" || back.State() != "IN_PROGRESS" || order.Refunded(0) != 0 {
		t.Fatalf("%+v, %s", dec, back.State())
	}
	back.Sends("CORREOS", "Correos", "R1")
	o.pass(2 * time.Minute)
	o.freely(id, "confirm_goods", "option.mk_goods")
	if dec := o.decide(id, desk.Choice{Option: "confirm_goods"}); dec.State != "done" || back.State() != "RECEIVED" {
		t.Fatalf("%+v, %s", dec, back.State())
	}
	o.pass(2 * time.Minute)
	if dec := o.decide(id, desk.Choice{Option: "refund", Amount: eur(4389)}); dec.State != "done" || order.Refunded(0) != 4389 {
		t.Errorf("%+v, paid %d", dec, order.Refunded(0))
	}
}

// TestALateOrderAndTheTalkAboutItAreOneCase, in which each message stands once.
func TestALateOrderAndTheTalkAboutItAreOneCase(t *testing.T) {
	o := newOffice(t)
	order := o.shop.PlaceOrder(fake.OrderSpec{Customer: lucia, ShipBy: o.clock.Now().Add(time.Hour), Lines: []fake.LineSpec{{Title: "Cámara", SKU: "C1", Price: 5499}}})
	o.pass(2 * time.Hour)
	order.CustomerWrites("26", "¿Cuándo sale mi pedido?")
	o.pass(2 * time.Minute)
	rows := o.queue()
	if len(rows) != 1 || rows[0].Class != "pre_shipment.late_dispatch" {
		t.Fatalf("queue %+v", rows)
	}
	page, err := o.Case(t.Context(), o.owner, rows[0].ID)
	o.must(err)
	if len(page.Facts.Messages) != 1 {
		t.Errorf("messages %+v", page.Facts.Messages)
	}
	for _, s := range page.Sources {
		if s.Next != nil && s.Next.Kind == page.DueKind && s.Next.At.Equal(page.DueAt) {
			t.Errorf("the clock of the case is said to be that of the %s, too", s.Kind)
		}
	}
	order.Ship("UPS", "UPS", "1")
	o.pass(2 * time.Minute)
	if rows := o.queue(); len(rows) != 1 {
		t.Errorf("the question is still open: %+v", rows)
	}
}

// TestTheNextIncidentHasItsOwnTime: what the customer wrote in an incident that ended without a word of ours waits for no answer in the next one
// on the line, whose first answer would be late from its first minute.
func TestTheNextIncidentHasItsOwnTime(t *testing.T) {
	o := newOffice(t)
	order := o.buy()
	order.OpenIncident(0, "4")
	o.pass(time.Hour)
	order.CustomerWrites("26", "¿Cuándo llega otra?")
	o.pass(time.Hour)
	id := o.queue()[0].ID
	if dec := o.decide(id, desk.Choice{Option: "mark_resolved"}); dec.State != "done" {
		t.Fatalf("marked as resolved: %+v", dec)
	}
	o.pass(2 * time.Minute)
	for range 5 {
		o.pass(24 * time.Hour)
	}
	order.OpenIncident(0, "4")
	opened := o.clock.Now()
	o.pass(2 * time.Minute)
	page, err := o.Peek(t.Context(), o.owner, id)
	o.must(err)
	if page.State != "wait_seller" && page.State != "in_progress" || page.Clock == nil || page.Clock.Kind != "first_reply" || !page.Clock.At.Equal(opened.Add(24*time.Hour)) {
		t.Fatalf("%s, clock %+v, want the first reply within a day of %v", page.State, page.Clock, opened)
	}
	order.CustomerWrites("26", "Ha vuelto a fallar.")
	o.pass(10 * time.Minute)
	page, err = o.Peek(t.Context(), o.owner, id)
	o.must(err)
	if page.Clock == nil || page.Clock.Kind != "first_reply" || !page.Clock.At.Equal(opened.Add(24*time.Hour)) {
		t.Errorf("after another message: %+v", page.Clock)
	}
}

// TestTheRecordWithLessTimeSpeaksForALine: a return that the customer asks for does not hide that the incident still waits for its first answer.
func TestTheRecordWithLessTimeSpeaksForALine(t *testing.T) {
	o := newOffice(t)
	order := o.buy()
	order.OpenIncident(0, "4")
	first := o.clock.Now().Add(24 * time.Hour)
	o.pass(2 * time.Minute)
	o.pass(12 * time.Hour)
	back := order.AskReturn(0, fake.ReturnSpec{Reason: "RETURN_BROKEN_ITEM", Text: "pantalla rota"})
	second := o.clock.Now().Add(24 * time.Hour)
	o.pass(2 * time.Minute)
	rows := o.queue()
	if len(rows) != 1 || !rows[0].DueAt.Equal(first) || rows[0].Class != "product.damaged" {
		t.Fatalf("queue %+v, want the incident's %v", rows, first)
	}
	id := rows[0].ID
	page, err := o.Peek(t.Context(), o.owner, id)
	o.must(err)
	for _, s := range page.Sources {
		if s.Speaks != (s.Kind == "incident") || (s.Next != nil) != (s.Kind == "return") || s.Next != nil && !s.Next.At.Equal(second) {
			t.Errorf("the page says of the %s: speaks %v, next %+v", s.Kind, s.Speaks, s.Next)
		}
	}
	if dec := o.decide(id, desk.Choice{Option: "mark_resolved"}); dec.State != "done" || order.LineState(0) == "INCIDENT_OPEN" {
		t.Fatalf("marked as resolved: %+v", dec)
	}
	o.pass(2 * time.Minute)
	if rows = o.queue(); len(rows) != 1 || !rows[0].DueAt.Equal(second) {
		t.Fatalf("after the answer: %+v, want the return's %v", rows, second)
	}
	if dec := o.decide(id, desk.Choice{Option: "accept_return"}); dec.State != "done" || back.State() != "IN_PROGRESS" {
		t.Errorf("%+v, %s", dec, back.State())
	}
}

// TestALineThatWasPaidBackHasNothingLeft: the order's other line was paid for, too, but the marketplace takes no refund of one line's money for
// another.
func TestALineThatWasPaidBackHasNothingLeft(t *testing.T) {
	o := newOffice(t)
	order := o.shop.PlaceOrder(fake.OrderSpec{Customer: lucia, Lines: []fake.LineSpec{
		{Title: "Lámpara de mesa", SKU: "L1", Price: 16042, Shipping: 399}, {Title: "Teclado", SKU: "T1", Price: 6377},
	}})
	order.Ship("CORREOS", "Correos", "PQ1")
	order.Deliver()
	o.clock.advance(time.Hour)
	back := order.AskReturn(1, fake.ReturnSpec{Reason: "RETURN_BROKEN_ITEM", Text: "no funciona"})
	o.pass(2 * time.Minute)
	id := o.queue()[0].ID
	o.decide(id, desk.Choice{Option: "accept_return"})
	back.Sends("CORREOS", "Correos", "R1")
	o.pass(2 * time.Minute)
	if v := o.option(id, "refund"); !v.Open || *v.Cost != eur(6377) || v.Max != eur(6377) || v.Suggested != eur(6377) {
		t.Errorf("before: %+v, cost %v", v, v.Cost)
	}
	if dec := o.decide(id, desk.Choice{Option: "refund", Amount: eur(6377)}); dec.State != "done" || order.Refunded(1) != 6377 {
		t.Fatalf("%+v, paid %d", dec, order.Refunded(1))
	}
	o.pass(2 * time.Minute)
	if v := o.option(id, "refund"); v.Open || v.Reason != "option.nothing_left_paid" {
		t.Errorf("afterwards: %+v", v)
	}
	_, err := o.Decide(t.Context(), o.owner, id, desk.Choice{Option: "refund", Amount: eur(100)})
	if n := len(o.platform.Calls("PUT", "/api/orders/refund")); fault.Of(err) == nil || n != 1 {
		t.Errorf("%v, asked for a refund %d times", err, n)
	}
}
