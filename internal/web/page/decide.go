package page

import (
	"maps"
	"slices"
	"strings"

	"parley/internal/connector"
	"parley/internal/desk"
	"parley/internal/money"
)

// Decide is an option on its way: the form first, then the preview of exactly what would be sent.
type Decide struct {
	Frame
	C       desk.CasePage
	Option  desk.OptionView
	Typed   Typed
	Preview *desk.Preview
	Error   string       // what is wrong with the form
	Changed []Difference // what changed at the platform while the form was filled in
	// Wordings are the reply templates the text may start from.
	Wordings []desk.Wording
}

// Typed is the form as the member filled it in, kept as text so that nothing is lost when it is wrong.
type Typed struct {
	Amount, Text, Days, Address, Basis string
	To, Reason, Tracking, Carrier      string
	Wording                            string // key of the template last chosen
	Evidence                           []string
	Fields                             map[string]string
}

// Difference is one thing that changed between what the member saw and what is now.
type Difference struct{ Field, Before, After string }

// Result is what became of a decision.
type Result struct {
	Frame
	D desk.Decided
}

// Effects are the outward acts that need a person.
type Effects struct {
	Frame
	List  []desk.EffectItem
	Error string
}

// currency is that of the amounts of the case.
func (d Decide) currency() string {
	for _, a := range []money.Amount{d.Option.Max, d.Option.Suggested, d.C.Stake} {
		if a.Known() {
			return a.Currency
		}
	}
	return ""
}

func (d Decide) ticked(id int64) bool { return slices.Contains(d.Typed.Evidence, ID(id)) }

// sent are the parts of one step of the preview, as label and value.
func (f Frame) sent(e connector.Effect, kind string) [][2]string {
	var out [][2]string
	add := func(key, value string) {
		if value != "" {
			out = append(out, [2]string{f.T(key), value})
		}
	}
	add("sent.ref", e.Ref.ID)
	add("sent.amount", f.Money(e.Amount))
	if e.ReturnGoods {
		add("sent.return", f.T("sent.yes"))
	}
	if e.Days > 0 {
		add("sent.days", Num(e.Days))
	}
	add("sent.address", e.Address)
	add("sent.proposal", e.Proposal)
	add("sent.own_proposal", e.OwnProposal)
	if e.To != "" {
		add("sent.to", f.T("to."+e.To))
	}
	if e.Reason != "" {
		add("sent.reason", f.platformWord(kind, e.Reason))
	}
	for _, name := range slices.Sorted(maps.Keys(e.Fields)) {
		if label := "connector." + kind + ".field." + name; f.Has(label) {
			add(label, e.Fields[name])
		}
	}
	add("sent.tracking", strings.TrimSpace(e.Carrier+" "+e.Tracking))
	for _, file := range e.Files {
		add("sent.file", file.Name)
	}
	if e.File != nil {
		add("sent.file", e.File.Name)
	}
	add("sent.text", e.Text)
	return out
}

// Asks tells whether the option needs a form before it can be previewed.
func (d Decide) Asks() bool {
	o := d.Option
	return o.NeedsAmount || o.NeedsText || o.TakesText || o.NeedsDays || o.NeedsReturnAddress || o.NeedsEvidence || o.TakesTracking ||
		len(o.Reasons) > 0 || len(o.Recipients) > 0 || !o.Open || !o.Sends
}

// prepares tells whether the decision can be kept for the safety net.
func (d Decide) prepares() bool { return d.C.PreparedAt.After(d.Now) }

// confirm is the word on the button that sends.
func (d Decide) confirm() string {
	if d.Preview.Sign != "" {
		return d.T("preview.ask_sign")
	}
	return d.confirmWord()
}

// waits tells whether the decision waits and nothing was sent.
func (r Result) waits() bool { return r.D.State == "to_sign" || r.D.State == "prepared" }

// settled tells whether nothing more will happen by itself.
func (r Result) settled() bool { return r.D.State != "open" }
