package mirakl_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/internal/connector/mirakl/fake"
)

// stranger is a client that somebody wrote after the documentation alone. What it sends and gets is held against the documentation.
type stranger struct {
	t        *testing.T
	platform *fake.Platform
	shop     *fake.Shop
	seen     *inspector
	url, key string
}

func newStranger(t *testing.T) *stranger {
	p := fake.New(fake.Options{})
	s := &stranger{t: t, platform: p, shop: p.AddShop(fake.ShopSpec{Name: "Casa Norte", Key: "a-key", ID: 2001}), seen: inspected(t, p), key: "a-key"}
	p.AddShop(fake.ShopSpec{Name: "Casa Sur", Key: "another-key", ID: 2002})
	server := httptest.NewServer(s.seen)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *stranger) buy(title string, tax int64) *fake.Order {
	return s.shop.PlaceOrder(fake.OrderSpec{Customer: lucia, TaxExcluded: tax > 0,
		Lines: []fake.LineSpec{{Title: title, SKU: "S1", Product: "P1", Quantity: 2, Price: 3990, Shipping: 399, Tax: tax}}})
}

// raw does a call and wants a status.
func (s *stranger) raw(status int, method, path, kind string, body []byte) (*http.Response, []byte) {
	s.t.Helper()
	q, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, bytes.NewReader(body))
	must(s.t, err)
	q.Header.Set("Authorization", s.key)
	q.Header.Set("Accept", "application/json")
	if kind != "" {
		q.Header.Set("Content-Type", kind)
	}
	r, err := http.DefaultClient.Do(q)
	must(s.t, err)
	defer func() { _ = r.Body.Close() }()
	text, err := io.ReadAll(r.Body)
	must(s.t, err)
	if r.StatusCode != status {
		s.t.Errorf("%s %s %s: %d %s, want %d", method, path, body, r.StatusCode, text, status)
	}
	return r, text
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// call sends JSON and reads JSON.
func (s *stranger) call(status int, method, path, body string) map[string]any {
	s.t.Helper()
	kind := ""
	if body != "" {
		kind = "application/json"
	}
	_, text := s.raw(status, method, path, kind, []byte(body))
	var out map[string]any
	if len(text) > 0 {
		must(s.t, json.Unmarshal(text, &out))
	}
	return out
}

// form sends a multipart body: JSON under a name, and files.
func (s *stranger) form(status int, path, name, text string, files ...string) map[string]any {
	s.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + name + `"`}, "Content-Type": {"application/json"}})
	must(s.t, err)
	_, _ = part.Write([]byte(text)) // memory does not fail
	for _, f := range files {
		part, err := w.CreateFormFile("files", f)
		must(s.t, err)
		_, _ = part.Write([]byte("%PDF " + f))
	}
	must(s.t, w.Close())
	_, answer := s.raw(status, http.MethodPost, path, w.FormDataContentType(), body.Bytes())
	var out map[string]any
	must(s.t, json.Unmarshal(answer, &out))
	return out
}

func (s *stranger) want(what string, got, want any) {
	s.t.Helper()
	a, _ := json.Marshal(got)
	b, _ := json.Marshal(want)
	if string(a) != string(b) {
		s.t.Errorf("%s: %s, want %s", what, a, b)
	}
}

// at walks into an answer: "orders.0.order_id".
func at(v any, path string) any {
	for _, step := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			n, err := strconv.Atoi(step)
			if err != nil || n >= len(x) {
				return nil
			}
			v = x[n]
		default:
			return nil
		}
	}
	return v
}

// TestAStrangersClientFindsWhatIsDocumented: every call of the seller API that is simulated, as its documentation tells it.
func TestAStrangersClientFindsWhatIsDocumented(t *testing.T) {
	s := newStranger(t)
	s.reads()
	s.orders()
	s.refunds()
	s.talks()
	s.documents()
	s.returns()
	s.refusals()
	doc, err := seller()
	must(t, err)
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			if s.seen.seen[method+" "+path+" 200"]+s.seen.seen[method+" "+path+" 201"]+s.seen.seen[method+" "+path+" 204"] == 0 {
				t.Errorf("%s %s was never answered", method, path)
			}
		}
	}
}

