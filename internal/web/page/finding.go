package page

import (
	"strings"

	"parley/internal/reply"
)

func blocking(f reply.Finding) bool { return f.Blocks }

func findingCode(f reply.Finding) string { return f.Check }

// quote is the part of the draft a finding is about; empty when it is about the whole.
func (d Decide) quote(f reply.Finding) string {
	text := d.Typed.Text
	if f.Start < 0 || f.End > len(text) || f.Start >= f.End {
		return ""
	}
	return strings.ToValidUTF8(text[f.Start:f.End], "")
}

// honest is a better way to say it, where there is one.
func (d Decide) honest(f reply.Finding) string {
	if !d.Has(f.Instead) {
		return ""
	}
	return d.T(f.Instead)
}

func (d Decide) findingWeight(f reply.Finding) string {
	if blocking(f) {
		return d.T("preview.blocks")
	}
	return d.T("preview.warns")
}

// confirmWord is the button that does it: it says whether something leaves the house.
func (d Decide) confirmWord() string {
	if d.Option.Sends {
		return d.T("preview.send")
	}
	return d.T("preview.record")
}
