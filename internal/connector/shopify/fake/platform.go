package fake

import (
	_ "embed"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"parley/internal/connector/simulator"
)

//go:embed schema.graphql
var schemaText string

// Options shape a platform.
type Options struct {
	Now func() time.Time
	// Points is the size of each shop's bucket; 0 = 2,000, refilled by a twentieth each second.
	Points float64
}

// Platform is the whole simulated service. It is safe for use by several goroutines.
type Platform struct {
	*simulator.Gate
	mu      sync.Mutex
	now     func() time.Time
	points  float64
	schema  *ast.Schema
	read    map[string]*ast.QueryDocument // documents that were read and checked, by their text
	shops   []*Shop
	byToken map[string]*Shop
	acted   int    // acts of sellers' programs that were carried out
	trouble string // which the next document meets; see Spoil
	last    int64  // last number given to anything
	pending []Delivery
	handler http.Handler
}

// New makes an empty platform.
func New(o Options) *Platform {
	p := &Platform{
		now: o.Now, points: o.Points, last: 5000000000, schema: gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphql", Input: schemaText}),
		read: map[string]*ast.QueryDocument{}, byToken: map[string]*Shop{},
	}
	if p.points == 0 {
		p.points = 2000
	}
	p.Gate = simulator.NewGate(p.now, refuse)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /admin/api/{version}/graphql.json", p.graph)
	mux.HandleFunc("POST /admin/api/{version}/shopify_payments/disputes/{id}/dispute_file_uploads.json", p.fileUpload)
	mux.HandleFunc("GET /files/{id}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
	})
	p.handler = p.Gate.Wrap(mux)
	return p
}

// ServeHTTP answers a call.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.handler.ServeHTTP(w, r) }

// Now is the platform's time.
func (p *Platform) Now() time.Time { return p.now() }

// refuse is how the platform says "too many calls" before a call was looked at, and "who are you".
func refuse(w http.ResponseWriter, _ *http.Request, what simulator.Trouble, wait time.Duration) {
	if what == simulator.Limited {
		w.Header().Set("Retry-After", fmt.Sprintf("%.1f", wait.Seconds()))
		writeJSON(w, http.StatusTooManyRequests, map[string]any{"errors": "Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service."})
		return
	}
	unauthorised(w)
}

func unauthorised(w http.ResponseWriter) {
	writeJSON(w, http.StatusUnauthorized, map[string]any{"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"})
}

// ShopSpec describes a shop.
type ShopSpec struct {
	Name, Domain      string // domain without .myshopify.com
	Country, Currency string
	Zone              string // IANA
	Company, Language string // whose it is, and the language of its people; only told on
	Token             string // access token; made up (but always the same) when missing
	Secret            string // client secret, signs webhooks; likewise
}

// Shop is one shop.
type Shop struct {
	ShopSpec
	ID int64

	p        *Platform
	number   int // of the last order
	orders   []*Order
	updated  []*Order       // the same in the order of their last change, as far as nothing changed since it was asked for
	named    map[string]any // what global ids stand for: orders (by their own and their fulfilment order's), returns, disputes and their evidence
	due      []due
	disputes []*Dispute
	codes    map[string]int64
	keys     map[string]keyed
	hooks    []hook
	left     float64
	refilled time.Time
}

// AddShop opens a shop.
func (p *Platform) AddShop(spec ShopSpec) *Shop {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &Shop{
		ShopSpec: spec, ID: p.next(), p: p, number: 1000, named: map[string]any{}, codes: map[string]int64{}, keys: map[string]keyed{}, left: p.points,
		refilled: p.now(),
	}
	if s.Token == "" {
		s.Token = fmt.Sprintf("shpat_fake_%s_%d", spec.Domain, s.ID)
	}
	if s.Secret == "" {
		s.Secret = fmt.Sprintf("shpss_fake_%s_%d", spec.Domain, s.ID)
	}
	if s.Zone == "" {
		s.Zone = "Europe/Madrid"
	}
	p.shops = append(p.shops, s)
	p.byToken[s.Token] = s
	return s
}

// Shops are all shops, in the order they were opened.
func (p *Platform) Shops() []*Shop {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*Shop(nil), p.shops...)
}

// Revoke takes the access token away.
func (s *Shop) Revoke() {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	delete(s.p.byToken, s.Token)
	s.Token = ""
}

// next gives the next number; numbers are never given twice. The caller holds the lock.
func (p *Platform) next() int64 {
	p.last += 7
	return p.last
}

func gid(kind string, id int64) string { return fmt.Sprintf("gid://shopify/%s/%d", kind, id) }

func (p *Platform) shopOf(r *http.Request) *Shop {
	return p.byToken[r.Header.Get("X-Shopify-Access-Token")]
}
