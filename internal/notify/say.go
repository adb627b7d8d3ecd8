package notify

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/texts"
)

// Reader is the person who reads: language, zone and the present instant.
type Reader struct {
	*texts.Reader
	Zone *time.Location
	Now  time.Time
}

// mostItems is how many things one message spells out; further ones are counted.
const mostItems = 40

// Compose puts one thing or several into a message. base is the desk's address without a slash at the end. Items come in the order
// they are said; those with a deadline are sorted by it, before the others.
func Compose(id string, r Reader, base string, items []Item) Message {
	items = slices.Clone(items)
	SortByDeadline(items)
	m := Message{ID: id, At: r.Now, Lang: r.Lang, Subject: oneLine(r.subject(items)), Link: base + "/notices"}
	if len(items) == 1 && items[0].CaseID != 0 {
		m.Link = caseLink(base, items[0])
	}
	var b strings.Builder
	for i, it := range items {
		if i == mostItems {
			b.WriteString(r.N("notice.more", int64(len(items)-mostItems)) + "\n\n")
			break
		}
		b.WriteString(strings.Join(r.lines(it, base), "\n") + "\n\n")
	}
	b.WriteString(r.T("notice.foot", "link", base+"/me/notices"))
	m.Text = b.String()
	if len(items) > 0 {
		m.Event = Event{Type: "notice." + items[0].Reason, At: r.Now.UTC().Format(time.RFC3339), Data: eventOf(items, base)}
	}
	return m
}

// SortByDeadline puts what has the nearest deadline first, and what has none last, as it came.
func SortByDeadline(items []Item) { slices.SortStableFunc(items, byDeadline) }

func byDeadline(a, b Item) int {
	switch {
	case a.DueAt.IsZero() && b.DueAt.IsZero():
		return 0
	case a.DueAt.IsZero():
		return 1
	case b.DueAt.IsZero():
		return -1
	}
	return a.DueAt.Compare(b.DueAt)
}

func caseLink(base string, it Item) string {
	return base + "/cases/" + strconv.FormatInt(it.CaseID, 10)
}

func (r Reader) subject(items []Item) string {
	if len(items) == 1 {
		return r.Headline(items[0])
	}
	return r.N("notice.several", int64(len(items)), "first", r.Headline(items[0]))
}

// Headline says one thing in one line.
func (r Reader) Headline(it Item) string {
	text := r.N("notice.say."+it.Reason, int64(it.Count), "deadline", r.code("deadline", it.DueKind), "left", r.left(it), "title", it.name(), "store", it.Store,
		"do", r.code("do", it.Do), "alarm", r.code("warning", it.Alarm), "by", it.By, "span", r.Span(r.Now.Sub(it.Since)))
	if it.Level > 0 {
		return r.T("notice.escalated", "text", text)
	}
	return text
}

// name is what people call the matter by.
func (it Item) name() string {
	if it.Title != "" {
		return it.Title
	}
	return it.Order
}

func (r Reader) left(it Item) string {
	if left := it.DueAt.Sub(r.Now); left > 0 {
		return r.Span(left)
	}
	return r.T("notice.no_time")
}

func (r Reader) code(group, code string) string {
	text, _ := r.Code(group, code)
	return text
}

// Details are the lines below the headline: until when, what and where, what is advised, what went wrong.
func (r Reader) Details(it Item) []string {
	var lines []string
	if !it.DueAt.IsZero() {
		lines = append(lines, r.T("notice.until", "deadline", r.code("deadline", it.DueKind), "at", r.Instant(it.DueAt.In(r.Zone), r.Now), "zone", r.Zone.String()))
	}
	var where []string
	for _, part := range []string{it.Title, it.orderIn(r), it.Store, r.Money(it.Stake)} {
		if part != "" {
			where = append(where, part)
		}
	}
	if len(where) > 0 {
		lines = append(lines, strings.Join(where, " · "))
	}
	if it.Advice != "" {
		lines = append(lines, r.T("notice.advice", "option", r.code("option", it.Advice)))
	}
	if it.Fault != "" && r.Has(it.Fault) {
		lines = append(lines, r.P(it.Fault, it.Params))
	}
	if len(it.Nobody) > 0 {
		lines = append(lines, r.T("notice.nobody", "names", strings.Join(it.Nobody, ", ")))
	}
	return lines
}

func (it Item) orderIn(r Reader) string {
	if it.Order == "" || it.Order == it.Title {
		return ""
	}
	return r.T("notice.order", "order", it.Order)
}

func (r Reader) lines(it Item, base string) []string {
	lines := []string{"• " + r.Headline(it)}
	for _, l := range r.Details(it) {
		lines = append(lines, "  "+l)
	}
	if it.CaseID != 0 {
		lines = append(lines, "  "+caseLink(base, it))
	}
	for _, sub := range it.Items {
		line := "  – " + r.Headline(sub)
		if sub.CaseID != 0 {
			line += " " + caseLink(base, sub)
		}
		lines = append(lines, line)
	}
	for i := range lines {
		lines[i] = oneLine(lines[i])
	}
	return lines
}

// oneLine keeps words of platforms from making new lines, headers, or text that runs the other way.
func oneLine(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n' || c == '\r' || c == '\t' || c == '\u2028' || c == '\u2029':
			return ' '
		case c < ' ' || c == 0x7f, c >= '\u202a' && c <= '\u202e', c >= '\u2066' && c <= '\u2069', c == '\u200e' || c == '\u200f':
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// linked is an item with the address of its page.
type linked struct {
	Item
	URL string `json:"url,omitempty"`
}

// eventOf is the data of an event: the thing itself, or a list where there are several.
func eventOf(items []Item, base string) any {
	all := make([]linked, len(items))
	for i, it := range items {
		all[i] = linked{Item: it}
		if it.CaseID != 0 {
			all[i].URL = caseLink(base, it)
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return map[string]any{"items": all}
}
