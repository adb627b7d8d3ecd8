package api_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/api"
	"parley/internal/connector/aliexpress/fake"
	"parley/internal/desk"
	"parley/internal/store/storetest"
)

// dispute is a house with one open dispute over 30.00 USD that came from the simulated marketplace.
func dispute(t *testing.T, address string) (*house, *fake.Platform, int64) {
	t.Helper()
	h := newHouse(t, address)
	owner := h.member("owner", nil)
	p, shop, _ := h.platform(owner)
	order := shop.PlaceOrder(fake.OrderSpec{
		Buyer:    fake.Buyer{Login: "es1001", First: "Ana", Last: "Ruiz", Country: "ES", City: "Madrid"},
		Lines:    []fake.LineSpec{{Product: "Desk lamp", Price: fake.Money{Minor: 3000, Currency: "USD"}, Dollars: fake.Money{Minor: 3000, Currency: "USD"}}},
		PlacedAt: start.AddDate(0, 0, -22), SentAt: start.AddDate(0, 0, -20), Tracking: "LP00112233445566",
	})
	_, err := p.OpenIssue(order, fake.IssueSpec{Reason: fake.ReasonNamed("not received"), Text: "¿Dónde está mi lámpara?"})
	h.must(err)
	h.settle()
	page := h.list("owner", "order=deadline")
	if len(page.Items) != 1 {
		t.Fatalf("the queue holds %+v", page.Items)
	}
	return h, p, page.Items[0].ID
}

// settle lets a minute pass and does what is due.
func (h *house) settle() {
	h.t.Helper()
	h.clock.Advance(61 * time.Second)
	h.must(h.desk.Settle(context.Background()))
}

func sent(p *fake.Platform) int {
	n := 0
	for _, c := range p.Calls("") {
		if strings.Contains(c.Method, "solution") {
			n++
		}
	}
	return n
}

func TestACaseAsAWhole(t *testing.T) {
	h, _, id := dispute(t, storetest.SQLite(t))
	var c api.Case
	a := h.get("owner", fmt.Sprintf("/api/v1/cases/%d", id)).want(200)
	a.into(&c)
	if c.ID != id || c.Basis == "" || len(c.Options) == 0 || len(c.Timeline) == 0 || c.Facts.Case == nil || len(c.Sources) != 1 || c.Company != "Norte SL" {
		t.Errorf("%.2000s", a.body)
	}
	for _, key := range []string{`"options":null`, `"timeline":null`, `"evidence":null`, `"effects":null`, `"Company"`, `"Kind"`} {
		if strings.Contains(string(a.body), key) {
			t.Errorf("%s in the answer", key)
		}
	}
}

func TestDecideSendsOnceAndIsConfirmed(t *testing.T) {
	h, p, id := dispute(t, storetest.SQLite(t))
	path := fmt.Sprintf("/api/v1/cases/%d", id)
	var preview desk.Preview
	h.call("owner", "POST", path+"/preview", desk.Choice{Option: "accept"}).want(200).into(&preview)
	if len(preview.Steps) == 0 || sent(p) != 0 {
		t.Errorf("preview %+v, sent %d", preview, sent(p))
	}
	var d api.Decided
	h.call("owner", "POST", path+"/decisions", desk.Choice{Option: "accept", Basis: preview.Basis}).want(202).into(&d)
	if d.State != "open" || len(d.Effects) == 0 || d.DecisionID == "" {
		t.Errorf("%+v", d)
	}
	h.settle()
	h.get("owner", "/api/v1/decisions/"+d.DecisionID).want(200).into(&d)
	if d.State != "done" || d.Effects[0].State != "confirmed" || sent(p) != 1 {
		t.Errorf("%+v, sent %d", d, sent(p))
	}
	h.get("owner", "/api/v1/decisions/nothing").wantProblem(404, "fault.not_found")
}

