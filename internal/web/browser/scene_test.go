package browser

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"parley/internal/policy"
	"parley/internal/texts"
	"parley/internal/web"
	"parley/internal/web/gallery"
	"parley/packs"
)

// scene is a browser looking at a desk of samples.
type scene struct {
	*testing.T
	ctx  context.Context
	desk *gallery.Desk
	url  string
}

// browser finds Chromium, or tells how to get it.
func browser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("no Chromium here: apt-get install chromium")
	return ""
}

// look starts a browser on a desk. Flags are pairs of name and value.
func look(t *testing.T, d *gallery.Desk, flags ...string) *scene {
	t.Helper()
	if testing.Short() {
		t.Skip("browser tests are left out of -short")
	}
	book, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	h, err := web.New(web.Options{Desk: d, Texts: book, Rules: rules(t), Now: func() time.Time { return gallery.Now }, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(browser(t)), chromedp.NoSandbox, chromedp.Headless, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("hide-scrollbars", true)}
	for i := 0; i+1 < len(flags); i += 2 {
		options = append(options, chromedp.Flag(flags[i], flags[i+1]))
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(alloc)
	ctx, late := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(func() {
		late()
		cancel()
		stop()
		server.CloseClientConnections()
		server.Close()
	})
	s := &scene{T: t, ctx: ctx, desk: d, url: server.URL}
	s.signIn()
	return s
}

func (s *scene) do(steps ...chromedp.Action[chromedp.Void]) {
	s.Helper()
	if err := chromedp.Do(s.ctx, steps...); err != nil {
		s.Fatal(err)
	}
}

func (s *scene) signIn() {
	s.Helper()
	s.do(chromedp.Navigate(s.url+"/sign-in"), chromedp.SetValue("[name=email]", "lucia@example.com"), chromedp.SetValue("[name=password]", "correct horse"),
		chromedp.Click("form button"), chromedp.WaitReady("#rail"))
}

func (s *scene) open(path string) {
	s.Helper()
	s.do(chromedp.Navigate(s.url+path), chromedp.WaitReady("main"))
}

// ask evaluates an expression in the page.
func ask[T any](s *scene, expression string) T {
	s.Helper()
	v, err := chromedp.Run(s.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		s.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits for an expression to become true.
func (s *scene) until(expression string) {
	s.Helper()
	for range 100 {
		if ask[bool](s, "Boolean("+expression+")") {
			return
		}
		s.do(chromedp.Sleep(50 * time.Millisecond))
	}
	s.Fatalf("never true: %s", expression)
}

func (s *scene) press(keys string) {
	s.Helper()
	s.do(chromedp.KeyEvent(keys))
}

// shoot keeps a picture of the page.
func (s *scene) shoot(name string, width int64) {
	s.Helper()
	dir := os.Getenv("PARLEY_SHOTS")
	if dir == "" {
		dir = s.TempDir()
	}
	picture, err := chromedp.Run(s.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		s.Fatal(err)
	}
	if len(picture) < 5000 {
		s.Errorf("%s at %d: the picture is all but empty", name, width)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o600); err != nil {
		s.Fatal(err)
	}
}

// violation is what axe found.
type violation struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// accessible runs axe over the page and complains about everything it finds.
func (s *scene) accessible(name string) {
	s.Helper()
	source, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if err != nil {
		s.Fatalf("axe-core is missing: run npm ci in internal/web/browser (%v)", err)
	}
	ask[any](s, string(source)+";0")
	found := ask[string](s, `axe.run(document, {runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]}).then(r => JSON.stringify(r.violations))`)
	var list []violation
	if err := json.Unmarshal([]byte(found), &list); err != nil {
		s.Fatal(err)
	}
	for _, v := range list {
		for _, n := range v.Nodes[:min(len(v.Nodes), 3)] {
			s.Errorf("%s: %s (%s) %s\n  %s\n  %s", name, v.ID, v.Impact, v.Help, n.HTML, strings.ReplaceAll(n.Summary, "\n", " "))
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
