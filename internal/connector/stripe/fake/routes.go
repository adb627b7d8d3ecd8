package fake

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// largestBody is the most a call may carry.
const largestBody = 24 << 20

// call is one call while it is answered.
type call struct {
	*http.Request
	account *Account
	form    url.Values // of the query or the body
	body    []byte
	expand  expansions
	indent  string
}

// answerer carries out a call: the answer, or why not.
type answerer func(*call) (any, *refusal)

// replay is what a call with an idempotency key was answered.
type replay struct {
	digest string
	status int
	body   any
}

// routes are the calls that are simulated and the parameters each takes besides expand.
func (p *Platform) routes() http.Handler {
	mux := http.NewServeMux()
	paging := "limit starting_after ending_before created created[gt] created[gte] created[lt] created[lte] "
	for pattern, row := range map[string]struct {
		params string
		do     answerer
	}{
		"GET /v1/account":                         {"", func(c *call) (any, *refusal) { return c.account.json(), nil }},
		"GET /v1/disputes":                        {paging + "charge payment_intent", listDisputes},
		"GET /v1/disputes/{id}":                   {"", getDispute},
		"POST /v1/disputes/{id}":                  {"submit evidence[*] metadata[*]", updateDispute},
		"POST /v1/disputes/{id}/close":            {"", closeDispute},
		"GET /v1/radar/early_fraud_warnings":      {paging + "charge payment_intent", listWarnings},
		"GET /v1/radar/early_fraud_warnings/{id}": {"", getWarning},
		"GET /v1/charges/{id}":                    {"", getCharge},
		"GET /v1/payment_intents/{id}":            {"", getIntent},
		"GET /v1/refunds":                         {paging + "charge payment_intent", listRefunds},
		"GET /v1/refunds/{id}":                    {"", getRefund},
		"POST /v1/refunds":                        {"amount charge currency customer instructions_email origin payment_intent reason refund_application_fee reverse_transfer metadata[*]", createRefund},
		"POST /v1/files":                          {"purpose", createFile},
		"GET /v1/files/{id}":                      {"", getFile},
		"GET /v1/events":                          {paging + "type types[] delivery_success", listEvents},
		"GET /v1/events/{id}":                     {"", getEvent},
	} {
		mux.HandleFunc(pattern, p.answering(row.do, strings.Fields(row.params)))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		write(w, 404, (&refusal{kind: invalidRequest, message: "Unrecognized request URL (" + r.Method + ": " + r.URL.Path + ")."}).body())
	})
	return mux
}

// answering does what every call has in common.
func (p *Platform) answering(do answerer, params []string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestBody))
		if err != nil {
			write(w, 413, (&refusal{kind: invalidRequest, message: "The request is too large."}).body())
			return
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.lapse()
		account, no := p.account(r)
		if no != nil {
			write(w, no.status, no.body())
			return
		}
		c := &call{Request: r, account: account, body: body, indent: p.indent}
		c.answer(w, do, params)
	}
}

// answer carries a call out, or gives again what the same key was answered before.
func (c *call) answer(w http.ResponseWriter, do answerer, params []string) {
	key := c.Header.Get("Idempotency-Key")
	digest := sha256.Sum256(append([]byte(c.Method+c.URL.Path+"\n"), c.unbound()...))
	if had, known := c.account.replays[key]; known && key != "" && c.Method == http.MethodPost {
		if had.digest != hex.EncodeToString(digest[:]) {
			no := &refusal{status: 400, kind: idempotency, message: "Keys for idempotent requests can only be used with the same parameters they were first used with."}
			write(w, no.status, no.body())
			return
		}
		w.Header().Set("Idempotent-Replayed", "true")
		write(w, had.status, had.body)
		return
	}
	status, body := 200, any(nil)
	no := c.read(params)
	checked := no == nil
	if checked {
		body, no = do(c)
	}
	if no != nil {
		status, body = no.status, no.body()
	}
	if key != "" && c.Method == http.MethodPost && checked { // what failed its check was never carried out and is not kept
		c.account.replays[key] = replay{hex.EncodeToString(digest[:]), status, body}
	}
	give(w, status, body, c.indent)
}

