package policy

import (
	"io/fs"
	"path"
	"runtime"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"
	"golang.org/x/sync/errgroup"

	"parley/internal/calendar"
	"parley/internal/policy/words"
)

// Bounds of what is read: packs are small, and a hostile one must not exhaust memory.
const (
	maxFile  = 1 << 20
	maxFiles = 500
)

// loader collects what the files say and what is wrong with them.
type loader struct {
	lib      *Library
	problems Problems
	files    []loaded
}

// loaded is one file as it was read: a part of a pack, a calendar, or a list of sources.
type loaded struct {
	name     string
	data     []byte
	body     file
	calendar *calendarFile
	sources  map[string]Source
	problem  *Problem
}

// Load reads all packs, calendars and sources of a file tree: calendars/*.yaml, sources*.yaml, and packs in every other
// YAML file. It refuses unknown fields and codes, missing sources, gaps and overlaps in dates, and conditions that do
// not type-check; the error is Problems, with file, line and column.
func Load(tree fs.FS) (*Library, error) {
	l := &loader{lib: &Library{vars: map[string]*variable{}, packs: map[string]*Pack{}, calendars: map[string]*calendar.Calendar{"": calendar.New("weekends")},
		sources: map[string]Source{}, texts: map[string]Said{}, says: map[string]Said{}, kinds: map[string]int{}, factNames: map[string]int{},
		signalNames: map[string]int{}, rules: map[string]*Rules{}}}
	if err := l.read(tree); err != nil {
		return nil, err
	}
	l.merge()
	if len(l.problems) == 0 {
		l.declare()
	}
	if len(l.problems) == 0 {
		l.check()
	}
	if len(l.problems) > 0 {
		return nil, l.problems.sorted()
	}
	return l.lib, nil
}

func (l *loader) read(tree fs.FS) error {
	found, err := l.find(tree)
	if err != nil {
		return err
	}
	var reading errgroup.Group
	reading.SetLimit(runtime.GOMAXPROCS(0))
	for _, f := range found { // side by side: the start of the program waits for this
		reading.Go(func() error { f.read(); return nil })
	}
	_ = reading.Wait() // problems stand in the files
	for _, f := range found {
		l.take(f)
	}
	return nil
}

// find gives the YAML files of the tree, in its order.
func (l *loader) find(tree fs.FS) (found []*loaded, err error) {
	err = fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() || !strings.HasSuffix(name, ".yaml") {
			return nil
		}
		if len(found) == maxFiles {
			return Problems{{File: name, Says: "too many files"}}
		}
		if info, err := d.Info(); err == nil && info.Size() > maxFile {
			l.say(name, Text{}, "the file is larger than 1 MB", "")
			return nil
		}
		data, err := fs.ReadFile(tree, name)
		found = append(found, &loaded{name: name, data: data})
		return err
	})
	return found, err
}

// read decodes the file into what its name says it is.
func (f *loaded) read() {
	switch {
	case strings.Contains("/"+f.name, "/calendars/"):
		f.calendar = &calendarFile{}
		f.problem = decode(f.name, f.data, f.calendar)
	case strings.HasPrefix(path.Base(f.name), "sources"):
		f.sources = map[string]Source{}
		f.problem = decode(f.name, f.data, &f.sources)
	default:
		f.problem = decode(f.name, f.data, &f.body)
	}
	f.data = nil
}

// take enters a file that was read into the library.
func (l *loader) take(f *loaded) {
	switch {
	case f.problem != nil:
		l.problems = append(l.problems, *f.problem)
	case f.calendar != nil:
		l.calendar(f.name, *f.calendar)
	case f.sources != nil || strings.HasPrefix(path.Base(f.name), "sources"):
		l.sources(f.name, f.sources)
	default:
		l.files = append(l.files, *f)
	}
}

// decode reads strictly; anchors and aliases are refused, because they can blow a small file up.
func decode(name string, data []byte, to any) (bad *Problem) {
	defer func() {
		if r := recover(); r != nil { // the YAML reader is not ours; a file that breaks it is a bad file
			bad = &Problem{File: name, Line: 1, Column: 1, Says: "the file cannot be read as YAML"}
		}
	}()
	tree, bad := parse(name, data)
	if bad != nil || tree == nil {
		return bad
	}
	if err := yaml.NodeToValue(tree, to, yaml.Strict()); err != nil {
		p := yamlProblem(name, err)
		return &p
	}
	return nil
}

func (l *loader) say(file string, at Text, says, hint string) {
	l.problems = append(l.problems, Problem{file, max(at.Line, 1), max(at.Column, 1), says, hint})
}

func (l *loader) sources(name string, list map[string]Source) {
	for number, s := range list {
		if s.Where == "" {
			l.say(name, Text{}, "source "+number+" does not say where it was found", "an address, or unsourced")
		}
		l.lib.sources[number] = s
	}
}

