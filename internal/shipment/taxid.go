package shipment

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

// TaxID is a number that customs ask for.
type TaxID struct {
	Code    string `yaml:"code"`    // such as cpf
	Country string `yaml:"country"` // of destination, ISO 3166-1 alpha-2; EU = every member state
	Name    string `yaml:"name"`    // as people there call it
	Who     string `yaml:"who"`     // whose number it is: person, company, any, seller
	Format  string `yaml:"format"`  // regular expression of the whole number, without spaces, dots and dashes
	Check   string `yaml:"check"`   // rule of the check digits; none = no rule is known
	Hint    bool   `yaml:"hint"`    // real numbers fail the rule now and then
	Source  string `yaml:"source"`

	shape *regexp.Regexp
}

// What is wrong with a number.
const (
	TaxIDFormat = "format"      // it does not look like one
	TaxIDDigits = "check_digit" // mistyped, or made up
	TaxIDDoubt  = "doubt"       // the check digit is wrong, which happens with real ones too
	TaxIDKind   = "kind"        // there is no such kind of number here
)

//go:embed taxids.yaml
var taxIDFile []byte

var taxIDs = sync.OnceValue(func() []TaxID {
	var file struct{ IDs []TaxID }
	if err := yaml.UnmarshalWithOptions(taxIDFile, &file, yaml.Strict()); err != nil {
		panic("shipment: the built-in tax numbers do not read: " + err.Error())
	}
	for i := range file.IDs {
		id := &file.IDs[i]
		id.shape = whole(id.Format)
		if _, ok := taxIDRules[id.Check]; !ok {
			panic(fmt.Sprintf("shipment: %s has an unknown rule %q", id.Code, id.Check))
		}
	}
	return file.IDs
})

// members of the European Union, where EORI and IOSS are asked.
var members = strings.Fields("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK")

// TaxIDs gives the numbers customs of a country ask for; all for an empty country.
func TaxIDs(country string) []TaxID {
	var out []TaxID
	for _, id := range taxIDs() {
		if country == "" || id.Country == country || id.Country == "EU" && slices.Contains(members, country) {
			out = append(out, id)
		}
	}
	return out
}

// longestTaxID bounds what is looked at; the longest number has 17 signs, beside separators.
const longestTaxID = 60

// CheckTaxID checks a number of a kind and gives it without separators, and what is wrong with it: empty, or one of TaxID….
func CheckTaxID(code, value string) (normal, wrong string) {
	i := slices.IndexFunc(taxIDs(), func(id TaxID) bool { return id.Code == code })
	if i < 0 {
		return "", TaxIDKind
	}
	id := taxIDs()[i]
	if len(value) <= longestTaxID {
		normal = bare(value)
	}
	if normal == "" || len(normal) > longestTaxID { // what is no text grows when it is written as such
		return "", TaxIDFormat
	}
	switch {
	case !id.shape.MatchString(normal):
		return normal, TaxIDFormat
	case taxIDRules[id.Check](normal):
		return normal, ""
	case id.Hint:
		return normal, TaxIDDoubt
	}
	return normal, TaxIDDigits
}

// bare is a number without the signs people put between its parts, in capitals.
func bare(value string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" .-/\t\u00a0", r) {
			return -1
		}
		return r
	}, strings.ToUpper(value))
}
