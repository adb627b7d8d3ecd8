package mirakl_test

import (
	"testing"

	"parley/internal/connector"
	"parley/internal/connector/connectortest"
	"parley/internal/connector/mirakl/fake"
)

// TestEverythingWeSendIsAsDocumented: each act in each of its forms, by a user with several shops, held against the documentation.
func TestEverythingWeSendIsAsDocumented(t *testing.T) {
	s := newScene(t, fake.Options{})
	s.account.Settings["shop_id"] = "2001"
	session := s.open(t)
	late := s.shop.PlaceOrder(fake.OrderSpec{Customer: lucia, ShipBy: s.platform.Now(), Lines: []fake.LineSpec{{Title: "x", Price: 100}}})
	later := s.shop.PlaceOrder(fake.OrderSpec{Customer: lucia, ShipBy: s.platform.Now(), Lines: []fake.LineSpec{{Title: "y", Price: 100}}})
	sent := s.buy()
	sent.OpenIncident(0, "1")
	taxed := s.shop.PlaceOrder(fake.OrderSpec{Customer: lucia, TaxExcluded: true, Lines: []fake.LineSpec{{Title: "z", Price: 1000, Tax: 210, Shipping: 300}}})
	taxed.Ship("UPS", "UPS", "1Z")
	taxed.OpenIncident(0, "2")
	asked, refused, gone := s.buy().AskReturn(0, fake.ReturnSpec{}), s.buy().AskReturn(0, fake.ReturnSpec{}), s.buy()
	thread := gone.CustomerWrites("26", "¿Dónde está?")
	back := func(r *fake.Return) connector.Ref { return connector.Ref{Kind: "return", ID: r.ID()} }
	on := func(kind string, o *fake.Order) connector.Ref {
		return connector.Ref{Kind: kind, ID: o.ID(), Order: o.ID(), Buyer: lucia.ID}
	}
	picture := &connector.Attachment{Name: `una "foto" ñ.jpg`, Type: "image/jpeg", Bytes: []byte("JPG")}
	acts := []connector.Effect{
		{Do: "dispatch", Ref: on("late", late), Carrier: "ups", Tracking: "1Z1"},
		{Do: "dispatch", Ref: on("late", later), Carrier: "A carrier of our own", Tracking: "X1"},
		{Do: "refund", Ref: incident(sent, 1), Amount: eur(1000)},
		{Do: "accept", Ref: incident(taxed, 1)},
		{Do: "send_message", Ref: incident(sent, 1), Text: "Hola, Lucía.", To: "both", File: picture},
		{Do: "add_facts", Ref: incident(sent, 1), Text: "Entregado ayer.", To: "platform"},
		{Do: "send_message", Ref: connector.Ref{Kind: "thread", ID: thread.ID(), Order: gone.ID(), Buyer: lucia.ID}, Text: "Va de camino."},
		{Do: "upload_evidence", Ref: incident(sent, 1), File: picture},
		{Do: "mark_resolved", Ref: incident(sent, 1)},
		{Do: "accept_return", Ref: back(asked)},
		{Do: "refuse_return", Ref: back(refused)},
		{Do: "confirm_goods", Ref: back(asked)},
		{Do: "contest_goods", Ref: back(asked), Text: "Falta el cable."},
		{Do: "upload_evidence", Ref: connector.Ref{Kind: "return", ID: asked.ID(), Order: sent.ID()}, File: picture},
	}
	for n, act := range acts {
		act.ID = string(rune('a' + n))
		if _, err := session.Execute(t.Context(), act); err != nil {
			t.Errorf("%d %s: %v", n, act.Do, err)
		}
	}
	m := connectortest.Memory{}
	pull(t, session, "", m)
	for _, call := range []string{"PUT /api/orders/{order_id}/tracking 204", "PUT /api/orders/{order_id}/ship 204", "PUT /api/orders/refund 200", "POST /api/orders/{order_id}/threads 201",
		"POST /api/inbox/threads/{thread_id}/message 201", "POST /api/orders/{order_id}/documents 200", "PUT /api/orders/{order_id}/lines/{line}/resolve_incident 204",
		"PUT /api/returns/accept 200", "PUT /api/returns/receive 200", "PUT /api/returns/compliance 200", "GET /api/orders 200", "GET /api/returns 200", "GET /api/inbox/threads 200",
		"GET /api/orders/documents 200", "GET /api/reasons 200", "GET /api/documents 200", "GET /api/shipping/carriers 200"} {
		if s.inspector.seen[call] == 0 {
			t.Errorf("%s was not seen", call)
		}
	}
	if late.State() != "SHIPPED" || later.State() != "SHIPPED" || taxed.Refunded(0) != 1510 || len(sent.Documents()) != 2 || refused.State() != "REFUSED" || asked.State() != "RECEIVED" {
		t.Errorf("late %s, later %s, taxed %d, documents %v, refused %s, asked %s", late.State(), later.State(), taxed.Refunded(0), sent.Documents(), refused.State(), asked.State())
	}
}
