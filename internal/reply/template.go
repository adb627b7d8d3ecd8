package reply

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/osteele/liquid"

	"parley/internal/fault"
	"parley/internal/policy"
)

// Template is one reply text with what it is for.
type Template struct {
	Name     string   `yaml:"-"`
	Language string   `yaml:"-"`
	Step     string   `yaml:"step"`    // steps of the glossary
	To       string   `yaml:"to"`      // recipients of the glossary; buyer when empty
	Acts     []string `yaml:"acts"`    // options of the rules it goes with; empty = any
	Classes  []string `yaml:"classes"` // classes it fits; empty = any
	States   []string `yaml:"states"`  // states it fits; empty = any
	Needs    []string `yaml:"needs"`   // facts without which it says nothing
	parsed   *liquid.Template
}

// format is how a language writes days and amounts.
type format struct {
	Day     string   `yaml:"day"`
	Decimal string   `yaml:"decimal"`
	Amount  string   `yaml:"amount"`
	Months  []string `yaml:"months"`
}

// Templates is every template by name and language. It is never changed after loading.
type Templates struct {
	byName  map[string]map[string]*Template
	formats map[string]format
}

const maxTemplate = 20 << 10 // bytes of one template file

// allowedTags are the Liquid tags a template may use. There is no loop, no include, no assignment: a template always
// ends, reads no file, and is as long as its text and facts.
var allowedTags = []string{"if", "elsif", "else", "endif", "unless", "endunless", "comment", "endcomment"}

var (
	tagForm      = regexp.MustCompile(`\{%-?\s*(\w*)`)
	variableForm = regexp.MustCompile(`\{\{-?\s*([^}]*?)\s*-?\}\}`)
	pathForm     = regexp.MustCompile(`^[a-z_]+(\.[a-z_]+)*$`)
)

// LoadTemplates reads LANGUAGE/NAME.liquid and formats.yaml from a file system, such as templates.Files.
func LoadTemplates(files fs.FS) (*Templates, error) {
	t := &Templates{byName: map[string]map[string]*Template{}, formats: map[string]format{}}
	raw, err := fs.ReadFile(files, "formats.yaml")
	if err != nil {
		return nil, err
	}
	if err := yaml.UnmarshalWithOptions(raw, &t.formats, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("formats.yaml: %w", err)
	}
	names, err := fs.Glob(files, "*/*.liquid")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		one, err := ParseTemplate(string(raw))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		t.add(name, one)
	}
	return t, nil
}

func (t *Templates) add(file string, one *Template) {
	one.Language, one.Name = path.Dir(file), strings.TrimSuffix(path.Base(file), ".liquid")
	if t.byName[one.Name] == nil {
		t.byName[one.Name] = map[string]*Template{}
	}
	t.byName[one.Name][one.Language] = one
}

// ParseTemplate reads front matter between lines of three hyphens, and the Liquid text behind it. It refuses every tag
// but conditions, every filter, and variables that the front matter does not name as needed, outside of conditions.
func ParseTemplate(source string) (*Template, error) {
	if len(source) > maxTemplate {
		return nil, fault.Input("template", source, "at most 20 kB")
	}
	head, body, ok := strings.Cut(strings.TrimPrefix(source, "---\n"), "\n---\n")
	if !ok || !strings.HasPrefix(source, "---\n") {
		return nil, fault.Input("template", source, "front matter between two lines of ---")
	}
	one := &Template{To: "buyer"}
	if err := yaml.UnmarshalWithOptions([]byte(head), one, yaml.Strict()); err != nil {
		return nil, fault.Input("front matter", head, "step, to, acts, classes, states, needs").Because(err)
	}
	if err := safe(body); err != nil {
		return nil, err
	}
	engine := liquid.NewEngine()
	engine.StrictVariables()
	parsed, srcErr := engine.ParseString(body)
	if srcErr != nil {
		return nil, fault.Input("template", body, "Liquid with conditions and variables").Because(srcErr)
	}
	one.parsed = parsed
	return one, nil
}

// safe refuses what could loop, read files, nest deeply or call filters.
func safe(body string) error {
	tags := tagForm.FindAllStringSubmatch(body, -1)
	if len(tags) > 100 {
		return fault.Input("template", body, "at most 100 tags")
	}
	for _, tag := range tags {
		if !slices.Contains(allowedTags, tag[1]) {
			return fault.Input("tag", tag[1], strings.Join(allowedTags, ", "))
		}
	}
	for _, v := range variableForm.FindAllStringSubmatch(body, -1) {
		if !pathForm.MatchString(v[1]) {
			return fault.Input("variable", v[1], "the name of a fact, without filters")
		}
	}
	return nil
}

// Names gives the names of all templates in alphabetical order.
func (t *Templates) Names() []string {
	var out []string
	for name := range t.byName {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Languages gives the languages a template exists in, in alphabetical order.
func (t *Templates) Languages(name string) []string {
	var out []string
	for lang := range t.byName[name] {
		out = append(out, lang)
	}
	slices.Sort(out)
	return out
}

// Get gives a template, nil if there is none in the language.
func (t *Templates) Get(name, lang string) *Template { return t.byName[name][base(lang)] }

// Suggest names the templates that fit the verdict, those for its class first.
func Suggest(t *Templates, v policy.Verdict) []string {
	var fitting, general []string
	for _, name := range t.Names() {
		one := t.any(name)
		if len(one.States) > 0 && !slices.Contains(one.States, v.State) {
			continue
		}
		switch {
		case slices.Contains(one.Classes, v.Class):
			fitting = append(fitting, name)
		case len(one.Classes) == 0:
			general = append(general, name)
		}
	}
	return append(fitting, general...)
}

// any gives the template in English, or in the first language there is; the front matter is the same in all.
func (t *Templates) any(name string) *Template {
	if one := t.Get(name, "en"); one != nil {
		return one
	}
	return t.Get(name, t.Languages(name)[0])
}
