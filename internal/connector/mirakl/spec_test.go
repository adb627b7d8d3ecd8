package mirakl_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// seller is what is documented of the seller API, read once for all tests.
var seller = sync.OnceValues(func() (*openapi3.T, error) {
	doc, err := openapi3.NewLoader().LoadFromFile("testdata/seller.yaml")
	if err != nil {
		return nil, err
	}
	return doc, doc.Validate(openapi3.NewLoader().Context)
})

// inspector stands before the simulated marketplace and holds every call and every answer against what is documented.
type inspector struct {
	http.Handler
	platform http.Handler
	strange  string // a word that a test put into the platform, and that no document has

	mu     sync.Mutex
	faults []string
	seen   map[string]int // "METHOD path status" → exchanges
}

// inspected puts an inspector before a platform; what it finds fails the test at its end.
func inspected(t testing.TB, platform http.Handler) *inspector {
	t.Helper()
	doc, err := seller()
	if err != nil {
		t.Fatal(err)
	}
	i := &inspector{platform: platform, seen: map[string]int{}}
	mux := http.NewServeMux()
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			mux.HandleFunc(method+" "+path, func(w http.ResponseWriter, r *http.Request) { i.exchange(w, r, method+" "+path, op) })
		}
	}
	mux.Handle("/", platform) // not documented: what the platform says to that is its own affair
	i.Handler = mux
	t.Cleanup(func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		for n, f := range i.faults {
			if n < 20 {
				t.Error(f)
			}
		}
	})
	return i
}

// exchange lets the platform answer and checks both sides. A call that was refused may have been wrong on purpose.
func (i *inspector) exchange(w http.ResponseWriter, r *http.Request, name string, op *openapi3.Operation) {
	body, err := io.ReadAll(r.Body)
	i.complain(name, err)
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	i.platform.ServeHTTP(answer, r)
	if answer.Code < 400 {
		i.complain(name+" header", header(r))
		i.complain(name+" query", query(op, r))
		i.complain(name+" body", sent(op, r, body))
	}
	i.complain(fmt.Sprintf("%s: answer %d", name, answer.Code), answered(op, answer))
	i.mu.Lock()
	i.seen[name+" "+strconv.Itoa(answer.Code)]++
	i.mu.Unlock()
	for field, values := range answer.Header() {
		w.Header()[field] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // the caller may be gone
}

func (i *inspector) complain(where string, err error) {
	if err == nil || i.strange != "" && strings.Contains(err.Error(), i.strange) {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	text := err.Error()
	i.faults = append(i.faults, where+": "+text[:min(len(text), 700)])
}

// header: the key stands alone.
func header(r *http.Request) error {
	if key := r.Header.Get("Authorization"); r.URL.Path != "/api/version" && (key == "" || strings.Contains(key, " ")) {
		return fmt.Errorf("authorization is no key")
	}
	return nil
}

// query checks the parameters. Several values stand in one with commas between them, or the parameter is repeated; a page token stands
// alone, as everything else is ignored beside it.
func query(op *openapi3.Operation, r *http.Request) error {
	given := r.URL.Query()
	for name, values := range given {
		p := op.Parameters.GetByInAndName("query", name)
		if p == nil {
			return fmt.Errorf("parameter %s is not documented", name)
		}
		if name != "shop_id" && name != "page_token" && given.Has("page_token") {
			return fmt.Errorf("parameter %s is ignored beside page_token", name)
		}
		list, most := values, 1.0
		if n, ok := p.Extensions["x-most"].(float64); ok {
			list, most = strings.Split(strings.Join(values, ","), ","), n
		}
		if len(list) > int(most) {
			return fmt.Errorf("parameter %s has %d values, not %v at most", name, len(list), most)
		}
		for _, text := range list {
			if err := p.Schema.Value.VisitJSON(typed(p.Schema.Value, text)); err != nil {
				return fmt.Errorf("parameter %s: %w", name, err)
			}
		}
	}
	for _, p := range op.Parameters {
		if p.Value.Required && !given.Has(p.Value.Name) {
			return fmt.Errorf("parameter %s is missing", p.Value.Name)
		}
	}
	return nil
}

// typed is the text of a parameter as the value it stands for.
func typed(s *openapi3.Schema, text string) any {
	if s.Type.Is("integer") {
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			return n
		}
	}
	if s.Type.Is("boolean") {
		if b, err := strconv.ParseBool(text); err == nil {
			return b
		}
	}
	return text
}

// sent checks kind and content of a body.
func sent(op *openapi3.Operation, r *http.Request, body []byte) error {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case op.RequestBody == nil: // an empty object may stand for nothing
		if text := strings.TrimSpace(string(body)); text != "" && text != "null" && text != "{}" {
			return fmt.Errorf("a body that is not documented: %.100s", text)
		}
		return nil
	case err != nil:
		return err
	}
	content := op.RequestBody.Value.Content[kind]
	if content == nil {
		return fmt.Errorf("a body of %s is not documented", kind)
	}
	if kind == "application/json" {
		return visit(content.Schema.Value, body)
	}
	return parts(content.Schema.Value, multipart.NewReader(bytes.NewReader(body), params["boundary"]))
}

// parts checks a form: files have names, the rest is JSON and says so, what is required is there.
func parts(schema *openapi3.Schema, form *multipart.Reader) error {
	seen := map[string]bool{}
	for {
		part, err := form.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		name := part.FormName()
		seen[name] = true
		known := schema.Properties[name]
		switch {
		case known == nil:
			return fmt.Errorf("part %q is not documented", name)
		case known.Value.Format == "binary":
			if part.FileName() == "" {
				return fmt.Errorf("part %q has no file name", name)
			}
		case !strings.HasPrefix(part.Header.Get("Content-Type"), "application/json"):
			return fmt.Errorf("part %q is %q, not JSON", name, part.Header.Get("Content-Type"))
		default:
			if err := visit(known.Value, text); err != nil {
				return fmt.Errorf("part %q: %w", name, err)
			}
		}
	}
	for _, name := range schema.Required {
		if !seen[name] {
			return fmt.Errorf("part %q is missing", name)
		}
	}
	return nil
}

func visit(schema *openapi3.Schema, text []byte) error {
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return err
	}
	return schema.VisitJSON(v)
}

// answered checks an answer. What is no JSON at all was spoiled on its way by a trouble that the test made.
func answered(op *openapi3.Operation, answer *httptest.ResponseRecorder) error {
	response := op.Responses.Status(answer.Code)
	if response == nil {
		if answer.Code < 400 {
			return fmt.Errorf("this status is not documented")
		}
		response = op.Responses.Default()
	}
	content, body := response.Value.Content, answer.Body.Bytes()
	switch {
	case len(content) == 0 && len(body) > 0:
		return fmt.Errorf("a body where none is documented: %.100s", body)
	case len(content) == 0 || content["application/octet-stream"] != nil || !json.Valid(body):
		return nil
	}
	return visit(content["application/json"].Schema.Value, body)
}
