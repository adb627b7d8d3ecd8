package sim

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// client is a node's way out: the bytes of requests and answers are those of a wire, the wire is ours.
func (s *Sim) client(n *node) *http.Client {
	return &http.Client{Transport: wire{n}}
}

// wire carries a node's calls to the platforms and has their accidents.
type wire struct{ n *node }

// maxAnswer is the longest answer a desk reads, as in the client it has outside.
const maxAnswer = 8 << 20

// remembered is an answer to a reading call, for those that come out of date.
type remembered struct {
	at     time.Time
	status int
	body   []byte
}

// RoundTrip makes one call.
func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	n, s := w.n, w.n.s
	if n.dead {
		return nil, errDied
	}
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close() // it was read
	}
	p := s.platforms[r.URL.Host]
	if p == nil {
		return nil, &net.DNSError{Err: "no such host", Name: r.URL.Host, IsNotFound: true}
	}
	c := p.Call(r, body)
	s.sends++
	c.effect, c.send = n.executing, s.sends
	s.report.Calls++
	s.pass(s.draw.Between(20*time.Millisecond, 250*time.Millisecond))
	if s.outage[r.URL.Host] > 0 {
		return nil, unreachable()
	}
	var in *Incident
	if s.quiet == 0 {
		in = s.hit(operation{node: n, call: &c})
	}
	return w.carry(r, body, p, &c, in)
}

func unreachable() error { return &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED} }

var errNoAnswer = errors.New("EOF")

// connected tells the caller that a connection was there, as a real transport does.
func connected(r *http.Request) {
	if t := httptrace.ContextClientTrace(r.Context()); t != nil && t.GotConn != nil {
		t.GotConn(httptrace.GotConnInfo{})
	}
}

// carry has the call carried out, as far as the incident lets it.
func (w wire) carry(r *http.Request, body []byte, p Platform, c *Call, in *Incident) (*http.Response, error) {
	n, s := w.n, w.n.s
	what := ""
	if in != nil {
		what = in.What
	}
	switch what {
	case "unreachable":
		return nil, unreachable()
	case "crash":
		connected(r)
		if in.Late {
			s.perform(r, body, p, c)
		}
		n.die()
		return nil, errDied
	case "hang":
		connected(r)
		if in.Late {
			s.perform(r, body, p, c)
		}
		s.elsewhere(n, in.For)
		switch {
		case n.dead:
			return nil, errDied
		case in.Late || in.For > patience:
			return nil, timedOut{} // the caller gave up before
		}
	case "late":
		connected(r)
		s.at(s.now.Add(in.For), func() { s.perform(r, body, p, c) })
		s.pass(min(in.For, patience))
		return nil, timedOut{}
	}
	connected(r)
	switch what {
	case "dropped":
		return nil, errNoAnswer
	case "error_before":
		return answer(r, 503, []byte("<html>upstream error</html>")), nil
	case "stale":
		if old, ok := s.memory[c.Same]; ok && c.Same != "" && s.now.Sub(old.at) < in.For {
			return answer(r, old.status, old.body), nil
		}
	case "limited", "expired", "odd_words", "twice_listed":
		p.Spoil(what)
		defer p.Heal()
	}
	got := s.perform(r, body, p, c)
	if what == "twice" {
		got = s.perform(r, body, p, c)
	}
	switch what {
	case "lost_answer":
		return nil, errNoAnswer
	case "error_after":
		return answer(r, 502, []byte("<html>upstream error</html>")), nil
	case "garbled":
		return answer(r, 200, []byte(strings.Repeat(`{"a":[`, 3000)+"\x00<html>")), nil
	case "truncated":
		return answer(r, got.Code, got.Body.Bytes()[:got.Body.Len()/2]), nil
	}
	if c.Same != "" {
		s.remember(c.Same, got)
	}
	return answer(r, got.Code, got.Body.Bytes()), nil
}

type timedOut struct{}

func (timedOut) Error() string   { return "Client.Timeout exceeded while awaiting headers" }
func (timedOut) Timeout() bool   { return true }
func (timedOut) Temporary() bool { return true }

// patience is how long the client outside waits for an answer.
const patience = time.Minute

// perform lets the platform carry a call out and books what it did.
func (s *Sim) perform(r *http.Request, body []byte, p Platform, c *Call) *httptest.ResponseRecorder {
	again := r.Clone(r.Context())
	again.Body = io.NopCloser(bytes.NewReader(body))
	again.Host, again.Header = r.URL.Host, read(r.Header)
	before := p.Done()
	got := httptest.NewRecorder()
	p.ServeHTTP(got, again)
	if done := p.Done() - before; done > 0 {
		s.acted(c)
	}
	return got
}

// read gives headers as a server reads them: their names have one writing there, whatever the caller wrote.
func read(sent http.Header) http.Header {
	out := make(http.Header, len(sent))
	for name, values := range sent {
		out[http.CanonicalHeaderKey(name)] = values
	}
	return out
}

// remember keeps the last answers of reading calls, a bounded number of them.
func (s *Sim) remember(same string, got *httptest.ResponseRecorder) {
	if len(s.memory) > 5000 {
		clear(s.memory)
	}
	s.memory[same] = remembered{s.now, got.Code, got.Body.Bytes()}
}

func answer(r *http.Request, status int, body []byte) *http.Response {
	body = body[:min(len(body), maxAnswer)]
	return &http.Response{
		StatusCode: status, Status: strconv.Itoa(status) + " " + http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json;charset=utf-8"}}, Body: io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)), Request: r,
	}
}
