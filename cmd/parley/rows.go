package main

import (
	"strings"
	"time"

	"parley/internal/desk"
)

// rows are the cases of a list as lines of a table.
func (t *terminal) rows(cases []desk.Row, now time.Time) [][]string {
	out := [][]string{t.head("case", "left", "class", "recommended", "stake", "store", "order", "title")}
	for _, c := range cases {
		out = append(out, []string{
			number(c.ID), t.left(c, now), t.code("class", c.Class, "class.undecided"), t.code("option", c.Recommended, "group.no_recommendation"),
			t.words.Money(c.Stake), c.Store.Name, c.OrderNo, shown(c.Title, 40),
		})
	}
	return out
}

// left is the time until the deadline, or since.
func (t *terminal) left(c desk.Row, now time.Time) string {
	switch {
	case !c.Open:
		return t.words.T("queue.ended")
	case c.DueAt.IsZero():
		return "–"
	case !now.Before(c.DueAt):
		return t.words.T("time.late_by", "span", t.words.Span(now.Sub(c.DueAt)))
	}
	return t.words.Span(c.DueAt.Sub(now))
}

// code gives the word for a code, the code itself where there is none, and another text where there is no code.
func (t *terminal) code(group, code, empty string) string {
	if code == "" {
		return t.words.T(empty)
	}
	word, _ := t.words.Code(group, code)
	return word
}

// shown cuts a text to n characters.
func shown(text string, n int) string {
	r := []rune(text)
	if len(r) <= n {
		return text
	}
	return string(r[:n-1]) + "…"
}

func joined(words []string) string { return strings.Join(words, " ") }