// merge puts the files of a pack together.
func (l *loader) merge() {
	sort.Slice(l.files, func(i, j int) bool { return l.files[i].name < l.files[j].name })
	for i := range l.files {
		f := &l.files[i]
		b := &f.body
		if name, version, ok := strings.Cut(b.Pack.Text, "@"); !ok || name == "" || version == "" {
			l.say(f.name, b.Pack, "pack must be name@version", "")
			continue
		}
		p := l.lib.packs[b.Pack.Text]
		if p == nil {
			p = &Pack{Name: b.Pack.Text, body: file{Pack: b.Pack, Parameters: map[string]Parameter{}, Reasons: map[string]Text{}, DueFor: map[string]Text{}}}
			l.lib.packs[b.Pack.Text] = p
		}
		p.Files = append(p.Files, f.name)
		l.head(f, p)
		l.join(f, p)
	}
	for _, f := range l.files {
		l.texts(f)
	}
}

// head reads what only one file of a pack says.
func (l *loader) head(f *loaded, p *Pack) {
	b := &f.body
	if b.Kind.Text != "" {
		if p.Kind != "" {
			l.say(f.name, b.Kind, "two files say what kind of pack "+p.Name+" is", "keep kind, dates and zone in one file")
		}
		p.Kind, p.Title = b.Kind.Text, b.Title
		l.dates(f, p)
	}
	for _, t := range b.Base {
		p.Base = append(p.Base, t.Text)
	}
	if b.Zone.Text != "" {
		zone, ok := calendar.Zone(b.Zone.Text)
		if !ok {
			l.say(f.name, b.Zone, "no such zone: "+b.Zone.Text, "an IANA name such as Europe/Madrid")
		}
		p.Zone = zone
	}
	if b.Applies.Text != "" {
		p.body.Applies = b.Applies
	}
}

var kinds = []string{"marketplace", "account", "supplier", "payment", "law", "house", "base"}

func (l *loader) dates(f *loaded, p *Pack) {
	b := &f.body
	if !contains(kinds, p.Kind) {
		l.say(f.name, b.Kind, "unknown kind "+p.Kind, strings.Join(kinds, ", "))
	}
	var err error
	if p.Since, err = calendar.Parse(b.Since.Text); err != nil {
		l.say(f.name, b.Since, "since is not a date: "+b.Since.Text, "such as 2024-01-01")
	}
	if b.Until.Text != "" {
		if p.Until, err = calendar.Parse(b.Until.Text); err != nil {
			l.say(f.name, b.Until, "until is not a date: "+b.Until.Text, "such as 2024-01-01")
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// join appends the lists of a file to its pack.
func (l *loader) join(f *loaded, p *Pack) {
	b, to := &f.body, &p.body
	for name, x := range b.Parameters {
		if _, twice := to.Parameters[name]; twice {
			l.say(f.name, x.Value, "parameter "+name+" is given twice", "")
		}
		to.Parameters[name] = x
	}
	for raw, class := range b.Reasons {
		to.Reasons[raw] = class
	}
	for raw, kind := range b.DueFor {
		to.DueFor[raw] = kind
	}
	to.Facts = append(to.Facts, b.Facts...)
	to.Signals = append(to.Signals, b.Signals...)
	to.Classes = append(to.Classes, b.Classes...)
	to.Factors = append(to.Factors, b.Factors...)
	to.Deadlines = append(to.Deadlines, b.Deadlines...)
	to.Machines = append(to.Machines, b.Machines...)
	to.Owners = append(to.Owners, b.Owners...)
	to.Options = append(to.Options, b.Options...)
	to.Details = append(to.Details, b.Details...)
	to.Recommend = append(to.Recommend, b.Recommend...)
	to.Evidence = append(to.Evidence, b.Evidence...)
	to.Advice = append(to.Advice, b.Advice...)
	to.Alerts = append(to.Alerts, b.Alerts...)
	to.Warnings = append(to.Warnings, b.Warnings...)
	to.Values = append(to.Values, b.Values...)
	to.Counts = append(to.Counts, b.Counts...)
	to.Assessments = append(to.Assessments, b.Assessments...)
	to.Checks = append(to.Checks, b.Checks...)
	to.Rates = append(to.Rates, b.Rates...)
	to.Levels = append(to.Levels, b.Levels...)
}

func (l *loader) texts(f loaded) {
	for key, said := range f.body.Texts {
		for _, lang := range []string{"en", "es", "zh"} {
			if said[lang] == "" {
				l.say(f.name, Text{}, "text "+key+" has no "+lang, "")
			}
		}
		l.lib.texts[key] = said
	}
}

// declare gives every name that conditions may use a slot, and makes the CEL environment.
func (l *loader) declare() {
	lib := l.lib
	for i, kind := range words.Codes("deadlines") {
		lib.kinds[kind] = i
	}
	vars := declare()
	vars = append(vars, lib.deadlineVars()...)
	for _, p := range lib.Packs() {
		vars = append(vars, lib.packVars(p)...)
	}
	for i := range vars {
		lib.vars[vars[i].name] = &vars[i]
	}
	env, err := newEnv(lib.vars)
	if err != nil {
		l.problems = append(l.problems, Problem{Says: err.Error()})
	}
	lib.env = env
}
