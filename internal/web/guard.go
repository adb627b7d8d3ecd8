package web

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/texts"
)

// call is one request with who asks and in which language.
type call struct {
	*server
	w     http.ResponseWriter
	r     *http.Request
	who   desk.Who
	text  *texts.Reader
	now   time.Time
	nonce string
}

// guard puts around every page what every page needs: the origin check for whatever changes something, and the headers.
func (s *server) guard(next http.Handler) http.Handler {
	check := http.NewCrossOriginProtection()
	check.SetDenyHandler(s.handler(route{do: func(*call) error {
		return fault.New(fault.Forbidden, "fault.cross_origin")
	}}))
	return check.Handler(next)
}

// handler runs a route: session, right, time limit, recovery, error page.
func (s *server) handler(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		c := &call{server: s, w: w, r: req, now: s.Now().UTC(), nonce: rand.Text()}
		c.text = s.Texts.In(spoken(req))
		c.headers()
		defer c.recover()
		if !r.stream {
			cancel := c.limit(r)
			defer cancel()
		}
		if err := c.enter(r); err != nil {
			c.fail(err)
			return
		}
		if err := r.do(c); err != nil {
			c.fail(err)
		}
	})
}

// limit bounds time and body of a request.
func (c *call) limit(r route) context.CancelFunc {
	wait, size := c.Timeout, int64(1<<20)
	if r.upload {
		wait, size = 4*c.Timeout, c.MaxUpload+1<<20
	}
	ctx, cancel := context.WithTimeout(c.r.Context(), wait)
	c.r = c.r.WithContext(ctx)
	c.r.Body = http.MaxBytesReader(c.w, c.r.Body, size)
	return cancel
}

// enter finds the member and checks the right of the route.
func (c *call) enter(r route) error {
	if err := c.known(); err != nil && r.right != "" {
		return err
	}
	if r.right == "" {
		return nil
	}
	if c.who.MemberID == 0 {
		return fault.New(fault.Unauthorised, "fault.sign_in")
	}
	if !c.who.May(r.right) {
		return fault.New(fault.Forbidden, "fault.role", "right", r.right, "role", c.who.Role)
	}
	return nil
}

// known looks the session up. A session that is gone is no fault: the visitor is a stranger.
func (c *call) known() error {
	cookie, err := c.r.Cookie(c.cookieName())
	if err != nil || cookie.Value == "" {
		return nil
	}
	who, err := c.Desk.BySession(c.r.Context(), cookie.Value)
	if fault.Is(err, fault.Unauthorised) || fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	c.who = who
	if who.Locale != "" {
		c.text = c.Texts.In(who.Locale)
	}
	return nil
}

// spoken is the first language of the browser that the desk speaks.
func spoken(r *http.Request) string {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		base, _, _ := strings.Cut(strings.ToLower(tag), "-")
		for _, lang := range texts.Languages() {
			if base == lang {
				return lang
			}
		}
	}
	return "en"
}

// headers are those of a page. Scripts and styles need the nonce of this answer; nothing comes from another host.
func (c *call) headers() {
	h := c.w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'nonce-"+c.nonce+"'; style-src 'nonce-"+c.nonce+
		"'; img-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
	if c.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// recover turns a panic into the page for what failed here, and logs it with its place.
func (c *call) recover() {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p)
	}
	c.Log.Error("a page failed", "path", c.r.URL.Path, "panic", p, "stack", string(debug.Stack()))
	c.fail(errors.New("panic"))
}

const week = 7 * 24 * time.Hour

func (c *call) cookieName() string {
	if c.Secure {
		return "__Host-parley"
	}
	return "parley"
}

// keepSession hands the browser its session; an empty secret takes it away.
func (c *call) keepSession(secret string) {
	cookie := &http.Cookie{
		Name: c.cookieName(), Value: secret, Path: "/", HttpOnly: true, Secure: c.Secure, SameSite: http.SameSiteLaxMode,
		MaxAge: int(2 * week / time.Second),
	}
	if secret == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(c.w, cookie)
}
