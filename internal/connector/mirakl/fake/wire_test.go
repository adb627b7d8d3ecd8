package fake_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/connector/mirakl/fake"
)

// site is a platform with one shop and one order, called as a foreign program would.
type site struct {
	t        *testing.T
	platform *fake.Platform
	shop     *fake.Shop
	order    *fake.Order
	url      string
}

func newSite(t *testing.T) *site {
	p := fake.New(fake.Options{})
	s := &site{t: t, platform: p, shop: p.AddShop(fake.ShopSpec{Key: "fake-shop-key", ID: 2001})}
	s.order = s.shop.PlaceOrder(fake.OrderSpec{Commercial: "F0001001", Customer: fake.Customer{ID: "C1", First: "Lucía", Last: "M", CountryCode: "ESP", Country: "España"},
		Lines: []fake.LineSpec{{Title: "Batería", SKU: "PB", Price: 3990, Shipping: 399}}})
	s.order.Ship("CORREOS", "Correos", "PQ1")
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *site) call(method, path, kind, body string) (int, map[string]any, http.Header) {
	s.t.Helper()
	q, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	q.Header.Set("Authorization", "fake-shop-key")
	q.Header.Set("Content-Type", kind)
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		s.t.Fatal(err)
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	var out map[string]any
	if len(raw) > 0 && json.Unmarshal(raw, &out) != nil {
		out = map[string]any{"raw": string(raw)}
	}
	return r.StatusCode, out, r.Header
}

// TestTheKeyStandsAlone: no scheme before it, and a foreign key is refused.
func TestTheKeyStandsAlone(t *testing.T) {
	s := newSite(t)
	for _, key := range []string{"", "Bearer fake-shop-key", "another"} {
		q, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/api/account", nil)
		q.Header.Set("Authorization", key)
		r, err := http.DefaultClient.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		if r.StatusCode != http.StatusUnauthorized {
			t.Errorf("%q: %d", key, r.StatusCode)
		}
	}
	if status, body, _ := s.call("GET", "/api/account?shop_id=2001", "", ""); status != 200 || body["shop_id"] != 2001.0 || body["shop_state"] != "OPEN" {
		t.Errorf("%d %v", status, body)
	}
}

// TestWhatTheOfficialClientSends: the forms in which the platform's own client library writes its calls.
func TestWhatTheOfficialClientSends(t *testing.T) {
	s := newSite(t)
	multipart := "multipart/form-data; boundary=BOUNDARY"
	part := func(head, body string) string { return "--BOUNDARY\r\n" + head + "\r\n\r\n" + body + "\r\n" }
	status, body, _ := s.call("GET", "/api/orders?shop_id=2001&has_incident=false&start_update_date=2025-10-31T23%3A00%3A00%2B00%3A00&paginate=true&max=2&offset=0", "", "")
	if status != 200 || body["total_count"] != 1.0 {
		t.Fatalf("orders: %d %v", status, body)
	}
	s.order.OpenIncident(0, "1")
	status, body, _ = s.call("POST", "/api/orders/F0001001-A/threads?shop_id=2001", multipart,
		part("Content-Type: application/json;charset=utf-8\r\nContent-Disposition: form-data; name=\"thread_input\"",
			`{"body":"Hola","to":["CUSTOMER"],"topic":{"type":"REASON_CODE","value":"26"}}`)+"--BOUNDARY--\r\n")
	if status != 201 {
		t.Fatalf("thread: %d %v", status, body)
	}
	status, body, _ = s.call("POST", "/api/inbox/threads/"+body["thread_id"].(string)+"/message?shop_id=2001", multipart,
		part("Content-Type: application/json;charset=utf-8\r\nContent-Disposition: form-data; name=\"message_input\"", `{"body":"Hola, lo miramos.","to":[{"type":"CUSTOMER"}]}`)+
			part("Content-Type: application/octet-stream\r\nContent-Disposition: form-data; name=\"files\"; filename=\"foto.jpg\"", "JPGDATA")+"--BOUNDARY--\r\n")
	if status != 201 || !slices.Equal(s.shop.Said("SHOP"), []string{"Hola", "Hola, lo miramos."}) {
		t.Fatalf("message: %d %v", status, body)
	}
	status, body, _ = s.call("POST", "/api/orders/F0001001-A/documents?shop_id=2001", multipart,
		part("Content-Type: application/octet-stream\r\nContent-Disposition: form-data; name=\"files\"; filename=\"factura.pdf\"", "PDF")+
			part("Content-Disposition: form-data; name=\"order_documents\"", `<?xml version="1.0"?>
<body><order_documents><order_document><file_name>factura.pdf</file_name><type_code>CUSTOMER_INVOICE</type_code></order_document></order_documents></body>`)+"--BOUNDARY--\r\n")
	if status != 200 || body["errors_count"] != 0.0 || len(s.order.Documents()) != 1 {
		t.Fatalf("document: %d %v", status, body)
	}
	status, body, _ = s.call("PUT", "/api/orders/refund?shop_id=2001", "application/json",
		`{"refunds":[{"order_line_id":"F0001001-A-1","amount":"39.90000","shipping_amount":0,"quantity":1,"reason_code":"15","currency_iso_code":"EUR"}]}`)
	if status != 200 || s.order.Refunded(0) != 3990 || s.order.LineState(0) != "INCIDENT_OPEN" {
		t.Fatalf("refund: %d %v, line %s", status, body, s.order.LineState(0))
	}
	status, _, _ = s.call("PUT", "/api/orders/F0001001-A/lines/F0001001-A-1/resolve_incident?shop_id=2001", "application/json", `{"reason_code":"10"}`)
	if status != 204 || s.order.LineState(0) != "SHIPPED" {
		t.Errorf("resolve: %d, line %s", status, s.order.LineState(0))
	}
}

