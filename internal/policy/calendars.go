package policy

import (
	"slices"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"parley/internal/calendar"
)

// calendarFile is the holidays of a country, region or carrier.
type calendarFile struct {
	Calendar Text                       `yaml:"calendar"`
	Base     Text                       `yaml:"base"` // calendar whose holidays are taken over
	Title    Said                       `yaml:"title"`
	Source   []Text                     `yaml:"source"`
	Weekend  []Text                     `yaml:"weekend"` // days of the week, default saturday and sunday
	Years    map[int]string             `yaml:"years"`   // official or provisional
	Holidays map[string]string          `yaml:"holidays"`
	Workdays map[string]string          `yaml:"workdays"` // make-up working days
	Yearly   map[string]string          `yaml:"yearly"`   // MM-DD → name, every year
	Extra    map[string]map[string]Text `yaml:"extra"`
}

var days = map[string]time.Weekday{"sunday": 0, "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6}

func (l *loader) calendar(name string, f calendarFile) {
	c := calendar.New(f.Calendar.Text)
	if f.Calendar.Text == "" {
		l.say(name, f.Calendar, "a calendar needs a name", "")
	}
	if len(f.Source) == 0 {
		l.say(name, f.Calendar, "the calendar names no source", "an address with date, or unsourced")
	}
	if len(f.Weekend) > 0 {
		c.Weekend = [7]bool{}
		for _, d := range f.Weekend {
			day, ok := days[d.Text]
			if !ok {
				l.say(name, d, "no such day of the week: "+d.Text, "")
			}
			c.Weekend[day] = true
		}
	}
	for y, word := range f.Years {
		if !slices.Contains([]string{"official", "provisional"}, word) {
			l.say(name, f.Calendar, "a year is official or provisional, not "+word, "")
		}
		c.Years[y] = word
	}
	l.dated(name, f, f.Holidays, c.Holidays)
	l.dated(name, f, f.Workdays, c.Workdays)
	l.yearly(name, f, c)
	l.lib.calendars[c.Name] = c
}

func (l *loader) dated(name string, f calendarFile, from map[string]string, to map[calendar.Date]string) {
	for day, what := range from {
		d, err := calendar.Parse(day)
		if err != nil {
			l.say(name, f.Calendar, "not a date: "+day, "such as 2026-10-12")
			continue
		}
		to[d] = what
	}
}

// yearly repeats fixed dates over the years that the desk may meet.
func (l *loader) yearly(name string, f calendarFile, c *calendar.Calendar) {
	for day, what := range f.Yearly {
		if _, err := calendar.Parse("2024-" + day); err != nil {
			l.say(name, f.Calendar, "not a day of the year: "+day, "such as 12-25")
			continue
		}
		for y := 2011; y <= 2040; y++ {
			if d, err := calendar.Parse(time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006-") + day); err == nil {
				c.Holidays[d] = what
			}
		}
	}
}

// parse reads a file into its tree and refuses anchors, aliases and tags: packs use YAML plainly. The tree is nil if the
// file is empty.
func parse(name string, data []byte) (ast.Node, *Problem) {
	parsed, err := parser.ParseBytes(data, 0)
	if err != nil {
		p := yamlProblem(name, err)
		return nil, &p
	}
	find := &finder{}
	for _, doc := range parsed.Docs {
		ast.Walk(find, doc)
	}
	if find.bad != nil {
		at := find.bad.GetToken().Position
		return nil, &Problem{name, at.Line, at.Column, "anchors, aliases and tags are not allowed", "write it out"}
	}
	for _, doc := range parsed.Docs {
		if doc.Body != nil {
			return doc.Body, nil
		}
	}
	return nil, nil
}

type finder struct{ bad ast.Node }

// Visit looks at one node.
func (f *finder) Visit(n ast.Node) ast.Visitor {
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		f.bad = n
		return nil
	}
	return f
}
