package stripe_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stripe/stripe-mock/embedded"
	"github.com/stripe/stripe-mock/server"
)

// description is Stripe's own OpenAPI description (MIT), read once for all tests.
var description = sync.OnceValues(func() (*openapi3.T, error) {
	return openapi3.NewLoader().LoadFromData(embedded.OpenAPISpec)
})

// inspector stands before a simulated platform and holds every answer against the description.
type inspector struct {
	platform http.Handler
	doc      *openapi3.T

	mu     sync.Mutex
	faults []string
	seen   map[string]int // "METHOD path" → answers that were checked
}

func inspected(t *testing.T, platform http.Handler) *inspector {
	t.Helper()
	doc, err := description()
	must(t, err)
	i := &inspector{platform: platform, doc: doc, seen: map[string]int{}}
	t.Cleanup(func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		for _, f := range i.faults {
			t.Error(f)
		}
	})
	return i
}

func (i *inspector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kept := httptest.NewRecorder()
	i.platform.ServeHTTP(kept, r)
	i.check(r, kept.Code, kept.Body.Bytes())
	for name, values := range kept.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(kept.Code)
	_, _ = w.Write(kept.Body.Bytes())
}

func (i *inspector) check(r *http.Request, status int, body []byte) {
	i.mu.Lock()
	defer i.mu.Unlock()
	path, op := i.operation(r)
	call := r.Method + " " + r.URL.Path
	if op == nil {
		if status != http.StatusNotFound {
			i.faults = append(i.faults, call+" is no call of Stripe's")
		}
		return
	}
	answer := op.Responses.Status(status)
	if answer == nil {
		answer = op.Responses.Default()
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		i.faults = append(i.faults, call+": "+err.Error())
		return
	}
	i.seen[r.Method+" "+path]++
	if err := answer.Value.Content.Get("application/json").Schema.Value.VisitJSON(value); err != nil {
		i.faults = append(i.faults, fmt.Sprintf("%s answers %d: %.600s", call, status, err))
	}
}

// operation finds what the description says about a call.
func (i *inspector) operation(r *http.Request) (string, *openapi3.Operation) {
	given := strings.Split(r.URL.Path, "/")
	for path, item := range i.doc.Paths.Map() {
		parts := strings.Split(path, "/")
		if len(parts) != len(given) {
			continue
		}
		fits := true
		for n, part := range parts {
			fits = fits && (part == given[n] || strings.HasPrefix(part, "{"))
		}
		if fits && item.GetOperation(r.Method) != nil {
			return path, item.GetOperation(r.Method)
		}
	}
	return "", nil
}

// mock is stripe-mock, which Stripe wrote: it refuses a request that does not fit the description. It remembers what it refused.
type mock struct {
	stub *server.StubServer

	mu      sync.Mutex
	refused []string
	calls   []string
}

var newStub = sync.OnceValues(func() (*server.StubServer, error) {
	spec, err := server.LoadSpec(embedded.OpenAPISpec, "")
	if err != nil {
		return nil, err
	}
	fixtures, err := server.LoadFixtures(embedded.OpenAPIFixtures, "")
	if err != nil {
		return nil, err
	}
	return server.NewStubServer(fixtures, spec, true, false)
})

func newMock(t *testing.T) *mock {
	t.Helper()
	stub, err := newStub()
	must(t, err)
	return &mock{stub: stub}
}

func (m *mock) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kept := httptest.NewRecorder()
	m.stub.HandleRequest(kept, r)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls = append(m.calls, r.Method+" "+r.URL.Path)
	if kept.Code != http.StatusOK {
		m.refused = append(m.refused, fmt.Sprintf("%s %s: %d %s", r.Method, r.URL, kept.Code, bytes.TrimSpace(kept.Body.Bytes())))
	}
	for name, values := range kept.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(kept.Code)
	_, _ = w.Write(kept.Body.Bytes())
}
