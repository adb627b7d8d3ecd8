// Package fake is a supplier and an agent as a dropship merchant meets them: they hand out spreadsheets, and they are told things in
// their pages. A purchase carries a script of what the supplier, the carrier and the customer do and after how long; time and what the
// merchant does decide which of it happens. The clocks are those of Tmall: a refund asked before shipping passes after 24 hours of
// silence, an interception after 72.
//
//	GET  /orders.csv     purchases, in Chinese, GB18030, times of Shanghai
//	GET  /reports.csv    what the supplier, the agent and the carrier reported, in English
//	GET  /tracking.csv   scans, in English
//	GET  /messages.csv   what the customers wrote, in Spanish, times of Madrid
//	GET  /account.csv    what AliExpress wrote to the buying account, in English
//	POST /account/acts   {"did": "sent_documents"}: papers handed in, or "chatted_with_platform"
//	POST /purchases/ORDER/acts   {"did": "requested_supplier_refund"}: what the merchant does there
//
// It knows nothing of the rest of the project.
package fake

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"

	"parley/internal/connector/simulator"
)

// The clocks of the supplier's platform.
const (
	RefundSilence    = 24 * time.Hour
	InterceptSilence = 72 * time.Hour
)

// Purchase is one order of a customer and what is bought for it. Durations are counted from what they follow; 0 = it never happens.
type Purchase struct {
	Order    string    `yaml:"order"`
	PlacedAt time.Time `yaml:"placed_at"`
	Product  string    `yaml:"product"`
	Quantity int       `yaml:"quantity"`
	Price    string    `yaml:"price"` // each, such as 35.00
	Shipping string    `yaml:"shipping"`
	Currency string    `yaml:"currency"`
	Buyer    string    `yaml:"buyer"`
	Country  string    `yaml:"country"`
	Domestic bool      `yaml:"domestic"`
	ShipBy   time.Time `yaml:"ship_by"`
	Script   Script    `yaml:"script"`

	acts []Act
}

// Script is what happens, and when.
type Script struct {
	NoStockAfter  time.Duration `yaml:"no_stock_after"` // from the order
	OversizeAfter time.Duration `yaml:"oversize_after"` // from the order
	WeightG       int           `yaml:"weight_g"`
	ShipAfter     time.Duration `yaml:"ship_after"` // from the order
	Tracking      string        `yaml:"tracking"`
	Carrier       string        `yaml:"carrier"`
	Scans         []Scan        `yaml:"scans"`
	CustomsAfter  time.Duration `yaml:"customs_after"` // the agent's reminder, from the dispatch
	AnswerAfter   time.Duration `yaml:"answer_after"`  // to each message; 0 = silent
	RefundAfter   time.Duration `yaml:"refund_after"`  // the supplier agrees sooner than silence does
	Intercept     string        `yaml:"intercept"`     // stopped, failed, empty = no answer
	InterceptIn   time.Duration `yaml:"intercept_in"`
	VerifyAfter   time.Duration `yaml:"verify_after"` // of a claim
	Remedy        string        `yaml:"remedy"`       // reissue or refund
	RemedyAfter   time.Duration `yaml:"remedy_after"` // from the verification
	Address       string        `yaml:"address"`      // failed = the check of the address failed
	Messages      []Message     `yaml:"messages"`
}

// Scan is one event of the parcel.
type Scan struct {
	After   time.Duration `yaml:"after"` // from the dispatch
	Status  string        `yaml:"status"`
	Place   string        `yaml:"place"`
	Country string        `yaml:"country"`
	Why     string        `yaml:"why"`
}

// Message is a text of the customer.
type Message struct {
	After   time.Duration `yaml:"after"` // from the order
	Text    string        `yaml:"text"`
	Asks    string        `yaml:"asks"`
	Proof   string        `yaml:"proof"`
	Reading string        `yaml:"reading"`
}

// Act is what the merchant did at the agent or carrier.
type Act struct {
	Did string    `json:"did"`
	At  time.Time `json:"at"`
}

// Report is a line of what came back.
type Report struct {
	Order  string
	At     time.Time
	Event  string // as the agent writes it
	By     string
	Weight int
	Amount string
	Number string // tracking
}

// Options are what a platform is made of.
type Options struct {
	Now func() time.Time
}

// Platform is the supplier's world. It is safe for use by several goroutines.
type Platform struct {
	Options
	mu        sync.Mutex
	purchases []*Purchase
	closing   *Closing
	gate      *simulator.Gate
	handler   http.Handler
}

// New makes an empty world.
func New(o Options) *Platform {
	p := &Platform{Options: o}
	p.gate = simulator.NewGate(o.Now, func(w http.ResponseWriter, _ *http.Request, what simulator.Trouble, _ time.Duration) {
		http.Error(w, string(what), http.StatusServiceUnavailable)
	})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /orders.csv", p.file("text/csv; charset=gb18030", p.Orders))
	mux.HandleFunc("GET /reports.csv", p.file("text/csv; charset=utf-8", p.Reports))
	mux.HandleFunc("GET /tracking.csv", p.file("text/csv; charset=utf-8", p.Tracking))
	mux.HandleFunc("GET /messages.csv", p.file("text/csv; charset=utf-8", p.Messages))
	mux.HandleFunc("GET /account.csv", p.file("text/csv; charset=utf-8", p.Account))
	mux.HandleFunc("POST /purchases/{order}/acts", p.act)
	mux.HandleFunc("POST /account/acts", p.accountAct)
	p.handler = p.gate.Wrap(mux)
	return p
}

// ServeHTTP answers as the agent's pages do.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.handler.ServeHTTP(w, r) }

// Gate makes troubles and counts calls.
func (p *Platform) Gate() *simulator.Gate { return p.gate }

// Buy places a purchase.
func (p *Platform) Buy(b Purchase) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.purchases = append(p.purchases, &b)
}

// Do is what the merchant does now about a purchase; false if there is no such purchase or act.
func (p *Platform) Do(order, did string) bool { return p.DoAt(order, did, p.Now()) }

// DoAt is Do at an instant that has passed, for setting a stage.
func (p *Platform) DoAt(order, did string, at time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.purchases, func(b *Purchase) bool { return b.Order == order })
	if i < 0 || !slices.Contains([]string{"messaged_supplier", "requested_supplier_refund", "asked_intercept", "filed_supplier_claim", "corrected_address"}, did) {
		return false
	}
	p.purchases[i].acts = append(p.purchases[i].acts, Act{Did: did, At: at.UTC()})
	return true
}

func (p *Platform) act(w http.ResponseWriter, r *http.Request) {
	var a Act
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&a); err != nil || !p.Do(r.PathValue("order"), a.Did) {
		http.Error(w, "no such purchase or act", http.StatusUnprocessableEntity)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (p *Platform) file(kind string, write func() []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(write()) // a visitor who left hears nothing
	}
}
