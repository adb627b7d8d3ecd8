package fake

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector/simulator"
)

// object is a JSON object on its way out. A nil member is null or left out, as the platform is told.
type object = map[string]any

// call is one authorised request.
type call struct {
	p    *Platform
	shop *Shop
	now  time.Time
	w    http.ResponseWriter
	r    *http.Request
	q    url.Values
	did  bool // it changed something for a customer or the platform
}

// refusal is an answer that is no 2xx.
type refusal struct {
	status  int
	message string
}

func bad(message string) *refusal     { return &refusal{http.StatusBadRequest, message} }
func missing(message string) *refusal { return &refusal{http.StatusNotFound, message} }

// operation is one operation of the seller API: the query parameters it knows besides shop_id, and what it does.
type operation struct {
	params []string
	do     func(*call) *refusal
}

// ServeHTTP answers as the seller API of one operator.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.handler.ServeHTTP(w, r) }

func (p *Platform) serve(w http.ResponseWriter, r *http.Request) { p.mux.ServeHTTP(w, r) }

func (p *Platform) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, o := range operations() {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { p.answer(w, r, o) })
	}
	mux.HandleFunc("GET /api/version", func(w http.ResponseWriter, _ *http.Request) { p.write(w, http.StatusOK, object{"version": "3.1234"}) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if allowed := p.methods(r); len(allowed) > 0 {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			refuse(w, &refusal{http.StatusMethodNotAllowed, "Request method '" + r.Method + "' is not supported"})
			return
		}
		refuse(w, missing("No static resource "+strings.TrimPrefix(r.URL.Path, "/")+"."))
	})
	return mux
}

// methods are those with which a path is known.
func (p *Platform) methods(r *http.Request) (out []string) {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
		q := r.Clone(r.Context())
		q.Method = method
		if _, pattern := p.mux.Handler(q); pattern != "/" {
			out = append(out, method)
		}
	}
	return out
}

// operations are what the seller API can do, by the operation ids of its documentation.
func operations() map[string]operation {
	return map[string]operation{
		"GET /api/account":                                         {nil, (*call).a01},
		"GET /api/account/statistics":                              {[]string{"periods", "channel_code"}, (*call).a21},
		"GET /api/platform/configuration":                          {nil, (*call).pc01},
		"GET /api/reasons":                                         {[]string{"locale"}, (*call).re01},
		"GET /api/reasons/{type}":                                  {[]string{"locale"}, (*call).re02},
		"GET /api/channels":                                        {[]string{"locale"}, (*call).ch11},
		"GET /api/currencies":                                      {[]string{"locale"}, (*call).cur01},
		"GET /api/documents":                                       {[]string{"locale", "entities"}, (*call).do01},
		"GET /api/shipping/carriers":                               {nil, (*call).sh21},
		"GET /api/orders":                                          {append(orderFilters(), "paginate", "max", "offset", "sort", "order"), (*call).or11},
		"POST /api/orders/async-export":                            {nil, (*call).or13},
		"PUT /api/orders/{order_id}/accept":                        {nil, (*call).or21},
		"PUT /api/orders/{order_id}/tracking":                      {nil, (*call).or23},
		"PUT /api/orders/{order_id}/ship":                          {nil, (*call).or24},
		"PUT /api/orders/refund":                                   {nil, (*call).or28},
		"PUT /api/orders/{order_id}/cancel":                        {nil, (*call).or29},
		"PUT /api/orders/cancel":                                   {nil, (*call).or30},
		"POST /api/orders/{order_id}/threads":                      {nil, (*call).or43},
		"GET /api/orders/{order_id}/evaluation":                    {nil, (*call).or51},
		"PUT /api/orders/{order_id}/lines/{line}/resolve_incident": {nil, (*call).or64},
		"GET /api/orders/documents":                                {[]string{"order_ids"}, (*call).or72},
		"GET /api/orders/documents/download":                       {[]string{"order_ids", "document_ids", "document_codes"}, (*call).or73},
		"POST /api/orders/{order_id}/documents":                    {nil, (*call).or74},
		"DELETE /api/orders/documents/{document_id}":               {nil, (*call).or76},
		"GET /api/orders/async-export/status/{tracking_id}":        {nil, (*call).or14},
		"GET /api/orders/async-export/file/{name}":                 {nil, (*call).or15},
		"GET /api/inbox/threads":                                   {[]string{"entity_type", "entity_id", "updated_since", "with_messages", "channel_codes", "customer_id", "customer_organization_id", "limit", "page_token"}, (*call).m11},
		"GET /api/inbox/threads/{thread_id}":                       {[]string{"customer_id"}, (*call).m10},
		"POST /api/inbox/threads/{thread_id}/message":              {nil, (*call).m12},
		"GET /api/inbox/threads/{attachment_id}/download":          {nil, (*call).m13},
		"POST /api/inbox/threads":                                  {nil, (*call).m14},
		"GET /api/returns":                                         {append(returnFilters(), "sort", "limit", "page_token"), (*call).rt11},
		"POST /api/returns":                                        {nil, (*call).rt01},
		"PUT /api/returns":                                         {nil, (*call).rt04},
		"GET /api/returns/items_to_return":                         {[]string{"order_commercial_id", "order_line_id", "limit", "page_token", "sort"}, (*call).rt12},
		"PUT /api/returns/accept":                                  {nil, (*call).rt21},
		"PUT /api/returns/receive":                                 {nil, (*call).rt25},
		"PUT /api/returns/compliance":                              {nil, (*call).rt26},
		"PUT /api/returns/close":                                   {nil, (*call).rt27},
		"PUT /api/returns/cancel":                                  {nil, (*call).rt29},
		"GET /api/sellerpayment/transactions_logs":                 {ledgerFilters(), (*call).tl02},
	}
}

