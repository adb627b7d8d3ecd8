package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/internal/dispute"
)

// Change is one thing that a verdict says differently under other packs.
type Change struct {
	What   string `json:"what"` // class, state, owner, deadline.KIND, options, advice, refund, counts.METRIC …
	Before string `json:"before"`
	After  string `json:"after"`
}

// Replay shows what other rules would change about a case at an instant. A case keeps the versions it was opened under;
// replay only answers what if.
func Replay(before, after *Rules, f *dispute.Facts, now time.Time) []Change {
	return Compare(before.Evaluate(f, now), after.Evaluate(f, now))
}

// Compare lists what differs between two verdicts.
func Compare(a, b Verdict) []Change {
	var out []Change
	add := func(what, x, y string) {
		if x != y {
			out = append(out, Change{what, x, y})
		}
	}
	add("class", a.Class, b.Class)
	add("state", a.State, b.State)
	add("owner", a.Owner, b.Owner)
	add("supplier_state", a.SupplierState, b.SupplierState)
	add("options", codes(a.Options), codes(b.Options))
	add("buyer_options", sorted(a.BuyerOptions), sorted(b.BuyerOptions))
	add("supplier_options", sorted(a.SupplierOptions), sorted(b.SupplierOptions))
	add("advice", sorted(a.Advice), sorted(b.Advice))
	add("alerts", sorted(a.Alerts), sorted(b.Alerts))
	add("recommended", a.Recommended, b.Recommended)
	add("refund", fmt.Sprint(a.Refund), fmt.Sprint(b.Refund))
	add("warnings", warned(a.Warnings), warned(b.Warnings))
	out = append(out, compareDeadlines(a, b)...)
	return append(out, compareCounts(a, b)...)
}

func codes(list []Option) string {
	var out []string
	for _, o := range list {
		if o.Open {
			out = append(out, o.Code)
		}
	}
	return sorted(out)
}

func warned(list []Warning) string {
	var out []string
	for _, w := range list {
		out = append(out, w.Kind+" "+w.At.Format(time.RFC3339))
	}
	return sorted(out)
}

func sorted(list []string) string { return strings.Join(slices.Sorted(slices.Values(list)), ", ") }

func compareDeadlines(a, b Verdict) []Change {
	var out []Change
	show := func(v *Verdict, kind string) string {
		if d := deadlineOf(v, kind); d != nil {
			return d.At.Format(time.RFC3339) + " (" + d.Pack + ")"
		}
		return ""
	}
	seen := map[string]bool{}
	for _, d := range append(slices.Clone(a.Deadlines), b.Deadlines...) {
		if seen[d.Kind] {
			continue
		}
		seen[d.Kind] = true
		x, y := deadlineOf(&a, d.Kind), deadlineOf(&b, d.Kind)
		if x == nil || y == nil || !x.At.Equal(y.At) {
			out = append(out, Change{"deadline." + d.Kind, show(&a, d.Kind), show(&b, d.Kind)})
		}
	}
	return out
}

func compareCounts(a, b Verdict) []Change {
	var out []Change
	names := map[string]bool{}
	for m := range a.Counts {
		names[m] = true
	}
	for m := range b.Counts {
		names[m] = true
	}
	for m := range names {
		if a.Counts[m] != b.Counts[m] {
			out = append(out, Change{"counts." + m, fmt.Sprint(a.Counts[m]), fmt.Sprint(b.Counts[m])})
		}
	}
	slices.SortFunc(out, func(x, y Change) int { return strings.Compare(x.What, y.What) })
	return out
}
