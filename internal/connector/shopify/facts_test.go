package shopify_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/connectortest"
	"parley/internal/connector/shopify"
	"parley/internal/connector/shopify/fake"
	"parley/internal/connector/shopify/fake/demo"
	"parley/internal/money"
)

func imported(t *testing.T, text string) connector.Snapshot {
	t.Helper()
	list, err := shopify.New().Import([]byte(text), time.UTC)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d snapshots, %v", len(list), err)
	}
	return list[0]
}

func TestADisputeOfTheOlderCalls(t *testing.T) {
	s := imported(t, `{"dispute":{"id":598735659,"order_id":625362839,"type":"chargeback","amount":"11.50","currency":"USD","reason":"fraudulent",
		"network_reason_code":"4837","status":"needs_response","evidence_due_by":"2099-12-29T19:00:00-05:00","evidence_sent_on":null,"finalized_on":null,
		"initiated_at":"2013-05-03T20:00:00-04:00"}}`)
	c := s.Facts.Case
	if s.Ref.ID != "gid://shopify/ShopifyPaymentsDispute/598735659" || c.Claim.Amount != (money.Amount{Minor: 1150, Currency: "USD"}) || c.Reason != "FRAUDULENT" ||
		!c.PlatformDueAt.Equal(time.Date(2099, 12, 30, 0, 0, 0, 0, time.UTC)) || c.Reported.State != "wait_seller" || !s.Open {
		t.Errorf("%+v, %+v", s.Ref, c)
	}
}

