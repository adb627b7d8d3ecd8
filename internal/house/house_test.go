package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "parley/"

// mayImport lists, for each room, the rooms of this module its code may use. A trailing slash names a room with all below it.
// Tests may use more: see testsMayImport.
var mayImport = map[string][]string{
	"internal/fault":                             {},
	"internal/money":                             {},
	"internal/house":                             {},
	"packs":                                      {},
	"templates":                                  {},
	"internal/calendar":                          {},
	"internal/dispute":                           {"internal/money"},
	"internal/shipment":                          {"internal/dispute"},
	"internal/policy":                            {"internal/money", "internal/fault", "internal/calendar", "internal/dispute", "internal/shipment", "internal/policy/"},
	"internal/reply":                             {"internal/money", "internal/fault", "internal/calendar", "internal/dispute", "internal/shipment", "internal/policy/", "internal/reply/"},
	"internal/webclient":                         {"internal/fault"},
	"internal/connector":                         {"internal/money", "internal/fault", "internal/dispute"},
	"internal/sheet":                             {"internal/money", "internal/fault", "internal/dispute", "internal/connector", "internal/policy/words"},
	"internal/tracker":                           {"internal/fault", "internal/dispute", "internal/connector", "internal/shipment", "internal/webclient"},
	"internal/tracker/trackertest":               {"internal/fault", "internal/dispute", "internal/connector", "internal/connector/simulator", "internal/tracker", "internal/webclient"},
	"internal/tracker/seventeentrack":            {"internal/fault", "internal/dispute", "internal/connector", "internal/shipment", "internal/tracker", "internal/webclient"},
	"internal/tracker/seventeentrack/fake":       {"internal/connector/simulator"},
	"internal/tracker/seventeentrack/fake/demo":  {"internal/tracker/seventeentrack/fake"},
	"internal/tracker/aftership":                 {"internal/fault", "internal/dispute", "internal/connector", "internal/shipment", "internal/tracker", "internal/webclient"},
	"internal/tracker/aftership/fake":            {"internal/connector/simulator"},
	"internal/tracker/aftership/fake/foreign":    {"internal/tracker/aftership/fake"},
	"internal/vault":                             {"internal/fault"},
	"internal/blob":                              {"internal/fault"},
	"internal/texts":                             {"internal/money"},
	"internal/notify":                            {"internal/money", "internal/fault", "internal/texts", "internal/notify"},
	"internal/store":                             {"internal/money", "internal/fault"},
	"internal/desk":                              {"internal/calendar", "internal/money", "internal/fault", "internal/dispute", "internal/shipment", "internal/tracker", "internal/policy", "internal/policy/words", "internal/reply", "internal/connector", "internal/sheet", "internal/store", "internal/vault", "internal/blob", "internal/notify", "internal/texts"},
	"internal/web":                               {"internal/money", "internal/fault", "internal/dispute", "internal/tracker", "internal/policy", "internal/policy/words", "internal/reply", "internal/connector", "internal/desk", "internal/notify", "internal/sheet", "internal/texts", "internal/web/"},
	"internal/api":                               {"internal/money", "internal/fault", "internal/dispute", "internal/tracker", "internal/policy", "internal/reply", "internal/connector", "internal/desk", "internal/notify", "internal/store", "internal/sheet", "internal/texts"},
	"internal/app":                               {"internal/", "packs", "templates"},
	"cmd/parley":                                 {"internal/", "packs", "templates"},
	"internal/store/storetest":                   {"internal/store"},
	"internal/store/fill":                        {"internal/store", "internal/money", "internal/dispute", "internal/connector", "internal/policy"},
	"internal/store/bench":                       {"internal/store/", "internal/money", "internal/fault"},
	"internal/connector/simulator":               {},
	"internal/connector/skeleton":                {"internal/fault"},
	"internal/connector/connectortest":           {"internal/connector", "internal/money", "internal/fault", "internal/dispute"},
	"internal/connector/aliexpress":              {"internal/connector", "internal/money", "internal/fault", "internal/dispute", "internal/shipment", "internal/webclient", "internal/connector/alibaba/"},
	"internal/connector/alibaba":                 {"internal/fault"},
	"internal/connector/alibaba/wire":            {},
	"internal/connector/aliexpress/fake":         {"internal/connector/simulator"},
	"internal/connector/aliexpress/fake/demo":    {"internal/connector/aliexpress/fake"},
	"internal/connector/aliexpress/fake/insim":   {"internal/connector/aliexpress/fake", "internal/connector", "internal/desk", "internal/money", "internal/sim"},
	"internal/sim":                               {"internal/money", "internal/fault", "internal/dispute", "internal/connector", "internal/store", "internal/notify", "internal/desk"},
	"internal/connector/sheet":                   {"internal/connector", "internal/fault", "internal/dispute", "internal/sheet"},
	"internal/connector/dropship":                {"internal/connector", "internal/connector/sheet", "internal/fault"},
	"internal/connector/dropship/fake":           {"internal/connector/simulator"},
	"internal/connector/dropship/fake/demo":      {"internal/connector/dropship/fake"},
	"internal/connector/aliexpress/fake/foreign": {"internal/connector/aliexpress/fake"},
	"internal/connector/mirakl":                  {"internal/connector", "internal/money", "internal/fault", "internal/dispute", "internal/webclient"},
	"internal/connector/mirakl/fake":             {"internal/connector/simulator"},
	"internal/connector/mirakl/fake/demo":        {"internal/connector/mirakl/fake"},
	"internal/connector/mirakl/fake/insim":       {"internal/connector/mirakl/fake", "internal/connector/simulator", "internal/desk", "internal/money", "internal/sim"},
	"internal/connector/paypal":                  {"internal/connector", "internal/money", "internal/fault", "internal/dispute", "internal/webclient"},
	"internal/connector/paypal/fake":             {"internal/connector/simulator"},
	"internal/connector/paypal/fake/demo":        {"internal/connector/paypal/fake"},
	"internal/connector/paypal/fake/foreign":     {"internal/connector/paypal/fake"},
	"internal/connector/paypal/fake/insim":       {"internal/connector/paypal/fake", "internal/connector/simulator", "internal/desk", "internal/money", "internal/sim"},
	"internal/connector/taobao":                  {"internal/connector", "internal/money", "internal/fault", "internal/dispute", "internal/webclient", "internal/connector/alibaba/"},
	"internal/connector/taobao/fake":             {"internal/connector/simulator"},
	"internal/connector/taobao/fake/demo":        {"internal/connector/taobao/fake"},
	"internal/connector/taobao/fake/foreign":     {"internal/connector/taobao/fake"},
	"internal/connector/stripe":                  {"internal/connector", "internal/money", "internal/fault", "internal/dispute", "internal/webclient"},
	"internal/connector/stripe/fake":             {"internal/connector/simulator"},
	"internal/connector/stripe/fake/demo":        {"internal/connector/stripe/fake"},
	"internal/connector/stripe/fake/foreign":     {"internal/connector/stripe/fake"},
	"internal/connector/stripe/fake/insim":       {"internal/connector/stripe/fake", "internal/connector/simulator", "internal/desk", "internal/money", "internal/sim"},
	"internal/connector/mail":                    {"internal/connector", "internal/connector/sheet", "internal/fault", "internal/dispute", "internal/webclient"},
	"internal/connector/mail/fake":               {"internal/connector/simulator"},
	"internal/connector/mail/fake/demo":          {"internal/connector/mail/fake"},
	"internal/connector/shopify":                 {"internal/connector", "internal/money", "internal/fault", "internal/dispute", "internal/webclient"},
	"internal/connector/shopify/fake":            {"internal/connector/simulator"},
	"internal/connector/shopify/fake/demo":       {"internal/connector/shopify/fake"},
	"internal/connector/shopify/fake/foreign":    {"internal/connector/shopify/fake", "internal/connector/shopify"},
	"internal/connector/shopify/fake/insim":      {"internal/connector/shopify/fake", "internal/connector/simulator", "internal/desk", "internal/money", "internal/sim"},
}

