package mirakl

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/webclient"
)

// gateway does the calls of one store.
type gateway struct {
	base   string // without a slash at the end
	key    string
	shop   string // number of the shop, for users with several
	store  string
	limits *webclient.Limits
	world  connector.World
}

// answer is what came back: read, and as received. A 204 has neither.
type answer struct {
	value
	raw []byte
}

func (g *gateway) clock() webclient.Clock {
	return webclient.Clock{Now: g.world.Now, Pause: g.world.Pause}
}

// Reads are tried again: after a limit that ends soon, and after a failure of the platform's own.
const (
	triesLimited     = 3
	triesUnavailable = 3
)

// get reads.
func (g *gateway) get(ctx context.Context, path string, query url.Values) (answer, error) {
	var limited, down int
	for {
		a, err := g.once(ctx, http.MethodGet, path, query, nil, "")
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

// put changes something, once.
func (g *gateway) put(ctx context.Context, path string, body any) (answer, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return answer{}, fault.Input("body", "", "JSON").Because(err)
	}
	return g.once(ctx, http.MethodPut, path, nil, raw, "application/json")
}

// part is one part of a multipart body.
type part struct {
	field, file, kind string
	bytes             []byte
}

// post sends parts, once.
func (g *gateway) post(ctx context.Context, path string, parts []part) (answer, error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, p := range parts {
		disposition := `form-data; name="` + p.field + `"`
		if p.file != "" {
			disposition += `; filename="` + quoted.Replace(p.file) + `"`
		}
		to, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {disposition}, "Content-Type": {p.kind}})
		if err != nil {
			return answer{}, fault.Input("file", p.file, "a name").Because(err)
		}
		if _, err := to.Write(p.bytes); err != nil {
			return answer{}, fault.Input("file", p.file, "a file").Because(err)
		}
	}
	if err := w.Close(); err != nil {
		return answer{}, fault.Input("file", "", "a file").Because(err)
	}
	return g.once(ctx, http.MethodPost, path, nil, body.Bytes(), w.FormDataContentType())
}

var quoted = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "", "\n", "")

// once waits for the end of a ban, and calls.
func (g *gateway) once(ctx context.Context, method, path string, query url.Values, body []byte, kind string) (answer, error) {
	if err := g.limits.Wait(ctx, g.clock(), g.store, 0); err != nil {
		return answer{}, err
	}
	q, err := g.request(ctx, method, path, query, body, kind)
	if err != nil {
		return answer{}, err
	}
	a, err := g.send(q)
	if limit := fault.Of(err); limit != nil && limit.Kind == fault.Limited {
		limit.After = g.limits.Complained(g.world.Now(), g.store, limit.After)
		return a, limit
	}
	if err == nil {
		g.limits.Worked(g.world.Now(), g.store)
	}
	return a, err
}

func (g *gateway) request(ctx context.Context, method, path string, query url.Values, body []byte, kind string) (*http.Request, error) {
	if g.shop != "" {
		if query == nil {
			query = url.Values{}
		}
		query.Set("shop_id", g.shop)
	}
	address := g.base + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	q, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, fault.Input("address", "", "https://INSTANCE.mirakl.net").Because(errors.New("the address cannot be read"))
	}
	q.Header.Set("Authorization", g.key)
	q.Header.Set("Accept", "application/json")
	if kind != "" {
		q.Header.Set("Content-Type", kind)
	}
	return q, nil
}

// send does one exchange and reads the answer.
func (g *gateway) send(q *http.Request) (answer, error) {
	acting := q.Method != http.MethodGet
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
	a := answer{raw: body}
	if f := g.statusFault(response, body, acting); f != nil {
		return a, f
	}
	if len(body) == 0 && response.StatusCode == http.StatusNoContent {
		return a, nil
	}
	if a.value, err = parse(body); err != nil || !a.isObject() {
		return a, garbled(err, acting)
	}
	return a, nil
}
