// Package webclient is the only way out over HTTP. It makes clients that cannot hang, cannot be flooded, cannot be
// lured into the private network and cannot leak a secret into a recording.
//
//   - Every wait has an end: connecting, the answer's header, the whole exchange.
//   - An answer longer than the limit ends in a fault of kind Garbled while it is being read, after unpacking.
//   - The address is checked when it is dialled, after the name was resolved, so that a name cannot point elsewhere later.
//   - Redirects to another host are refused; an answer to anything but GET and HEAD is never redirected.
//   - Limits (file limits.go) keeps calls per key under a rate and stays away after the other side said "too many".
//   - A Recorder (file record.go) sees each exchange with its secrets masked.
package webclient

import (
	"net"
	"net/http"
	"time"

	"parley/internal/fault"
)

// Options shape a client. Zero values mean the defaults named here.
type Options struct {
	Connect  time.Duration // reaching the other side, TLS included; default 5 s
	Header   time.Duration // from the request sent to the answer's header; default 20 s
	Total    time.Duration // everything, the body included; default 60 s
	MaxBytes int64         // longest answer after unpacking; default 8 MiB
	// AllowPrivate lets the client reach loopback and private networks: simulators, tests, an own gateway.
	AllowPrivate bool
	PerHost      int      // connections kept open to one host; default 256
	Recorder     Recorder // sees every exchange, secrets masked; nil = nobody
	Now          func() time.Time
}

func (o Options) filled() Options {
	set := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	set(&o.Connect, 5*time.Second)
	set(&o.Header, 20*time.Second)
	set(&o.Total, 60*time.Second)
	if o.MaxBytes <= 0 {
		o.MaxBytes = 8 << 20
	}
	if o.PerHost <= 0 {
		o.PerHost = 256
	}
	return o
}

// New makes a client. One client serves many stores: connections are shared per host.
func New(options Options) *http.Client {
	o := options.filled()
	var way http.RoundTripper = capped{next: transport(o), max: o.MaxBytes}
	if o.Recorder != nil && o.Now != nil {
		way = recording{next: way, to: o.Recorder, now: o.Now}
	}
	return &http.Client{Transport: way, Timeout: o.Total, CheckRedirect: sameHost}
}

// transport is tuned for thousands of small calls a second to one host: many warm connections, buffers that hold a
// whole call, no proxy that would hide the address from the guard.
func transport(o Options) *http.Transport {
	dialer := &net.Dialer{Timeout: o.Connect, KeepAlive: 30 * time.Second}
	if !o.AllowPrivate {
		dialer.Control = refusePrivate
	}
	return &http.Transport{
		DialContext:           dialer.DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          8 * o.PerHost,
		MaxIdleConnsPerHost:   o.PerHost,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   o.Connect,
		ResponseHeaderTimeout: o.Header,
		ExpectContinueTimeout: time.Second,
		WriteBufferSize:       8 << 10,
		ReadBufferSize:        16 << 10,
	}
}

// sameHost follows at most three redirects, on one host, for reads only, never from https down to http.
func sameHost(next *http.Request, via []*http.Request) error {
	first := via[0]
	if first.Method != http.MethodGet && first.Method != http.MethodHead {
		return http.ErrUseLastResponse
	}
	if next.URL.Host != first.URL.Host || (first.URL.Scheme == "https" && next.URL.Scheme != "https") {
		return fault.New(fault.Invalid, "fault.redirect_elsewhere", "from", first.URL.Host, "to", next.URL.Host)
	}
	if len(via) > 3 {
		return fault.New(fault.Garbled, "fault.redirect_loop", "from", first.URL.Host)
	}
	return nil
}
