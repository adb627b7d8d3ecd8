package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/texts"
)

func noEnv(string) string { return "" }

// parley runs a command line and gives its status and what it printed.
func parley(t *testing.T, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	status = run(t.Context(), args, noEnv, &o, &e)
	return status, o.String(), e.String()
}

// must runs a command line that has to succeed.
func must(t *testing.T, args ...string) string {
	t.Helper()
	status, out, errs := parley(t, args...)
	if status != 0 {
		t.Fatalf("parley %s ends with %d: %s%s", strings.Join(args, " "), status, out, errs)
	}
	return out
}

func into[T any](t *testing.T, text string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %.300s", err, text)
	}
	return v
}

func TestUnknownVerbsGetASuggestion(t *testing.T) {
	status, _, errs := parley(t, "serv")
	if status != 2 || !strings.Contains(errs, `did you mean "serve"`) {
		t.Errorf("%d %s", status, errs)
	}
	if status, _, errs := parley(t, "queue", "--ordr", "money"); status != 2 || !strings.Contains(errs, "--order") {
		t.Errorf("%d %s", status, errs)
	}
}

func TestHelpSpeaksTheLanguage(t *testing.T) {
	for lang, word := range map[string]string{"en": "Print the queue", "es": "Mostrar la cola", "zh": "显示或搜索队列"} {
		if status, out, _ := parley(t, "--help", "--lang="+lang); status != 0 || !strings.Contains(out, word) {
			t.Errorf("%s: %d %.400s", lang, status, out)
		}
	}
	if _, out, _ := parley(t); !strings.Contains(out, "Usage:") {
		t.Errorf("without arguments: %.200s", out)
	}
}

