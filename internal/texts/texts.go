// Package texts holds every sentence the faces show, in English, Spanish and Chinese, and writes numbers, money, dates and
// durations as people of that language do.
//
// The sentences stand in en/, es/ and zh/, one YAML file per area, as flat keys: "queue.title: Queue". A value is a text with
// parameters in braces, or a map of plural forms (one, other) of which the count chooses. Codes of the vocabulary have the key
// GROUP.CODE, such as "class.logistics.lost". A test keeps the three languages equal, complete and free of unused keys.
package texts

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"golang.org/x/sync/errgroup"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed en es zh
var files embed.FS

// Languages are the codes of the languages the faces speak, the first being the one for everybody else.
func Languages() []string { return []string{"en", "es", "zh"} }

// entry is one text: other always, one where the language tells one from many.
type entry struct{ one, other string }

// Book is every text in every language. It does not change once loaded and is safe for use by several goroutines.
type Book struct{ readers map[string]*Reader }

// Reader is the book in one language.
type Reader struct {
	Lang   string // en, es, zh
	tag    language.Tag
	texts  map[string]entry
	locale locale
}

// Load reads the built-in texts once; later calls give the same book. It fails on a file that does not read or a key that
// stands twice.
var Load = sync.OnceValues(load)

func load() (*Book, error) {
	langs := Languages()
	readers := make([]*Reader, len(langs))
	var reading errgroup.Group
	for i, lang := range langs { // side by side: the start of the program waits for this
		r := &Reader{Lang: lang, tag: language.Make(lang), texts: map[string]entry{}, locale: locales(lang)}
		readers[i] = r
		reading.Go(func() error { return r.load(files, lang) })
	}
	if err := reading.Wait(); err != nil {
		return nil, err
	}
	b := &Book{readers: map[string]*Reader{}}
	for _, r := range readers {
		b.readers[r.Lang] = r
	}
	return b, nil
}

// In gives the book in the language, English where the language is not spoken here. Tags such as "zh-CN" are understood.
func (b *Book) In(lang string) *Reader {
	base, _, _ := strings.Cut(strings.ToLower(lang), "-")
	if r := b.readers[base]; r != nil {
		return r
	}
	return b.readers["en"]
}

func (r *Reader) load(fsys fs.FS, dir string) error {
	names, err := fs.Glob(fsys, dir+"/*.yaml")
	if err != nil {
		return err
	}
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		if err := r.add(path.Base(name), data); err != nil {
			return fmt.Errorf("texts: %s: %w", name, err)
		}
	}
	return nil
}

func (r *Reader) add(name string, data []byte) error {
	var raw map[string]any
	if err := yaml.Unmarshal(data, &raw); err != nil {
		return err
	}
	for key, value := range raw {
		if _, twice := r.texts[key]; twice {
			return fmt.Errorf("%s stands twice, lastly in %s", key, name)
		}
		e, err := read(value)
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		r.texts[key] = e
	}
	return nil
}

func read(value any) (entry, error) {
	switch v := value.(type) {
	case string:
		return entry{other: v}, nil
	case map[string]any:
		e := entry{}
		e.one, _ = v["one"].(string)
		e.other, _ = v["other"].(string)
		if e.other == "" {
			return e, fmt.Errorf("the plural form other is missing")
		}
		return e, nil
	}
	return entry{}, fmt.Errorf("neither a text nor plural forms: %v", value)
}

// Has tells whether there is a text for the key.
func (r *Reader) Has(key string) bool {
	_, ok := r.texts[key]
	return ok
}

// T gives the text of the key with its parameters, given as pairs of name and value, filled in. A missing key is shown as
// itself, so that it is seen.
func (r *Reader) T(key string, pairs ...string) string {
	e, ok := r.texts[key]
	if !ok {
		return key
	}
	return fill(e.other, pairs)
}

// N gives the plural form that the count wants. The count itself is the parameter n, written in the language's digits.
func (r *Reader) N(key string, n int64, pairs ...string) string {
	e, ok := r.texts[key]
	if !ok {
		return key
	}
	text := e.other
	if e.one != "" && r.form(n) == plural.One {
		text = e.one
	}
	return fill(text, append([]string{"n", r.Number(n)}, pairs...))
}

func (r *Reader) form(n int64) plural.Form {
	if n < 0 {
		n = -n
	}
	return plural.Cardinal.MatchPlural(r.tag, int(n%10_000_000), 0, 0, 0, 0)
}

// Code gives the text of a code of the vocabulary, and false with the code itself where we have no word for it.
func (r *Reader) Code(group, code string) (string, bool) {
	if e, ok := r.texts[group+"."+code]; ok {
		return e.other, true
	}
	return code, false
}

// P fills the text of the key from a map of parameters.
func (r *Reader) P(key string, params map[string]string) string {
	pairs := make([]string, 0, 2*len(params))
	for k, v := range params {
		pairs = append(pairs, k, v)
	}
	return r.T(key, pairs...)
}

func fill(text string, pairs []string) string {
	if len(pairs) == 0 || !strings.Contains(text, "{") {
		return text
	}
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(text, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, rest, closed := strings.Cut(after, "}")
		if !closed {
			b.WriteString("{" + after)
			return b.String()
		}
		b.WriteString(value(name, pairs))
		text = rest
	}
}

func value(name string, pairs []string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == name {
			return pairs[i+1]
		}
	}
	return "{" + name + "}"
}

// Keys gives every key of the language, in no order.
func (r *Reader) Keys() []string {
	out := make([]string, 0, len(r.texts))
	for k := range r.texts {
		out = append(out, k)
	}
	return out
}

// Forms gives the plural forms of a key: one is empty where the text does not count.
func (r *Reader) Forms(key string) (one, other string) {
	e := r.texts[key]
	return e.one, e.other
}