// reads asks for the shop and what the operator has set.
func (s *stranger) reads() {
	s.want("state", s.call(200, "GET", "/api/account", "")["shop_state"], "OPEN")
	s.want("one shop of the key", s.call(200, "GET", "/api/account?shop_id=2001", "")["shop_id"], 2001)
	s.want("periods", len(s.call(200, "GET", "/api/account/statistics", "")["incident_rate"].([]any)), 5)
	s.want("one period", at(s.call(200, "GET", "/api/account/statistics?periods=LAST_MONTH", ""), "incident_rate.0.period"), "LAST_MONTH")
	s.want("features", at(s.call(200, "GET", "/api/platform/configuration", ""), "features.shipment.multi_shipment"), false)
	all := s.call(200, "GET", "/api/reasons?locale=es_ES", "")
	s.want("reasons", all["total_count"], len(all["reasons"].([]any)))
	s.want("reasons of a type", at(s.call(200, "GET", "/api/reasons/REFUND", ""), "reasons.0.type"), "REFUND")
	for path, member := range map[string]string{"/api/channels": "channels", "/api/currencies": "currencies", "/api/documents?entities=ORDER": "documents",
		"/api/shipping/carriers": "carriers", "/api/version": "version", "/api/sellerpayment/transactions_logs?limit=2000": "data"} {
		if s.call(200, "GET", path, "")[member] == nil {
			s.t.Errorf("%s without %s", path, member)
		}
	}
	s.want("documents of shops", len(s.call(200, "GET", "/api/documents?entities=SHOP", "")["documents"].([]any)), 0)
}

// orders asks for orders in every way, accepts one, sends it, cancels others.
func (s *stranger) orders() {
	waiting := s.shop.PlaceOrder(fake.OrderSpec{Waiting: true, Lines: []fake.LineSpec{{Title: "x", Price: 100}, {Title: "y", Price: 200}}})
	first := s.call(200, "GET", "/api/orders?order_ids="+waiting.ID(), "")
	s.want("waits", at(first, "orders.0.order_state"), "WAITING_ACCEPTANCE")
	s.call(204, "PUT", "/api/orders/"+waiting.ID()+"/accept", `{"order_lines":[{"id":"`+waiting.Line(0)+`","accepted":true},{"id":"`+waiting.Line(1)+`","accepted":false}]}`)
	s.want("accepted in part", []string{waiting.State(), waiting.LineState(0), waiting.LineState(1)}, []string{"SHIPPING", "SHIPPING", "REFUSED"})
	s.call(204, "PUT", "/api/orders/"+waiting.ID()+"/tracking", `{"carrier_code":"UPS","tracking_number":"1Z"}`)
	s.call(204, "PUT", "/api/orders/"+waiting.ID()+"/tracking", `{"carrier_name":"A carrier of our own","carrier_url":"https://carrier.example.com","tracking_number":"1Z"}`)
	s.call(204, "PUT", "/api/orders/"+waiting.ID()+"/ship", "")
	s.call(400, "PUT", "/api/orders/"+waiting.ID()+"/ship", "")

	open := s.buy("Lámpara", 0)
	s.platform.Advance(time.Hour)
	since := s.platform.Now().UTC()
	late := s.buy("Cámara", 0)
	late.Ship("UPS", "UPS", "1Z2")
	late.Deliver()
	late.OpenIncident(0, "1")
	now := since.Format("2006-01-02T15:04:05Z")
	for query, found := range map[string]int{
		"": 3, "has_incident=true": 1, "has_incident=false": 2, "order_state_codes=SHIPPING,SHIPPED": 2, "order_state_codes=SHIPPING&order_state_codes=RECEIVED": 2,
		"order_ids=" + open.ID() + "," + late.ID(): 2, "order_ids=NONE": 0, "order_references_for_customer=" + open.Commercial(): 1,
		"order_references_for_seller=NONE": 0, "start_date=" + now: 1, "end_date=" + now: 3, "start_update_date=" + now: 1,
		"end_update_date=" + since.Add(-time.Minute).Format("2006-01-02T15:04:05.000Z"): 2, "channel_codes=ES": 3, "channel_codes=US": 0, "only_null_channel=true": 0,
		"customer_debited=true": 3, "payment_workflow=PAY_ON_ACCEPTANCE": 3, "order_tax_mode=TAX_EXCLUDED": 0, "fulfillment_center_code=DEFAULT": 3,
		"start_update_date=" + since.Format("2006-01-02T15:04:05") + "%2B00:00": 1, "locale=es_ES": 3, "paginate=false": 3, "offset=3": 3, "max=1&offset=2": 3,
	} {
		s.want(query, s.call(200, "GET", "/api/orders?"+query, "")["total_count"], found)
	}
	s.want("a page of one", len(s.call(200, "GET", "/api/orders?max=1&offset=2", "")["orders"].([]any)), 1)
	s.want("the latest first", at(s.call(200, "GET", "/api/orders?sort=dateCreated&order=desc&max=1", ""), "orders.0.order_id"), late.ID())
	r, _ := s.raw(200, "GET", "/api/orders?max=1&offset=1", "", nil)
	if link := r.Header.Get("Link"); !strings.Contains(link, `rel="next"`) || !strings.Contains(link, `rel="previous"`) {
		s.t.Errorf("Link: %s", link)
	}

	id := s.call(200, "POST", "/api/orders/async-export", `{"order_state_codes":["SHIPPING"],"start_date":"2020-01-01T00:00:00.000Z","items_per_chunk":10000}`)["tracking_id"].(string)
	s.want("not yet", s.call(200, "GET", "/api/orders/async-export/status/"+id, "")["status"], "PENDING")
	s.platform.Advance(time.Minute)
	ready := s.call(200, "GET", "/api/orders/async-export/status/"+id, "")
	s.want("ready", ready["status"], "COMPLETED")
	s.want("orders in the file", len(s.call(200, "GET", strings.TrimPrefix(at(ready, "urls.0").(string), s.url), "")["orders"].([]any)), 1)

	late.Evaluate(4, "bien")
	s.want("grade", s.call(200, "GET", "/api/orders/"+late.ID()+"/evaluation", "")["grade"], 4)
	s.call(404, "GET", "/api/orders/"+open.ID()+"/evaluation", "")
	s.call(204, "PUT", "/api/orders/"+late.ID()+"/lines/"+late.Line(0)+"/resolve_incident", `{"reason_code":"9"}`)
	s.want("back where it was", late.LineState(0), "RECEIVED")
	s.call(400, "PUT", "/api/orders/"+late.ID()+"/lines/"+late.Line(0)+"/resolve_incident", `{"reason_code":"9"}`)
	out := s.call(200, "PUT", "/api/orders/cancel", `{"cancelations":[{"order_line_id":"`+open.Line(0)+`","amount":10,"shipping_amount":0,"quantity":1,"reason_code":"34","currency_iso_code":"EUR"}]}`)
	s.want("canceled", at(out, "cancelations.0.amount"), 10)
	s.call(200, "GET", "/api/orders?order_ids="+open.ID(), "")
	s.call(204, "PUT", "/api/orders/"+open.ID()+"/cancel", "")
	s.want("canceled as a whole", open.State(), "CANCELED")
}

