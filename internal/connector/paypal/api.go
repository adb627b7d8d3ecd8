package paypal

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/webclient"
)

// api does the calls of one account.
type api struct {
	base      string // without a slash at the end
	client    string
	secret    string
	merchant  string // acting for another merchant; empty = for ourselves
	store     string
	perSecond float64
	limits    *webclient.Limits
	world     connector.World
	token     *pass
}

// call is one request.
type call struct {
	method, path string
	query        url.Values
	kind         string // media type of the body
	body         []byte
	access       string // the token; empty = with the client's id and secret instead, to get one
	id           string // PayPal-Request-Id: PayPal does the same id once
	acting       bool   // changes something there
}

// answer is what came back: read, and as received.
type answer struct {
	value
	raw []byte
}

// disputes is where all calls about disputes begin.
const disputes = "/v1/customer/disputes"

const (
	triesLimited     = 4
	triesUnavailable = 3
)

// get reads, again if that may help: after a limit that ends soon, after a failure of PayPal's own, and once with a new token.
func (a *api) get(ctx context.Context, path string, query url.Values) (answer, error) {
	var limited, down, renewed int
	for {
		got, err := a.do(ctx, call{method: http.MethodGet, path: path, query: query})
		switch f := fault.Of(err); {
		case f == nil:
			return got, err
		case f.Kind == fault.Limited && f.After <= webclient.LongestHold && limited < triesLimited:
			limited++ // the wait is in once: the limiter holds everybody back
		case f.Kind == fault.Unauthorised && f.Key == "fault.paypal.token" && renewed == 0:
			renewed++
		case f.Kind == fault.Unavailable && down < triesUnavailable-1:
			down++
			if err := a.world.Pause(ctx, time.Duration(down)*time.Second); err != nil {
				return answer{}, err
			}
		default:
			return got, err
		}
	}
}

// do calls once, with a token.
func (a *api) do(ctx context.Context, c call) (answer, error) {
	access, err := a.permit(ctx)
	if err != nil {
		return answer{}, err
	}
	c.access = access
	got, err := a.once(ctx, c)
	if f := fault.Of(err); f != nil && f.Kind == fault.Unauthorised {
		a.drop(access)
	}
	return got, err
}

// once waits for its turn and calls.
func (a *api) once(ctx context.Context, c call) (answer, error) {
	if err := a.limits.Wait(ctx, webclient.Clock{Now: a.world.Now, Pause: a.world.Pause}, a.store, a.perSecond); err != nil {
		return answer{}, err
	}
	q, err := a.request(ctx, c)
	if err != nil {
		return answer{}, err
	}
	got, err := a.send(q, c.acting)
	if limit := fault.Of(err); limit != nil && limit.Kind == fault.Limited {
		limit.After = a.limits.Complained(a.world.Now(), a.store, limit.After)
		return got, limit
	}
	if err == nil {
		a.limits.Worked(a.world.Now(), a.store)
	}
	return got, err
}

func (a *api) request(ctx context.Context, c call) (*http.Request, error) {
	address := a.base + c.path
	if len(c.query) > 0 {
		address += "?" + c.query.Encode()
	}
	q, err := http.NewRequestWithContext(ctx, c.method, address, bytes.NewReader(c.body))
	if err != nil {
		return nil, fault.Input("address", "", "https://host").Because(errors.New("the address cannot be read"))
	}
	q.Header.Set("Accept", "application/json")
	if c.kind == "" {
		c.kind = "application/json"
	}
	q.Header.Set("Content-Type", c.kind)
	if c.id != "" {
		q.Header.Set("PayPal-Request-Id", c.id)
	}
	if c.access == "" {
		q.SetBasicAuth(a.client, a.secret)
		return q, nil
	}
	q.Header.Set("Authorization", "Bearer "+c.access)
	if a.merchant != "" {
		q.Header.Set("PayPal-Auth-Assertion", assertion(a.client, a.merchant))
	}
	return q, nil
}

// assertion says for which merchant we act: an unsigned JWT, as PayPal's guide for partners has it.
func assertion(client, merchant string) string {
	claims, _ := json.Marshal(map[string]string{"iss": client, "payer_id": merchant})
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode(claims) + "."
}

// send does one exchange and reads the answer.
func (a *api) send(q *http.Request, acting bool) (answer, error) {
	var out atomic.Bool // a connection was there: from now on the call may have arrived
	if acting {
		q.GetBody = nil // the transport may not send an act a second time by itself
		trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { out.Store(true) }}
		q = q.WithContext(httptrace.WithClientTrace(q.Context(), trace))
	}
	response, err := a.world.HTTP.Do(q)
	if err != nil {
		return answer{}, failed(q.Context(), err, acting && out.Load())
	}
	defer func() { _ = response.Body.Close() }() // everything was read or given up
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, failed(q.Context(), err, acting)
	}
	return judged(response, body, acting)
}
