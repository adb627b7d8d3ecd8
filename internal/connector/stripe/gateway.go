package stripe

import (
	"bytes"
	"context"
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

// gateway does the calls of one store.
type gateway struct {
	base, files string // without a slash at the end
	key         string
	store       string
	perSecond   float64
	limits      *webclient.Limits
	world       connector.World
}

// call is one exchange to be made.
type call struct {
	method, address string
	kind            string // Content-Type of the body
	body            []byte
	once            string // idempotency key of a write
}

const formKind = "application/x-www-form-urlencoded"

// Reads are tried again: after a limit that ends soon, and after a failure of Stripe's own.
const (
	triesLimited     = 5
	triesUnavailable = 3
)

// get reads, again if that may help.
func (g *gateway) get(ctx context.Context, path string, params ...param) ([]byte, error) {
	address := g.base + path
	if len(params) > 0 {
		address += "?" + encode(params)
	}
	var limited, down int
	for {
		body, err := g.do(ctx, call{method: http.MethodGet, address: address})
		switch f := fault.Of(err); {
		case f == nil:
			return body, err
		case f.Kind == fault.Limited && f.After <= webclient.LongestHold && limited < triesLimited:
			limited++ // the wait is in do: the limiter holds everybody back
		case f.Kind == fault.Unavailable && down < triesUnavailable-1:
			down++
			if err := g.world.Pause(ctx, time.Duration(down)*time.Second); err != nil {
				return nil, err
			}
		default:
			return body, err
		}
	}
}

// post changes something, once. The same key with the same parameters is carried out once by Stripe, for 24 hours at
// least (docs.stripe.com/api/idempotent_requests).
func (g *gateway) post(ctx context.Context, path, key string, params []param) ([]byte, error) {
	return g.do(ctx, call{http.MethodPost, g.base + path, formKind, []byte(encode(params)), key})
}

// postFile sends a file of evidence.
func (g *gateway) postFile(ctx context.Context, key string, f upload) ([]byte, error) {
	body, kind, err := multiparts("dispute_evidence", f)
	if err != nil {
		return nil, err
	}
	return g.do(ctx, call{http.MethodPost, g.files + "/v1/files", kind, body, key})
}

// do waits for its turn and calls.
func (g *gateway) do(ctx context.Context, c call) ([]byte, error) {
	clock := webclient.Clock{Now: g.world.Now, Pause: g.world.Pause}
	if err := g.limits.Wait(ctx, clock, g.store, g.perSecond); err != nil {
		return nil, err
	}
	q, err := http.NewRequestWithContext(ctx, c.method, c.address, bytes.NewReader(c.body))
	if err != nil {
		return nil, fault.Input("address", "", "https://host").Because(errors.New("the address cannot be read"))
	}
	q.Header.Set("Authorization", "Bearer "+g.key)
	q.Header.Set("Stripe-Version", version)
	if c.method == http.MethodPost {
		q.Header.Set("Content-Type", c.kind)
		// In this writing, which is the same on the wire, Go's transport does not send a call a second time on its own.
		q.Header["idempotency-key"] = []string{c.once}
	}
	body, err := g.send(q)
	if limit := fault.Of(err); limit != nil && limit.Kind == fault.Limited {
		limit.After = g.limits.Complained(g.world.Now(), g.store, limit.After)
		return body, limit
	}
	if err == nil {
		g.limits.Worked(g.world.Now(), g.store)
	}
	return body, err
}

// send does one exchange and judges the answer.
func (g *gateway) send(q *http.Request) ([]byte, error) {
	acting := q.Method != http.MethodGet
	var out atomic.Bool // a connection was there: from now on the call may have arrived
	if acting {
		trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { out.Store(true) }}
		q = q.WithContext(httptrace.WithClientTrace(q.Context(), trace))
	}
	response, err := g.world.HTTP.Do(q)
	if err != nil {
		return nil, failed(q.Context(), err, acting && out.Load())
	}
	defer func() { _ = response.Body.Close() }() // everything was read or given up
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, failed(q.Context(), err, acting)
	}
	return body, judged(response, body, acting)
}

// failed tells what a failure on the way means.
func failed(ctx context.Context, err error, perhapsDone bool) error {
	var withAddress *url.Error
	if errors.As(err, &withAddress) {
		err = withAddress.Err
	}
	if perhapsDone {
		return fault.New(fault.Unknown, "fault.stripe.no_answer").Because(err)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if f := fault.Of(err); f != nil {
		return f
	}
	return fault.New(fault.Unavailable, "fault.stripe.unreachable").Because(err)
}
