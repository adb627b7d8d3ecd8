package page

import (
	"net/url"

	"parley/internal/policy"
)

// Playbooks lists the rule packs.
type Playbooks struct {
	Frame
	Packs []*policy.Pack
}

// Playbook is one rule pack with its numbers and rules.
type Playbook struct {
	Frame
	Pack *policy.Pack
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
