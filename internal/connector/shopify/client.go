package shopify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/webclient"
)

// client does the calls of one shop.
type client struct {
	base   string // …/admin/api/VERSION
	token  string
	store  string
	limits *webclient.Limits
	budget *budget
	world  connector.World
}

// answer is what came back: the members of data, whole errors, and the body as received.
type answer struct {
	data   map[string]json.RawMessage
	errors []graphError
	raw    []byte
}

// cost is extensions.cost of an answer.
type cost struct {
	Requested float64 `json:"requestedQueryCost"`
	Status    struct {
		Maximum   float64 `json:"maximumAvailable"`
		Available float64 `json:"currentlyAvailable"`
		Restore   float64 `json:"restoreRate"`
	} `json:"throttleStatus"`
}

// graphError is one member of errors.
type graphError struct {
	Message    scalar            `json:"message"`
	Path       []json.RawMessage `json:"path"`
	Extensions struct {
		Code scalar `json:"code"`
	} `json:"extensions"`
}

// Reads are tried again: after a limit that ends soon, and after a failure of the platform's own.
const (
	triesLimited     = 5
	triesUnavailable = 3
)

func (c *client) clock() webclient.Clock {
	return webclient.Clock{Now: c.world.Now, Pause: c.world.Pause}
}

// read does a query, again if that may help.
func (c *client) read(ctx context.Context, name string, variables map[string]any) (answer, error) {
	var limited, down int
	for {
		a, err := c.once(ctx, name, variables, false)
		switch f := fault.Of(err); {
		case f == nil:
			return a, err
		case f.Kind == fault.Limited && f.After <= webclient.LongestHold && limited < triesLimited:
			limited++ // the wait is in once: the limiter holds everybody back
		case f.Kind == fault.Unavailable && down < triesUnavailable-1:
			down++
			if err := c.world.Pause(ctx, time.Duration(down)*time.Second); err != nil {
				return answer{}, err
			}
		default:
			return a, err
		}
	}
}

// once waits for its turn and sends one document.
func (c *client) once(ctx context.Context, name string, variables map[string]any, acting bool) (answer, error) {
	body, err := json.Marshal(map[string]any{"query": Documents()[name], "variables": variables, "operationName": name})
	if err != nil {
		return answer{}, fault.Input("variables", name, "JSON").Because(err)
	}
	taken, err := c.budget.enter(ctx, c.clock(), name)
	if err != nil {
		return answer{}, err
	}
	var spent cost
	defer func() { c.budget.landed(c.world.Now(), name, taken, spent) }()
	raw, err := c.post(ctx, "/graphql.json", body, acting)
	if err != nil {
		return answer{raw: raw}, err
	}
	var a answer
	a, spent, err = opened(raw, acting)
	return a, c.complained(err)
}

// post waits out a hold and sends one body to a path under the API's version.
func (c *client) post(ctx context.Context, path string, body []byte, acting bool) ([]byte, error) {
	if err := c.limits.Wait(ctx, c.clock(), c.store, 0); err != nil {
		return nil, err
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, fault.Input("address", "", "https://host").Because(errors.New("the address cannot be read"))
	}
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Accept", "application/json")
	q.Header.Set("X-Shopify-Access-Token", c.token)
	raw, err := c.send(q, acting)
	if err == nil {
		c.limits.Worked(c.world.Now(), c.store)
	}
	return raw, c.complained(err)
}

// complained holds everybody of the store back after a limit.
func (c *client) complained(err error) error {
	f := fault.Of(err)
	if f != nil && f.Kind == fault.Limited && f.Key == limitKey {
		f.After = c.limits.Complained(c.world.Now(), c.store, f.After)
		f.Key = "fault.limited"
	}
	return err
}

// limitKey marks a limit that has not been noted yet.
const limitKey = "fault.shopify.limited"

// send does one exchange and judges its HTTP status.
func (c *client) send(q *http.Request, acting bool) ([]byte, error) {
	var out atomic.Bool // a connection was there: from now on the call may have arrived
	if acting {
		trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { out.Store(true) }}
		q = q.WithContext(httptrace.WithClientTrace(q.Context(), trace))
	}
	response, err := c.world.HTTP.Do(q)
	if err != nil {
		return nil, failed(q.Context(), err, acting && out.Load())
	}
	defer func() { _ = response.Body.Close() }() // everything was read or given up
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, failed(q.Context(), err, acting)
	}
	return body, statusFault(response, acting)
}

