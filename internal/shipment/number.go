package shipment

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/goccy/go-yaml"
)

// Match is one carrier whose format a number has. Most numbers without letters fit several.
type Match struct {
	Courier string // such as ups, usps, s10
	Name    string // such as UPS; for postal numbers the operator
	Service string // such as "Letter Post Registered", where the number tells
	Country string // ISO 3166-1 alpha-2 of the operator, where the number tells
	Checked bool   // the format has a check digit and it is right
}

// longestNumber is longer than any tracking number; the longest format has 34 signs, beside spaces.
const longestNumber = 100

// Number is a tracking number as systems write it: without spaces and dashes, in capitals.
func Number(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, strings.ToUpper(s))
}

// Carriers gives the carriers whose format a number has, the likeliest first: those with a right check digit before those whose format has
// none, those told by letters before those of digits only. A number that fits nothing gives none.
func Carriers(number string) []Match {
	number = Number(number)
	if len(number) > longestNumber {
		return nil
	}
	var out []Match
	for _, f := range formats() {
		if m, ok := f.match(number); ok && !slices.ContainsFunc(out, func(o Match) bool { return o.Courier == m.Courier && o.Country == m.Country }) {
			out = append(out, m)
		}
	}
	digits := strings.Trim(number, "0123456789") == ""
	slices.SortStableFunc(out, func(a, b Match) int { return cmp.Compare(weight(b, digits), weight(a, digits)) })
	return out
}

func weight(m Match, digits bool) int {
	switch {
	case m.Checked && !digits:
		return 3
	case m.Checked:
		return 2
	case !digits:
		return 1
	}
	return 0
}

// Tracked tells how far a postal item of UPU standard S10 can be followed, by its service letters: LevelFull for registered, insured,
// express mail and parcels, LevelHandover for U ("not tracked abroad"), LevelUnknown for others. Source: UPU S10 service indicators.
func Tracked(number string) string {
	number = Number(number)
	if !s10Shape.MatchString(number) {
		return LevelUnknown
	}
	switch number[0] {
	case 'R', 'V', 'E', 'C', 'H', 'L':
		return LevelFull
	case 'U':
		return LevelHandover
	}
	return LevelUnknown
}

var s10Shape = regexp.MustCompile(`^[A-Z]{2}[0-9]{9}[A-Z]{2}$`)

//go:embed formats/*.json formats/own.yaml
var formatFiles embed.FS

// format is one kind of number of one courier.
type format struct {
	courier, name, country string
	regex                  *regexp.Regexp
	check                  *checksum
	prepend                func(serial string) string
	lookups                []lookup
	mustKnow               []string // names of lookups that must know their value
}

type lookup struct {
	name, group string
	rows        []lookupRow
}

type lookupRow struct {
	Matches      string `json:"matches"`
	MatchesRegex string `json:"matches_regex"`
	Name         string `json:"name"`
	Courier      string `json:"courier"`
	regex        *regexp.Regexp
}

var formats = sync.OnceValue(func() []format {
	files, err := fs.Glob(formatFiles, "formats/*.json")
	if err != nil {
		panic("shipment: " + err.Error())
	}
	var all []format
	for _, file := range files {
		raw, err := formatFiles.ReadFile(file)
		if err == nil {
			all, err = readCourier(all, raw)
		}
		if err != nil {
			panic(fmt.Sprintf("shipment: the built-in formats of %s do not read: %v", file, err))
		}
	}
	return append(all, ownFormats()...)
})

func ownFormats() (out []format) {
	raw, err := formatFiles.ReadFile("formats/own.yaml")
	var file struct {
		Formats []struct{ Courier, Name, Regex, Country string }
	}
	if err == nil {
		err = yaml.UnmarshalWithOptions(raw, &file, yaml.Strict())
	}
	if err != nil {
		panic("shipment: the built-in formats do not read: " + err.Error())
	}
	for _, f := range file.Formats {
		out = append(out, format{courier: f.Courier, name: f.Name, country: f.Country, regex: whole(f.Regex)})
	}
	return out
}

func whole(pattern string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + pattern + `)$`) }

