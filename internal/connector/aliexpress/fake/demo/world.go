package demo

import (
	"embed"
	"fmt"

	"github.com/goccy/go-yaml"

	"parley/internal/connector/aliexpress/fake"
)

//go:embed *.yaml
var files embed.FS

// World is what was filled.
type World struct{ Companies []Company }

// Company owns shops.
type Company struct {
	Name     string
	Zone     string // IANA zone of its office
	Language string // BCP 47
	Shops    []*fake.Shop
}

type people struct {
	Rates     map[string]float64
	Companies []struct {
		Name, Zone, Language string
		Shops                []struct{ ID, Name, Login, Country, Currency string }
	}
	Products map[string][]product
	Buyers   map[string]buyer
	Tempers  map[string]temper
}

type product struct{ Name, Variant, Dollars string }

type buyer struct {
	Login, First, Last, Country, City, Street, Postal, Language, Currency string
}

type temper struct {
	Answers       float64
	Accepts       int
	Rounds        int
	Then          string
	Returns       bool
	SendsBackDays float64 `yaml:"sends_back_days"`
}

// story is one dispute, open or ended.
type story struct {
	Shop      string
	Product   int
	Buyer     string
	Quantity  int
	Reason    string
	Says      string
	Text      string
	Sent      float64 // days before filling (open) or before opening (ended)
	Lasts     float64 // days from opening to the end, of ended stories
	Promised  int
	Service   string
	Parcel    []string
	LapsesIn  float64 `yaml:"lapses_in"`
	Opened    float64
	Percent   int
	Received  bool
	Return    bool
	Pictures  []string
	Worry     bool
	Escalated bool
	Temper    any
	Ruling    *struct {
		Percent int
		Return  bool
		Text    string
	}
	Steps []step
}

// step is one later act: at so many hours before filling (ago) or after opening (after).
type step struct {
	Ago, After float64
	Do         string
	Percent    int
	Says, Text string
	Pictures   []string
}

// scan is one row of parcels.yaml: hours, code, words, place.
type scan struct {
	after             float64
	code, text, place string
}

// UnmarshalYAML reads the row.
func (s *scan) UnmarshalYAML(data []byte) error {
	var row []any
	if err := yaml.Unmarshal(data, &row); err != nil {
		return err
	}
	if len(row) != 4 {
		return fmt.Errorf("a scan has four columns, not %d", len(row))
	}
	if _, err := fmt.Sscan(fmt.Sprint(row[0]), &s.after); err != nil {
		return fmt.Errorf("hours of a scan: %w", err)
	}
	s.code, s.text, s.place = fmt.Sprint(row[1]), fmt.Sprint(row[2]), fmt.Sprint(row[3])
	return nil
}

// script is everything read from the files.
type script struct {
	people  people
	words   map[string]map[string]string
	parcels map[string][]scan
	open    []story
	ended   []story
}

func read() (script, error) {
	var s script
	for name, into := range map[string]any{"people.yaml": &s.people, "words.yaml": &s.words, "parcels.yaml": &s.parcels,
		"open.yaml": &s.open, "ended.yaml": &s.ended} {
		data, err := files.ReadFile(name)
		if err != nil {
			return s, err
		}
		if err := yaml.UnmarshalWithOptions(data, into, yaml.Strict()); err != nil {
			return s, fmt.Errorf("%s: %w", name, err)
		}
	}
	return s, nil
}

// written reads a temper written out in a story.
func written(given any) (temper, error) {
	var found temper
	data, err := yaml.Marshal(given)
	if err != nil {
		return found, err
	}
	return found, yaml.UnmarshalWithOptions(data, &found, yaml.Strict())
}