// refunds pays back in parts, with taxes, and reads it back.
func (s *stranger) refunds() {
	o := s.buy("Batería", 798)
	o.Ship("UPS", "UPS", "1Z3")
	one := func(status int, body string) map[string]any {
		return s.call(status, "PUT", "/api/orders/refund", `{"order_tax_mode":"TAX_EXCLUDED","refunds":[{"order_line_id":"`+o.Line(0)+`","reason_code":"15",`+body+`}]}`)
	}
	out := one(200, `"amount":10.5,"shipping_amount":0,"quantity":0,"taxes":[{"code":"tax1","amount":2.1}]`)
	s.want("sum", []any{at(out, "refunds.0.amount"), at(out, "refunds.0.taxes.0.amount"), at(out, "order_tax_mode")}, []any{10.5, 2.1, "TAX_EXCLUDED"})
	one(200, `"amount":1,"shipping_amount":0.99`)
	for _, wrong := range []string{`"amount":10`, `"shipping_amount":1`, `"amount":-1,"shipping_amount":0`, `"amount":0,"shipping_amount":0`, `"amount":40,"shipping_amount":0`,
		`"amount":1.001,"shipping_amount":0`, `"amount":"much","shipping_amount":0`, `"amount":1,"shipping_amount":0,"currency_iso_code":"USD"`, `"amount":1,"shipping_amount":0,"note":"x"`} {
		one(400, wrong)
	}
	line := at(s.call(200, "GET", "/api/orders?order_ids="+o.ID(), ""), "orders.0.order_lines.0")
	s.want("read back", []any{at(line, "refunds.0.refund_state"), at(line, "refunds.1.shipping_amount"), at(line, "can_refund")}, []any{"WAITING_REFUND_PAYMENT", 0.99, true})
	s.want("in the ledger", at(s.call(200, "GET", "/api/sellerpayment/transactions_logs?type=REFUND_ORDER_AMOUNT", ""), "data.0.amount"), -10.5)
}

