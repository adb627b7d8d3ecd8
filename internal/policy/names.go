package policy

import (
	"sort"
	"strings"
)

// Name is one name that conditions may use.
type Name struct{ Name, Type, Means string }

// Names lists the names that conditions of these packs may use, in order.
func (l *Library) Names() []Name {
	out := make([]Name, 0, len(l.vars))
	for _, v := range l.vars {
		out = append(out, Name{v.name, v.typ.String(), strings.TrimSpace(v.means)})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}
