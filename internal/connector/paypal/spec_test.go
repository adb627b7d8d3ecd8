package paypal_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"parley/internal/connector"
	"parley/internal/connector/connectortest"
	"parley/internal/connector/paypal/fake"
)

// inspector stands before the simulated PayPal and holds every request of ours and every answer against the specification.
type inspector struct {
	platform http.Handler
	doc      *openapi3.T

	mu     sync.Mutex
	faults []string
	seen   map[string]int // "METHOD path status" → exchanges
}

var inPath = regexp.MustCompile(`^/v1/customer/disputes(/[A-Za-z0-9-]+)?(/[a-z-]+)?$`)

func (i *inspector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		i.complain("request", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	i.platform.ServeHTTP(answer, r)
	if inPath.MatchString(r.URL.Path) {
		i.check(r, body, answer.Code, answer.Body.Bytes())
	}
	w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

func (i *inspector) complain(where string, err error) {
	if err != nil {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.faults = append(i.faults, where+": "+err.Error())
	}
}

func (i *inspector) check(r *http.Request, body []byte, status int, answer []byte) {
	path := inPath.ReplaceAllStringFunc(r.URL.Path, func(p string) string {
		parts := strings.Split(p, "/")
		if len(parts) > 4 {
			parts[4] = "{id}"
		}
		return strings.Join(parts, "/")
	})
	where := fmt.Sprintf("%s %s %d", r.Method, path, status)
	i.mu.Lock()
	i.seen[where]++
	i.mu.Unlock()
	item := i.doc.Paths.Value(path)
	if item == nil || item.GetOperation(r.Method) == nil {
		i.complain(where, fmt.Errorf("not in the specification"))
		return
	}
	op := item.GetOperation(r.Method)
	if status < 400 { // what is refused was wrong on purpose
		i.complain(where+" query", query(op, r))
		i.complain(where+" body", sentBody(op, r, body))
	}
	response := op.Responses.Status(status)
	if response == nil {
		response = op.Responses.Default()
	}
	i.complain(where+" answer", visit(response.Value.Content["application/json"].Schema.Value, answer))
}

func visit(schema *openapi3.Schema, text []byte) error {
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return err
	}
	return schema.VisitJSON(v)
}

// query checks the parameters; several states stand in one, with commas between them, as the description of the parameter says.
func query(op *openapi3.Operation, r *http.Request) error {
	for name, values := range r.URL.Query() {
		p := op.Parameters.GetByInAndName("query", name)
		if p == nil {
			return fmt.Errorf("parameter %s is not known", name)
		}
		for _, text := range strings.Split(values[0], ",") {
			var v any = text
			if p.Schema.Value.Type.Is("integer") {
				n, err := strconv.ParseFloat(text, 64)
				if err != nil {
					return err
				}
				v = n
			}
			if err := p.Schema.Value.VisitJSON(v); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

// sentBody checks kind and content of a body. The part input of a form is documented in words only and passes.
func sentBody(op *openapi3.Operation, r *http.Request, body []byte) error {
	if op.RequestBody == nil {
		return nil
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	content := op.RequestBody.Value.Content[kind]
	if content == nil {
		return fmt.Errorf("a body of %s is not known", kind)
	}
	if kind == "application/json" {
		return visit(content.Schema.Value, body)
	}
	form := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for {
		part, err := form.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if name := part.FormName(); name != "input" && content.Schema.Value.Properties[name] == nil {
			return fmt.Errorf("part %q is not known", name)
		}
	}
}

// TestBothSidesFollowPayPalsSpecification: everything our client sends and the simulator answers, over all stages and acts.
func TestBothSidesFollowPayPalsSpecification(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromFile("testdata/customer_disputes.yaml")
	must(t, err)
	must(t, doc.Validate(t.Context()))
	s := newScene(t)
	i := &inspector{platform: s.platform, doc: doc, seen: map[string]int{}}
	server := httptest.NewServer(i)
	t.Cleanup(server.Close)
	s.store.Settings["address"] = server.URL
	session := s.open(t)
	do := func(d *fake.Dispute, act connector.Effect) {
		t.Helper()
		act.ID, act.Ref = act.Do+d.ID(), ref(d)
		_, err := session.Execute(t.Context(), act)
		must(t, err)
		s.platform.Advance(time.Minute)
	}
	m := connectortest.Memory{}
	pull := func() {
		t.Helper()
		_, err := session.Pull(t.Context(), "", m.Known, m.Take)
		must(t, err)
	}
	pull() // an empty list
	do(s.dispute(fake.DisputeSpec{Invoice: "SHOP-1043"}), connector.Effect{Do: "accept", Amount: eur(3990), Text: "Aceptamos."})
	do(s.dispute(fake.DisputeSpec{}), connector.Effect{Do: "counter_amount", Amount: eur(1500), Text: "15 EUR."})
	do(s.dispute(fake.DisputeSpec{}), connector.Effect{Do: "send_message", Text: "Está en reparto.", File: picture()})
	claim := s.dispute(fake.DisputeSpec{Stage: fake.Chargeback, External: true, CardReason: "13.1"})
	do(claim, connector.Effect{Do: "contest_with_evidence", Text: "Entregado.", Tracking: "PQ1", Carrier: "ES_CORREOS", Files: []*connector.Attachment{picture(), picture()}})
	do(claim, connector.Effect{Do: "add_facts", Text: "Firmado."})
	do(s.returned(t), connector.Effect{Do: "confirm_goods", Text: "Recibido."})
	do(s.returned(t), connector.Effect{Do: "contest_goods", Reason: "DAMAGED", Text: "Roto.", File: picture()})
	do(s.lost(t), connector.Effect{Do: "appeal", Text: "Nueva prueba.", File: picture()})
	for range 55 { // more than a page
		s.dispute(fake.DisputeSpec{Reason: notAsDescribed, SubReason: "DAMAGED"})
	}
	pull()
	for _, act := range []connector.Effect{{Do: "send_message", Text: "Hola"}, {Do: "counter_amount", Amount: eur(99900), Text: "x"}, {Do: "accept"}} {
		act.Ref = ref(claim) // refused there: the session is new and does not know the links
		_, err := s.open(t).Execute(t.Context(), act)
		if err == nil {
			t.Errorf("%s of a claim under review was taken", act.Do)
		}
	}
	_, _ = session.Fetch(t.Context(), connector.Ref{ID: "PP-D-0"}) // 404
	s.platform.ExpireTokens(s.account)
	_, err = session.Fetch(t.Context(), ref(claim)) // 401, then a new token
	must(t, err)
	for _, f := range i.faults {
		t.Error(f)
	}
	if len(i.seen) < 14 {
		t.Errorf("only %d kinds of exchanges: %v", len(i.seen), i.seen)
	}
}
