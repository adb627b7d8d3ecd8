package sheet

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/goccy/go-yaml"
	"golang.org/x/text/unicode/norm"

	"parley/internal/policy/words"
)

//go:embed fields.yaml
var fieldsFile []byte

// Field is what a column can hold.
type Field struct {
	Name  string `yaml:"-"`
	Kind  string // id, text, instant, due, money, count, yes, country, currency, language, code
	Group string // of a code: a group of the glossary, or supplier_reports, payment_kinds, address_results
	In    []string
	Words []string // headers it is known by, folded
}

// RequiredIn tells whether a record of the kind cannot do without the field.
func (f Field) RequiredIn(kind string) bool { return slices.Contains(f.In, kind+"!") }

// AllowedIn tells whether a record of the kind may have the field.
func (f Field) AllowedIn(kind string) bool { return f.RequiredIn(kind) || slices.Contains(f.In, kind) }

type vocabulary struct {
	fields []Field
	byName map[string]Field
	values map[string]map[string]string // group → folded word → code
}

var vocab = sync.OnceValue(func() vocabulary {
	v, err := readVocabulary(fieldsFile)
	if err != nil {
		panic("sheet: the built-in fields do not read: " + err.Error())
	}
	return v
})

func readVocabulary(file []byte) (vocabulary, error) {
	var raw struct {
		Fields yaml.MapSlice
		Values map[string]map[string]string
	}
	if err := yaml.Unmarshal(file, &raw); err != nil {
		return vocabulary{}, err
	}
	var byName struct{ Fields map[string]Field }
	if err := yaml.Unmarshal(file, &byName); err != nil {
		return vocabulary{}, err
	}
	v := vocabulary{byName: map[string]Field{}, values: map[string]map[string]string{}}
	for _, entry := range raw.Fields {
		name, _ := entry.Key.(string)
		f := byName.Fields[name]
		f.Name = name
		for i := range f.Words {
			f.Words[i] = folded(f.Words[i])
		}
		v.fields, v.byName[name] = append(v.fields, f), f
	}
	for group, known := range raw.Values {
		v.values[group] = map[string]string{}
		for word, code := range known {
			v.values[group][folded(word)] = code
		}
	}
	return v, nil
}

// Fields are those a record of the kind may have, required ones first.
func Fields(kind string) []Field {
	var out []Field
	for _, must := range []bool{true, false} {
		for _, f := range vocab().fields {
			if f.AllowedIn(kind) && f.RequiredIn(kind) == must {
				out = append(out, f)
			}
		}
	}
	return out
}

// FieldNamed gives one field.
func FieldNamed(name string) (Field, bool) {
	f, ok := vocab().byName[name]
	return f, ok
}

// own are the groups of codes that are not in the glossary: what they give is translated when records are built.
var own = map[string][]string{
	"account_events": slices.Concat(words.Codes("notices"), []string{"lifted_block"}, words.Codes("document_kinds"),
		[]string{"login", "profile_change", "card_payment", "supplier_complaints", "daily_sales"}),
	"address_results":  {"passed", "failed"},
	"payment_kinds":    {"refund", "goodwill", "payout", "none"},
	"supplier_reports": {"reported_no_stock", "reported_oversize", "replied", "sent_customs_reminder", "verified_claim", "intercepted", "intercept_failed", "reissued", "paid_out", "shipped", "none"},
}

// Codes are the codes of a group, in the order in which they are offered.
func Codes(group string) []string {
	if list, ok := own[group]; ok {
		return list
	}
	return words.Codes(group)
}

// codeOf finds the code that a cell means: the code itself, a word people write for it, or one the mapping adds.
func codeOf(group, cell string, added map[string]string) (string, bool) {
	word := folded(cell)
	for raw, code := range added {
		if folded(raw) == word {
			return code, true
		}
	}
	for _, code := range Codes(group) {
		if folded(code) == word {
			return code, true
		}
	}
	code, ok := vocab().values[group][word]
	return code, ok
}

// folded is a word as it is compared: compatibility forms resolved, accents dropped, lower case, blanks for everything but letters and
// digits.
func folded(text string) string {
	if r := []rune(text); len(r) > 200 {
		text = string(r[:200])
	}
	var b strings.Builder
	blank := false
	for _, r := range norm.NFKD.String(text) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if blank && b.Len() > 0 {
				b.WriteByte(' ')
			}
			blank = false
			b.WriteRune(unicode.ToLower(r))
		default:
			blank = true
		}
	}
	return b.String()
}