// failed tells what a failure on the way means. The cause is kept without the address.
func failed(ctx context.Context, err error, perhapsDone bool) error {
	var withAddress *url.Error
	if errors.As(err, &withAddress) {
		err = withAddress.Err
	}
	if perhapsDone {
		return fault.New(fault.Unknown, "fault.shopify.no_answer").Because(err)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if f := fault.Of(err); f != nil {
		return f
	}
	return fault.New(fault.Unavailable, "fault.shopify.unreachable").Because(err)
}

// statusFault judges an HTTP status. The API answers 200 for nearly everything; 401 and 403 are wrong or lost credentials, 402 a frozen
// shop, 423 a locked one, 404 an unknown shop or version, 429 too many calls of the older kind.
func statusFault(r *http.Response, acting bool) error {
	code := strconv.Itoa(r.StatusCode)
	switch {
	case r.StatusCode < 300:
		return nil
	case r.StatusCode == http.StatusTooManyRequests:
		seconds, _ := strconv.ParseFloat(r.Header.Get("Retry-After"), 64)
		return &fault.Fault{Kind: fault.Limited, Key: limitKey, After: max(time.Second, time.Duration(seconds*float64(time.Second)))}
	case r.StatusCode == http.StatusUnauthorized || r.StatusCode == http.StatusForbidden:
		return &fault.Fault{Kind: fault.Unauthorised, Key: "fault.shopify.token", Field: "access_token"}
	case r.StatusCode == http.StatusPaymentRequired || r.StatusCode == http.StatusLocked:
		return &fault.Fault{Kind: fault.Unauthorised, Key: "fault.shopify.shop_closed", Field: "shop"}
	case r.StatusCode < 500:
		return &fault.Fault{Kind: fault.Invalid, Key: "fault.shopify.gateway", Field: "shop", Params: map[string]string{"code": code}}
	case acting:
		return fault.New(fault.Unknown, "fault.shopify.busy", "code", code)
	}
	return fault.New(fault.Unavailable, "fault.shopify.busy", "code", code)
}

// opened reads the envelope. Errors beside data are kept with it (a field that may not be read is null then); errors without data are
// the fault.
func opened(body []byte, acting bool) (answer, cost, error) {
	var e struct {
		Data       map[string]json.RawMessage `json:"data"`
		Errors     json.RawMessage            `json:"errors"`
		Extensions struct {
			Cost cost `json:"cost"`
		} `json:"extensions"`
	}
	a := answer{raw: body}
	if err := json.Unmarshal(body, &e); err != nil {
		return a, cost{}, garbled(err, acting)
	}
	a.data = e.Data
	if len(e.Errors) > 0 && string(e.Errors) != "null" && json.Unmarshal(e.Errors, &a.errors) != nil {
		a.errors = []graphError{{Message: scalar(text(e.Errors))}} // a bare text
	}
	if len(a.errors) > 0 && !a.useful() {
		return a, e.Extensions.Cost, complaint(a.errors, e.Extensions.Cost, acting)
	}
	if len(a.data) == 0 {
		return a, e.Extensions.Cost, garbled(errors.New("neither data nor errors"), acting)
	}
	return a, e.Extensions.Cost, nil
}

// useful tells whether any member of data holds something.
func (a answer) useful() bool {
	for _, v := range a.data {
		if len(v) > 0 && string(v) != "null" {
			return true
		}
	}
	return false
}

// garbled is an answer that is no answer. After a write it says nothing about the effect.
func garbled(cause error, acting bool) *fault.Fault {
	if acting {
		return fault.New(fault.Unknown, "fault.shopify.answer_unreadable").Because(cause)
	}
	return fault.New(fault.Garbled, "fault.shopify.answer_unreadable").Because(cause)
}

// complaint turns errors of the whole answer into a fault by their code. A throttled call did not happen; a failure inside the platform
// may have.
func complaint(list []graphError, spent cost, acting bool) *fault.Fault {
	e := list[0]
	said := shortened(string(e.Message))
	switch code := strings.ToUpper(string(e.Extensions.Code)); code {
	case "THROTTLED":
		return &fault.Fault{Kind: fault.Limited, Key: limitKey, After: spent.short()}
	case "ACCESS_DENIED":
		return fault.New(fault.Unauthorised, "fault.shopify.permission", "message", said)
	case "SHOP_INACTIVE":
		return &fault.Fault{Kind: fault.Unauthorised, Key: "fault.shopify.shop_closed", Field: "shop"}
	case "INTERNAL_SERVER_ERROR", "TIMEOUT":
		if acting {
			return fault.New(fault.Unknown, "fault.shopify.busy", "code", code)
		}
		return fault.New(fault.Unavailable, "fault.shopify.busy", "code", code)
	default:
		return fault.New(fault.Refused, "fault.shopify.refused", "code", code, "message", said)
	}
}

// shortened keeps what a person reads of a message to 300 characters.
func shortened(message string) string {
	if r := []rune(message); len(r) > 300 {
		return string(r[:300])
	}
	return message
}
