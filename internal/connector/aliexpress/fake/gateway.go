package fake

import (
	"fmt"
	"log"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// call is one request on its way through a gateway.
type call struct {
	through gate
	path    string // of /rest, without the prefix; "" elsewhere
	method  string
	form    form
	args    arguments
	app     *app
	shop    *Shop
	now     time.Time
	fault   *Fault
	base    string
	// writer settings
	flat, xml bool
}

// body writes the fields of an answer.
type body func(w *writer)

// ServeHTTP answers a request to any of the gateways, to the authorisation pages or for a picture.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case path == "/router/rest" || path == "/sync" || strings.HasPrefix(path, "/rest/"):
		p.serveCall(w, r)
	case path == "/oauth/authorize" || path == "/authorize":
		p.serveAuthorise(w, r)
	case path == "/token":
		p.serveOldToken(w, r)
	case strings.HasPrefix(path, "/kf/"):
		p.servePicture(w, r)
	default:
		http.NotFound(w, r)
	}
}

// serveCall answers a signed call. Business and gateway errors come with status 200, as on the platform.
func (p *Platform) serveCall(w http.ResponseWriter, r *http.Request) {
	c := p.enter(r)
	var err error
	c.form, err = readForm(r, c.through)
	c.settle()
	if fault := p.takeFault(c); fault != nil {
		c.fault = fault
		if fault.before(w, r) {
			return
		}
	}
	out := p.answer(c, r, err)
	if c.fault != nil && c.fault.after(w, out) {
		return
	}
	send(w, c, out)
}

func send(w http.ResponseWriter, c *call, out []byte) {
	header := w.Header()
	if c.xml {
		header.Set("Content-Type", "text/xml;charset=utf-8")
	} else {
		header.Set("Content-Type", "application/json;charset=utf-8")
	}
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Content-Length", strconv.Itoa(len(out)))
	if _, err := w.Write(out); err != nil {
		log.Printf("simulated platform: the caller went away: %v", err)
	}
}

func (p *Platform) enter(r *http.Request) *call {
	c := &call{base: "http://" + r.Host}
	switch path := r.URL.Path; {
	case path == "/router/rest":
		c.through = gateTOP
	case path == "/sync":
		c.through = gateSync
	case strings.HasPrefix(path, "/rest/2.0/"):
		c.through, c.path = gateREST2, strings.TrimPrefix(path, "/rest/2.0")
	default:
		c.through, c.path = gateREST, strings.TrimPrefix(path, "/rest")
	}
	return c
}

// settle reads what decides about the form of the answer.
func (c *call) settle() {
	c.method = c.path
	if c.path == "" {
		c.method = c.form.params["method"]
	}
	c.args = arguments{plain: c.form.params}
	c.xml = c.through == gateTOP && c.form.params["format"] != "json"
	c.flat = c.form.params["simplify"] == "true" && !c.xml
}

// answer checks and performs a call and writes what comes back.
func (p *Platform) answer(c *call, r *http.Request, unreadable error) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	c.now = p.catchUp()
	p.requests++
	requestID := fmt.Sprintf("%08x%013d%04d", uint32(fingerprint(c.base)), c.now.UnixMilli(), p.requests%10_000)
	w := &writer{buf: make([]byte, 0, 4096), flat: c.flat, xml: c.xml, base: c.base, now: c.now, nul: p.options.NulBytes}
	w.odd = c.fault.is(UnknownWords)
	fields, no := p.perform(c, r, unreadable)
	p.record(c, no)
	if no != nil {
		no.write(w, c.envelope(), requestID)
		return w.buf
	}
	c.success(w, fields, requestID)
	return w.buf
}

func (c *call) envelope() gate {
	if c.through == gateREST2 {
		return gateREST
	}
	return c.through
}

func (c *call) success(w *writer, fields body, requestID string) {
	inner := func() {
		fields(w)
		if c.path != "" {
			w.text("code", "0")
		}
		w.text("request_id", requestID)
	}
	root := strings.ReplaceAll(strings.TrimPrefix(c.method, "taobao."), ".", "_") + "_response"
	if c.xml {
		w.buf = append(w.buf, `<?xml version="1.0" encoding="utf-8" ?>`...)
		w.object(root, inner)
		return
	}
	w.bracket('{')
	if c.flat || c.path != "" {
		inner()
	} else {
		w.object(root, inner)
	}
	w.bracket('}')
}

// perform runs the checks in the platform's order (signature before business) and then the method.
func (p *Platform) perform(c *call, r *http.Request, unreadable error) (body, *refusal) {
	if unreadable != nil {
		return nil, &badBody
	}
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return nil, &badHTTP
	}
	if no := p.checkCaller(c); no != nil {
		return nil, no
	}
	known, ok := methods[c.method]
	if strings.HasPrefix(c.path, "/orders/") && c.through == gateREST2 {
		known, ok = method{session: true, do: (*Platform).restOrder}, true
	}
	if !ok || (known.path != (c.path != "")) && c.through != gateREST2 {
		return nil, &badMethod
	}
	if no := p.checkSession(c, known.session); no != nil {
		return nil, no
	}
	if no := p.checkLimits(c); no != nil {
		return nil, no
	}
	if no := c.args.need(known.needs...); no != nil {
		return nil, no
	}
	return known.do(p, c)
}

func (p *Platform) checkCaller(c *call) *refusal {
	params := c.form.signed
	if c.through == gateSync || c.through == gateTOP {
		params = c.form.params
	}
	switch {
	case c.method == "":
		return &noMethod
	case params["app_key"] == "":
		return &noAppKey
	case params["timestamp"] == "":
		return &noStamp
	case params["sign"] == "":
		return &noSignature
	}
	if c.app = p.apps[params["app_key"]]; c.app == nil {
		return &badAppKey
	}
	c.flat = c.flat && !c.app.wrapped
	return p.checkSignature(c, params)
}

func (p *Platform) checkSignature(c *call, params map[string]string) *refusal {
	format := params["format"]
	if c.through == gateTOP && format != "" && format != "json" && format != "xml" {
		return &badFormat
	}
	at, ok := readStamp(params["timestamp"])
	window := 2 * time.Hour
	if c.through == gateTOP {
		window = 10 * time.Minute
	}
	skewed := c.now
	if c.fault.is(ClockSkew) {
		skewed = skewed.Add(24 * time.Hour)
	}
	if !ok || at.Sub(skewed).Abs() > window {
		return &badStamp
	}
	how := params["sign_method"]
	if how == "" && c.through == gateTOP {
		how = "md5"
	}
	if !signed(how, c.app.secret, c.path, params) {
		return &badSign
	}
	return nil
}

func (p *Platform) checkSession(c *call, needed bool) *refusal {
	if !needed {
		return nil
	}
	token := or(c.form.params["session"], c.form.params["access_token"])
	if token == "" {
		return &noSession
	}
	c.shop = p.tokens[token]
	if c.shop == nil || c.shop.Key != c.app.key {
		return &badSession
	}
	if c.fault.is(ExpiredToken) || !c.now.Before(c.shop.expiresAt) {
		return &oldSession
	}
	return nil
}