// talks begins threads, answers, reads them page by page and fetches a file.
func (s *stranger) talks() {
	o := s.buy("Móvil", 0)
	begun := s.form(201, "/api/orders/"+o.ID()+"/threads", "thread_input", `{"body":"Hola, Lucía.","to":["CUSTOMER","OPERATOR"],"topic":{"type":"REASON_CODE","value":"26"}}`, "a.pdf")
	id := begun["thread_id"].(string)
	s.form(201, "/api/inbox/threads/"+id+"/message", "message_input", `{"body":"Otra cosa.","to":[{"type":"CUSTOMER","id":"CUST-1"}],"topic":{"type":"FREE_TEXT","value":"Factura"}}`)
	thread := s.call(200, "GET", "/api/inbox/threads/"+id, "")
	s.want("thread", []any{at(thread, "topic.value"), at(thread, "metadata.total_count"), at(thread, "messages.1.body"), at(thread, "metadata.shop_reply_needed_since")},
		[]any{"Factura", 2, "Otra cosa.", nil})
	_, file := s.raw(200, "GET", "/api/inbox/threads/"+at(thread, "messages.0.attachments.0.id").(string)+"/download", "", nil)
	s.want("file", string(file), "%PDF a.pdf")
	s.form(201, "/api/inbox/threads", "thread_input", `{"body":"Una pregunta.","entity":{"type":"SELLER_OPERATOR"},"topic":{"type":"FREE_TEXT","value":"Comisiones"}}`)
	for range 6 {
		s.buy("x", 0).CustomerWrites("26", "¿Dónde está?", "foto.jpg")
		s.platform.Advance(time.Minute)
	}
	for query, found := range map[string]int{"": 8, "entity_type=MMP_ORDER": 7, "entity_type=SELLER_OPERATOR": 1, "entity_type=MMP_ORDER&entity_id=" + o.ID(): 1, "entity_type=MMP_OFFER": 0,
		"updated_since=" + s.platform.Now().Add(-150*time.Second).Format(time.RFC3339): 2, "channel_codes=US": 1, "with_messages=true": 8} {
		s.want(query, len(s.call(200, "GET", "/api/inbox/threads?"+query, "")["data"].([]any)), found)
	}
	if plain := s.call(200, "GET", "/api/inbox/threads", ""); at(plain, "data.0.messages") != nil || at(plain, "data.0.no_store_reply_needed") != nil {
		s.t.Error("messages where none were asked for")
	}
	s.want("walked", s.walk("/api/inbox/threads?with_messages=true&limit=3"), []int{3, 3, 2})
	for _, wrong := range []string{`{"body":"no","to":[{"type":"CUSTOMER"}]}`, `{"body":"Hola","to":[]}`, `{"body":"Hola","to":[{"type":"FRIEND"}]}`, `{"to":[{"type":"CUSTOMER"}]}`,
		`{"body":"Hola","to":[{"type":"CUSTOMER"}],"topic":{"type":"FREE_TEXT","value":"x"}}`} {
		s.form(400, "/api/inbox/threads/"+id+"/message", "message_input", wrong)
	}
	s.form(400, "/api/orders/"+o.ID()+"/threads", "thread_input", `{"body":"Hola","to":["CUSTOMER"]}`)
	s.form(404, "/api/inbox/threads/none/message", "message_input", `{"body":"Hola","to":[{"type":"CUSTOMER"}]}`)
}

// walk follows page tokens to the end and back one page; each page alone with its token.
func (s *stranger) walk(path string) (sizes []int) {
	s.t.Helper()
	bare, _, _ := strings.Cut(path, "?")
	var before string
	for path != "" {
		page := s.call(200, "GET", path, "")
		sizes = append(sizes, len(page["data"].([]any)))
		before, _ = page["previous_page_token"].(string)
		path = ""
		if token, more := page["next_page_token"].(string); more {
			path = bare + "?page_token=" + token
		}
	}
	if back := s.call(200, "GET", bare+"?page_token="+before, ""); len(back["data"].([]any)) != sizes[len(sizes)-2] {
		s.t.Errorf("the page before the last has %d", len(back["data"].([]any)))
	}
	return sizes
}

