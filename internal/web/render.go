package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/web/page"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

var packers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed)
	return w
}}

// frame is what every page shows around its content. Readings around are left out where the desk cannot give them.
func (c *call) frame(title string) page.Frame {
	f := c.bare(title)
	if around, err := c.Desk.Around(c.r.Context(), c.who); err == nil {
		f.Around = &around
	}
	return f
}

// bare is a frame without figures, for strangers and for failures.
func (c *call) bare(title string) page.Frame {
	zone, err := time.LoadLocation(c.who.Zone)
	if err != nil {
		zone = time.UTC
	}
	f := page.Frame{
		Reader: c.text, Who: c.who, Now: c.now, Zone: zone, Nonce: c.nonce, Assets: c.assets.base, Path: c.r.URL.Path, Title: title,
		Back: c.r.URL.RequestURI(),
	}
	f.Rules = c.Rules
	if done := c.r.URL.Query().Get("done"); done != "" && c.text.Has("done."+done) {
		f.Done = c.text.T("done." + done)
	}
	return f
}

// show writes a page.
func (c *call) show(status int, body templ.Component) error {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	if err := body.Render(context.WithoutCancel(c.r.Context()), buf); err != nil { // a page of a request that ran out of time is shown too
		return err
	}
	h := c.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Vary", "Accept-Encoding, Cookie")
	if buf.Len() < 1400 || !strings.Contains(c.r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Length", strconv.Itoa(buf.Len()))
		c.w.WriteHeader(status)
		_, err := c.w.Write(buf.Bytes())
		return ignore(err)
	}
	h.Set("Content-Encoding", "gzip")
	c.w.WriteHeader(status)
	z := packers.Get().(*gzip.Writer)
	defer packers.Put(z)
	z.Reset(c.w)
	_, err := z.Write(buf.Bytes())
	return ignore(errors.Join(err, z.Close()))
}

// ignore drops the error of a visitor who went away.
func ignore(error) error { return nil }

// back answers a form: the browser goes on to the page, which says what was done.
func (c *call) back(to, done string) error {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(to, "//") || strings.Contains(to, "\\") {
		u = &url.URL{Path: "/queue"}
	}
	if done != "" {
		q := u.Query()
		q.Set("done", done)
		u.RawQuery = q.Encode()
	}
	http.Redirect(c.w, c.r, u.String(), http.StatusSeeOther)
	return nil
}

// status is the answer code of a failure.
func status(err error) int {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable
	}
	f := fault.Of(err)
	if f == nil {
		return http.StatusInternalServerError
	}
	switch f.Kind {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Conflict:
		return http.StatusConflict
	case fault.Refused:
		return http.StatusUnprocessableEntity
	case fault.Unauthorised:
		return http.StatusUnauthorized
	case fault.Limited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Unknown, fault.Garbled:
		return http.StatusBadGateway
	}
	return http.StatusInternalServerError
}

// fail shows the page of a failure, or sends a stranger to the door.
func (c *call) fail(err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	code := status(err)
	if code == http.StatusUnauthorized && c.who.MemberID == 0 {
		c.toDoor()
		return
	}
	if code >= 500 {
		c.Log.Error("a page could not be given", "path", c.r.URL.Path, "status", code, "error", err)
	}
	if f := fault.Of(err); f != nil && f.After > 0 {
		c.w.Header().Set("Retry-After", strconv.Itoa(int(f.After/time.Second)+1))
	}
	f := c.bare(c.text.T("error." + strconv.Itoa(code) + ".title"))
	_ = c.show(code, page.Error(page.ErrorPage{Frame: f, Status: code, Detail: c.detail(err), Home: c.who.MemberID != 0}))
}

// toDoor sends a stranger to the sign-in page, and back afterwards where that is safe.
func (c *call) toDoor() {
	to := "/sign-in"
	if c.r.Method == http.MethodGet && c.r.URL.Path != "/" {
		to += "?to=" + url.QueryEscape(c.r.URL.RequestURI())
	}
	http.Redirect(c.w, c.r, to, http.StatusSeeOther)
}

// detail says a failure in the reader's language; failures that are nobody's business say nothing.
func (c *call) detail(err error) string {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return c.text.T("fault.file_too_large", "max", c.text.Size(c.MaxUpload))
	}
	f := fault.Of(err)
	if f == nil {
		return ""
	}
	return page.Fault(c.text, f)
}

func (c *call) nowhere() error {
	if c.who.MemberID == 0 && c.r.URL.Path == "/" {
		return fault.New(fault.Unauthorised, "fault.sign_in")
	}
	return fault.New(fault.NotFound, "fault.not_found")
}

// number reads a number from the path; anything else is a page that does not exist.
func (c *call) number(name string) (int64, error) {
	n, err := strconv.ParseInt(c.r.PathValue(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, fault.New(fault.NotFound, "fault.not_found")
	}
	return n, nil
}

// ids reads the ticked cases of a form.
func (c *call) ids(field string) ([]int64, error) {
	if err := c.r.ParseForm(); err != nil {
		return nil, err
	}
	var out []int64
	for _, v := range c.r.PostForm[field] {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return nil, fault.Input(field, v, c.text.T("allowed.number"))
		}
		out = append(out, n)
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Invalid, "fault.nothing_selected")
	}
	return out, nil
}

// people are the members for menus; those who may not list them see only themselves.
func (c *call) people() []desk.MemberRef {
	members, err := c.Desk.Members(c.r.Context(), c.who)
	if err != nil {
		return []desk.MemberRef{{ID: c.who.MemberID, Name: c.who.Name}}
	}
	var out []desk.MemberRef
	for _, m := range members {
		if m.State == "active" && m.Role != "viewer" {
			out = append(out, desk.MemberRef{ID: m.ID, Name: m.Name})
		}
	}
	return out
}
