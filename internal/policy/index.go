package policy

import (
	"maps"
	"strings"
)

// spot is where a matter stands: rules are indexed by it, so that only those that can fire are asked.
type spot struct{ class, state string }

// index is what speaks to one class and state.
type index struct {
	options   []*OptionRule
	details   []*DetailRule
	recommend []*RecommendRule
	owners    []*OwnerRule
	evidence  []*EvidenceRule
	advice    []*AdviceRule
	alerts    []*AlertRule
	warnings  []*WarningRule
	values    []*ValueRule
	counts    []*CountRule
	deadlines [][]*DeadlineRule
	fallbacks []*DeadlineRule
}

// indexFor gives the index of a spot, made when first asked for.
func (r *Rules) indexFor(class, state string) *index {
	at := spot{class, state}
	if x, ok := (*r.index.Load())[at]; ok {
		return x
	}
	r.indexMu.Lock()
	defer r.indexMu.Unlock()
	if x, ok := (*r.index.Load())[at]; ok {
		return x
	}
	x := r.makeIndex(at)
	next := maps.Clone(*r.index.Load())
	next[at] = x
	r.index.Store(&next)
	return x
}

func (r *Rules) makeIndex(at spot) *index {
	x := &index{deadlines: make([][]*DeadlineRule, len(r.deadlines))}
	x.options = speaking(r.options, at, func(p *OptionRule) *Head { return &p.Head })
	x.details = speaking(r.details, at, func(p *DetailRule) *Head { return &p.Head })
	x.recommend = speaking(r.recommend, at, func(p *RecommendRule) *Head { return &p.Head })
	x.owners = speaking(r.owners, at, func(p *OwnerRule) *Head { return &p.Head })
	x.evidence = speaking(r.evidence, at, func(p *EvidenceRule) *Head { return &p.Head })
	x.advice = speaking(r.advice, at, func(p *AdviceRule) *Head { return &p.Head })
	x.alerts = speaking(r.alerts, at, func(p *AlertRule) *Head { return &p.Head })
	x.warnings = speaking(r.warnings, at, func(p *WarningRule) *Head { return &p.Head })
	x.values = speaking(r.values, at, func(p *ValueRule) *Head { return &p.Head })
	x.counts = speaking(r.counts, at, func(p *CountRule) *Head { return &p.Head })
	x.fallbacks = speaking(r.fallbacks, at, func(p *DeadlineRule) *Head { return &p.Head })
	for k := range r.deadlines {
		x.deadlines[k] = speaking(r.deadlines[k], at, func(p *DeadlineRule) *Head { return &p.Head })
	}
	return x
}

func speaking[T any](list []*T, at spot, head func(*T) *Head) []*T {
	var out []*T
	for _, x := range list {
		if h := head(x); matches(h.Class, at.class) && matches(h.State, at.state) {
			out = append(out, x)
		}
	}
	return out
}

// matches tells whether a list of codes covers one: empty covers everything, "a.*" a branch, "!a" excludes.
func matches(list []Text, code string) bool {
	if len(list) == 0 {
		return true
	}
	found, only := false, true
	for _, t := range list {
		pattern, not := strings.CutPrefix(t.Text, "!")
		hit := pattern == code
		if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
			hit = strings.HasPrefix(code, prefix)
		}
		if not && hit {
			return false
		}
		if !not {
			found, only = found || hit, false
		}
	}
	return found || only
}