func TestDecideWaits(t *testing.T) {
	h, _, id := dispute(t, storetest.SQLite(t))
	running, stop := context.WithCancel(t.Context())
	defer stop()
	go h.desk.Run(running)
	var d api.Decided
	h.call("owner", "POST", fmt.Sprintf("/api/v1/cases/%d/decisions?wait=30s", id), desk.Choice{Option: "accept"}).want(201).into(&d)
	if d.State != "done" || d.Effects[0].State != "confirmed" {
		t.Errorf("%+v", d)
	}
	for _, wait := range []string{"soon", "-1s", "61s"} {
		if p := h.call("owner", "POST", fmt.Sprintf("/api/v1/cases/%d/decisions?wait=%s", id, wait), desk.Choice{Option: "accept"}).wantProblem(422, "fault.input"); p.Field != "wait" {
			t.Errorf("%+v", p)
		}
	}
}

func TestWaitEndsWhenItsTimeIsUp(t *testing.T) {
	h, _, id := dispute(t, storetest.SQLite(t)) // nobody sends: the desk does not run
	var d api.Decided
	h.call("owner", "POST", fmt.Sprintf("/api/v1/cases/%d/decisions?wait=50ms", id), desk.Choice{Option: "accept"}).want(202).into(&d)
	if d.State != "open" {
		t.Errorf("%+v", d)
	}
}

func TestIdempotencyKey(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) { checkIdempotencyKey(t, address(t)) })
	}
}

func checkIdempotencyKey(t *testing.T, address string) {
	h, p, id := dispute(t, address)
	path := fmt.Sprintf("/api/v1/cases/%d/decisions", id)
	answers := make([]api.Decided, 8)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			a := h.call("owner", "POST", path, desk.Choice{Option: "accept"}, "Idempotency-Key", "k-1")
			if a.code != 202 {
				t.Errorf("%d gets %d %.300s", i, a.code, a.body)
				return
			}
			a.into(&answers[i])
		})
	}
	wg.Wait()
	for i, d := range answers {
		if d.DecisionID == "" || d.DecisionID != answers[0].DecisionID {
			t.Errorf("%d: decision %q, first %q", i, d.DecisionID, answers[0].DecisionID)
		}
	}
	h.settle()
	if sent(p) != 1 {
		t.Errorf("sent %d times", sent(p))
	}
	h.call("owner", "POST", path, desk.Choice{Option: "accept"}, "Idempotency-Key", "k-1").want(201) // as it stands now
	h.call("owner", "POST", path, desk.Choice{Option: "accept", Text: "other"}, "Idempotency-Key", "k-1").wantProblem(409, "fault.key_reused")
	h.member("lead", nil) // somebody else's key of the same name is another key
	if a := h.call("lead", "POST", path, desk.Choice{Option: "accept"}, "Idempotency-Key", "k-1"); a.code == 201 || a.code == 202 {
		t.Errorf("decided again: %d %s", a.code, a.body)
	}
}

func TestEqualDecisionsAtOnceWithoutAKey(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			h, p, id := dispute(t, address(t))
			codes := make([]int, 8)
			var wg sync.WaitGroup
			for i := range codes {
				wg.Go(func() {
					codes[i] = h.call("owner", "POST", fmt.Sprintf("/api/v1/cases/%d/decisions", id), desk.Choice{Option: "accept"}).code
				})
			}
			wg.Wait()
			count := map[int]int{}
			for _, c := range codes {
				count[c]++
			}
			h.settle()
			if count[202] != 1 || count[409] != 7 || sent(p) != 1 {
				t.Errorf("answers %v, sent %d", count, sent(p))
			}
		})
	}
}

func TestDecideRefusals(t *testing.T) {
	h, p, id := dispute(t, storetest.SQLite(t))
	path := fmt.Sprintf("/api/v1/cases/%d/decisions", id)
	for body, field := range map[string]string{
		`{"option":"fly"}`: "option", `{}`: "option", `{"option":"accept","amount":"3"}`: "amount", `{"option":"accept","colour":"red"}`: "colour",
		`{"option":"counter_amount","text":"x","amount":{"minor":0,"currency":"USD"}}`:      "amount",
		`{"option":"counter_amount","text":"x","amount":{"minor":-1,"currency":"USD"}}`:     "amount",
		`{"option":"counter_amount","text":"x","amount":{"minor":500,"currency":"EUR"}}`:    "amount.currency",
		`{"option":"counter_amount","text":"x","amount":{"minor":999999,"currency":"USD"}}`: "amount",
		`{"option":"accept","basis":"zzz"}`:                                                 "basis",
	} {
		if got := h.call("owner", "POST", path, body).wantProblem(422, "fault.input"); got.Field != field || got.Allowed == "" {
			t.Errorf("%s: %+v", body, got)
		}
	}
	h.call("owner", "POST", "/api/v1/cases/987654/decisions", desk.Choice{Option: "accept"}).want(404)
	if sent(p) != 0 {
		t.Errorf("sent %d", sent(p))
	}
}

