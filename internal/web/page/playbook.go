package page

import (
	"net/url"
	"strings"
	"time"

	"parley/internal/desk"
	"parley/internal/policy"
)

// Playbooks lists the rule packs.
type Playbooks struct {
	Frame
	Packs []*policy.Pack
}

// Playbook is one rule pack with its numbers, as the stores have them, and its rules with the cases they lead.
type Playbook struct {
	Frame
	Pack    *policy.Pack
	Numbers []desk.StoreNumbers
	Fired   desk.Fired
	Error   string
}

// Move shows what moving a number of a store would change, before it is confirmed.
type Move struct {
	Frame
	Pack    *policy.Pack
	Info    policy.ParameterInfo
	Preview desk.ParameterPreview
}

// MoveURL is the address of a number in its pack.
func MoveURL(pack, name string) string { return PackURL(pack) + "/parameters/" + url.PathEscape(name) }

// quantity writes a number with its unit.
func (f Frame) quantity(n int64, x policy.ParameterInfo) string { return f.Number(n) + " " + x.Unit }

// where says where a number was found: its source numbers with their place.
func (f Frame) where(x policy.ParameterInfo) string {
	var out []string
	for _, number := range x.Sources {
		if s, ok := f.source(number); ok && s.Where != "" {
			number += " " + s.Where
		}
		out = append(out, number)
	}
	return strings.Join(out, " · ")
}

// moved are the stores that have tightened a number.
func (p Playbook) moved(name string) (out []desk.StoreNumbers) {
	for _, n := range p.Numbers {
		if n.Moved[name] {
			out = append(out, n)
		}
	}
	return out
}

// due writes a deadline of a preview, a dash where nothing runs.
func (f Frame) due(j desk.Judged) string {
	if j.DueAt.IsZero() {
		return "–"
	}
	return f.Word("deadline", j.DueKind) + " " + f.At(j.DueAt)
}

// changed names what differs and from what to what. A deadline comes with its instant in the member's zone.
func (f Frame) changed(c policy.Change) (what, before, after string) {
	kind, ok := strings.CutPrefix(c.What, "deadline.")
	if !ok {
		return f.T("playbook.change." + strings.SplitN(c.What, ".", 2)[0]), f.codes(c.What, c.Before), f.codes(c.What, c.After)
	}
	return f.Word("deadline", kind), f.instantOf(c.Before), f.instantOf(c.After)
}

// instantOf reads the instant at the beginning of a change.
func (f Frame) instantOf(text string) string {
	first, _, _ := strings.Cut(text, " ")
	t, err := time.Parse(time.RFC3339, first)
	if err != nil {
		return "–"
	}
	return f.At(t)
}

var changeGroups = map[string]string{
	"class": "class", "state": "state", "owner": "party", "options": "option", "recommended": "option", "advice": "advice", "alerts": "alert",
	"buyer_options": "buyer_option", "supplier_options": "supplier_option", "supplier_state": "state",
}

// codes writes a list of codes in words.
func (f Frame) codes(what, list string) string {
	if list == "" {
		return "–"
	}
	var out []string
	for code := range strings.SplitSeq(list, ", ") {
		kind, at, timed := strings.Cut(code, " ")
		switch group := changeGroups[what]; {
		case what == "warnings" && timed:
			out = append(out, f.Word("warning", kind)+" "+f.instantOf(at))
		case group != "":
			out = append(out, f.Word(group, code))
		default:
			out = append(out, code)
		}
	}
	return strings.Join(out, ", ")
}

// PackURL is the address of a pack, RuleURL that of a rule in it.
func PackURL(pack string) string { return "/playbooks/" + url.PathEscape(pack) }

// RuleURL is the address of a rule in its pack.
func RuleURL(pack, rule string) string { return PackURL(pack) + "#" + rule }

// dates says from when to when a pack is valid.
func (f Frame) dates(p *policy.Pack) string {
	out := ""
	if p.Since != (policy.Pack{}).Since {
		out = f.T("playbook.since", "date", p.Since.String())
	}
	if p.Until != (policy.Pack{}).Until {
		out += " " + f.T("playbook.until", "date", p.Until.String())
	}
	return out
}

// source is what a rule number stands for and where it was found.
func (f Frame) source(number string) (policy.Source, bool) {
	if f.Rules == nil {
		return policy.Source{}, false
	}
	return f.Rules.Source(number)
}

// wild writes a code, or a branch of codes such as "logistics.*", as it is.
func (f Frame) wild(group, code string) string {
	text, _ := f.Code(group, code)
	return text
}
