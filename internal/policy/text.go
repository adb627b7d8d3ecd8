package policy

import (
	"fmt"

	"github.com/goccy/go-yaml/ast"
)

// Text is a scalar of a pack that keeps its place, so that a mistake can be shown at file:line:column.
type Text struct {
	Text         string
	Line, Column int
}

// UnmarshalYAML takes any scalar.
func (t *Text) UnmarshalYAML(n ast.Node) error {
	at := n.GetToken().Position
	t.Line, t.Column = at.Line, at.Column
	switch n := n.(type) {
	case *ast.LiteralNode:
		t.Text = n.Value.Value
		t.Line++
	case *ast.StringNode:
		t.Text = n.Value
	case *ast.NullNode:
	case ast.ScalarNode:
		t.Text = n.GetToken().Value
	default:
		return fmt.Errorf("[%d:%d] a single value is wanted here", at.Line, at.Column)
	}
	return nil
}

func texts(list []Text) []string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = t.Text
	}
	return out
}

// Said is a text in the languages of the desk, by BCP 47 code.
type Said map[string]string

// In gives the text in a language, in English where there is no such translation.
func (s Said) In(lang string) string {
	if t, ok := s[lang]; ok {
		return t
	}
	if len(lang) > 2 {
		if t, ok := s[lang[:2]]; ok {
			return t
		}
	}
	return s["en"]
}
