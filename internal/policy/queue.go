package policy

import (
	"fmt"
	"sort"
	"time"

	"parley/internal/dispute"
)

// Item is one matter of many.
type Item struct {
	Ref   string
	Facts *dispute.Facts
}

// Line is one line of a queue.
type Line struct {
	Ref     string
	Verdict Verdict
	Due     time.Time // zero = nothing runs
	Left    string    // hours and minutes, such as 9h30m; empty = nothing runs
	Level   string    // levels of the glossary
}

// Instants gives the due instant under its name, as scenarios compare it.
func (l Line) Instants() map[string]time.Time {
	if l.Due.IsZero() {
		return nil
	}
	return map[string]time.Time{"due": l.Due}
}

// Queue orders matters by the next instant at which silence costs something, whatever the amount; what has no such
// instant comes last.
func (r *Rules) Queue(items []Item, now time.Time) []Line {
	out := make([]Line, 0, len(items))
	for _, item := range items {
		l := Line{Ref: item.Ref, Verdict: r.Evaluate(item.Facts, now)}
		if n := l.Verdict.Next; n != nil {
			l.Due = n.At
			l.Left, l.Level = Left(n.At.Sub(now)), r.Level(n.At.Sub(now))
		}
		out = append(out, l)
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if a.Due.IsZero() != b.Due.IsZero() {
			return b.Due.IsZero()
		}
		if !a.Due.Equal(b.Due) {
			return a.Due.Before(b.Due)
		}
		return a.Ref < b.Ref
	})
	return out
}

// Left writes the time that is left in hours and minutes, as people count it in a queue.
func Left(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	minutes := int64(d / time.Minute)
	return fmt.Sprintf("%s%dh%02dm", sign, minutes/60, minutes%60)
}