// pieces is a text that may stand in a list of pieces.
type pieces string

// UnmarshalJSON reads a text or a list of texts.
func (p *pieces) UnmarshalJSON(raw []byte) error {
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		*p = pieces(strings.Join(list, ""))
		return nil
	}
	return json.Unmarshal(raw, (*string)(p))
}

type courierFile struct {
	Name    string `json:"name"`
	Code    string `json:"courier_code"`
	Numbers []struct {
		Name       string `json:"name"`
		Regex      pieces `json:"regex"`
		Validation struct {
			Checksum   *checksum `json:"checksum"`
			Additional struct {
				Exists []string `json:"exists"`
			} `json:"additional"`
			Serial struct {
				PrependIf *struct {
					Regex   string `json:"matches_regex"`
					Content string `json:"content"`
				} `json:"prepend_if"`
			} `json:"serial_number_format"`
		} `json:"validation"`
		Additional []struct {
			Name   string      `json:"name"`
			Group  string      `json:"regex_group_name"`
			Lookup []lookupRow `json:"lookup"`
		} `json:"additional"`
	} `json:"tracking_numbers"`
}

func readCourier(all []format, raw []byte) ([]format, error) {
	var c courierFile
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, err
	}
	for _, n := range c.Numbers {
		regex, err := regexp.Compile(`^(?:` + string(n.Regex) + `)$`)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", n.Name, err)
		}
		f := format{courier: c.Code, name: c.Name, regex: regex, check: n.Validation.Checksum, mustKnow: n.Validation.Additional.Exists}
		if p := n.Validation.Serial.PrependIf; p != nil {
			f.prepend = prepending(p.Regex, p.Content)
		}
		for _, a := range n.Additional {
			l := lookup{name: a.Name, group: a.Group, rows: a.Lookup}
			for i := range l.rows {
				if l.rows[i].MatchesRegex != "" {
					l.rows[i].regex = whole(l.rows[i].MatchesRegex)
				}
			}
			f.lookups = append(f.lookups, l)
		}
		all = append(all, f)
	}
	return all, nil
}

// prepending puts digits before a serial number that does not begin with them. The data says so by "^(?!XX).+", which this engine of
// regular expressions does not know: what stands inside is asked for and the answer turned round.
func prepending(pattern, content string) func(string) string {
	_, inner, _ := strings.Cut(pattern, "(?!")
	inner, _, _ = strings.Cut(inner, ")")
	begins := regexp.MustCompile(`^(?:` + inner + `)`)
	return func(serial string) string {
		if begins.MatchString(serial) {
			return serial
		}
		return content + serial
	}
}

func (f *format) match(number string) (Match, bool) {
	found := f.regex.FindStringSubmatch(number)
	if found == nil {
		return Match{}, false
	}
	group := func(name string) string {
		if i := f.regex.SubexpIndex(name); i >= 0 {
			return found[i]
		}
		return ""
	}
	if f.check != nil {
		serial := group("SerialNumber")
		if f.prepend != nil {
			serial = f.prepend(serial)
		}
		if !f.check.right(serial, group("CheckDigit")) {
			return Match{}, false
		}
	}
	m := Match{Courier: f.courier, Name: f.name, Country: f.country, Checked: f.check != nil}
	for _, l := range f.lookups {
		row, ok := l.find(group(l.group))
		if !ok && slices.Contains(f.mustKnow, l.name) {
			return Match{}, false
		}
		m.learn(l, row, group(l.group))
	}
	return m, true
}

// learn takes what a part of the number tells.
func (m *Match) learn(l lookup, row lookupRow, value string) {
	switch {
	case l.group == "CountryCode":
		m.Country = value
		if row.Courier != "" {
			m.Name = row.Courier
		}
	case l.group == "ServiceType":
		m.Service = row.Name
	}
}

func (l lookup) find(value string) (lookupRow, bool) {
	for _, r := range l.rows {
		if r.Matches == value && value != "" || r.regex != nil && r.regex.MatchString(value) {
			return r, true
		}
	}
	return lookupRow{}, false
}
