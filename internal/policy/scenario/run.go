package scenario

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"parley/internal/calendar"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/policy"
)

// Checker says which checks of the glossary stop what somebody wants to do. Package reply implements it.
type Checker interface {
	Draft(f *dispute.Facts, v policy.Verdict, d policy.Draft, now time.Time) []string
	Setting(f *dispute.Facts, v policy.Verdict, s policy.Setting, now time.Time) []string
	Action(f *dispute.Facts, v policy.Verdict, a policy.Action, now time.Time) []string
	Upload(f *dispute.Facts, v policy.Verdict, u policy.Upload, now time.Time) []string
}

// Runner runs scenario files against a library of packs.
type Runner struct {
	Library *policy.Library
	Checker Checker   // nil: what checks would stop is not compared
	Out     io.Writer // one line for each failed check, with the trace; nil is silent
}

// Result counts checks. A file that cannot be read counts as one failed check.
type Result struct{ Passed, Failed int }

// Run runs files and whole folders, prints what differs and ends with "N passed, M failed".
func (r *Runner) Run(paths ...string) Result {
	var total Result
	files, err := find(paths)
	if err != nil {
		r.print("%v\n", err)
		total.Failed++
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			r.print("%v\n", err)
			total.Failed++
			continue
		}
		one := r.File(path, data)
		total.Passed += one.Passed
		total.Failed += one.Failed
	}
	r.print("%d passed, %d failed\n", total.Passed, total.Failed)
	return total
}

// File runs one file.
func (r *Runner) File(path string, data []byte) Result {
	var out Result
	f, err := Read(path, data)
	if err != nil {
		r.print("%v\n", err)
		return Result{Failed: 1}
	}
	for _, c := range f.Cases {
		for _, k := range c.Checks {
			wrong, trace := r.check(f, c, k)
			if len(wrong) == 0 {
				out.Passed++
				continue
			}
			out.Failed++
			for _, w := range wrong {
				r.print("%s: %s: %s: %s\n", path, c.Name, k.Now.Format(time.RFC3339), w)
			}
			for _, s := range trace {
				r.print("    %s\n", s)
			}
		}
	}
	return out
}

func (r *Runner) print(format string, args ...any) {
	if r.Out != nil {
		fmt.Fprintf(r.Out, format, args...)
	}
}

// find lists the scenario files under the paths, in order; the glossary is not one.
func find(paths []string) ([]string, error) {
	var out []string
	for _, p := range paths {
		err := filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			name := d.Name()
			if !d.IsDir() && strings.HasSuffix(name, ".yaml") && name != "glossary.yaml" {
				out = append(out, path)
			}
			return nil
		})
		if err != nil {
			return out, err
		}
	}
	sort.Strings(out)
	return out, nil
}

// check answers one question and compares.
func (r *Runner) check(f *File, c Case, k Check) (wrong, trace []string) {
	rules, err := r.rules(f, c)
	if err != nil {
		return []string{err.Error()}, nil
	}
	in, err := c.at(k.Now)
	if err != nil {
		return []string{err.Error()}, nil
	}
	got := answer{rules: rules, in: in, facts: in.facts(), now: k.Now}
	action := policy.Action{}
	if k.Action != nil {
		action = *k.Action
	}
	got.verdict = rules.ExplainAction(got.facts, action, k.Now)
	got.blocked, got.judged = r.blocked(got, k)
	for key, want := range k.Expect {
		wrong = append(wrong, got.compare(key, want)...)
	}
	sort.Strings(wrong)
	if len(wrong) > 0 {
		trace = fired(got.verdict)
	}
	return wrong, trace
}

func (r *Runner) rules(f *File, c Case) (*policy.Rules, error) {
	var days []calendar.Date
	for _, h := range f.Holidays {
		d, err := calendar.Parse(h)
		if err != nil {
			return nil, fault.Input("holidays", h, "an ISO date")
		}
		days = append(days, d)
	}
	return r.Library.For(c.Packs, policy.WithHolidays(days...))
}

// blocked asks the checker; false if there is none or nothing to judge.
func (r *Runner) blocked(a answer, k Check) ([]string, bool) {
	if r.Checker == nil {
		return nil, false
	}
	switch {
	case k.Draft != nil:
		return r.Checker.Draft(a.facts, a.verdict, *k.Draft, a.now), true
	case k.Setting != nil:
		return r.Checker.Setting(a.facts, a.verdict, *k.Setting, a.now), true
	case k.Action != nil:
		return r.Checker.Action(a.facts, a.verdict, *k.Action, a.now), true
	case k.Upload != nil:
		return r.Checker.Upload(a.facts, a.verdict, *k.Upload, a.now), true
	}
	return nil, true
}

func fired(v policy.Verdict) []string {
	var out []string
	for _, s := range v.Trace {
		if s.Fired {
			out = append(out, fmt.Sprintf("%s (%s): %s", s.Rule, s.Pack, s.Gives))
		}
	}
	for _, u := range v.Undecided {
		out = append(out, "undecided: "+u)
	}
	return out
}

// Run runs files and folders against a library and gives the number of checks that passed and failed.
func Run(lib *policy.Library, paths []string, checker Checker, out io.Writer) (passed, failed int) {
	r := Runner{Library: lib, Checker: checker, Out: out}
	got := r.Run(paths...)
	return got.Passed, got.Failed
}
