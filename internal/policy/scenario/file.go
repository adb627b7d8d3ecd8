// Package scenario reads and runs scenario files: facts as a connector or a clerk would know them, packs, and for one
// or more instants what must come out. The format is described in docs/guide/scenarios.md.
//
// Nothing of what a check expects reaches the engine: before a check everything later than its instant is taken away
// from the facts, and the class of the case stands only in the expectation. Unknown keys and codes are errors with
// file, line and column.
package scenario

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"parley/internal/policy"
)

// File is one scenario file.
type File struct {
	Path     string
	ID       int
	Title    string
	Covers   []string
	Packs    []string
	Holidays []string
	Cases    []Case
}

// Case is one variant: its facts with everything common laid under them.
type Case struct {
	Name   string
	Packs  []string
	Given  map[string]any
	Checks []Check
}

// Check is one instant and what must come out.
type Check struct {
	Now     time.Time
	Draft   *policy.Draft
	Setting *policy.Setting
	Action  *policy.Action
	Upload  *policy.Upload
	Expect  map[string]any
}

// raw is the file as written.
type raw struct {
	ID       int            `json:"id"`
	Title    string         `json:"title"`
	Covers   []string       `json:"covers"`
	Packs    []string       `json:"packs"`
	Holidays []string       `json:"holidays"`
	Given    map[string]any `json:"given"`
	Checks   []rawCheck     `json:"checks"`
	Cases    []rawCase      `json:"cases"`
}

type rawCase struct {
	Name   string         `json:"name"`
	Given  map[string]any `json:"given"`
	Packs  []string       `json:"packs"`
	Checks []rawCheck     `json:"checks"`
}

type rawCheck struct {
	Now     string         `json:"now"`
	Draft   *policy.Draft  `json:"draft"`
	Setting map[string]any `json:"setting"`
	Action  *rawAction     `json:"action"`
	Upload  *policy.Upload `json:"upload"`
	Expect  map[string]any `json:"expect"`
}

type rawAction struct {
	Do     string `json:"do"`
	Via    string `json:"via"`
	For    string `json:"for"`
	Store  string `json:"store"`
	Amount amount `json:"amount"`
}

// Problem is a mistake in a scenario file.
type Problem struct {
	Path         string
	Line, Column int
	Says         string
}

// Error is "path:line:column: what is wrong".
func (p Problem) Error() string { return fmt.Sprintf("%s:%d:%d: %s", p.Path, p.Line, p.Column, p.Says) }

// maxScenario is the size of the largest file that is read.
const maxScenario = 4 << 20

// Read reads one file; errors are Problems or come from the YAML reader.
func Read(path string, data []byte) (f *File, err error) {
	defer func() {
		if r := recover(); r != nil {
			f, err = nil, Problem{path, 1, 1, "cannot be read as YAML"}
		}
	}()
	if len(data) > maxScenario {
		return nil, Problem{path, 1, 1, "larger than 4 MB"}
	}
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, yamlError(path, err)
	}
	if len(tree.Docs) != 1 {
		return nil, Problem{path, 1, 1, "a scenario file is one document"}
	}
	if f := (&fancyFinder{}); f.in(tree.Docs[0]) { // a few lines of aliases stand for more than fits into memory
		at := f.bad.GetToken().Position
		return nil, Problem{path, at.Line, at.Column, "anchors, aliases and tags are not allowed: write it out"}
	}
	r := reader{path: path, tree: tree}
	return r.file(data)
}

// fancyFinder finds what is not plain YAML.
type fancyFinder struct{ bad ast.Node }

func (f *fancyFinder) in(doc ast.Node) bool {
	ast.Walk(f, doc)
	return f.bad != nil
}

// Visit looks at one node.
func (f *fancyFinder) Visit(n ast.Node) ast.Visitor {
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		f.bad = n
		return nil
	}
	return f
}

func yamlError(path string, err error) error {
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil {
		says, _, _ := strings.Cut(at.GetMessage(), "\n")
		return Problem{path, at.GetToken().Position.Line, at.GetToken().Position.Column, says}
	}
	return Problem{path, 1, 1, err.Error()}
}

// reader turns the tree of a file into a scenario and knows where its words stand.
type reader struct {
	path string
	tree *ast.File
}

