package policy

import (
	"regexp"
	"strings"

	"parley/internal/dispute"
)

// signal is a compiled Signal: word groups that must, and must not, occur together in what somebody wrote.
type signal struct {
	name   string
	from   string
	all    []*regexp.Regexp
	not    []*regexp.Regexp
	within int
}

var sentenceEnd = regexp.MustCompile(`[.!?。！？؟]+\s*|\n+`)

// maxRead is how much of a message is searched; the rest of a longer one is not a buyer's demand.
const maxRead = 20000

// compileSignal joins the expressions of each group into one, case-insensitive.
func compileSignal(s *Signal) (*signal, error) {
	out := &signal{name: s.Name.Text, from: s.From.Text, within: s.Within}
	for _, g := range s.All {
		re, err := group(s.Groups[g.Text])
		if err != nil {
			return nil, err
		}
		out.all = append(out.all, re)
	}
	for _, g := range s.Not {
		re, err := group(s.Groups[g.Text])
		if err != nil {
			return nil, err
		}
		out.not = append(out.not, re)
	}
	return out, nil
}

func group(list []Text) (*regexp.Regexp, error) {
	return regexp.Compile("(?i)(?:" + strings.Join(texts(list), ")|(?:") + ")")
}

// found searches the messages of the actor.
func (s *signal) found(messages []dispute.Message) bool {
	for i := range messages {
		if m := &messages[i]; m.From == s.from && s.in(m.Text) {
			return true
		}
	}
	return false
}

// in searches stretches of as many sentences as belong together.
func (s *signal) in(text string) bool {
	if len(text) > maxRead {
		text = strings.ToValidUTF8(text[:maxRead], "")
	}
	if s.within == 0 {
		return s.hits(text)
	}
	parts := sentenceEnd.Split(text, -1)
	for i := range parts {
		if s.hits(strings.Join(parts[i:min(len(parts), i+s.within)], ". ")) {
			return true
		}
	}
	return false
}

func (s *signal) hits(text string) bool {
	for _, re := range s.all {
		if !re.MatchString(text) {
			return false
		}
	}
	for _, re := range s.not {
		if re.MatchString(text) {
			return false
		}
	}
	return true
}
