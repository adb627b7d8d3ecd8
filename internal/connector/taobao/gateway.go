package taobao

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

type (
	param = alibaba.Param
	file  = alibaba.File
)

// gateway does the calls of one shop.
type gateway struct {
	base      string // without a slash at the end
	key       string
	secret    string
	signing   string
	store     string
	perSecond float64
	zone      *time.Location
	limits    *webclient.Limits
	world     connector.World
	token     atomic.Pointer[connector.Token]
	ahead     atomic.Int64 // nanoseconds by which the platform's clock is ahead of ours, once it refused our time
}

// answer is what came back: what stands inside the wrapper, and the text of that.
type answer struct {
	wire.Value
	raw []byte
}

// Reads are tried again: after a limit that ends soon, and after a failure of the platform's own.
const (
	triesLimited     = 5
	triesUnavailable = 3
)

// read does a call that changes nothing, again if that may help.
func (g *gateway) read(ctx context.Context, method string, params ...param) (answer, error) {
	var limited, down int
	mended := false
	for {
		a, err := g.once(ctx, method, params, nil, false)
		switch f := fault.Of(err); {
		case f == nil:
			return a, err
		case f.Key == wrongClock.key && !mended && g.ahead.Load() != 0:
			mended = true // the difference is known now
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
	clock := webclient.Clock{Now: g.world.Now, Pause: g.world.Pause}
	if err := g.limits.Wait(ctx, clock, turn, g.perSecond); err != nil {
		return answer{}, err
	}
	q, err := g.request(ctx, method, params, f)
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

// request builds a call: the system's parameters in the query, the method's own in the body.
func (g *gateway) request(ctx context.Context, method string, params []param, f *file) (*http.Request, error) {
	token := g.token.Load()
	if needsSession(method) && token.Access == "" {
		return nil, &fault.Fault{Kind: fault.Unauthorised, Key: "fault.taobao.session_missing", Field: "session_key"}
	}
	system := []param{
		{"app_key", g.key}, {"format", "json"}, {"method", method}, {"sign_method", g.signing},
		{"timestamp", g.now().In(g.zone).Format(time.DateTime)}, {"v", "2.0"},
	}
	if needsSession(method) {
		system = append(system, param{"session", token.Access})
	}
	params = alibaba.Sent(params)
	signature := alibaba.Sign(g.signing, g.secret, "", append(append(make([]param, 0, len(system)+len(params)), system...), params...))
	return alibaba.Request(ctx, g.base+"/router/rest?"+alibaba.Form(append(system, param{"sign", signature})), params, f)
}

// needsSession: tokens are exchanged without one.
func needsSession(method string) bool { return method != tokenCreate && method != tokenRefresh }

// now is the platform's time as far as we know it.
func (g *gateway) now() time.Time { return g.world.Now().Add(time.Duration(g.ahead.Load())) }

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
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, failed(q.Context(), err, acting)
	}
	if f := statusFault(response, acting); f != nil {
		return answer{raw: body}, f
	}
	v, err := unwrapped(body, acting)
	if f := fault.Of(err); f != nil && f.Key == wrongClock.key {
		g.learn(response.Header.Get("Date"))
	}
	a := answer{v, body}
	if err == nil {
		a.raw = v.Raw()
	}
	return a, err
}

// learn takes the platform's time from an answer that refused ours: TOP allows ten minutes.
func (g *gateway) learn(date string) {
	if theirs, err := http.ParseTime(date); err == nil {
		g.ahead.Store(int64(theirs.Sub(g.world.Now())))
	}
}

// failed tells what a failure on the way means. The cause is kept without the address, which carries session and signature.
func failed(ctx context.Context, err error, perhapsDone bool) error {
	var withAddress *url.Error
	if errors.As(err, &withAddress) {
		err = withAddress.Err
	}
	if perhapsDone {
		return fault.New(fault.Unknown, "fault.taobao.no_answer").Because(err)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if f := fault.Of(err); f != nil {
		return f
	}
	return fault.New(fault.Unavailable, "fault.taobao.unreachable").Because(err)
}

// statusFault judges an HTTP status; the platform answers 200 for its own errors, so others come from what stands before it.
func statusFault(r *http.Response, acting bool) error {
	status := strconv.Itoa(r.StatusCode)
	switch {
	case r.StatusCode < 300:
		return nil
	case r.StatusCode == http.StatusTooManyRequests:
		seconds, _ := strconv.Atoi(r.Header.Get("Retry-After"))
		return &fault.Fault{Kind: fault.Limited, Key: "fault.limited", After: max(time.Second, time.Duration(seconds)*time.Second)}
	case r.StatusCode < 500:
		return &fault.Fault{Kind: fault.Invalid, Key: "fault.taobao.gateway", Field: "address", Params: map[string]string{"code": status}}
	case acting:
		return fault.New(fault.Unknown, "fault.taobao.busy", "code", status)
	}
	return fault.New(fault.Unavailable, "fault.taobao.busy", "code", status)
}
