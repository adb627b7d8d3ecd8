package policy

import (
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"
)

// Problem is a mistake in a pack, at its place, with a hint where one is to be had.
type Problem struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Says   string `json:"says"`
	Hint   string `json:"hint,omitempty"`
}

// String is "file:line:column: what is wrong (hint)".
func (p Problem) String() string {
	s := fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Says)
	if p.Hint != "" {
		s += " (" + p.Hint + ")"
	}
	return s
}

// Problems are all mistakes that were found; as an error they are one line each.
type Problems []Problem

// Error lists the problems, one a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, x := range p {
		lines[i] = x.String()
	}
	return strings.Join(lines, "\n")
}

func (p Problems) sorted() Problems {
	sort.SliceStable(p, func(i, j int) bool {
		if p[i].File != p[j].File {
			return p[i].File < p[j].File
		}
		if p[i].Line != p[j].Line {
			return p[i].Line < p[j].Line
		}
		return p[i].Column < p[j].Column
	})
	return p
}

// yamlProblem turns a mistake of the YAML reader into a problem with its place.
func yamlProblem(file string, err error) Problem {
	p := Problem{File: file, Line: 1, Column: 1, Says: err.Error()}
	var at yaml.Error
	if errors.As(err, &at) {
		p.Says = at.GetMessage()
		if t := at.GetToken(); t != nil && t.Position != nil {
			p.Line, p.Column = t.Position.Line, t.Position.Column
		}
	}
	if first, _, ok := strings.Cut(p.Says, "\n"); ok {
		p.Says = first
	}
	return p
}
