// Package lexicon finds meanings in a short text: which words of a draft speak of a refund, a strike, a promise.
//
// What the words are stands in the files under words/, one per language: a meaning has a name that is the same in every
// language ("delivery_promise") and a list of patterns ("will .. arrive"). Nothing here knows a rule; package reply does.
//
// A pattern is a row of slots separated by blanks:
//
//	refund          one word, after folding (lower case, no accents)
//	refund*         every word that begins so
//	send|give       one of several; several words of one alternative are joined by _ (can_not|never)
//	already?        may be missing
//	{carrier}       a place where the meaning "carrier" was found
//	..              up to 4 words in between (8 signs in Chinese and Japanese), inside one clause
//	...             up to 12 words in between (24 signs), inside one sentence
//
// What lies in between may not contain a word of the meaning "neg", so "will .. arrive" does not match "will not arrive".
package lexicon

import (
	"embed"
	"fmt"
	"path"
	"sort"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"golang.org/x/sync/errgroup"
)

//go:embed words/*.yaml
var files embed.FS

// Lexicon holds the words of one language, ready for scanning. It is never changed after loading.
type Lexicon struct {
	Language string
	// Level tells how much the lexicon can judge: "full", "partial" (single checks) or "places" for the shared lists.
	Level    string
	function map[string]bool
	short    map[string]bool // abbreviations that end with a point
	months   map[string]int
	patterns []pattern
	depth    int               // deepest nesting of meanings
	votes    map[string]uint32 // of the lexicon "record": little word → set of languages, by their place in Languages
	gap      int
	index
}

// source is the form of a file under words/.
type source struct {
	Language      string            `yaml:"language"`
	Level         string            `yaml:"level"`
	FunctionWords string            `yaml:"function_words"`
	Abbreviations string            `yaml:"abbreviations"`
	Months        map[int]string    `yaml:"months"`
	Meanings      map[string]string `yaml:"meanings"`
}

// Library is every lexicon by language code. The list of places is under "places".
type Library map[string]*Lexicon

// Load reads the embedded lexicons once; later calls give the same library.
var Load = sync.OnceValues(load)

func load() (Library, error) {
	entries, err := files.ReadDir("words")
	if err != nil {
		return nil, err
	}
	lexicons := make([]*Lexicon, len(entries))
	var reading errgroup.Group
	for i, e := range entries { // side by side: the first check waits for this
		reading.Go(func() (err error) {
			lexicons[i], err = readFile(e.Name())
			return err
		})
	}
	if err := reading.Wait(); err != nil {
		return nil, err
	}
	lib := Library{}
	for _, lex := range lexicons {
		lib[lex.Language] = lex
	}
	lib["record"] = lib.causes()
	return lib, nil
}

func readFile(name string) (*Lexicon, error) {
	raw, err := files.ReadFile(path.Join("words", name))
	if err != nil {
		return nil, err
	}
	lex, err := Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return lex, nil
}

// causes is one lexicon with the causes of every language: what a ticket says in Chinese supports a draft in Spanish.
func (l Library) causes() *Lexicon {
	all := empty(source{Language: "record", Level: "places"})
	all.votes = map[string]uint32{}
	for i, code := range l.Languages() {
		for w := range l[code].function {
			all.votes[w] |= 1 << i
		}
		for _, p := range l[code].patterns {
			if strings.HasPrefix(p.meaning, "cause.") && len(p.refs) == 0 {
				all.patterns = append(all.patterns, p.clone())
			}
		}
	}
	all.index = newIndex(all.patterns)
	return all
}

// Votes gives the languages whose little words a folded word belongs to, as a set of places in Languages.
func (l Library) Votes(word string) uint32 { return l["record"].votes[word] }

// Languages gives the codes of all languages in alphabetical order.
func (l Library) Languages() []string {
	var out []string
	for code, lex := range l {
		if lex.Level != "places" {
			out = append(out, code)
		}
	}
	sort.Strings(out)
	return out
}

// Parse reads one lexicon file and refuses unknown keys, empty patterns and meanings that refer to nothing.
func Parse(raw []byte) (*Lexicon, error) {
	var src source
	if err := yaml.UnmarshalWithOptions(raw, &src, yaml.Strict()); err != nil {
		return nil, err
	}
	lex := empty(src)
	for number, names := range src.Months {
		for _, n := range strings.Fields(names) {
			lex.months[foldWord(n)] = number
		}
	}
	return lex, lex.addMeanings(src.Meanings)
}

func empty(src source) *Lexicon {
	lex := &Lexicon{
		Language: src.Language, Level: src.Level, gap: 4,
		function: wordSet(src.FunctionWords), short: wordSet(src.Abbreviations), months: map[string]int{},
	}
	if src.Language == "zh" || src.Language == "ja" {
		lex.gap = 8
	}
	return lex
}

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[foldWord(w)] = true
	}
	return set
}

func (x *Lexicon) addMeanings(meanings map[string]string) error {
	names := make([]string, 0, len(meanings))
	for name := range meanings {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		lines := strings.FieldsFunc(meanings[name], func(r rune) bool { return r == ',' || r == '\n' })
		for _, line := range lines {
			if strings.TrimSpace(line) == "" {
				continue
			}
			p, err := parsePattern(name, line, x.gap)
			if err != nil {
				return err
			}
			x.patterns = append(x.patterns, p)
		}
	}
	if err := x.rank(meanings); err != nil {
		return err
	}
	x.index = newIndex(x.patterns)
	return nil
}

// rank gives every pattern its level: 0 uses words only, n uses meanings of lower levels.
func (x *Lexicon) rank(meanings map[string]string) error {
	level := map[string]int{}
	for round := 0; ; round++ {
		if round > 12 {
			return fmt.Errorf("meanings refer to each other in a circle")
		}
		changed := false
		for i := range x.patterns {
			p := &x.patterns[i]
			for _, ref := range p.refs {
				if _, ok := meanings[ref]; !ok {
					return fmt.Errorf("pattern %q of %q refers to %q, which does not exist", p.text, p.meaning, ref)
				}
				if p.level < level[ref]+1 {
					p.level, changed = level[ref]+1, true
				}
			}
			if level[p.meaning] < p.level {
				level[p.meaning], changed = p.level, true
			}
		}
		if !changed {
			break
		}
	}
	for i := range x.patterns {
		x.patterns[i].level = max(x.patterns[i].level, 0)
		x.depth = max(x.depth, x.patterns[i].level)
	}
	return nil
}

// Function tells whether a folded word is one of the little words that mark this language.
func (x *Lexicon) Function(word string) bool { return x.function[word] }
