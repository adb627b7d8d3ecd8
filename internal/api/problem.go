package api

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"parley/internal/fault"
)

// Problem is an error as RFC 9457 has it, with what a program can act on beside the sentence for people.
type Problem struct {
	Title   string            `json:"title" doc:"the meaning of the status"`
	Status  int               `json:"status" doc:"HTTP status"`
	Detail  string            `json:"detail" doc:"for people, in the member's language"`
	Kind    string            `json:"kind" doc:"what can be done about it" example:"invalid"`
	Key     string            `json:"key" doc:"stable name of the problem" example:"fault.input"`
	Field   string            `json:"field,omitempty" doc:"what is wrong"`
	Value   string            `json:"value,omitempty" doc:"as given, shortened; left out where it may be personal"`
	Allowed string            `json:"allowed,omitempty" doc:"what would have been right"`
	Params  map[string]string `json:"params,omitempty"`
	Errors  []Wrong           `json:"errors,omitempty" doc:"everything that is wrong with the request"`

	after time.Duration
}

// Wrong is one thing that is wrong with a request.
type Wrong struct {
	Field   string `json:"field"`
	Value   string `json:"value,omitempty"`
	Allowed string `json:"allowed"`
}

// Error makes a Problem an error; people are shown Detail.
func (p *Problem) Error() string { return p.Kind + ": " + p.Key }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders tells how long to wait, where that is known.
func (p *Problem) GetHeaders() http.Header {
	if p.after <= 0 {
		return nil
	}
	return http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(p.after.Seconds())))}}
}

// ContentType is that of RFC 9457.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// status gives the HTTP status of a kind of failure.
func status(kind fault.Kind) int {
	switch kind {
	case fault.Invalid, fault.Refused:
		return http.StatusUnprocessableEntity
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Conflict:
		return http.StatusConflict
	case fault.Unauthorised:
		return http.StatusUnauthorized
	case fault.Limited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Unknown, fault.Garbled:
		return http.StatusBadGateway
	}
	return http.StatusInternalServerError
}

// problem turns an error of the desk into what the caller is told. What is no fault is logged and told without its text.
func (a *API) problem(ctx context.Context, err error) *Problem {
	f := fault.Of(err)
	if f == nil {
		if !errors.Is(err, context.Canceled) {
			a.Log.ErrorContext(ctx, "api: something failed", "error", err)
		}
		f = fault.New("internal", "fault.internal")
	}
	code := status(f.Kind)
	p := &Problem{
		Title: http.StatusText(code), Status: code, Kind: string(f.Kind), Key: f.Key, Field: f.Field, Value: f.Value, Allowed: f.Allowed,
		Params: f.Params, after: f.After,
	}
	if f.Kind == fault.Unavailable && p.after == 0 {
		p.after = time.Second
	}
	p.Detail = a.detail(langOf(ctx), f)
	return p
}

// detail says a fault in a language; the parameters of the text include field, value and allowed.
func (a *API) detail(lang string, f *fault.Fault) string {
	params := map[string]string{"field": f.Field, "value": f.Value, "allowed": f.Allowed}
	for k, v := range f.Params {
		params[k] = v
	}
	return a.Texts.In(lang).P(f.Key, params)
}

// refuse answers a request with a problem outside of any operation.
func (a *API) refuse(w http.ResponseWriter, r *http.Request, err error) {
	a.refuseAs(w, r, 0, err)
}

// refuseAs refuses with a status of its own; 0 = that of the failure's kind.
func (a *API) refuseAs(w http.ResponseWriter, r *http.Request, code int, err error) {
	p := a.problem(r.Context(), err)
	if code != 0 {
		p.Status, p.Title = code, http.StatusText(code)
	}
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // a caller who left hears nothing
}

// transform replaces what the framework says about a bad request by a problem of ours: with the field's own name, without what may be
// personal.
func (a *API) transform(ctx huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	f := fault.Input("body", "", m.Detail)
	switch {
	case m.Status == http.StatusNotAcceptable || m.Status == http.StatusUnsupportedMediaType:
		f = fault.Input("Content-Type", ctx.Header("Content-Type"), "application/json")
	case tooLarge(m):
		f = bodyTooLarge()
	}
	var wrongs []Wrong
	for _, e := range m.Errors {
		wrongs = append(wrongs, wrong(e))
	}
	if len(wrongs) > 0 && !tooLarge(m) {
		f.Field, f.Value, f.Allowed = wrongs[0].Field, wrongs[0].Value, wrongs[0].Allowed
	}
	return &Problem{
		Title: http.StatusText(m.Status), Status: m.Status, Detail: a.detail(langOf(ctx.Context()), f), Kind: string(f.Kind), Key: f.Key,
		Field: f.Field, Value: f.Value, Allowed: f.Allowed, Errors: wrongs,
	}, nil
}

func bodyTooLarge() *fault.Fault {
	return fault.Input("body", "", "at most "+strconv.Itoa(maxUpload)+" bytes")
}

func tooLarge(m *huma.ErrorModel) bool {
	for _, e := range m.Errors {
		if strings.Contains(e.Message, "request body too large") {
			return true
		}
	}
	return m.Status == http.StatusRequestEntityTooLarge
}

// wrong names a field without the place before it, and repeats a value only if it is short and not one that people fill in freely.
func wrong(e *huma.ErrorDetail) Wrong {
	place, field, _ := strings.Cut(e.Location, ".")
	if name, missing := strings.CutPrefix(e.Message, "expected required property "); missing {
		field = strings.TrimPrefix(field+"."+strings.TrimSuffix(name, " to be present"), ".")
	}
	if field == "" {
		field = place
	}
	value := ""
	switch v := e.Value.(type) {
	case string:
		value = v
	case bool, int, int64, float64, json.Number:
		b, _ := json.Marshal(v)
		value = string(b)
	}
	if utf8.RuneCountInString(value) > 60 || freeText(field) || (place == "body" && field == "body") {
		value = ""
	}
	return Wrong{Field: field, Value: value, Allowed: e.Message}
}

func freeText(field string) bool {
	for _, name := range []string{"text", "note", "password", "settings", "token", "secret", "code", "name", "email", "reason"} {
		if strings.HasPrefix(field, name) {
			return true
		}
	}
	return false
}

// problemResponse is the part of the description that says how every operation fails.
func (a *API) problemResponse() *huma.Response {
	schema := a.huma.OpenAPI().Components.Schemas.Schema(typeOf[Problem](), true, "Problem")
	return &huma.Response{Description: "what is wrong", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema}}}
}

// unknownPath answers what no operation has: 405 where another method would do, else 404.
func (a *API) unknownPath(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		probe := r.Clone(r.Context())
		probe.Method = method
		if _, pattern := a.mux.Handler(probe); pattern != "/" && pattern != "" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		a.refuse(w, r, fault.New(fault.NotFound, "fault.not_found", "what", "path"))
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	a.refuseAs(w, r, http.StatusMethodNotAllowed, fault.Input("method", r.Method, strings.Join(allowed, ", ")))
}