func TestLanguageOfTheMachine(t *testing.T) {
	env := func(values ...string) func(string) string {
		return func(name string) string {
			for i := 0; i < len(values); i += 2 {
				if values[i] == name {
					return values[i+1]
				}
			}
			return ""
		}
	}
	for want, got := range map[string]string{
		"zh-CN-UTF-8": language(nil, env("LANG", "zh_CN.UTF-8")), "es": language([]string{"queue", "--lang", "es"}, env("LANG", "zh_CN")),
		"fr": language([]string{"--lang=fr"}, noEnv), "en": language(nil, noEnv), "de": language(nil, env("PARLEY_LANG", "de", "LANG", "es")),
	} {
		if want != got {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestLookingDoesNotMakeADesk(t *testing.T) {
	data := filepath.Join(t.TempDir(), "none")
	for _, args := range [][]string{{"queue"}, {"case", "show", "1"}, {"store", "list"}, {"doctor"}, {"token", "new", "x"}, {"sync"}} {
		status, _, errs := parley(t, append(args, "--data", data)...)
		if status != 1 || !strings.Contains(errs, data) {
			t.Errorf("%v: %d %s", args, status, errs)
		}
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("a folder was made")
	}
}

func TestQueueAndCaseOverAFilledDesk(t *testing.T) {
	data := t.TempDir()
	must(t, "fill", "--cases", "300", "--data", data)
	type list struct {
		Items []struct {
			ID    int64     `json:"id"`
			DueAt time.Time `json:"due_at"`
		} `json:"items"`
		Next string `json:"next"`
	}
	first := into[list](t, must(t, "queue", "--json", "--limit", "10", "--data", data))
	if len(first.Items) != 10 || first.Next == "" {
		t.Fatalf("%+v", first)
	}
	for i := 1; i < 10; i++ {
		a, b := first.Items[i-1].DueAt, first.Items[i].DueAt
		if a.IsZero() && !b.IsZero() || (!b.IsZero() && b.Before(a)) {
			t.Errorf("%v before %v", a, b)
		}
	}
	second := into[list](t, must(t, "queue", "--json", "--limit", "10", "--cursor", first.Next, "--data", data))
	if second.Items[0].ID == first.Items[0].ID {
		t.Error("the second page is the first")
	}
	table := must(t, "queue", "--limit", "10", "--data", data, "--lang", "es")
	lines := strings.Split(strings.TrimSpace(table), "\n")
	if len(lines) != 12 || !strings.HasPrefix(lines[0], "Caso") || !strings.HasPrefix(lines[1], number(first.Items[0].ID)+" ") {
		t.Errorf("%d lines: %s", len(lines), table)
	}
	if status, _, errs := parley(t, "queue", "--order", "cheapest", "--data", data); status != 1 || !strings.Contains(errs, "cheapest") || !strings.Contains(errs, "deadline") {
		t.Errorf("%d %s", status, errs)
	}
	if status, _, errs := parley(t, "case", "show", "999999", "--data", data); status != 1 || errs == "" {
		t.Errorf("%d %s", status, errs)
	}
}

func TestMembersAndTokens(t *testing.T) {
	data := t.TempDir()
	link := into[map[string]string](t, must(t, "member", "add", "bo@example.com", "--role", "lead", "--json", "--data", data, "--public-url", "https://desk.example/"))["link"]
	if !strings.HasPrefix(link, "https://desk.example/join/inv_") {
		t.Errorf("link is %q", link)
	}
	if status, _, errs := parley(t, "member", "add", "bo@example.com", "--data", data); status != 1 || !strings.Contains(errs, "bo@example.com") {
		t.Errorf("%d %s", status, errs)
	}
	if status, _, _ := parley(t, "member", "add", "cy@example.com", "--role", "king", "--data", data); status != 2 {
		t.Errorf("role king gives %d", status)
	}
	if status, _, _ := parley(t, "token", "new", "x", "--data", data); status != 1 {
		t.Error("a token for nobody")
	}
	if out := must(t, "member", "list", "--data", data); !strings.Contains(out, "bo@example.com") {
		t.Error(out)
	}
}

// lines collects what a running verb prints and rings at every line.
type lines struct {
	mu   sync.Mutex
	b    bytes.Buffer
	ring chan struct{}
}

func newLines() *lines { return &lines{ring: make(chan struct{}, 1)} }

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case l.ring <- struct{}{}:
	default:
	}
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// running is a verb that serves until it is stopped.
type running struct {
	*lines
	t    *testing.T
	stop context.CancelFunc
	done chan int
}

func start(t *testing.T, args ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r := &running{newLines(), t, stop, make(chan int, 1)}
	go func() { r.done <- run(ctx, args, noEnv, r, r) }()
	return r
}

// await gives what the pattern's group matches, as soon as it was printed.
func (r *running) await(pattern string) string {
	r.t.Helper()
	late := time.After(30 * time.Second)
	for {
		if m := regexp.MustCompile(pattern).FindStringSubmatch(r.String()); m != nil {
			return m[1]
		}
		select {
		case <-r.ring:
		case status := <-r.done:
			r.t.Fatalf("ended with %d: %s", status, r.String())
		case <-late:
			r.t.Fatalf("no %s in %s", pattern, r.String())
		}
	}
}

// end stops the verb and checks that it ends well.
func (r *running) end() {
	r.t.Helper()
	r.stop()
	if status := <-r.done; status != 0 {
		r.t.Errorf("ends with %d: %s", status, r.String())
	}
}

func TestServeLetsTheFirstOwnerIn(t *testing.T) {
	r := start(t, "serve", "--addr", "127.0.0.1:0", "--data", t.TempDir())
	url := r.await(`listening on (http://127\.0\.0\.1:\d+)`)
	link := r.await(`(http://\S+/join/inv_\S+)`)
	for _, address := range []string{link, url + "/healthz"} {
		answer, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != 200 {
			t.Errorf("%s gives %d", address, answer.StatusCode)
		}
	}
	r.end()
}

// Behind a proxy the line says where the program itself can be asked, and the link where people reach it.
func TestServeBehindAProxyNamesBothAddresses(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", ":0"} {
		r := start(t, "serve", "--addr", addr, "--data", t.TempDir(), "--public-url", "https://desk.example.com")
		url := r.await(`listening on (http://127\.0\.0\.1:\d+)`)
		r.await(`(https://desk\.example\.com)\n`)
		r.await(`(https://desk\.example\.com/join/inv_\S+)`)
		answer, err := http.Get(url + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != 200 {
			t.Errorf("%s gives %d", url, answer.StatusCode)
		}
		r.end()
	}
}

func TestServeWithAnOwnerByFlags(t *testing.T) {
	data := t.TempDir()
	secret := filepath.Join(data, "secret")
	write := func(password string) {
		if err := os.WriteFile(secret, []byte(password+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"serve", "--addr", "127.0.0.1:0", "--data", data, "--owner-email", "ada@example.com", "--owner-password-file", secret}
	write("short")
	if status, out, errs := parley(t, args...); status != 1 || out != "" || !strings.Contains(errs, "10") || strings.Contains(errs, "short") {
		t.Errorf("%d %s%s", status, out, errs)
	}
	write("a fair breeze at four")
	r := start(t, args...)
	r.await(`listening on (http)`)
	r.end()
	if strings.Contains(r.String(), "/join/") {
		t.Errorf("offers a link to become the owner: %s", r.String())
	}
	if secret := strings.TrimSpace(must(t, "token", "new", "export", "--data", data)); !strings.HasPrefix(secret, "pat_") {
		t.Errorf("token is %q", secret)
	}
	if out := must(t, "doctor", "--data", data, "--json"); !into[struct{ OK bool }](t, out).OK {
		t.Errorf("the doctor finds %s", out)
	}
}

func TestFakeServesAPlatform(t *testing.T) {
	r := start(t, "fake", "aliexpress", "--addr", "127.0.0.1:0")
	r.await(`listening on (http://127\.0\.0\.1:\d+)`)
	r.end()
	if status, _, errs := parley(t, "fake", "ebay"); status != 1 || !strings.Contains(errs, "aliexpress") {
		t.Errorf("%d %s", status, errs)
	}
}

func TestConnectorListAndVersion(t *testing.T) {
	if out := must(t, "connector", "list"); !strings.Contains(out, "aliexpress") || !strings.Contains(out, "app_secret") {
		t.Error(out)
	}
	got := into[struct{ Items []map[string]any }](t, must(t, "connector", "list", "--json"))
	if len(got.Items) == 0 || got.Items[0]["kind"] != "aliexpress" {
		t.Errorf("%+v", got)
	}
	if out := must(t, "version"); !strings.HasPrefix(out, "parley ") {
		t.Error(out)
	}
}

func TestPolicyLint(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(bad, []byte("pack: mine@2026\nnonsense: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	status, out, _ := parley(t, "policy", "lint", bad)
	if status != 1 || !regexp.MustCompile(`mine\.yaml:\d+:\d+: `).MatchString(out) {
		t.Errorf("%d %s", status, out)
	}
	must(t, "policy", "lint", "../../packs/aliexpress/2017.yaml")
	if status, _, errs := parley(t, "policy", "lint", "/nowhere.yaml"); status == 0 || !strings.Contains(errs, "/nowhere.yaml") {
		t.Errorf("%d %s", status, errs)
	}
}

func TestPolicyTest(t *testing.T) {
	folder := t.TempDir()
	status, out, _ := parley(t, "policy", "test", folder)
	if status != 0 || !strings.HasSuffix(out, "0 passed, 0 failed\n") {
		t.Errorf("%d %s", status, out)
	}
	if err := os.WriteFile(filepath.Join(folder, "x.yaml"), []byte("nonsense: [\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out, _ := parley(t, "policy", "test", folder); status != 1 || !strings.HasSuffix(out, "0 passed, 1 failed\n") {
		t.Errorf("%d %s", status, out)
	}
}

func TestPlainDefusesWhatOthersWrote(t *testing.T) {
	if got := plain("a\x1b[2Jb\u202ec\u0007退款"); got != "a [2Jb c 退款" {
		t.Errorf("%q", got)
	}
}

// TestHelpTexts: every flag and verb has its help text, and no help text is left over.
func TestHelpTexts(t *testing.T) {
	book, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{"parley": true}
	var walk func(reflect.Type)
	walk = func(s reflect.Type) {
		for i := range s.NumField() {
			f := s.Field(i)
			help := f.Tag.Get("help")
			if name, ok := strings.CutPrefix(help, "${help_"); ok {
				used[strings.TrimSuffix(name, "}")] = true
			} else if help != "" {
				t.Errorf("%s has its help text in the code", f.Name)
			}
			if f.Type.Kind() == reflect.Struct {
				walk(f.Type)
			}
		}
	}
	walk(reflect.TypeFor[commands]())
	for _, lang := range texts.Languages() {
		have := helpIn(book.In(lang))
		for name := range used {
			if have["help_"+name] == "" {
				t.Errorf("%s: no help for %s", lang, name)
			}
		}
		for name := range have {
			if !used[strings.TrimPrefix(name, "help_")] {
				t.Errorf("%s: %s is used nowhere", lang, name)
			}
		}
	}
}

// TestTexts: every text the verbs print exists, and none of the command line's own is left over.
func TestTexts(t *testing.T) {
	book, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if source, err := os.ReadFile(name); err == nil && !strings.HasSuffix(name, "_test.go") {
			code.Write(source)
		}
	}
	en := book.In("en")
	for _, m := range regexp.MustCompile(`"((?:cli|fault|store|import|queue|class|group)\.[a-z_.]*[a-z_])"`).FindAllStringSubmatch(code.String(), -1) {
		if !en.Has(m[1]) {
			t.Errorf("%s has no text", m[1])
		}
	}
	for _, key := range en.Keys() {
		if strings.HasPrefix(key, "cli.") && !strings.HasPrefix(key, "cli.help.") && !strings.Contains(code.String(), `"`+key+`"`) &&
			!strings.HasPrefix(key, "cli.head.") && !strings.HasPrefix(key, "cli.doctor.") {
			t.Errorf("%s is used nowhere", key)
		}
	}
}
