// Package skeleton writes the first version of a new connector: a folder that compiles and passes the conformance suite against its own
// small simulator, and says in its own words what is made up and has to be replaced.
//
// The files stand in template/ and are filled by text/template with [[ and ]] around what changes. What a connector needs besides its
// folder (the wiring in packages app and main, the arrows of the house) is a list of single lines: see wiring.go.
package skeleton

import (
	"bytes"
	"embed"
	"errors"
	"go/format"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"parley/internal/fault"
)

//go:embed template
var files embed.FS

// File is a file to be written.
type File struct {
	Path string // from the root of the module, with slashes
	Text []byte
}

// filling is what the templates know.
type filling struct{ Name, Title, Mark string }

// Files are the files of a new connector.
func Files(name string) ([]File, error) {
	if err := Name(name); err != nil {
		return nil, err
	}
	with := filling{name, strings.ToUpper(name[:1]) + name[1:], strings.ToUpper(name[:2])}
	var out []File
	err := fs.WalkDir(files, "template", func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := filled(at, with)
		out = append(out, File{place(strings.TrimPrefix(at, "template/"), name), text})
		return err
	})
	return out, err
}

// place is where the file of a template belongs.
func place(at, name string) string {
	at = strings.TrimSuffix(at, ".tmpl")
	if lang, ok := strings.CutPrefix(at, "texts/"); ok {
		return "internal/texts/" + strings.TrimSuffix(lang, ".yaml") + "/" + name + ".yaml"
	}
	switch at {
	case "guide.md":
		return "docs/guide/" + name + ".md"
	case "name.go":
		at = name + ".go"
	}
	return path.Join("internal/connector", name, at)
}

func filled(at string, with filling) ([]byte, error) {
	text, err := files.ReadFile(at)
	if err != nil {
		return nil, err
	}
	t, err := template.New(at).Delims("[[", "]]").Parse(string(text))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, with); err != nil {
		return nil, err
	}
	if strings.HasSuffix(at, ".go.tmpl") {
		return format.Source(out.Bytes()) // imports in the order the name gives them
	}
	return out.Bytes(), nil
}

var allowed = regexp.MustCompile(`^[a-z][a-z0-9]{1,23}$`)

// Name tells whether a connector may be called so. It becomes a package, so words of the language and packages that the skeleton uses are
// refused; so is what must not be part of a file's name.
func Name(name string) error {
	const what = "2 to 24 lower-case letters and digits, a letter first"
	if !allowed.MatchString(name) {
		return fault.Input("name", name, what)
	}
	used := []string{"connector", "connectortest", "simulator", "skeleton", "fake", "fault", "texts", "webclient", "app", "main", "test"}
	standard := []string{"atomic", "context", "filepath", "httptest", "json", "os", "regexp", "slog", "strings", "testing", "time"}
	if token.IsKeyword(name) || types.Universe.Lookup(name) != nil || slices.Contains(used, name) || slices.Contains(standard, name) {
		return fault.Input("name", name, what+", and no word of the Go language or name of a package the connector uses")
	}
	return nil
}

// Root finds the module's folder from a folder inside it: the one whose go.mod says "module parley".
func Root(from string) (string, error) {
	dir, err := filepath.Abs(from)
	if err != nil {
		return "", err
	}
	for {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && regexp.MustCompile(`(?m)^module parley$`).Match(mod) {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fault.Input("dir", from, "a checkout of Parley: a folder with its go.mod, or one inside it")
		}
		dir = up
	}
}

// Done is what New did.
type Done struct {
	Written []string `json:"written"` // new files
	Changed []string `json:"changed"` // files in which lines were added
	ByHand  []Line   `json:"by_hand"` // lines for which no safe place was found
}

// New writes a connector into the checkout at root. Nothing is written where a file of that name is there already.
func New(root, name string) (Done, error) {
	all, err := Files(name)
	if err != nil {
		return Done{}, err
	}
	if err := free(root, name, all); err != nil {
		return Done{}, err
	}
	changes, byHand, err := wire(root, name)
	if err != nil {
		return Done{}, err
	}
	done := Done{Written: []string{}, Changed: []string{}, ByHand: byHand}
	for _, f := range all {
		if err := write(root, f); err != nil {
			return done, err
		}
		done.Written = append(done.Written, f.Path)
	}
	for _, f := range changes {
		if err := write(root, f); err != nil {
			return done, err
		}
		done.Changed = append(done.Changed, f.Path)
	}
	return done, nil
}

// free refuses a name that is taken, by a folder, a file, or a name in a package that would import it.
func free(root, name string, all []File) error {
	taken := fault.Input("name", name, "a name that is not in use yet")
	at := []string{path.Join("internal/connector", name)}
	for _, f := range all {
		at = append(at, f.Path)
	}
	for _, p := range at {
		if _, err := os.Lstat(filepath.Join(root, filepath.FromSlash(p))); !errors.Is(err, fs.ErrNotExist) {
			return taken.Because(errors.New(p + " is there"))
		}
	}
	for _, dir := range []string{"internal/app", "cmd/parley"} {
		used, err := names(filepath.Join(root, filepath.FromSlash(dir)))
		if err != nil {
			return err
		}
		if used[name] {
			return taken.Because(errors.New(dir + " uses this name"))
		}
	}
	return nil
}

func write(root string, f File) error {
	to := filepath.Join(root, filepath.FromSlash(f.Path))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, f.Text, 0o644)
}