func (r reader) file(data []byte) (*File, error) {
	var generic map[string]any
	if err := yaml.Unmarshal(data, &generic); err != nil {
		return nil, yamlError(r.path, err)
	}
	var in raw
	if err := r.strict(generic, &in); err != nil {
		return nil, err
	}
	out := &File{Path: r.path, ID: in.ID, Title: in.Title, Covers: in.Covers, Packs: in.Packs, Holidays: in.Holidays}
	if in.ID == 0 || in.Title == "" || len(in.Covers) == 0 {
		return nil, Problem{r.path, 1, 1, "id, title, covers and packs are required"}
	}
	if (len(in.Checks) == 0) == (len(in.Cases) == 0) {
		return nil, Problem{r.path, 1, 1, "a file has either checks or cases"}
	}
	named := len(in.Cases) > 0
	if !named {
		in.Cases = []rawCase{{Checks: in.Checks}}
	}
	for _, c := range in.Cases {
		one, err := r.variant(in, c, named)
		if err != nil {
			return nil, err
		}
		out.Cases = append(out.Cases, one)
	}
	return out, nil
}

func (r reader) variant(in raw, c rawCase, named bool) (Case, error) {
	out := Case{Name: c.Name, Packs: in.Packs, Given: merge(in.Given, c.Given)}
	if c.Packs != nil {
		out.Packs = c.Packs
	}
	if named && c.Name == "" {
		return out, Problem{r.path, 1, 1, "a case needs a name"}
	}
	// every variant is read once with nothing hidden, so that mistakes are found wherever they stand
	if err := r.given(out.Given); err != nil {
		return out, err
	}
	for _, k := range c.Checks {
		one, err := r.check(k)
		if err != nil {
			return out, err
		}
		out.Checks = append(out.Checks, one)
	}
	return out, nil
}

func (r reader) given(g map[string]any) error {
	var in given
	if err := r.strict(g, &in); err != nil {
		return err
	}
	if bad := in.codes(); bad != "" {
		return r.where(bad, "unknown code "+bad)
	}
	return nil
}

func (r reader) check(k rawCheck) (Check, error) {
	out := Check{Draft: k.Draft, Upload: k.Upload, Expect: k.Expect}
	now, err := time.Parse(time.RFC3339, k.Now)
	if err != nil {
		return out, r.where(k.Now, "now is not an instant: "+k.Now)
	}
	out.Now = now
	for key, value := range k.Setting {
		out.Setting = &policy.Setting{Key: key, Value: fmt.Sprint(value)}
	}
	if a := k.Action; a != nil {
		out.Action = &policy.Action{Do: a.Do, Via: a.Via, For: a.For, Store: a.Store, Amount: a.Amount.Amount}
	}
	if bad := checkCodes(out); bad != "" {
		return out, r.where(bad, "unknown code "+bad)
	}
	return out, nil
}

// strict goes through JSON into a struct and refuses fields that it does not have.
func (r reader) strict(generic, to any) error {
	data, err := json.Marshal(generic)
	if err != nil {
		return Problem{r.path, 1, 1, err.Error()}
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil && !errors.Is(err, io.EOF) {
		word := ""
		if _, rest, ok := strings.Cut(err.Error(), "unknown field \""); ok {
			word, _, _ = strings.Cut(rest, "\"")
		}
		var t *json.UnmarshalTypeError
		if errors.As(err, &t) {
			word = t.Field[strings.LastIndexByte(t.Field, '.')+1:]
		}
		return r.where(word, strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// where finds the first place of a word in the file.
func (r reader) where(word, says string) error {
	f := &wordFinder{word: word}
	for _, doc := range r.tree.Docs {
		ast.Walk(f, doc)
	}
	if f.at == nil {
		return Problem{r.path, 1, 1, says}
	}
	return Problem{r.path, f.at.GetToken().Position.Line, f.at.GetToken().Position.Column, says}
}

type wordFinder struct {
	word string
	at   ast.Node
}

// Visit looks at one node.
func (f *wordFinder) Visit(n ast.Node) ast.Visitor {
	if f.at == nil && f.word != "" && n.GetToken() != nil && n.GetToken().Value == f.word {
		f.at = n
	}
	return f
}

// merge lays one map over another: maps merge key by key at every depth, lists and scalars replace.
func merge(under, over map[string]any) map[string]any {
	out := make(map[string]any, len(under)+len(over))
	for k, v := range under {
		out[k] = v
	}
	for k, v := range over {
		if a, ok := out[k].(map[string]any); ok {
			if b, ok := v.(map[string]any); ok {
				out[k] = merge(a, b)
				continue
			}
		}
		out[k] = v
	}
	return out
}