// documents puts files on an order, good and bad ones in one call, and fetches them.
func (s *stranger) documents() {
	o := s.buy("Tele", 0)
	where := "/api/orders/" + o.ID() + "/documents"
	s.want("all taken", s.form(200, where, "order_documents", `{"order_documents":[{"file_name":"a.pdf","type_code":"CUSTOMER_INVOICE"},{"file_name":"b.pdf","type_code":"OTHER"}]}`, "a.pdf", "b.pdf"),
		map[string]any{"errors_count": 0, "order_documents": []any{}})
	mixed := s.form(200, where, "order_documents", `{"order_documents":[{"file_name":"c.pdf","type_code":"OTHER"},{"file_name":"d.exe","type_code":"OTHER"},{"file_name":"e.pdf","type_code":"NONE"}]}`, "c.pdf", "d.exe", "e.pdf")
	s.want("taken in part", []any{mixed["errors_count"], at(mixed, "order_documents.0.input.file_name"), at(mixed, "order_documents.1.errors.0.field")}, []any{2, "d.exe", "type_code"})
	list := s.call(200, "GET", "/api/orders/documents?order_ids="+o.ID(), "")
	s.want("listed", len(list["order_documents"].([]any)), 3)
	s.want("invoice", at(s.call(200, "GET", "/api/orders?order_ids="+o.ID(), ""), "orders.0.has_invoice"), true)
	id := strconv.FormatFloat(at(list, "order_documents.0.id").(float64), 'f', -1, 64)
	_, one := s.raw(200, "GET", "/api/orders/documents/download?document_ids="+id, "", nil)
	_, all := s.raw(200, "GET", "/api/orders/documents/download?order_ids="+o.ID(), "", nil)
	if string(one) != "%PDF a.pdf" || !bytes.HasPrefix(all, []byte("PK")) {
		s.t.Errorf("one %q, all %.4q", one, all)
	}
	s.raw(204, "DELETE", "/api/orders/documents/"+id, "", nil)
	s.call(404, "DELETE", "/api/orders/documents/"+id, "")
	s.call(404, "GET", "/api/orders/documents/download?document_ids="+id, "")
	s.call(400, "GET", "/api/orders/documents", "")
}

// returns makes, changes, answers, receives, inspects, closes and cancels returns.
func (s *stranger) returns() {
	o := s.buy("Altavoz", 0)
	o.Ship("UPS", "UPS", "1Z4")
	o.Deliver()
	s.want("to return", at(s.call(200, "GET", "/api/returns/items_to_return?order_commercial_id="+o.Commercial(), ""), "data.0.returnable_quantity"), 2)
	line := func(n string) string {
		return `{"order_commercial_id":"` + o.Commercial() + `","method_code":"RETURN_METHOD_BY_MAIL","return_lines":[{"order_line_id":"` + o.Line(0) + `","quantity":` + n + `,"reason_code":"RETURN_WARRANTY"}]}`
	}
	made := s.call(200, "POST", "/api/returns", `{"returns":[`+line("1")+`,`+line("5")+`,`+line("1")+`]}`)
	s.want("made", []any{len(made["return_success"].([]any)), len(made["return_errors"].([]any)), at(made, "return_success.0.state")}, []any{2, 1, "WAITING_ACCEPTANCE"})
	a, b := at(made, "return_success.0.id").(string), at(made, "return_success.1.id").(string)
	unknown := "df7b1144-0789-46f9-a0db-bb79c2c7de3a"
	act := func(path, body string, good, bad int) {
		s.t.Helper()
		out := s.call(200, "PUT", path, `{"returns":[`+body+`]}`)
		s.want(path, []int{len(out["return_success"].([]any)), len(out["return_errors"].([]any))}, []int{good, bad})
	}
	act("/api/returns", `{"id":"`+a+`","label_url":"https://label.example.com","rma":"R-1","tracking":{"carrier_code":"UPS","carrier_name":"UPS","tracking_number":"1Z5","tracking_url":"https://track.example.com/1Z5"},
		"return_address":{"address":{"city":"Getafe","country_iso_code":"ESP","street1":"Calle 1","zip_code":"28906"}}},{"id":"`+unknown+`"},{"id":"`+b+`","tracking":{"tracking_url":"nowhere"}}`, 1, 2)
	act("/api/returns/accept", `{"id":"`+a+`","accepted":true},{"id":"`+b+`","accepted":false,"rejection_reason_code":"RETURN_REJECTION_WINDOW_CLOSED"},{"id":"`+unknown+`","accepted":true}`, 2, 1)
	act("/api/returns/receive", `{"id":"`+a+`"},{"id":"`+b+`"}`, 1, 1)
	act("/api/returns/compliance", `{"id":"`+a+`","return_lines":[{"order_line_id":"`+o.Line(0)+`","compliant":false,"non_compliance_reason_code":"RETURN_NON_COMPLIANT_OTHER","non_compliance_additional_info":"roto"}]}`, 1, 0)
	act("/api/returns/close", `{"id":"`+a+`"},{"id":"`+b+`"}`, 1, 1)
	again := at(s.call(200, "POST", "/api/returns", `{"returns":[`+line("1")+`]}`), "return_success.0.id").(string)
	act("/api/returns/cancel", `{"id":"`+again+`"},{"id":"`+a+`"}`, 1, 1)
	for query, found := range map[string]int{"": 3, "return_state=CLOSED,REFUSED": 2, "return_id=" + a + "," + b: 2, "return_rma=R-1": 1, "order_commercial_id=" + o.Commercial(): 3,
		"order_line_id=NONE": 0, "customer_id=CUST-1": 3, "return_creation_date_from=2030-01-01T00:00:00Z": 0, "return_last_updated_to=2030-01-01T00:00:00Z": 3, "sort=date_created,DESC": 3} {
		s.want(query, len(s.call(200, "GET", "/api/returns?"+query, "")["data"].([]any)), found)
	}
	s.want("walked", s.walk("/api/returns?limit=2"), []int{2, 1})
	s.call(400, "PUT", "/api/returns/receive", `{"returns":[]}`)
	s.call(400, "GET", "/api/returns?return_state=LOST", "")
}