// mayUse lists who may import what of the world.
var mayUse = map[string][]string{
	"database/sql":          {"internal/store"},
	"github.com/jackc/pgx/": {"internal/store"},
	"modernc.org/sqlite":    {"internal/store"},
	"net/http":              {"internal/webclient", "internal/web", "internal/api", "internal/app", "internal/connector", "internal/tracker", "internal/notify", "internal/sim", "cmd/parley"},
	"math/rand":             {"internal/connector/aliexpress/fake", "internal/store/fill", "internal/store/bench"},
}

// mayAskTime lists who may call time.Now. Everyone else is handed a clock or an instant.
var mayAskTime = []string{"internal/app", "cmd/parley"}

// room is the entry of mayImport a folder belongs to: its own, or that of the nearest folder above it.
func room(dir string) string {
	for d := dir; d != "."; d = filepath.Dir(d) {
		if _, ok := mayImport[d]; ok {
			return d
		}
	}
	return ""
}

type source struct {
	path, dir string
	file      *ast.File
	lines     int
	generated bool
}

func sources(t *testing.T) []source {
	t.Helper()
	root := "../.."
	var out []source
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (name == "node_modules" || name == "testdata" || (strings.HasPrefix(name, ".") && len(name) > 2)) {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, raw, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		out = append(out, source{rel, filepath.ToSlash(filepath.Dir(rel)), f, strings.Count(string(raw), "\n"), ast.IsGenerated(f)})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 50 {
		t.Fatalf("only %d files found", len(out))
	}
	return out
}

func (s source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

func (s source) imports() []string {
	var out []string
	for _, i := range s.file.Imports {
		p, _ := strconv.Unquote(i.Path.Value) // the parser has seen to it
		out = append(out, p)
	}
	return out
}

func within(list []string, path string) bool {
	return slices.ContainsFunc(list, func(entry string) bool {
		return entry == path || (strings.HasSuffix(entry, "/") && strings.HasPrefix(path+"/", entry))
	})
}

func TestArrows(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() {
			continue
		}
		own := room(s.dir)
		if own == "" {
			t.Errorf("%s: the house has no room for %s: add it to mayImport", s.path, s.dir)
			continue
		}
		for _, p := range s.imports() {
			if to, ok := strings.CutPrefix(p, module); ok && to != s.dir && !within(mayImport[own], to) {
				t.Errorf("%s: %s must not import %s", s.path, own, to)
			}
			for what, who := range mayUse {
				if (p == what || (strings.HasSuffix(what, "/") && strings.HasPrefix(p, what))) && !slices.ContainsFunc(who, func(w string) bool { return s.dir == w || strings.HasPrefix(s.dir, w+"/") }) {
					t.Errorf("%s: only %v may import %s", s.path, who, what)
				}
			}
		}
	}
}

// A marketplace's name is known to its own folder, to the wiring, and to nobody else.
func TestNoMarketplaceIsNamedOutsideItsFolder(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() || strings.HasPrefix(s.dir, "internal/connector/") || s.dir == "internal/app" || s.dir == "cmd/parley" || strings.HasPrefix(s.dir, "internal/store/fill") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING && strings.EqualFold(strings.Trim(l.Value, "`\""), "aliexpress") {
				t.Errorf("%s: names a marketplace: %s", s.path, l.Value)
			}
			return true
		})
	}
}

func TestNobodyElseAsksForTheTime(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() || slices.Contains(mayAskTime, s.dir) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" && x.Obj == nil && slices.Contains([]string{"Now", "Sleep", "Since", "Until"}, sel.Sel.Name) {
				t.Errorf("%s: uses time.%s; take a clock or an instant", s.path, sel.Sel.Name)
			}
			return true
		})
	}
}

func TestNoInitFunctions(t *testing.T) {
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: has an init function", s.path)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	docs := map[string]bool{}
	for _, s := range sources(t) {
		if !s.test() {
			docs[s.dir] = docs[s.dir] || s.file.Doc != nil
		}
	}
	for dir, ok := range docs {
		if !ok {
			t.Errorf("%s has no package comment", dir)
		}
	}
}

func TestFilesStaySmall(t *testing.T) {
	for _, s := range sources(t) {
		if s.lines > 700 && !s.generated {
			t.Errorf("%s has %d lines", s.path, s.lines)
		}
	}
}

// Sleeping tests are slow and still wrong on a busy machine.
func TestNoTestSleeps(t *testing.T) {
	for _, s := range sources(t) {
		if !s.test() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Sleep" {
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" {
					t.Errorf("%s: sleeps", s.path)
				}
			}
			return true
		})
	}
}