// unbound is the body without the boundary of a multipart form, which differs from try to try.
func (c *call) unbound() []byte {
	_, params, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return c.body
	}
	return []byte(strings.ReplaceAll(string(c.body), params["boundary"], ""))
}

// read takes the parameters and refuses those the call does not have.
func (c *call) read(known []string) *refusal {
	kind, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	switch {
	case c.Method == http.MethodGet:
		c.form = c.URL.Query()
	case kind == "multipart/form-data":
		return nil // read by the call itself
	case kind == "application/x-www-form-urlencoded" || len(c.body) == 0:
		form, err := url.ParseQuery(string(c.body))
		if err != nil {
			return invalid("", "", "The form cannot be read.")
		}
		c.form = form
	default:
		return invalid("", "", "Invalid request: check that your POST content type is application/x-www-form-urlencoded.")
	}
	for name, values := range c.form {
		if name == "expand[]" || strings.HasPrefix(name, "expand[") {
			c.expand = append(c.expand, values...)
			continue
		}
		if !allowed(name, known) {
			return invalid(name, "parameter_unknown", "Received unknown parameter: "+name)
		}
	}
	return c.expandable()
}

func allowed(name string, known []string) bool {
	outer, _, nested := strings.Cut(name, "[")
	return slices.ContainsFunc(known, func(k string) bool { return k == name || (nested && k == outer+"[*]") })
}

// expandable refuses what cannot be expanded, and what is more than four levels deep.
func (c *call) expandable() *refusal {
	for _, path := range c.expand {
		inner := strings.TrimPrefix(path, "data.")
		if !slices.Contains([]string{"charge", "charge.refunds", "payment_intent", "refunds"}, inner) {
			return invalid("expand", "", "This property cannot be expanded ("+path+").")
		}
	}
	return nil
}

// page cuts a list that has the newest first. created tells when a row came to be.
func page[T any](c *call, url string, all []T, id func(T) string, created func(T) int64, render func(T) any) (any, *refusal) {
	limit := 10
	if given := c.form.Get("limit"); given != "" {
		n, err := strconv.Atoi(given)
		if err != nil || n < 1 || n > 100 {
			return nil, invalid("limit", "parameter_invalid_integer", "Invalid limit: must be between 1 and 100")
		}
		limit = n
	}
	all, no := between(c, all, created)
	if no != nil {
		return nil, no
	}
	if after := c.form.Get("starting_after"); after != "" {
		at := slices.IndexFunc(all, func(x T) bool { return id(x) == after })
		if at < 0 {
			return nil, missing("object", after)
		}
		if !c.account.p.repeats {
			at++
		}
		all = all[at:]
	}
	more := len(all) > limit
	if before := c.form.Get("ending_before"); before != "" {
		at := slices.IndexFunc(all, func(x T) bool { return id(x) == before })
		if at < 0 {
			return nil, missing("object", before)
		}
		all, more = all[max(0, at-limit):at], at > limit
	}
	var rows []any
	for _, x := range all[:min(limit, len(all))] {
		rows = append(rows, render(x))
		if c.account.p.twice {
			rows = append(rows, rows[len(rows)-1])
		}
	}
	return listOf(url, rows, more), nil
}

func between[T any](c *call, all []T, created func(T) int64) ([]T, *refusal) {
	for bound, holds := range map[string]func(at, limit int64) bool{
		"created":      func(at, limit int64) bool { return at == limit },
		"created[gt]":  func(at, limit int64) bool { return at > limit },
		"created[gte]": func(at, limit int64) bool { return at >= limit },
		"created[lt]":  func(at, limit int64) bool { return at < limit },
		"created[lte]": func(at, limit int64) bool { return at <= limit },
	} {
		given := c.form.Get(bound)
		if given == "" {
			continue
		}
		limit, err := strconv.ParseInt(given, 10, 64)
		if err != nil {
			return nil, invalid(bound, "parameter_invalid_integer", "Invalid integer: "+given)
		}
		kept := []T{}
		for _, x := range all {
			if holds(created(x), limit) {
				kept = append(kept, x)
			}
		}
		all = kept
	}
	return all, nil
}
