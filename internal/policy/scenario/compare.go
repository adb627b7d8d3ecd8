package scenario

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"parley/internal/dispute"
	"parley/internal/money"
	"parley/internal/policy"
)

// answer is what the engine said to one question.
type answer struct {
	rules   *policy.Rules
	in      *given
	facts   *dispute.Facts
	verdict policy.Verdict
	blocked []string
	judged  bool // somebody judged the draft, setting, action or upload
	now     time.Time
}

func wrongly(key string, want, got any) []string {
	return []string{fmt.Sprintf("%s: wanted %v, got %v", key, want, got)}
}

// compare checks one key of an expectation; what is wrong comes back as lines.
func (a answer) compare(key string, want any) []string {
	v := a.verdict
	switch key {
	case "class":
		return same(key, want, v.Class)
	case "owner":
		return same(key, want, v.Owner)
	case "state":
		return same(key, want, v.State)
	case "supplier_state":
		return same(key, want, v.SupplierState)
	case "bucket":
		return same(key, want, v.Bucket)
	case "factors":
		return includes(key, want, v.Factors)
	case "options":
		return includes(key, want, open(v.Options))
	case "supplier_options":
		return includes(key, want, v.SupplierOptions)
	case "buyer_options":
		return includes(key, want, v.BuyerOptions)
	case "not_options":
		return excludes(key, want, open(v.Options))
	case "not_supplier_options":
		return excludes(key, want, v.SupplierOptions)
	case "not_buyer_options":
		return excludes(key, want, v.BuyerOptions)
	case "missing_evidence":
		return includes(key, want, v.MissingEvidence)
	case "advice":
		return includes(key, want, v.Advice)
	case "not_advice":
		return excludes(key, want, v.Advice)
	case "alerts":
		return includes(key, want, v.Alerts)
	case "not_alerts":
		return excludes(key, want, v.Alerts)
	}
	return a.compareRest(key, want)
}

func (a answer) compareRest(key string, want any) []string {
	v := a.verdict
	switch key {
	case "deadlines":
		return instants(key, want, deadlines(v))
	case "warnings":
		return instants(key, want, warnings(v))
	case "not_deadlines":
		return excludes(key, want, names(deadlines(v)))
	case "won_by":
		return wonBy(want, v)
	case "refund":
		return sum(key, want, v.Refund)
	case "customer_cost":
		return sum(key, want, v.CustomerCost)
	case "freight_recoverable":
		if v.FreightRecoverable == nil || *v.FreightRecoverable != want {
			return wrongly(key, want, show(v.FreightRecoverable))
		}
	case "counts":
		return counts(key, want, v.Counts)
	case "blocked":
		if a.judged {
			return includes(key, want, a.blocked)
		}
	case "allowed":
		if a.judged {
			return excludes(key, want, a.blocked)
		}
	case "metrics":
		return a.metrics(want)
	case "queue":
		return a.queue(want)
	}
	return nil
}

func show(b *bool) any {
	if b == nil {
		return "nothing"
	}
	return *b
}

func same(key string, want any, got string) []string {
	if want != got {
		return wrongly(key, want, got)
	}
	return nil
}

func list(want any) []string {
	var out []string
	items, _ := want.([]any)
	for _, x := range items {
		out = append(out, fmt.Sprint(x))
	}
	return out
}

// includes wants every code; an empty list wants none at all.
func includes(key string, want any, got []string) []string {
	codes := list(want)
	if len(codes) == 0 && len(got) > 0 {
		return wrongly(key, "nothing", got)
	}
	for _, c := range codes {
		if !slices.Contains(got, c) {
			return wrongly(key, codes, got)
		}
	}
	return nil
}

func excludes(key string, want any, got []string) []string {
	for _, c := range list(want) {
		if slices.Contains(got, c) {
			return wrongly(key, "without "+c, got)
		}
	}
	return nil
}

func open(options []policy.Option) []string {
	var out []string
	for _, o := range options {
		if o.Open {
			out = append(out, o.Code)
		}
	}
	return out
}

func deadlines(v policy.Verdict) map[string]time.Time {
	out := map[string]time.Time{}
	for _, d := range v.Deadlines {
		out[d.Kind] = d.At
	}
	return out
}

func warnings(v policy.Verdict) map[string]time.Time {
	out := map[string]time.Time{}
	for _, w := range v.Warnings {
		out[w.Kind] = w.At
	}
	return out
}

func names(m map[string]time.Time) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// instants wants every named instant; an empty map wants none at all.
func instants(key string, want any, got map[string]time.Time) []string {
	m, _ := want.(map[string]any)
	if len(m) == 0 && len(got) > 0 {
		return wrongly(key, "nothing", names(got))
	}
	var out []string
	for kind, at := range m {
		t, err := time.Parse(time.RFC3339, fmt.Sprint(at))
		if g, ok := got[kind]; err != nil || !ok || !g.Equal(t) {
			have := "nothing"
			if ok {
				have = g.Format(time.RFC3339)
			}
			out = append(out, wrongly(key+"."+kind, at, have)...)
		}
	}
	return out
}

func wonBy(want any, v policy.Verdict) []string {
	m, _ := want.(map[string]any)
	var out []string
	for kind, by := range m {
		got := "nothing"
		for _, d := range v.Deadlines {
			if d.Kind == kind {
				got = d.WonBy
			}
		}
		out = append(out, same("won_by."+kind, by, got)...)
	}
	return out
}

func sum(key string, want any, got *money.Amount) []string {
	w, err := money.Parse(fmt.Sprint(want))
	if err != nil {
		return []string{err.Error()}
	}
	if got == nil {
		return wrongly(key, w, "nothing")
	}
	if *got != w {
		return wrongly(key, w, *got)
	}
	return nil
}

// counts: a metric that does not exist on a platform is false.
func counts(key string, want any, got map[string]bool) []string {
	m, _ := want.(map[string]any)
	var out []string
	for metric, is := range m {
		if got[metric] != is {
			out = append(out, wrongly(key+"."+metric, is, got[metric])...)
		}
	}
	return out
}