func upload(t *testing.T, fields map[string]string, name string, content []byte) (*bytes.Buffer, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, v := range fields {
		check(t, w.WriteField(k, v))
	}
	if name != "" {
		part, err := w.CreateFormFile("file", name)
		check(t, err)
		_, err = part.Write(content)
		check(t, err)
	}
	check(t, w.Close())
	return &b, w.FormDataContentType()
}

func TestEvidence(t *testing.T) {
	h, _, id := dispute(t, storetest.SQLite(t))
	path := fmt.Sprintf("/api/v1/cases/%d/evidence", id)
	post := func(fields map[string]string, name string, content []byte) answer {
		b, kind := upload(t, fields, name, content)
		return h.call("owner", "POST", path, b, "Content-Type", kind)
	}
	var e api.Evidence
	post(map[string]string{"kind": "carrier_ticket", "note": "from the carrier"}, "letter.txt", []byte("delivered to a neighbour")).want(201).into(&e)
	if e.ID == 0 || e.Size != 24 || len(e.Hash) != 64 || e.Name != "letter.txt" || e.Note != "from the carrier" {
		t.Errorf("%+v", e)
	}
	post(map[string]string{"kind": "carrier_ticket", "text": "told on the phone"}, "", nil).want(201)
	if p := post(map[string]string{"kind": "nonsense", "text": "x"}, "", nil).wantProblem(422, "fault.input"); p.Field != "kind" {
		t.Errorf("%+v", p)
	}
	if p := post(map[string]string{"text": "x"}, "", nil).wantProblem(422, "fault.input"); p.Field != "kind" {
		t.Errorf("%+v", p)
	}
	if a := post(map[string]string{"kind": "carrier_ticket"}, "big.bin", bytes.Repeat([]byte("x"), 2<<20)); a.code != 422 && a.code != 413 {
		t.Errorf("above the desk's own limit: %d %.300s", a.code, a.body)
	}
	if a := post(map[string]string{"kind": "carrier_ticket"}, "huge.bin", bytes.Repeat([]byte("x"), 65<<20)); a.code != 413 {
		t.Errorf("above the limit of a request: %d %.300s", a.code, a.body)
	}
	h.call("owner", "POST", path, "no form at all", "Content-Type", "multipart/form-data; boundary=x").want(422)
}

// TestDecisionsThatWaitHaveACursor and can be asked for by whether their case has changed.
func TestDecisionsThatWaitHaveACursor(t *testing.T) {
	h, _, id := dispute(t, storetest.SQLite(t))
	h.call("owner", "POST", fmt.Sprintf("/api/v1/cases/%d/prepared", id), desk.Choice{Option: "accept"}).want(201)
	var l api.WaitingList
	h.get("owner", "/api/v1/decisions?limit=1").want(200).into(&l)
	if len(l.Items) != 1 || l.Items[0].CaseID != id || l.Next != "" || l.Items[0].Outdated {
		t.Errorf("%+v", l)
	}
	if a := h.get("owner", "/api/v1/decisions?outdated=true").want(200); !strings.Contains(string(a.body), `"items":[]`) {
		t.Errorf("%s", a.body)
	}
	h.get("owner", "/api/v1/decisions?cursor=moon").wantProblem(422, "fault.input")
}

// TestTemplatesOfAnAct come filled, and an act nobody knows is not found.
func TestTemplatesOfAnAct(t *testing.T) {
	h, _, id := dispute(t, storetest.SQLite(t))
	if a := h.get("owner", fmt.Sprintf("/api/v1/cases/%d/options/contest_with_evidence/wordings", id)).want(200); !strings.Contains(string(a.body), `"items":[`) {
		t.Errorf("%s", a.body)
	}
	h.get("owner", fmt.Sprintf("/api/v1/cases/%d/options/dance/wordings", id)).wantProblem(404, "fault.no_such_option")
}