// A webhook sends the dispute without an envelope.
func TestADisputeAsAWebhookSendsIt(t *testing.T) {
	s := imported(t, `{"id":7001,"order_id":8002,"type":"inquiry","amount":"12.30","currency":"EUR","reason":"unrecognized","network_reason_code":"10.4",
		"status":"needs_response","evidence_due_by":"2026-11-19T00:00:00+01:00","evidence_sent_on":null,"finalized_on":null,"initiated_at":"2026-11-05T09:12:00+01:00"}`)
	if c := s.Facts.Case; s.Ref.ID != "gid://shopify/ShopifyPaymentsDispute/7001" || c.Reported.Status != "INQUIRY/NEEDS_RESPONSE" || !s.Open ||
		!c.PlatformDueAt.Equal(time.Date(2026, 11, 18, 23, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v, %+v", s.Ref, c)
	}
}

const olderOrder = `{"id":8002,"admin_graphql_api_id":"gid://shopify/Order/8002","name":"#2044","created_at":"2026-10-01T10:00:00+02:00",
	"processed_at":"2026-10-01T10:00:00+02:00","updated_at":"2026-10-09T08:00:00+02:00","financial_status":"partially_refunded","fulfillment_status":"fulfilled",
	"payment_gateway_names":["stripe"],"total_price_set":{"presentment_money":{"amount":"50.00","currency_code":"EUR"}},
	"total_shipping_price_set":{"presentment_money":{"amount":"4.00","currency_code":"EUR"}},
	"customer":{"id":9,"admin_graphql_api_id":"gid://shopify/Customer/9","first_name":"Ana","last_name":"Ruiz"},"shipping_address":{"city":"Vigo","country_code":"ES"},
	"line_items":[{"id":3,"admin_graphql_api_id":"gid://shopify/LineItem/3","title":"Lamp","sku":"L-1","quantity":2,"price_set":{"presentment_money":{"amount":"23.00","currency_code":"EUR"}}}],
	"fulfillments":[{"id":4,"admin_graphql_api_id":"gid://shopify/Fulfillment/4","status":"success","created_at":"2026-10-02T10:00:00+02:00","tracking_company":"Correos","tracking_number":"PQ4F8D0700000000128001X"}],
	"refunds":[{"id":950,"created_at":"2026-10-08T10:00:00+02:00","transactions":[{"id":991,"kind":"refund","status":"success","gateway":"stripe","amount":"20.00","currency":"EUR","receipt":{"id":"re_3Abcdefgh"}}]}]}`

// Orders of the older calls are purchases without a case; what was paid back is known by the gateway's own number.
func TestAnOrderOfTheOlderCalls(t *testing.T) {
	for _, file := range []string{olderOrder, `{"order":` + olderOrder + `}`, `{"orders":[` + olderOrder + `]}`} {
		s := imported(t, file)
		o, l := s.Facts.Order, s.Facts.Ledger
		if s.Problem != nil || s.Ref.Kind != "order" || s.Ref.Order != "#2044" || s.Facts.Case != nil || o.Status != "PARTIALLY_REFUNDED/FULFILLED" ||
			o.Goods != (money.Amount{Minor: 4600, Currency: "EUR"}) || len(o.Items) != 1 || o.Items[0].Quantity != 2 {
			t.Fatalf("%+v, %+v", s.Ref, o)
		}
		if len(l) != 1 || l[0].Amount != (money.Amount{Minor: 2000, Currency: "EUR"}) || l[0].Source != "stripe:refund/re_3Abcdefgh" {
			t.Errorf("ledger %+v", l)
		}
		if s.Facts.Buyer.Country != "ES" || s.Facts.Shipment.Number != "PQ4F8D0700000000128001X" || len(s.Facts.Unknown) != 0 {
			t.Errorf("%+v, %+v, unknown %v", s.Facts.Buyer, s.Facts.Shipment, s.Facts.Unknown)
		}
		if again := imported(t, string(s.Raw)); again.Fingerprint != s.Fingerprint || len(again.Facts.Ledger) != 1 {
			t.Errorf("read back: %+v", again)
		}
	}
}

// A field of another shape is told, and the rest of the order still stands.
func TestAnOrderOfTheOlderCallsWithAStrangeField(t *testing.T) {
	s := imported(t, strings.Replace(olderOrder, `["stripe"]`, `{"zz":"new"}`, 1))
	if len(s.Facts.Unknown) != 1 || s.Facts.Unknown[0].Field != "order" || len(s.Facts.Ledger) != 1 || s.Facts.Order.ID != "#2044" || !strings.Contains(string(s.Raw), `"zz"`) {
		t.Errorf("%+v, ledger %+v, unknown %+v", s.Facts.Order, s.Facts.Ledger, s.Facts.Unknown)
	}
}

func TestUnknownWordsAreKeptAndNothingIsAssumed(t *testing.T) {
	s := imported(t, `{"dispute":{"id":"gid://shopify/ShopifyPaymentsDispute/1","type":"RUMOUR","status":"ON_THE_MOON","amount":{"amount":"1.005","currencyCode":"EUR"},
		"initiatedAt":"2026-11-01T00:00:00Z","evidenceDueBy":"soon","reasonDetails":{"reason":"BORED","networkReasonCode":null},"disputeEvidence":{},"order":null}}`)
	c := s.Facts.Case
	if c.Reported.State != "" || c.Reported.Owner != "" || c.Reported.Status != "RUMOUR/ON_THE_MOON" || !s.Open || c.Claim.Amount.Known() || !c.PlatformDueAt.IsZero() {
		t.Errorf("%+v", c)
	}
	var fields []string
	for _, u := range s.Facts.Unknown {
		fields = append(fields, u.Field+"="+u.Value)
	}
	slices.Sort(fields)
	want := "dispute.amount=1.005 EUR,dispute.evidenceDueBy=soon,dispute.reason=BORED,dispute.status=ON_THE_MOON,dispute.type=RUMOUR"
	if got := strings.Join(fields, ","); got != want {
		t.Errorf("unknown %s", got)
	}
}

// hanging is the record that hangs on the only order of a file; the order itself comes first.
func hanging(t *testing.T, data string) connector.Snapshot {
	t.Helper()
	list, err := shopify.New().Import([]byte(data), time.UTC)
	if err != nil || len(list) != 2 || list[0].Ref.Kind != "order" || list[0].Ref.Order != "#1001" {
		t.Fatalf("%d snapshots, %v", len(list), err)
	}
	return list[1]
}

func TestReturnsInsideOrders(t *testing.T) {
	s := hanging(t, `{"data":{"orders":{"nodes":[{"id":"gid://shopify/Order/5","name":"#1001","updatedAt":"2026-11-06T10:00:00Z","returnStatus":"RETURN_REQUESTED",
		"returns":{"nodes":[{"id":"gid://shopify/Return/7","name":"#1001-R1","status":"REQUESTED","createdAt":"2026-11-05T12:00:00Z","decline":null,
		"returnLineItems":{"nodes":[{"id":"gid://shopify/ReturnLineItem/8","quantity":1,"returnReasonDefinition":{"handle":"defective","name":"Defective"},
		"customerNote":"No enciende","withCodeDiscountedTotalPriceSet":{"presentmentMoney":{"amount":"1200.0","currencyCode":"JPY"}}}]}}]}}]}}}`)
	c := s.Facts.Case
	if s.Ref.Order != "#1001" || c.Reason != "defective" || c.ReasonNote != "No enciende" || c.Claim.Amount != (money.Amount{Minor: 1200, Currency: "JPY"}) ||
		!c.Claim.ReturnGoods || c.Reported.State != "wait_seller" || len(s.Facts.Messages) != 1 || !slices.Contains(s.Facts.Order.Handles, "shopify:order/1001") {
		t.Errorf("%+v, %+v, %+v", s.Ref, c, s.Facts.Order)
	}
}

// What has another shape is told with the return, which is kept.
func TestAReturnInsideAStrangeOrder(t *testing.T) {
	for _, part := range []string{`"decline":"new","returnLineItems":{"nodes":[]}`, `"decline":null,"returnLineItems":"new"`} {
		s := hanging(t, `{"data":{"orders":{"pageInfo":"new","nodes":[{"id":"gid://shopify/Order/5","name":"#1001","fulfillments":"new",
			"returns":{"nodes":[{"id":"gid://shopify/Return/7","status":"REQUESTED","createdAt":"2026-11-05T12:00:00Z",`+part+`}]}}]}}}`)
		if s.Problem == nil || s.Ref.Order != "#1001" || !s.Open || s.Facts.Case.Reported.State != "wait_seller" || !strings.Contains(string(s.Raw), `"new"`) {
			t.Errorf("%+v", s)
		}
	}
}

// A refund the shop paid through its gateway carries the gateway's own number, so that it is the same one there.
func TestARefundIsNamedAsItsGatewayNamesIt(t *testing.T) {
	part := func(gateway, payment, receipt string) string {
		return `{"id":"gid://shopify/OrderTransaction/1","kind":"REFUND","status":"SUCCESS","gateway":"` + gateway + `","paymentId":` + payment + `,"receiptJson":` + receipt +
			`,"amountSet":{"presentmentMoney":{"amount":"20.00","currencyCode":"EUR"}}}`
	}
	for want, parts := range map[string]string{
		"stripe:refund/re_3Abcdefgh":      part("stripe", "null", `"{\"id\":\"re_3Abcdefgh\"}"`),
		"paypal:refund/1AB23456CD789012E": part("paypal", `"1AB23456CD789012E"`, "null"),
		"shopify:refund/950001":           part("shopify_payments", `"x.1"`, `{"deep":[{"a":null},"ch_not_a_refund"]}`),
		"":                                strings.Replace(part("stripe", "null", "null"), "SUCCESS", "FAILURE", 1),
	} {
		s := imported(t, `{"return":{"id":"gid://shopify/Return/7","status":"OPEN","createdAt":"2026-11-05T12:00:00Z","returnLineItems":{"nodes":[]},
			"order":{"name":"#7","updatedAt":"2026-11-06T10:00:00Z","refunds":[{"id":"gid://shopify/Refund/950001","createdAt":"2026-11-06T11:00:00Z",
			"totalRefundedSet":{"presentmentMoney":{"amount":"20.00","currencyCode":"EUR"}},"transactions":{"nodes":[`+parts+`]}}]}}}`)
		got := ""
		for _, p := range s.Facts.Ledger {
			got += p.Source
		}
		if got != want {
			t.Errorf("source %q, want %q", got, want)
		}
	}
}

// The whole world of the demo reads without a rest, and the purchases shared with Stripe and PayPal carry their names there.
func TestTheDemoReads(t *testing.T) {
	s := newScene(t)
	s.platform = fake.New(fake.Options{Now: s.clock.Now})
	s.server.Config.Handler = s.platform
	shops, err := demo.Fill(s.platform, s.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	kinds, open := map[string]int{}, 0
	handles := map[string][]string{}
	for _, shop := range shops {
		s.account.StoreID = stores.Add(1)
		s.account.Settings["shop"], s.account.Settings["access_token"] = shop.Settings["shop"], shop.Settings["access_token"]
		session, m := s.open(t), connectortest.Memory{}
		if _, err := session.Pull(t.Context(), "", m.Known, m.Take); err != nil {
			t.Fatal(err)
		}
		for _, snap := range m {
			kinds[snap.Ref.Kind]++
			if snap.Open {
				open++
			}
			o, err := session.Order(t.Context(), snap.Ref)
			if err != nil || snap.Problem != nil || len(snap.Facts.Unknown)+len(o.Unknown) > 0 || o.Buyer.Country == "" || !o.Order.Goods.Known() {
				t.Errorf("%+v: %v, %v, unknown %v %v", snap.Ref, err, snap.Problem, snap.Facts.Unknown, o.Unknown)
				continue
			}
			handles[o.Order.ID] = o.Order.Handles
			if c := snap.Facts.Case; c != nil && (c.Reported.State == "" || !c.Claim.Amount.Known()) {
				t.Errorf("%+v: %+v", snap.Ref, c)
			}
		}
	}
	if open < 10 || kinds["return"] < 6 || kinds["dispute"] < 4 || kinds["late"] < 3 {
		t.Errorf("%d open, %v", open, kinds)
	}
	for order, want := range map[string][]string{
		"#1042": {"shopify:order/1042", "stripe:payment_intent/pi_3DemoParley0001042", "stripe:charge/ch_3DemoParley0001042"},
		"#1043": {"shopify:order/1043", "paypal:transaction/8AC96375V92981234"},
	} {
		for _, h := range want {
			if !slices.Contains(handles[order], h) {
				t.Errorf("%s has %v, not %s", order, handles[order], h)
			}
		}
	}
}

func TestAParcelAndWhatWasPaid(t *testing.T) {
	s := newScene(t)
	r := s.returned()
	o, err := s.open(t).Order(t.Context(), returnRef(r))
	if err != nil {
		t.Fatal(err)
	}
	if o.Order.Goods != euro(3990) || o.Order.Shipping != euro(500) || o.Order.PaidWith != "shopify_payments" || o.Buyer.Zone != "Europe/Madrid" {
		t.Errorf("%+v, %+v", o.Order, o.Buyer)
	}
	var statuses []string
	for _, e := range o.Shipment.Events {
		statuses = append(statuses, e.Status)
	}
	if strings.Join(statuses, " ") != "in_transit delivered" || o.Shipment.Number == "" || o.Shipment.Carrier != "Correos" {
		t.Errorf("%+v", o.Shipment)
	}
}

// An order becomes a case when the promised instant has passed, and is none any more when it was sent.
func TestALateOrderComesAndGoes(t *testing.T) {
	s := newScene(t)
	due := s.clock.Now().Add(time.Hour)
	order := s.shop.PlaceOrder(fake.OrderSpec{Lines: []fake.LineSpec{{Title: "Lamp", Price: 1000}}, Placed: s.clock.Now().AddDate(0, 0, -2), ShipBy: due})
	session, m := s.open(t), connectortest.Memory{}
	pull := func(from connector.Cursor) connector.Pulled {
		p, err := session.Pull(t.Context(), from, m.Known, m.Take)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := pull("")
	if len(m) != 0 {
		t.Fatalf("in time, and still %v", m)
	}
	s.clock.advance(2 * time.Hour)
	second := pull(first.Cursor)
	key := "late/" + gid("FulfillmentOrder", order.FulfilmentOrder)
	late := m[key]
	if len(second.Listed) != 1 || !late.Open || late.Facts.Case != nil || !late.Facts.Order.ShipBy.Equal(due) || late.Ref.Order != order.Name {
		t.Fatalf("%v, %+v", second.Listed, late)
	}
	s.shop.Send(order, "Correos", "PQ1", s.clock.Now())
	s.clock.advance(time.Minute)
	if third := pull(second.Cursor); len(third.Listed) != 0 || m[key].Open {
		t.Errorf("sent, and still %v", third.Listed)
	}
}

// A shop without promised dates may say how many days it takes.
func TestDaysUntilDispatch(t *testing.T) {
	s := newScene(t)
	s.account.Settings["ship_days"] = "3"
	s.shop.PlaceOrder(fake.OrderSpec{Lines: []fake.LineSpec{{Title: "Lamp", Price: 1000}}, Placed: s.clock.Now().AddDate(0, 0, -4)})
	s.shop.PlaceOrder(fake.OrderSpec{Lines: []fake.LineSpec{{Title: "Lamp", Price: 1000}}, Placed: s.clock.Now().AddDate(0, 0, -2)})
	m := connectortest.Memory{}
	if _, err := s.open(t).Pull(t.Context(), "", m.Known, m.Take); err != nil || len(m) != 1 {
		t.Errorf("%d late, %v", len(m), err)
	}
}

func FuzzImport(f *testing.F) {
	for _, seed := range []string{
		`{"return":{"id":"gid://shopify/Return/7","status":"OPEN","returnLineItems":{"nodes":[{"quantity":-1}]},"order":{"refunds":[{"transactions":{"nodes":[{"receiptJson":"{"}]}}]}}}`,
		`{"dispute":{"id":1,"amount":"1e9","initiated_at":5}}`, olderOrder, `{"orders":[` + olderOrder + `,null]}`,
		`{"id":1,"type":[],"status":{},"evidence_due_by":null,"initiated_at":"x"}`, `{"late":{"id":"x","fulfillBy":"9999-12-31T23:59:59+14:00"}}`,
		`{"orders":[{"name":"\u202e","returns":{"nodes":[null,{"id":"a"}]}}]}`, `{"disputes":{"nodes":[{"id":"gid://x","order":[]}]}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := shopify.New().Import(data, time.UTC)
		if (err == nil) == (len(list) == 0) {
			t.Errorf("%d snapshots, %v", len(list), err)
		}
		for _, s := range list {
			if _, err := json.Marshal(s.Facts); err != nil || !json.Valid(s.Raw) {
				t.Errorf("facts %v, raw %s", err, s.Raw)
			}
		}
	})
}
