// Package web is the face people look at: pages rendered on the server over package desk.
//
// routes.go is the one table of addresses with the right each needs; guard.go is what every request passes (headers, origin check,
// time limit, recovery, session); the handlers stand one file per area and give typed structs to package page, which writes the HTML.
// Every action is a plain form; assets/*.js only makes it quicker (keyboard, live updates). Nothing is loaded from another host.
package web

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"parley/internal/policy"
	"parley/internal/texts"
)

// Options are what the face is made of.
type Options struct {
	Desk  Desk
	Texts *texts.Book
	Now   func() time.Time // the only clock
	Log   *slog.Logger
	// Rules are the rule packs, for the sentences of reasons and the page that lists them; nil: only the rules' names are shown.
	Rules *policy.Library
	// Secure: people reach the desk by https, so cookies are bound to it.
	Secure bool
	// MaxUpload is the largest file taken, in bytes; 0 = 20 MB.
	MaxUpload int64
	// Timeout bounds the work for one page; 0 = 15 seconds. Uploads get four times as long.
	Timeout time.Duration
}

type server struct {
	Options
	assets *assets
}

// New gives the handler of all pages; it fails where the parts are not complete. It serves everything but the addresses of the JSON interface.
func New(o Options) (http.Handler, error) {
	if o.Desk == nil || o.Texts == nil || o.Now == nil {
		return nil, errors.New("web: desk, texts or clock are missing")
	}
	if o.MaxUpload == 0 {
		o.MaxUpload = 20_000_000
	}
	if o.Timeout == 0 {
		o.Timeout = 15 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &server{Options: o, assets: newAssets()}
	mux := http.NewServeMux()
	for _, r := range routes() {
		mux.Handle(r.method+" "+r.path, s.handler(r))
	}
	mux.Handle("GET "+assetRoot, s.assets)
	mux.Handle("/", s.handler(route{do: (*call).nowhere}))
	return s.guard(mux), nil
}
