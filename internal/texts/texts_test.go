package texts_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley/internal/texts"
)

func load(t testing.TB) *texts.Book {
	t.Helper()
	b, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var parameter = regexp.MustCompile(`\{[a-z_.]+\}`)

func TestLanguagesHoldTheSameKeysAndParameters(t *testing.T) {
	b := load(t)
	en := b.In("en")
	for _, lang := range texts.Languages() {
		r := b.In(lang)
		for _, key := range en.Keys() {
			if !r.Has(key) {
				t.Errorf("%s: %s is missing", lang, key)
				continue
			}
			_, want := en.Forms(key)
			one, other := r.Forms(key)
			if other == "" {
				t.Errorf("%s: %s is empty", lang, key)
			}
			if got, want := parameters(other), parameters(want); !slices.Equal(got, want) {
				t.Errorf("%s: %s has parameters %v, English has %v", lang, key, got, want)
			}
			if enOne, _ := en.Forms(key); enOne != "" && one == "" && lang != "zh" {
				t.Errorf("%s: %s counts but has no form for one", lang, key)
			}
		}
		for _, key := range r.Keys() {
			if !en.Has(key) {
				t.Errorf("%s: %s does not exist in English", lang, key)
			}
		}
	}
}

func parameters(text string) []string {
	list := parameter.FindAllString(text, -1)
	slices.Sort(list)
	return slices.Compact(list)
}

func TestCountsTakeTheirPluralForm(t *testing.T) {
	b := load(t)
	for _, c := range []struct {
		lang string
		n    int64
		want string
	}{
		{"en", 1, "1 store"}, {"en", 0, "0 stores"}, {"en", 12345, "12,345 stores"}, {"es", 1, "1 tienda"}, {"es", 2, "2 tiendas"},
		{"es", 1234, "1234 tiendas"}, {"zh", 1, "1 家店铺"}, {"zh", 5, "5 家店铺"}, {"fr", 2, "2 stores"}, {"zh-CN", 2, "2 家店铺"},
	} {
		if got := b.In(c.lang).N("queue.stores", c.n); got != c.want {
			t.Errorf("%s %d: %q, want %q", c.lang, c.n, got, c.want)
		}
	}
}

// prefixes are groups of keys that are put together at run time: codes of the vocabulary, states, and what packs and connectors name.
var prefixes = []string{
	"class.", "state.", "party.", "actor.", "option.", "supplier_option.", "buyer_option.", "deadline.", "deadline_source.", "warning.", "alert.",
	"evidence.", "reading.", "act.", "scan.", "scan_reason.", "metric.", "advice.", "check.", "ask.", "effect.", "do.", "event.", "offer.",
	"connector.", "tracker.", "lang.", "country.", "fault.", "fault_kind.", "view.", "sort.", "group.", "key.", "keys.", "role.", "done.", "error.",
	"result.", "doubt.", "cli.", "sheet.", "sheets.", "leg.", "channel.", "changed.", "field.", "store.state.", "member.state.", "nav.", "notice.", "notices.", "playbook.change.", "reply.", "sent.", "theme.", "time.",
	"class_group.", "letter.", "paper.", "net.act.", "net.do.", "net.field.", "net.margin.", "net.unit.", "reason.", "to.", "unknown.reason.", "wording.name.", "wording.fact.",
}

func TestEveryTextIsUsed(t *testing.T) {
	code := sources(t)
	for _, key := range load(t).In("en").Keys() {
		if strings.Contains(code, `"`+key+`"`) || slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) }) {
			continue
		}
		t.Errorf("%s is used nowhere", key)
	}
}

var asked = regexp.MustCompile(`\.(?:T|N)\("([a-z_0-9.]+[a-z0-9])"`)

func TestEveryTextAskedForExists(t *testing.T) {
	en := load(t).In("en")
	for _, m := range asked.FindAllStringSubmatch(sources(t), -1) {
		if !en.Has(m[1]) {
			t.Errorf("%s is asked for and does not exist", m[1])
		}
	}
}

var faults = regexp.MustCompile(`"(fault\.[a-z_0-9.]+[a-z0-9])"`)

func TestEveryFaultHasAText(t *testing.T) {
	en := load(t).In("en")
	for _, m := range faults.FindAllStringSubmatch(sources(t), -1) {
		if !en.Has(m[1]) {
			t.Errorf("%s has no text", m[1])
		}
	}
}

// sources joins the program's own source, without tests and generated files.
func sources(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir("..", func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "fake") {
			return filepath.SkipDir
		}
		name := d.Name()
		if !strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, ".templ") || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") {
			return nil
		}
		data, err := os.ReadFile(path)
		b.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
