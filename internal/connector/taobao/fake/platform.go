package fake

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"parley/internal/connector/simulator"
)

// Options shape a platform.
type Options struct {
	Now  func() time.Time // nil: 2026-11-20 09:00 UTC, moved by Advance only
	HTTP *http.Client     // by which a shop's own program passes messages on to its address; nil: none does
}

// Platform is a simulated Taobao. It is safe for use by several goroutines.
type Platform struct {
	gate    *simulator.Gate
	handler http.Handler
	out     *http.Client
	clock   func() time.Time

	mu      sync.Mutex
	moved   time.Duration
	shops   []*Shop
	next    int64
	repeats bool
	sockets sockets
}

// beijing is the platform's clock; it knows no summer time.
var beijing = time.FixedZone("GMT+8", 8*60*60)

// New makes a platform without shops.
func New(o Options) *Platform {
	p := &Platform{clock: o.Now, out: o.HTTP, next: 1}
	if p.clock == nil {
		p.clock = func() time.Time { return time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC) }
	}
	p.gate = simulator.NewGate(p.Now, refuse)
	p.sockets.open = map[*socket]bool{}
	p.handler = p.gate.Wrap(http.HandlerFunc(p.route))
	return p
}

// ServeHTTP answers as eco.taobao.com does, and to those who open a WebSocket as mc.api.taobao.com does.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.handler.ServeHTTP(w, r) }

func (p *Platform) route(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") != "" {
		p.serveSocket(w, r)
		return
	}
	p.serve(w, r)
}

// Gate makes troubles and counts calls.
func (p *Platform) Gate() *simulator.Gate { return p.gate }

// Now is the platform's clock.
func (p *Platform) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now()
}

func (p *Platform) now() time.Time { return p.clock().Add(p.moved).UTC() }

// Advance moves the platform's clock; what runs out meanwhile happens.
func (p *Platform) Advance(by time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.moved += by
	p.lapse()
	p.ring()
}

// Repeat lets the pages of lists overlap from now on: each page begins with rows of the one before, in another order.
func (p *Platform) Repeat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.repeats = true
}

// Shops are the shops in the order they were added.
func (p *Platform) Shops() []*Shop {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*Shop(nil), p.shops...)
}

// Shop is one seller and the application by which a program speaks for him.
type Shop struct {
	Nick, AppKey, Secret, Session, Refresh string
	Tmall                                  bool
	HookURL                                string
	Group                                  string // of TMC

	platform  *Platform
	permitted bool            // its messages go to the application
	forbidden map[string]bool // methods that were not granted
	code      string
	smsOver   int64 // fen from which a refund needs a code from the telephone; 0 = never
	smsCode   string
	refunds   []*Refund
	trades    []*Trade
	messages  []*notice
	addresses []address
}

// ShopSpec says what a shop is; empty fields are made up.
type ShopSpec struct {
	Nick, AppKey, Secret, Session, HookURL string
	Group                                  string // of TMC; empty = default
	Tmall                                  bool
	SMSOver                                int64 // fen from which agreeing to a refund needs a code from the telephone; 0 = never
}

type address struct {
	id                                                         int64
	name, province, city, district, street, zip, phone, mobile string
	forReturns                                                 bool
}

// AddShop adds a shop with an address for returned goods.
func (p *Platform) AddShop(spec ShopSpec) *Shop {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := strconv.Itoa(len(p.shops) + 1)
	s := &Shop{
		Nick: or(spec.Nick, "sandbox_c_"+n), AppKey: or(spec.AppKey, "1234567"+n), Secret: or(spec.Secret, "secret-of-shop-"+n),
		Session: or(spec.Session, "6100000session000"+n), Refresh: "6101111refresh00" + n, Tmall: spec.Tmall, HookURL: spec.HookURL, Group: or(spec.Group, defaultGroup),
		platform: p, code: "code-" + n, smsOver: spec.SMSOver,
	}
	s.addresses = []address{
		{p.number(), "发货仓", "广东省", "深圳市", "宝安区", "西乡街道1号", "518000", "0755-10000001", "13800000001", false},
		{p.number(), "退货组", "广东省", "深圳市", "龙华区", "民治大道2号", "518131", "0755-10000002", "13800000002", true},
	}
	p.shops = append(p.shops, s)
	return s
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Code is what a seller brings back from the page on which he lets the application in.
func (s *Shop) Code() string { return s.code }

// SMS is the code that was sent to the seller's telephone last; empty = none.
func (s *Shop) SMS() string {
	s.platform.mu.Lock()
	defer s.platform.mu.Unlock()
	return s.smsCode
}

// ReturnAddress is the number of the address for returned goods.
func (s *Shop) ReturnAddress() int64 { return s.addresses[1].id }

// Revoke ends the session.
func (s *Shop) Revoke() {
	s.platform.mu.Lock()
	defer s.platform.mu.Unlock()
	s.Session = "revoked-" + s.Session
}

// number gives the next number. They have eighteen digits, as the platform's: beyond what a floating-point number holds.
func (p *Platform) number() int64 {
	p.next++
	return 194_174_061_000_000_001 + p.next*9973
}
