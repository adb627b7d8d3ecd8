// Package words is the vocabulary of the rules: every class, state, act, option, deadline, advice and check that packs,
// scenarios and verdicts may use, with one line that says what it means. The words themselves are data in words.yaml;
// a code that is not there is a mistake wherever it stands. Words of our own that only the desk needs (such as the
// alert for a platform status nobody knows) stand in own.yaml.
package words

import (
	_ "embed"
	"fmt"
	"sort"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

//go:embed words.yaml
var wordsFile []byte

//go:embed own.yaml
var ownFile []byte

// Group is one list of codes with their meanings.
type Group map[string]string

type vocabulary struct {
	groups  map[string]Group
	reasons map[string]map[string]string
	details map[string]map[string]map[string]string
}

var all = sync.OnceValue(func() vocabulary {
	v := vocabulary{map[string]Group{}, map[string]map[string]string{}, map[string]map[string]map[string]string{}}
	for _, file := range [][]byte{wordsFile, ownFile} {
		if err := v.read(file); err != nil {
			panic("words: the built-in vocabulary does not read: " + err.Error())
		}
	}
	return v
})

func (v vocabulary) read(file []byte) error {
	var raw map[string]map[string]any
	if err := yaml.Unmarshal(file, &raw); err != nil {
		return err
	}
	for group, codes := range raw {
		if group == "reasons" {
			v.readReasons(codes)
			continue
		}
		if v.groups[group] == nil {
			v.groups[group] = Group{}
		}
		for code, meaning := range codes {
			v.groups[group][code] = v.meaning(group, code, meaning)
		}
	}
	return nil
}

func (v vocabulary) readReasons(markets map[string]any) {
	for market, list := range markets {
		m, _ := list.(map[string]any)
		v.reasons[market] = map[string]string{}
		for raw, class := range m {
			v.reasons[market][raw] = fmt.Sprint(class)
		}
	}
}

func (v vocabulary) meaning(group, code string, meaning any) string {
	m, ok := meaning.(map[string]any)
	if !ok {
		return fmt.Sprint(meaning)
	}
	if v.details[group] == nil {
		v.details[group] = map[string]map[string]string{}
	}
	d := map[string]string{}
	for k, x := range m {
		d[k] = fmt.Sprint(x)
	}
	v.details[group][code] = d
	return d["means"]
}

// Known tells whether a group has a code.
func Known(group, code string) bool {
	_, ok := all().groups[group][code]
	return ok
}

// Meaning is the one line about a code, empty if there is no such code.
func Meaning(group, code string) string { return all().groups[group][code] }

// Detail is a further field of a code, such as the rule of a deadline or the source of a check.
func Detail(group, code, field string) string { return all().details[group][code][field] }

// Codes lists a group in alphabetical order.
func Codes(group string) []string {
	out := make([]string, 0, len(all().groups[group]))
	for c := range all().groups[group] {
		out = append(out, c)
	}
	sort.Strings(out)
	return out
}

// Groups lists the groups in alphabetical order.
func Groups() []string {
	out := make([]string, 0, len(all().groups))
	for g := range all().groups {
		out = append(out, g)
	}
	sort.Strings(out)
	return out
}

// Reason gives the class a raw reason of a platform points to when nothing else is known.
func Reason(platform, raw string) (class string, ok bool) {
	class, ok = all().reasons[platform][raw]
	return class, ok
}

// Closest suggests a code of the group for a misspelt one, empty if none is near.
func Closest(group, code string) string {
	best, least := "", 4
	for _, c := range Codes(group) {
		if d := Distance(code, c); d < least {
			best, least = c, d
		}
	}
	return best
}

// Distance is Levenshtein's, on bytes, for short codes.
func Distance(a, b string) int {
	if a = strings.ToLower(a); len(a) > 60 || len(b) > 60 {
		return 99
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		last := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			last, row[j] = row[j], min(row[j]+1, row[j-1]+1, last+cost)
		}
	}
	return row[len(b)]
}
