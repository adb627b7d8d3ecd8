// Package api is the desk as JSON over HTTP: /api/v1, described by an OpenAPI 3.1 document that is generated from the types the
// handlers use, with /healthz and /metrics beside it.
//
// Who asks is told by a bearer token (pat_…); the desk decides what that member may see and do. Instants are RFC 3339 in UTC, money is
// {"minor", "currency"}, ids of platforms are text. A list gives {"items", "next", "prev"}; next and prev go back in as cursor. Errors
// are RFC 9457 problems (problem.go) that name the field, the value and what would have been allowed.
package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"parley/internal/desk"
	"parley/internal/texts"
)

// Options are what the API is made of.
type Options struct {
	Desk    *desk.Desk
	Texts   *texts.Book // nil = the built-in ones
	Log     *slog.Logger
	Version string // of the program, shown in the description
	// ClockJumps tells how often the machine's clock was set while the program ran; nil = nobody counts.
	ClockJumps func() int64
}

// prefix stands before every path of the API.
const prefix = "/api/v1"

// API answers /api/, /healthz, /metrics and /hooks/. It is safe for use by several goroutines.
type API struct {
	Options
	huma  huma.API
	mux   *http.ServeMux // operations
	outer *http.ServeMux // everything
	spec  []byte
}

// New puts the API together. It fails only if the texts cannot be read or its own description cannot be written.
func New(o Options) (*API, error) {
	if o.Texts == nil {
		book, err := texts.Load()
		if err != nil {
			return nil, err
		}
		o.Texts = book
	}
	a := &API{Options: o, mux: http.NewServeMux(), outer: http.NewServeMux()}
	a.huma = humago.NewWithPrefix(a.mux, prefix, a.config())
	for _, add := range []func(){a.addCases, a.addDecisions, a.addWork, a.addEffects, a.addSafety, a.addStores, a.addTrackers, a.addUnknown, a.addSheets, a.addMembers, a.addMe, a.addNotices, a.addWebhooks} {
		add()
	}
	a.mux.HandleFunc("/", a.unknownPath)
	for _, unused := range []string{"V2ErrorModel", "V2ErrorDetail", "V2FormFile"} { // the framework's own; see problem.go
		delete(a.huma.OpenAPI().Components.Schemas.Map(), unused)
	}
	var err error
	if a.spec, err = json.Marshal(a.huma.OpenAPI()); err != nil {
		return nil, err
	}
	a.outer.HandleFunc("/", a.authorised)
	a.outer.HandleFunc("GET "+prefix+"/openapi.json", a.describe)
	a.outer.HandleFunc("GET /healthz", a.health)
	a.outer.Handle("GET /metrics", a.metrics())
	a.outer.HandleFunc("POST /hooks/{store}", a.hook)
	a.outer.HandleFunc("POST /hooks/trackers/{id}", a.trackerHook)
	return a, nil
}

// ServeHTTP answers /api/, /healthz, /metrics and /hooks/.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	a.outer.ServeHTTP(w, r)
}

// describe needs no token: it tells how the program works, not what is in it.
func (a *API) describe(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/openapi+json")
	_, _ = w.Write(a.spec) // a caller who left hears nothing
}

func (a *API) config() huma.Config {
	c := huma.DefaultConfig("Parley", a.Version)
	c.Info.Description = "After-sales cases of many stores in one queue. Instants are RFC 3339 UTC, money is in minor units of an ISO 4217 currency."
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer", Description: "an access token, pat_…"}}
	c.Security = []map[string][]string{{"token": {}}}
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", "" // no page that loads from elsewhere; the description is served by ServeHTTP
	c.CreateHooks = nil                                   // would add "$schema" to every body
	c.Formats = map[string]huma.Format{"application/json": jsonFormat(), "json": jsonFormat()}
	c.RejectUnknownQueryParameters = true
	c.Transformers = []huma.Transformer{a.transform}
	return c
}

// schemaName keeps types of one name from different packages apart: those of the desk and of this package keep their name, others get
// their package before it, such as DisputeCase.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	name := huma.DefaultSchemaNamer(t, hint)
	pkg := t.PkgPath()[strings.LastIndex(t.PkgPath(), "/")+1:]
	if pkg == "" || pkg == "api" || pkg == "desk" || t.Name() == "" {
		return name
	}
	return strings.ToUpper(pkg[:1]) + pkg[1:] + name
}

// operation describes one row of the API.
type operation struct {
	method, path, id, tag, summary string
	status                         int   // of success; 0 = 200
	body                           int64 // most bytes of the request; 0 = 1 MiB
}

// handle adds an operation. Whoever asks is known by then; an error becomes a problem.
func handle[I, O any](a *API, o operation, do func(context.Context, desk.Who, *I) (*O, error)) {
	op := huma.Operation{
		OperationID: o.id, Method: o.method, Path: o.path, Summary: o.summary, Tags: []string{o.tag}, DefaultStatus: o.status, MaxBodyBytes: o.body,
		BodyReadTimeout: time.Minute,
		Responses:       map[string]*huma.Response{"default": a.problemResponse()},
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, whoOf(ctx), in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return out, nil
	})
}

// body is an answer that is only a body.
type body[T any] struct{ Body T }

// items is a list that comes as a whole.
type items[T any] struct {
	Items []T `json:"items" nullable:"false"`
}

func list[T any](all []T) *body[items[T]] {
	if all == nil {
		all = []T{}
	}
	return &body[items[T]]{items[T]{all}}
}

// none is an answer without a body.
type none struct{}

// nothing is a question without parameters.
type nothing struct{}

// ByID is a question for one thing.
type ByID struct {
	ID int64 `path:"id" minimum:"1"`
}
