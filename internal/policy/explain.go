package policy

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Write prints a verdict with its trace for people: what came out, by which rule of which pack, from which facts, and
// why other rules did not fire.
func Write(w io.Writer, v Verdict) {
	fmt.Fprintf(w, "class %s, state %s, owner %s\n", orNone(v.Class), orNone(v.State), orNone(v.Owner))
	for _, d := range v.Deadlines {
		fmt.Fprintf(w, "deadline %s %s by %s (%s, %s)%s\n", d.Kind, d.At.Format(time.RFC3339), d.Rule, d.Pack, d.WonBy, lapsed(d))
		for _, o := range d.Others {
			fmt.Fprintf(w, "    other reading %s by %s (%s)\n", o.At.Format(time.RFC3339), o.Rule, o.By)
		}
	}
	for _, u := range v.Undecided {
		fmt.Fprintf(w, "not known: %s\n", u)
	}
	for _, s := range v.Trace {
		mark := "-"
		if s.Fired {
			mark = "+"
		}
		fmt.Fprintf(w, "%s %-32s %-22s %s%s%s\n", mark, s.Rule, s.Pack, s.Gives, spaced(s.Reason), inputs(s.Inputs))
	}
}

func orNone(s string) string {
	if s == "" {
		return "(undecided)"
	}
	return s
}

func lapsed(d Deadline) string {
	if d.Lapsed {
		return ", lapsed"
	}
	return ""
}

func spaced(s string) string {
	if s == "" {
		return ""
	}
	return " " + s
}

func inputs(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return " [" + strings.Join(list, ", ") + "]"
}