// refusals: who are you, not yours, unknown, wrong, too many, too often.
func (s *stranger) refusals() {
	many := strings.Repeat("x,", 100) + "x"
	for path, status := range map[string]int{
		"/api/orders?shop_id=2002": 403, "/api/orders?shop_id=mine": 400, "/api/orders?max=0": 400, "/api/orders?max=101": 400, "/api/orders?offset=-1": 400, "/api/orders?order_ids=" + many: 400,
		"/api/orders?start_date=2026-01-01": 400, "/api/orders?start_update_date=yesterday": 400, "/api/orders?has_incident=perhaps": 400, "/api/orders?paginate=perhaps": 400,
		"/api/orders?order_state_codes=INCIDENT_OPEN": 400, "/api/orders?payment_workflow=CASH": 400, "/api/orders?order_tax_mode=NONE": 400, "/api/orders?sort=price": 400, "/api/orders?order=up": 400,
		"/api/inbox/threads?limit=101": 400, "/api/inbox/threads?page_token=made.up": 400, "/api/inbox/threads?entity_type=FRIEND": 400, "/api/inbox/threads?entity_id=X": 400,
		"/api/inbox/threads/none": 404, "/api/inbox/threads/none/download": 404, "/api/returns?sort=price": 400, "/api/returns?return_id=" + many: 400, "/api/orders/documents?order_ids=" + many: 400,
		"/api/account/statistics?periods=EVER": 400, "/api/documents?entities=CUSTOMER": 400, "/api/orders/async-export/status/none": 404, "/api/sellerpayment/transactions_logs?limit=2001": 400, "/api/nothing": 404,
	} {
		if s.call(status, "GET", path, "")["message"] == nil {
			s.t.Errorf("%s: no message", path)
		}
	}
	r, _ := s.raw(405, "POST", "/api/account", "", nil)
	s.want("allowed", r.Header.Get("Allow"), "GET")
	s.call(404, "PUT", "/api/orders/none/ship", "")
	s.call(404, "PUT", "/api/orders/none/lines/none-1/resolve_incident", `{"reason_code":"9"}`)
	s.raw(415, "PUT", "/api/orders/refund", "text/plain", []byte("refund"))
	s.call(400, "PUT", "/api/orders/refund", `{"refunds":`)
	for _, key := range []string{"", "Bearer a-key", "nobody's"} {
		s.key = key
		s.call(401, "GET", "/api/account", "")
	}
	s.key = "another-key"
	s.want("another shop sees its own alone", s.call(200, "GET", "/api/orders", "")["total_count"], 0)
}