// TestRefusals: what the platform says no to, each with a message.
func TestRefusals(t *testing.T) {
	s := newSite(t)
	js := "application/json"
	for name, c := range map[string]struct {
		method, path, body string
		status             int
	}{
		"an unknown parameter":    {"GET", "/api/orders?colour=red", "", 400},
		"too many at once":        {"GET", "/api/orders?max=101", "", 400},
		"an unknown state":        {"GET", "/api/orders?order_state_codes=FLYING", "", 400},
		"a date nobody can read":  {"GET", "/api/orders?start_date=yesterday", "", 400},
		"a foreign shop":          {"GET", "/api/orders?shop_id=7", "", 403},
		"no such order":           {"PUT", "/api/orders/X/ship", "", 404},
		"sent already":            {"PUT", "/api/orders/F0001001-A/ship", "", 400},
		"no incident":             {"PUT", "/api/orders/F0001001-A/lines/F0001001-A-1/resolve_incident", `{"reason_code":"8"}`, 400},
		"not the seller's reason": {"PUT", "/api/orders/F0001001-A/lines/F0001001-A-1/resolve_incident", `{"reason_code":"1"}`, 400},
		"an unknown member":       {"PUT", "/api/orders/F0001001-A/lines/F0001001-A-1/resolve_incident", `{"reason_code":"8","x":1}`, 400},
		"more than was paid":      {"PUT", "/api/orders/refund", `{"refunds":[{"order_line_id":"F0001001-A-1","amount":40,"shipping_amount":0,"reason_code":"15"}]}`, 400},
		"another currency":        {"PUT", "/api/orders/refund", `{"refunds":[{"order_line_id":"F0001001-A-1","amount":1,"shipping_amount":0,"reason_code":"15","currency_iso_code":"USD"}]}`, 400},
		"entity without its type": {"GET", "/api/inbox/threads?entity_id=F0001001-A", "", 400},
		"a token of nobody":       {"GET", "/api/returns?page_token=abc.def", "", 400},
		"no such path":            {"GET", "/api/orders/F0001001-A/incident", "", 404},
	} {
		status, body, _ := s.call(c.method, c.path, js, c.body)
		if status != c.status || body["message"] == "" || body["message"] == nil {
			t.Errorf("%s: %d %v, want %d", name, status, body, c.status)
		}
	}
	s.shop.Balance = 100
	status, body, _ := s.call("PUT", "/api/orders/refund", js, `{"refunds":[{"order_line_id":"F0001001-A-1","amount":2,"shipping_amount":0,"reason_code":"15"}]}`)
	if status != 400 || body["message"] != "The shop does not have a sufficient payable balance for the refund" {
		t.Errorf("balance: %d %v", status, body)
	}
}

// TestPagesAreLinked: the header Link leads through all orders, tokens through all returns, whatever else is asked for.
func TestPagesAreLinked(t *testing.T) {
	s := newSite(t)
	for range 24 {
		o := s.shop.PlaceOrder(fake.OrderSpec{Lines: []fake.LineSpec{{Title: "x", Price: 100}}})
		o.Ship("UPS", "UPS", "1")
		o.AskReturn(0, fake.ReturnSpec{})
	}
	seen, next := 0, "/api/orders?max=10"
	for next != "" {
		_, body, header := s.call("GET", next, "", "")
		seen += len(body["orders"].([]any))
		next = ""
		for _, link := range strings.Split(header.Get("Link"), ", ") {
			if address, ok := strings.CutSuffix(link, `>; rel="next"`); ok {
				next = strings.TrimPrefix(address, "<"+s.url)
			}
		}
	}
	back, query := 0, "/api/returns?limit=10"
	for query != "" {
		_, body, _ := s.call("GET", query, "", "")
		back += len(body["data"].([]any))
		query = ""
		if token, ok := body["next_page_token"].(string); ok {
			query = "/api/returns?limit=1&page_token=" + token
		}
	}
	if seen != 25 || back != 24 {
		t.Errorf("%d orders, %d returns", seen, back)
	}
}

