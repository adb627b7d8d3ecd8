package skeleton

import (
	"errors"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
)

// Line is a line that a file of the program needs so that it knows a connector.
type Line struct {
	File   string `json:"file"` // from the root of the module
	Text   string `json:"text"`
	before *regexp.Regexp
}

// Lines are the lines a connector needs outside its folder.
func Lines(name string) []Line {
	const app, verbs, house = "internal/app/app.go", "cmd/parley/connector.go", "internal/house/house_test.go"
	imports := regexp.MustCompile(`(?m)^\t([a-z0-9]+ )?"parley/internal/connector/`)
	room := strconv.Quote("internal/connector/" + name)
	fake := strconv.Quote("internal/connector/" + name + "/fake")
	return []Line{
		{app, "\t" + strconv.Quote("parley/internal/connector/"+name), imports},
		{app, "\t\t" + strconv.Quote(name) + ": " + name + ".New(),", regexp.MustCompile(`(?m)^\t\t"[a-z0-9]+": +[a-z0-9]+\.New\(\),$`)},
		{verbs, "\t" + name + " " + strconv.Quote("parley/internal/connector/"+name+"/fake"), imports},
		{verbs, "\t\t" + strconv.Quote(name) + ": " + name + ".Main,", regexp.MustCompile(`(?m)^\t\t"[a-z0-9]+": +[a-z0-9]+\.Main,$`)},
		{house, "\t" + room + `: {"internal/connector", "internal/money", "internal/fault", "internal/dispute", "internal/webclient"},`, endOfArrows},
		{house, "\t" + fake + `: {"internal/connector/simulator"},`, endOfArrows},
	}
}

// endOfArrows is where the table mayImport of package house ends.
var endOfArrows = regexp.MustCompile(`(?m)^}\n\n// mayUse `)

// wire gives the files with the lines in them, and the lines whose place was not found. A file is changed only if it reads as Go after it.
func wire(root, name string) (changes []File, byHand []Line, err error) {
	byHand = []Line{}
	var order []string
	texts, lines := map[string]string{}, map[string][]Line{}
	for _, l := range Lines(name) {
		if _, had := texts[l.File]; !had {
			text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(l.File)))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, nil, err
			}
			texts[l.File], order = string(text), append(order, l.File)
		}
		lines[l.File] = append(lines[l.File], l)
	}
	for _, file := range order {
		text, ok := inserted(texts[file], lines[file])
		if !ok {
			byHand = append(byHand, lines[file]...)
			continue
		}
		changes = append(changes, File{file, text})
	}
	return changes, byHand, nil
}

// inserted puts each line before its place.
func inserted(text string, lines []Line) ([]byte, bool) {
	for _, l := range lines {
		at := l.before.FindStringIndex(text)
		if at == nil {
			return nil, false
		}
		text = text[:at[0]] + l.Text + "\n" + text[at[0]:]
	}
	out, err := format.Source([]byte(text))
	return out, err == nil
}

// names are what the files of a package declare at their top or import.
func names(dir string) (map[string]bool, error) {
	out := map[string]bool{}
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, p := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), p, nil, 0)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Decls {
			declared(d, out)
		}
		for _, i := range file.Imports {
			at, _ := strconv.Unquote(i.Path.Value) // the parser has seen to it
			if out[path.Base(at)] = true; i.Name != nil {
				out[i.Name.Name] = true
			}
		}
	}
	return out, nil
}

func declared(d ast.Decl, out map[string]bool) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		out[d.Name.Name] = out[d.Name.Name] || d.Recv == nil
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				out[s.Name.Name] = true
			case *ast.ValueSpec:
				for _, n := range s.Names {
					out[n.Name] = true
				}
			}
		}
	}
}
