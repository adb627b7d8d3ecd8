package mail

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// silent elements say nothing to a reader.
var silent = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Head: true, atom.Title: true, atom.Template: true, atom.Noscript: true, atom.Iframe: true,
	atom.Object: true, atom.Svg: true, atom.Textarea: true, atom.Select: true,
}

// breaks are elements that begin and end a line.
var breaks = map[atom.Atom]bool{
	atom.P: true, atom.Div: true, atom.Tr: true, atom.Table: true, atom.Ul: true, atom.Ol: true, atom.Li: true, atom.H1: true, atom.H2: true,
	atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Pre: true, atom.Blockquote: true, atom.Hr: true, atom.Section: true,
	atom.Article: true, atom.Header: true, atom.Footer: true, atom.Dl: true, atom.Dt: true, atom.Dd: true,
}

const (
	longestToken = 1 << 20 // bytes
	deepestQuote = 8
)

// flat writes HTML down as plain text. It follows no address and loads nothing.
type flat struct {
	out    strings.Builder
	line   strings.Builder
	quote  int       // how deep in quotations
	silent atom.Atom // the silent element we are in
	depth  int       // how often it was opened in itself
	pre    int
	target string // where the link leads we are in
	began  int    // length of the line where the link began
}

// plainText is what a person would read of an HTML mail. Quotations come as lines with ">", links with where they lead, so that nobody is
// led elsewhere than it says. HTML need not be well-formed.
func plainText(source string) string {
	z := html.NewTokenizer(strings.NewReader(source))
	z.SetMaxBuf(longestToken)
	f := &flat{}
	for {
		switch z.Next() {
		case html.ErrorToken:
			f.end()
			return f.out.String()
		case html.TextToken:
			f.text(string(z.Text()))
		case html.StartTagToken:
			f.open(z.Token())
		case html.SelfClosingTagToken:
			t := z.Token()
			f.open(t)
			f.close(t.DataAtom)
		case html.EndTagToken:
			f.close(z.Token().DataAtom)
		}
	}
}

func (f *flat) text(s string) {
	if f.silent != 0 {
		return
	}
	if f.pre > 0 {
		for i, line := range strings.Split(s, "\n") {
			if i > 0 {
				f.end()
			}
			f.line.WriteString(line)
		}
		return
	}
	words := strings.Fields(s)
	if len(words) == 0 || strings.ContainsAny(s[:1], " \t\r\n\u00a0") {
		f.space()
	}
	f.line.WriteString(strings.Join(words, " "))
	if len(words) > 0 && strings.ContainsAny(s[len(s)-1:], " \t\r\n") {
		f.space()
	}
}

func (f *flat) space() {
	if n := f.line.Len(); n > 0 && f.line.String()[n-1] != ' ' {
		f.line.WriteByte(' ')
	}
}

// end closes the line.
func (f *flat) end() {
	line := strings.TrimRight(f.line.String(), " ")
	f.line.Reset()
	f.began = 0
	if line != "" && f.quote > 0 {
		line = strings.Repeat(">", min(f.quote, deepestQuote)) + " " + line
	}
	f.out.WriteString(line)
	f.out.WriteByte('\n')
}

func (f *flat) open(t html.Token) {
	if f.silent != 0 {
		if t.DataAtom == f.silent {
			f.depth++
		}
		return
	}
	if silent[t.DataAtom] {
		f.silent, f.depth = t.DataAtom, 1
		return
	}
	f.breakLine(t.DataAtom)
	switch t.DataAtom {
	case atom.Br:
		f.end()
	case atom.Blockquote:
		f.quote++
	case atom.Li:
		f.line.WriteString("• ")
	case atom.Pre:
		f.pre++
	case atom.Td, atom.Th:
		f.space()
	case atom.Img:
		f.text(" " + attribute(t, "alt") + " ")
	case atom.A:
		f.target, f.began = attribute(t, "href"), f.line.Len()
	}
}

func (f *flat) close(a atom.Atom) {
	if f.silent != 0 {
		if a == f.silent {
			if f.depth--; f.depth == 0 {
				f.silent = 0
			}
		}
		return
	}
	f.breakLine(a)
	switch a {
	case atom.Blockquote:
		f.quote = max(0, f.quote-1)
	case atom.Pre:
		f.pre = max(0, f.pre-1)
	case atom.A:
		f.link()
	case atom.P:
		f.end()
	}
}

func (f *flat) breakLine(a atom.Atom) {
	if breaks[a] && f.line.Len() > 0 {
		f.end()
	}
}

// link tells where it leads, where its words do not say that already.
func (f *flat) link() {
	said := f.line.String()[min(f.began, f.line.Len()):]
	if strings.HasPrefix(f.target, "http") && !strings.Contains(f.target, strings.TrimSpace(said)) || strings.HasPrefix(f.target, "http") && strings.TrimSpace(said) == "" {
		f.line.WriteString(" (" + shortened(f.target, 200) + ")")
	}
	f.target = ""
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return oneLine(a.Val)
		}
	}
	return ""
}