// TestReturnsAreAnsweredOneByOne: good and bad ones in one 200.
func TestReturnsAreAnsweredOneByOne(t *testing.T) {
	s := newSite(t)
	r := s.order.AskReturn(0, fake.ReturnSpec{Reason: "RETURN_WARRANTY"})
	status, body, _ := s.call("PUT", "/api/returns/accept", "application/json",
		`{"returns":[{"id":"`+r.ID()+`","accepted":true},{"id":"df7b1144-0789-46f9-a0db-bb79c2c7de3a","accepted":true}]}`)
	errors := body["return_errors"].([]any)
	if status != 200 || len(body["return_success"].([]any)) != 1 || len(errors) != 1 || errors[0].(map[string]any)["message"] != "The return does not exist." || r.State() != "IN_PROGRESS" {
		t.Errorf("%d %v, %s", status, body, r.State())
	}
}

// TestAFullRefundEndsTheIncident and is paid by the payment provider an hour later.
func TestAFullRefundEndsTheIncident(t *testing.T) {
	s := newSite(t)
	s.order.OpenIncident(0, "1")
	s.call("PUT", "/api/orders/refund", "application/json", `{"refunds":[{"order_line_id":"F0001001-A-1","amount":39.9,"shipping_amount":3.99,"reason_code":"15"}]}`)
	if s.order.LineState(0) != "REFUNDED" {
		t.Errorf("line %s", s.order.LineState(0))
	}
	state := func() any {
		_, body, _ := s.call("GET", "/api/orders", "", "")
		line := body["orders"].([]any)[0].(map[string]any)["order_lines"].([]any)[0].(map[string]any)
		return line["refunds"].([]any)[0].(map[string]any)["state"]
	}
	if state() != "WAITING_REFUND_PAYMENT" {
		t.Errorf("refund %v", state())
	}
	s.platform.Advance(2 * time.Hour)
	if state() != "REFUNDED" {
		t.Errorf("refund %v", state())
	}
}

// TestEveryReadingAnswers: each reading of the seller API gives a 200 with what it is for.
func TestEveryReadingAnswers(t *testing.T) {
	s := newSite(t)
	s.order.Evaluate(5, "bien")
	for path, member := range map[string]string{
		"/api/version": "version", "/api/account": "shop_name", "/api/account/statistics": "incident_rate", "/api/platform/configuration": "features",
		"/api/reasons": "reasons", "/api/reasons/REFUND": "reasons", "/api/channels": "channels", "/api/currencies": "currencies", "/api/documents": "documents",
		"/api/shipping/carriers": "carriers", "/api/orders/F0001001-A/evaluation": "grade", "/api/orders/documents?order_ids=F0001001-A": "order_documents",
		"/api/inbox/threads": "data", "/api/returns": "data", "/api/returns/items_to_return?order_commercial_id=F0001001": "data",
		"/api/sellerpayment/transactions_logs": "data",
	} {
		if status, body, _ := s.call("GET", path, "", ""); status != 200 || body[member] == nil {
			t.Errorf("%s: %d %v", path, status, body)
		}
	}
}

func TestAScenarioFileFills(t *testing.T) {
	p := fake.New(fake.Options{})
	err := p.Load(strings.NewReader(`
operator: Example
shops:
  - name: Casa Norte
    key: fake-key-1
    orders:
      - commercial: F1
        customer: {id: C1, first: Ana, last: Souza, country: ESP, city: Sevilla, locale: es_ES}
        placed_days_ago: 9
        shipped_days_ago: 8
        delivered_days_ago: 4
        lines: [{title: Lámpara, sku: L1, price: 39.90, shipping: 3.99, quantity: 1}]
        incident: {reason: "1", hours_ago: 5}
        message: {text: "¿Dónde está?", hours_ago: 6}
`))
	if err != nil || len(p.Shops()) != 1 || len(p.Shops()[0].Said("CUSTOMER")) != 1 {
		t.Errorf("%v", err)
	}
	if err := p.Load(strings.NewReader("shops: [{nme: x}]")); err == nil {
		t.Error("a misspelt key was taken")
	}
}
