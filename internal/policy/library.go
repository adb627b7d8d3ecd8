package policy

import (
	"sort"
	"strings"
	"sync"
	"time"

	"cel.dev/cel-go/cel"

	"parley/internal/calendar"
)

// Library is all packs and calendars that were loaded. It does not change after Load and is safe for any number of
// goroutines.
type Library struct {
	env         *cel.Env
	vars        map[string]*variable
	packs       map[string]*Pack
	calendars   map[string]*calendar.Calendar
	sources     map[string]Source
	texts       map[string]Said
	says        map[string]Said // rule id → sentence
	kinds       map[string]int  // deadline → index
	factNames   map[string]int
	signalNames map[string]int

	mu    sync.Mutex
	rules map[string]*Rules
}

// Pack is one dated set of rules.
type Pack struct {
	Name    string // name@version
	Kind    string // marketplace, account, supplier, payment, law, house, base
	Since   calendar.Date
	Until   calendar.Date // zero = open
	Zone    *time.Location
	Title   Said
	Base    []string
	Files   []string
	body    file
	applies *condition
}

// Source says where a rule was found.
type Source struct {
	Says  string `yaml:"says" json:"says"`
	Where string `yaml:"where" json:"where"` // address or publication, or "unsourced"
	Date  string `yaml:"date" json:"date"`   // of the copy that was read; empty = the source bears none
}

// Packs lists all packs by name.
func (l *Library) Packs() []*Pack {
	out := make([]*Pack, 0, len(l.packs))
	for _, p := range l.packs {
		out = append(out, p)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// Pack gives one pack by name@version.
func (l *Library) Pack(name string) (*Pack, bool) {
	p, ok := l.packs[name]
	return p, ok
}

// At gives the version of a pack family that is valid on a date; empty if there is none. A case keeps the version it
// was opened under, so the date is that of the opening.
func (l *Library) At(family string, on calendar.Date) string {
	for _, p := range l.Packs() {
		name, _, _ := strings.Cut(p.Name, "@")
		if name == family && p.Kind != "base" && p.valid(on) {
			return p.Name
		}
	}
	return ""
}

func (p *Pack) valid(on calendar.Date) bool {
	day := on.String()
	return p.Since.String() <= day && (p.Until == calendar.Date{} || day < p.Until.String())
}

// Source gives what a rule number stands for.
func (l *Library) Source(number string) (Source, bool) {
	s, ok := l.sources[number]
	return s, ok
}

// Text gives a text of the packs (option effects, lapses, reasons) in a language, English where there is none, and
// false if the key is unknown.
func (l *Library) Text(key, lang string) (string, bool) {
	s, ok := l.texts[key]
	return s.In(lang), ok
}

// Sentence gives a rule's sentence with its parameters filled in; empty if the rule says nothing.
func (l *Library) Sentence(rule, lang string, params map[string]string) string {
	s := l.says[rule].In(lang)
	for name, value := range params {
		s = strings.ReplaceAll(s, "{"+name+"}", shown(value))
	}
	return s
}

// shown writes an instant the way people read it and leaves everything else alone.
func shown(value string) string {
	if t, err := time.Parse(time.RFC3339, value); err == nil {
		return t.Format("2006-01-02 15:04 MST")
	}
	return value
}
