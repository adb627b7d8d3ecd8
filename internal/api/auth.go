package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"parley/internal/desk"
	"parley/internal/fault"
)

type whoKey struct{}

// caller is what a request carries on its way to the handler.
type caller struct {
	who  desk.Who
	lang string
}

func whoOf(ctx context.Context) desk.Who {
	c, _ := ctx.Value(whoKey{}).(caller)
	return c.who
}

// langOf is the member's language, or the first one the request asks for.
func langOf(ctx context.Context) string {
	c, _ := ctx.Value(whoKey{}).(caller)
	return c.lang
}

// bearer gives the token of a request, empty if it has none.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// maxUpload bounds every request's body; what a route takes is usually far less.
const maxUpload = 64 << 20

// authorised finds out who asks and lets the request through to its handler.
func (a *API) authorised(w http.ResponseWriter, r *http.Request) {
	c := caller{lang: askedLanguage(r)}
	who, err := a.Desk.ByToken(r.Context(), bearer(r))
	if err == nil {
		c.who, c.lang = who, who.Locale
		err = checkQuery(r.URL)
	}
	r = r.WithContext(context.WithValue(r.Context(), whoKey{}, c))
	if err != nil {
		if fault.Is(err, fault.Unauthorised) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="parley"`)
		}
		a.refuse(w, r, err)
		return
	}
	if r.ContentLength > maxUpload {
		a.refuseAs(w, r, http.StatusRequestEntityTooLarge, bodyTooLarge())
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	defer func() {
		if r.MultipartForm != nil {
			_ = r.MultipartForm.RemoveAll() // what stays is in the temporary folder
		}
	}()
	a.mux.ServeHTTP(w, r)
}

// askedLanguage is the first language of Accept-Language, without looking at weights.
func askedLanguage(r *http.Request) string {
	first, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ",")
	first, _, _ = strings.Cut(first, ";")
	return strings.TrimSpace(first)
}

// checkQuery refuses what would otherwise be half read: broken escapes, and a parameter given twice (several values of one parameter
// are separated by commas).
func checkQuery(u *url.URL) error {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return fault.Input("query", u.RawQuery, "name=value&…, escaped as %XX").Because(err)
	}
	names := make([]string, 0, len(query))
	for name, values := range query {
		if len(values) > 1 {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	name := slices.Min(names)
	return fault.Input(name, strings.Join(query[name], ", "), "once: "+name+"=A,B")
}
