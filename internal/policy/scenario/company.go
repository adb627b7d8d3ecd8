package scenario

import (
	"fmt"

	"parley/internal/dispute"
	"parley/internal/policy"
)

// metrics compares the rates over the period.
func (a answer) metrics(want any) []string {
	got := map[string]policy.Share{}
	if p := a.in.Period; p != nil {
		for _, s := range a.rules.Rates(policy.Period(*p)) {
			got[s.Metric] = s
		}
	}
	m, _ := want.(map[string]any)
	var out []string
	for metric, x := range m {
		w, _ := x.(map[string]any)
		s := got[metric]
		if v := fmt.Sprintf("%d/%d", s.Over, s.Under); w["value"] != nil && v != w["value"] {
			out = append(out, wrongly("metrics."+metric, w["value"], v)...)
		}
		if w["percent"] != nil && s.Percent != fmt.Sprint(w["percent"]) {
			out = append(out, wrongly("metrics."+metric, w["percent"], s.Percent)...)
		}
	}
	return out
}

// queue compares order, length and the named keys of each line.
func (a answer) queue(want any) []string {
	lines := a.rules.Queue(a.items(), a.now)
	wanted, _ := want.([]any)
	if len(wanted) != len(lines) {
		return wrongly("queue", fmt.Sprintf("%d lines", len(wanted)), fmt.Sprintf("%d lines", len(lines)))
	}
	var out []string
	for i, w := range wanted {
		m, _ := w.(map[string]any)
		out = append(out, line(fmt.Sprintf("queue[%d]", i), m, lines[i])...)
	}
	return out
}

func line(key string, want map[string]any, got policy.Line) []string {
	var out []string
	for k, w := range want {
		switch k {
		case "ref":
			out = append(out, same(key+".ref", w, got.Ref)...)
		case "class":
			out = append(out, same(key+".class", w, got.Verdict.Class)...)
		case "level":
			out = append(out, same(key+".level", w, got.Level)...)
		case "left":
			out = append(out, same(key+".left", w, got.Left)...)
		case "due":
			out = append(out, instants(key, map[string]any{"due": w}, got.Instants())...)
		case "counts":
			out = append(out, counts(key+".counts", w, got.Verdict.Counts)...)
		default:
			out = append(out, "unknown key in a line of the queue: "+k)
		}
	}
	return out
}

func (a answer) items() []policy.Item {
	var out []policy.Item
	for _, q := range a.in.Queue {
		f := &dispute.Facts{Case: q.Case.fact(), Company: a.facts.Company, Store: dispute.Store{ID: q.Store}}
		if c := a.facts.Company; c != nil {
			f.Store.Marketplace, f.Store.Zone = c.Marketplace, c.Zone
		}
		out = append(out, policy.Item{Ref: q.Ref, Facts: f})
	}
	return out
}