// answer authorises a call, checks its parameters and lets the operation answer.
func (p *Platform) answer(w http.ResponseWriter, r *http.Request, o operation) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := &call{p: p, w: w, r: r, q: r.URL.Query(), now: p.catchUp()}
	refused := c.authorise()
	if refused == nil {
		refused = c.known(o.params)
	}
	if refused == nil {
		refused = o.do(c)
	}
	if c.did {
		p.acted++
	}
	if refused != nil {
		refuse(w, refused)
	}
}

// authorise finds the shop of the key. The key stands in the header Authorization as it is, without a scheme.
func (c *call) authorise() *refusal {
	key := c.r.Header.Get("Authorization")
	i := slices.IndexFunc(c.p.shops, func(s *Shop) bool { return s.Key != "" && s.Key == key })
	if i < 0 {
		return &refusal{http.StatusUnauthorized, "Unauthorized"}
	}
	c.shop = c.p.shops[i]
	if id := c.q.Get("shop_id"); id != "" && id != strconv.FormatInt(c.shop.ID, 10) {
		if _, err := strconv.ParseInt(id, 10, 64); err != nil {
			return bad("Failed to convert value '" + id + "' of the parameter : shop_id")
		}
		return &refusal{http.StatusForbidden, "Access denied to the shop " + id}
	}
	return nil
}

// known refuses parameters that the documentation does not name, so that a caller is held to it.
func (c *call) known(params []string) *refusal {
	if c.p.options.Lenient {
		return nil
	}
	for name := range c.q {
		if name != "shop_id" && !slices.Contains(params, name) {
			return bad("Unknown parameter : " + name)
		}
	}
	return nil
}

// ok answers 200 with a body.
func (c *call) ok(body any) *refusal { return c.give(http.StatusOK, body) }

// done answers 204.
func (c *call) done() *refusal {
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (c *call) give(status int, body any) *refusal {
	c.p.write(c.w, status, body)
	return nil
}

func (p *Platform) write(w http.ResponseWriter, status int, body any) {
	if !p.options.Nulls {
		body = without(body)
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body) // the caller may be gone
}

// without leaves out members that have no value.
func without(v any) any {
	switch v := v.(type) {
	case object:
		out := object{}
		for name, member := range v {
			if member != nil {
				out[name] = without(member)
			}
		}
		return out
	case []object:
		out := make([]any, len(v))
		for i := range v {
			out[i] = without(v[i])
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = without(v[i])
		}
		return out
	}
	return v
}

func refuse(w http.ResponseWriter, f *refusal) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(f.status)
	_ = json.NewEncoder(w).Encode(object{"status": f.status, "message": f.message})
}

// refuseAtTheGate is how the platform says "too many calls" and "who are you".
func refuseAtTheGate(w http.ResponseWriter, _ *http.Request, what simulator.Trouble, wait time.Duration) {
	if what == simulator.Limited {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
		refuse(w, &refusal{http.StatusTooManyRequests, "Too many requests"})
		return
	}
	refuse(w, &refusal{http.StatusUnauthorized, "Unauthorized"})
}

// largestBody is the most a request may hold: a message with its files may have 30 MB.
const largestBody = 32 << 20

// read reads a JSON body into a value; unknown members are refused unless the platform is lenient.
func (c *call) read(into any) *refusal {
	kind := c.r.Header.Get("Content-Type")
	if !strings.HasPrefix(kind, "application/json") {
		return &refusal{http.StatusUnsupportedMediaType, "Content-Type '" + kind + "' is not supported"}
	}
	var body bytes.Buffer
	if _, err := body.ReadFrom(http.MaxBytesReader(c.w, c.r.Body, largestBody)); err != nil {
		return bad("The request body cannot be read")
	}
	return c.decode(body.Bytes(), into)
}

func (c *call) decode(data []byte, into any) *refusal {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if !c.p.options.Lenient {
		decoder.DisallowUnknownFields()
	}
	if err := decoder.Decode(into); err != nil {
		return bad("Error with the request body: " + err.Error())
	}
	return nil
}
