package aliexpress

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/alibaba"
	"parley/internal/connector/alibaba/wire"
	"parley/internal/fault"
	"parley/internal/webclient"
)

// The two gateways. The same method names live on both; they differ in address, clock and signature.
const (
	iop = "iop" // https://api-sg.aliexpress.com/sync and /rest
	top = "top" // https://api.taobao.com/router/rest
)

// gateway does the calls of one store.
type gateway struct {
	kind      string
	base      string // without a slash at the end
	oauth     string // where TOP hands out tokens
	key       string
	secret    string
	signing   string
	redirect  string
	store     string
	perSecond float64
	limits    *webclient.Limits
	world     connector.World
	token     atomic.Pointer[connector.Token]
}

// answer is what came back: read, and as received.
type answer struct {
	wire.Value
	raw []byte
}

func (g *gateway) clock() webclient.Clock {
	return webclient.Clock{Now: g.world.Now, Pause: g.world.Pause}
}

// Reads are tried again: after a limit that ends soon, and after a failure of the platform's own.
const (
	triesLimited     = 5
	triesUnavailable = 3
)

// read does a call that changes nothing, again if that may help.
func (g *gateway) read(ctx context.Context, method string, params ...param) (answer, error) {
	var limited, down int
	for {
		a, err := g.once(ctx, method, params, nil, false)
		switch f := fault.Of(err); {
		case f == nil:
			return a, err
		case f.Kind == fault.Limited && f.After <= webclient.LongestHold && limited < triesLimited:
			limited++ // the wait is in once: the limiter holds everybody back
		case f.Kind == fault.Unavailable && down < triesUnavailable-1:
			down++
			if err := g.world.Pause(ctx, time.Duration(down)*time.Second); err != nil {
				return answer{}, err
			}
		default:
			return a, err
		}
	}
}

// act does a call that changes something, once.
func (g *gateway) act(ctx context.Context, method string, params []param, f *file) (answer, error) {
	return g.once(ctx, method, params, f, true)
}

// once waits for its turn and calls.
func (g *gateway) once(ctx context.Context, method string, params []param, f *file, acting bool) (answer, error) {
	turn := g.store + " " + method
	if err := g.limits.Wait(ctx, g.clock(), turn, g.perSecond); err != nil {
		return answer{}, err
	}
	q, err := g.business(ctx, method, params, f)
	if err != nil {
		return answer{}, err
	}
	a, err := g.send(q, acting)
	if limit := fault.Of(err); limit != nil && limit.Kind == fault.Limited {
		limit.After = g.limits.Complained(g.world.Now(), turn, limit.After)
		return a, limit
	}
	if err == nil {
		g.limits.Worked(g.world.Now(), turn)
	}
	return a, err
}

// business builds a call of a dotted method: system parameters in the query, the method's own in the body, as the
// official clients send them.
func (g *gateway) business(ctx context.Context, method string, params []param, f *file) (*http.Request, error) {
	token := g.token.Load()
	if token == nil || token.Access == "" {
		return nil, &fault.Fault{Kind: fault.Unauthorised, Key: "fault.aliexpress.token_missing", Field: "token"}
	}
	now := g.world.Now()
	system := []param{
		{"app_key", g.key}, {"format", "json"}, {"method", method}, {"session", token.Access},
		{"sign_method", g.signing}, {"timestamp", strconv.FormatInt(now.UnixMilli(), 10)}, {"v", "2.0"},
	}
	path := "/sync"
	if g.kind == top {
		path = "/router/rest"
		system[5][1] = now.In(beijing()).Format(time.DateTime)
	}
	params = alibaba.Sent(params)
	signature := alibaba.Sign(g.signing, g.secret, "", append(append(make([]param, 0, len(system)+len(params)), system...), params...))
	address := g.base + path + "?" + alibaba.Form(append(system, param{"sign", signature}))
	return alibaba.Request(ctx, address, params, f)
}

// system builds a call of a path ("/auth/token/create") on IOP's /rest.
func (g *gateway) system(ctx context.Context, path string, params []param) (*http.Request, error) {
	own := []param{
		{"app_key", g.key}, {"sign_method", signSHA256},
		{"timestamp", strconv.FormatInt(g.world.Now().UnixMilli(), 10)},
	}
	params = alibaba.Sent(params)
	signature := alibaba.Sign(signSHA256, g.secret, path, append(append([]param(nil), own...), params...))
	return alibaba.Request(ctx, g.base+"/rest"+path+"?"+alibaba.Form(append(own, param{"sign", signature})), params, nil)
}

// send does one exchange and reads the answer.
func (g *gateway) send(q *http.Request, acting bool) (answer, error) {
	var out atomic.Bool // a connection was there: from now on the call may have arrived
	if acting {
		trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { out.Store(true) }}
		q = q.WithContext(httptrace.WithClientTrace(q.Context(), trace))
	}
	response, err := g.world.HTTP.Do(q)
	if err != nil {
		return answer{}, failed(q.Context(), err, acting && out.Load())
	}
	defer func() { _ = response.Body.Close() }() // everything was read or given up
	body, err := readAll(response)
	if err != nil {
		return answer{}, failed(q.Context(), err, acting)
	}
	if f := statusFault(response, acting); f != nil {
		// A status of 400 still carries an envelope that says more.
		if _, err := unwrapped(body, acting); response.StatusCode == http.StatusBadRequest && err != nil && !fault.Is(err, fault.Garbled) {
			return answer{raw: body}, err
		}
		return answer{raw: body}, f
	}
	v, err := unwrapped(body, acting)
	return answer{v, body}, err
}

func readAll(response *http.Response) ([]byte, error) {
	if n := response.ContentLength; n > 0 && n < 1<<20 {
		body := make([]byte, n)
		_, err := io.ReadFull(response.Body, body)
		return body, err
	}
	return io.ReadAll(response.Body)
}

// failed tells what a failure on the way means. The cause is kept without the address, which carries token and
// signature.
func failed(ctx context.Context, err error, perhapsDone bool) error {
	var withAddress *url.Error
	if errors.As(err, &withAddress) {
		err = withAddress.Err
	}
	if perhapsDone {
		return fault.New(fault.Unknown, "fault.aliexpress.no_answer").Because(err)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if f := fault.Of(err); f != nil {
		return f
	}
	return fault.New(fault.Unavailable, "fault.aliexpress.unreachable").Because(err)
}

// statusFault judges an HTTP status; the platform answers 200 for its own errors, so others come from what stands
// before it.
func statusFault(r *http.Response, acting bool) error {
	status := strconv.Itoa(r.StatusCode)
	switch {
	case r.StatusCode < 300:
		return nil
	case r.StatusCode == http.StatusTooManyRequests:
		seconds, _ := strconv.Atoi(r.Header.Get("Retry-After"))
		return &fault.Fault{Kind: fault.Limited, Key: "fault.limited", After: max(time.Second, time.Duration(seconds)*time.Second)}
	case r.StatusCode < 500:
		return &fault.Fault{Kind: fault.Invalid, Key: "fault.aliexpress.gateway", Field: "address", Params: map[string]string{"code": status}}
	case acting:
		return fault.New(fault.Unknown, "fault.aliexpress.busy", "code", status)
	}
	return fault.New(fault.Unavailable, "fault.aliexpress.busy", "code", status)
}
