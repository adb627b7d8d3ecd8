package web_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/internal/policy"
	"parley/internal/texts"
	"parley/internal/web"
	"parley/internal/web/gallery"
	"parley/packs"
)

// scene is the face over the samples.
type scene struct {
	testing.TB
	desk *gallery.Desk
	h    http.Handler
	log  bytes.Buffer
}

func newScene(t testing.TB, change ...func(*web.Options)) *scene {
	t.Helper()
	book, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{TB: t, desk: gallery.New("aliexpress", "en", "")}
	o := web.Options{Desk: s.desk, Texts: book, Rules: rules(t), Now: func() time.Time { return gallery.Now }, Log: slog.New(slog.NewTextHandler(&s.log, nil))}
	for _, c := range change {
		c(&o)
	}
	if s.h, err = web.New(o); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *scene) do(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r)
	return w.Result()
}

func request(method, path string, body io.Reader) *http.Request {
	r := httptest.NewRequest(method, "http://desk.example"+path, body)
	r.AddCookie(&http.Cookie{Name: "parley", Value: gallery.Session})
	return r
}

// get gives status and body of a page.
func (s *scene) get(path string) (int, string) {
	s.Helper()
	return s.read(s.do(request("GET", path, nil)))
}

// post sends a form of pairs.
func (s *scene) post(path string, pairs ...string) *http.Response {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	r := request("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(r)
}

func (s *scene) read(r *http.Response) (int, string) {
	s.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.Fatal(err)
	}
	return r.StatusCode, string(body)
}

// has complains about every text that a page lacks.
func (s *scene) has(body string, wanted ...string) {
	s.Helper()
	for _, w := range wanted {
		if !strings.Contains(body, w) {
			s.Errorf("the page lacks %q", w)
		}
	}
}

func rules(t testing.TB) *policy.Library {
	t.Helper()
	l, err := policy.Load(packs.Files)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
