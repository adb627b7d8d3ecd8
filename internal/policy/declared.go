package policy

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types/ref"

	"parley/internal/policy/words"
)

// deadlineVars give due.KIND, late.KIND and runs.KIND for every deadline of the glossary.
func (l *Library) deadlineVars() []variable {
	var out []variable
	for kind, i := range l.kinds {
		means := words.Meaning("deadlines", kind)
		out = append(out,
			variable{"due." + kind, cel.IntType, means + "; 0 = does not run", l.dueVar(i, "due")},
			variable{"late." + kind, cel.BoolType, means + "; has lapsed", l.dueVar(i, "late")},
			variable{"runs." + kind, cel.BoolType, means + "; runs or has lapsed", l.dueVar(i, "runs")})
	}
	return out
}

// packVars give is.NAME for named conditions, signal.NAME for signals and param.NAME for parameters.
func (l *Library) packVars(p *Pack) []variable {
	var out []variable
	for _, f := range p.body.Facts {
		name := f.Name.Text
		if _, ok := l.factNames[name]; !ok {
			i := len(l.factNames)
			l.factNames[name] = i
			out = append(out, variable{"is." + name, cel.BoolType, f.Say.In("en"), func(v *view) ref.Val { return v.isFact(i) }})
		}
	}
	for _, s := range p.body.Signals {
		name := s.Name.Text
		if _, ok := l.signalNames[name]; !ok {
			i := len(l.signalNames)
			l.signalNames[name] = i
			out = append(out, variable{"signal." + name, cel.BoolType, "found in the messages", func(v *view) ref.Val { return v.isSignal(i) }})
		}
	}
	for name, x := range p.body.Parameters {
		out = append(out, variable{"param." + name, cel.IntType, x.Title.In("en"), func(v *view) ref.Val {
			n, ok := v.rules.parameter(name)
			if !ok {
				return missing("param." + name)
			}
			return integer(n)
		}})
	}
	return out
}

// isFact evaluates a named condition once; of several of one name any may hold.
func (v *view) isFact(i int) ref.Val {
	if v.named[i] == asked0 {
		v.named[i] = no // a fact that asks for itself is false
		for _, f := range v.rules.facts[i] {
			if truth := v.speaks(&f.Head); truth > v.named[i] && v.named[i] != yes {
				v.named[i] = truth
			} else if truth == yes {
				v.named[i] = yes
			}
		}
	}
	if v.named[i] == unsure {
		return missing("is." + v.rules.facts[i][0].Name.Text)
	}
	return boolean(v.named[i] == yes)
}

func (v *view) isSignal(i int) ref.Val {
	if v.signals[i] == asked0 {
		v.signals[i] = no
		if s := v.rules.signals[i]; s != nil && s.found(v.facts.Messages) {
			v.signals[i] = yes
		}
	}
	return boolean(v.signals[i] == yes)
}
