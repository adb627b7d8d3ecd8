package desk

import (
	"context"
	"slices"

	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/policy"
	"parley/internal/reply"
	"parley/internal/store"
)

// Wording is a reply template filled with the facts of a case: a draft that a person reads, changes and sends. What it says is checked like
// anything typed.
type Wording struct {
	Name     string   `json:"name"`
	Language string   `json:"language"`          // ISO 639
	To       string   `json:"to"`                // buyer, platform
	Fits     bool     `json:"fits"`              // made for the class and state of the case, and for the act
	Text     string   `json:"text,omitempty"`    // empty where something is missing
	Missing  []string `json:"missing,omitempty"` // facts it cannot do without that are not on record
}

// Wordings gives the reply templates that an act on a case may start from, in the language the answer is written in and in English: those
// that fit first, in the order the rules suggest them, then all others. One with a fact missing comes without a text.
func (d *Desk) Wordings(ctx context.Context, who Who, caseID int64, option string) ([]Wording, error) {
	c, err := d.caseSeen(ctx, who, caseID)
	if err != nil {
		return nil, err
	}
	ms, err := gather(ctx, d.DB, []*store.Case{c})
	if err != nil {
		return nil, err
	}
	f, v, err := d.judge(ms[0], d.Now())
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(v.Options, func(o policy.Option) bool { return o.Code == option })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "fault.no_such_option")
	}
	view := d.optionViews(ms[0], &f, &policy.Verdict{Options: v.Options[i : i+1]}, CasePage{})[0]
	if d.Templates == nil || !view.NeedsText && !view.TakesText {
		return nil, nil
	}
	return d.filled(&f, &v, option, readers(view.Recipients, option)), nil
}

// readers are whom the words of an act may go to.
func readers(recipients []string, option string) []string {
	switch {
	case len(recipients) > 0:
		return recipients
	case option == "appeal" || option == "add_facts" || option == "report_to_platform":
		return []string{"platform"}
	}
	return []string{"buyer"}
}

func (d *Desk) filled(f *dispute.Facts, v *policy.Verdict, option string, readers []string) []Wording {
	suggested := reply.Suggest(d.Templates, *v)
	names := slices.Clone(suggested)
	for _, name := range d.Templates.Names() {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	var fit, other []Wording
	languages := []string{replyLanguage(f), "en"}
	for _, lang := range slices.Compact(languages) {
		for _, name := range names {
			t := d.Templates.Get(name, lang)
			if t == nil || !slices.Contains(readers, t.To) && !(t.To == "buyer" && slices.Contains(readers, "both")) {
				continue
			}
			w := Wording{Name: name, Language: t.Language, To: t.To}
			w.Fits = slices.Contains(suggested, name) && (len(t.Acts) == 0 || slices.Contains(t.Acts, option))
			var err error
			if w.Text, w.Missing, err = reply.Render(d.Templates, name, lang, *f, *v, d.Now()); err != nil {
				d.Log.Error("a template cannot be filled", "template", name, "language", lang, "error", err)
				continue
			}
			if w.Fits {
				fit = append(fit, w)
			} else {
				other = append(other, w)
			}
		}
	}
	return append(fit, other...)
}
