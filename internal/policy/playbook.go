package policy

import (
	"sort"
	"strconv"
	"strings"
)

// RuleInfo is what a person may read about one rule of a pack.
type RuleInfo struct {
	ID      string   `json:"id"`
	Pack    string   `json:"pack"`
	When    string   `json:"when,omitempty"` // the condition as written
	Class   []string `json:"class,omitempty"`
	State   []string `json:"state,omitempty"`
	Sources []string `json:"sources"`
	Say     Said     `json:"say,omitempty"`
}

// ParameterInfo is one number of a pack.
type ParameterInfo struct {
	Name    string   `json:"name"`
	Pack    string   `json:"pack"`
	Value   int64    `json:"value"`
	Unit    string   `json:"unit"`
	Sources []string `json:"sources"`
	Tighten string   `json:"tighten,omitempty"` // lower or higher: how a store may move it; empty = it may not
	Note    string   `json:"note,omitempty"`
}

// Rules lists the rules of a pack by id.
func (p *Pack) Rules() []RuleInfo {
	var out []RuleInfo
	p.body.heads(func(h *Head) {
		out = append(out, RuleInfo{h.ID.Text, p.Name, h.When.Text, texts(h.Class), texts(h.State), texts(h.Source), h.Say})
	})
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

// Parameters lists the numbers of a pack by name.
func (p *Pack) Parameters() []ParameterInfo {
	var out []ParameterInfo
	for name, x := range p.body.Parameters {
		n, _ := strconv.ParseInt(x.Value.Text, 10, 64)
		out = append(out, ParameterInfo{name, p.Name, n, x.Unit.Text, texts(x.Source), x.Tighten.Text, x.Note.Text})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// Covers maps every source number to the rules and parameters that name it.
func (l *Library) Covers() map[string][]string {
	out := map[string][]string{}
	for _, p := range l.Packs() {
		for _, r := range p.Rules() {
			for _, s := range r.Sources {
				out[s] = append(out[s], r.ID)
			}
		}
		for _, x := range p.Parameters() {
			for _, s := range x.Sources {
				out[s] = append(out[s], "param."+x.Name)
			}
		}
		each(p.body.Assessments, func(a *Assessment) { cover(out, a.Source, a.ID.Text) })
		each(p.body.Rates, func(a *Rate) { cover(out, a.Source, a.ID.Text) })
		each(p.body.Levels, func(a *Level) { cover(out, a.Source, a.ID.Text) })
	}
	return out
}

func cover(out map[string][]string, sources []Text, id string) {
	for _, s := range sources {
		out[s.Text] = append(out[s.Text], id)
	}
}

// Numbers lists the rule numbers of the library's sources in order.
func (l *Library) Numbers() []string {
	out := make([]string, 0, len(l.sources))
	for n := range l.sources {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

// Families names the pack families, such as aliexpress, whose versions follow each other in time.
func (l *Library) Families() []string {
	seen := map[string]bool{}
	var out []string
	for _, p := range l.Packs() {
		name, _, _ := strings.Cut(p.Name, "@")
		if p.Kind != "base" && !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return out
}
