package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/money"
	"parley/internal/web/page"
)

// onTheWay reads the case and the option of a decision's address.
func (c *call) onTheWay(option string) (page.Decide, error) {
	id, err := c.number("id")
	if err != nil {
		return page.Decide{}, err
	}
	cp, err := c.Desk.Consider(c.r.Context(), c.who, id)
	if err != nil {
		return page.Decide{}, err
	}
	for _, o := range cp.Options {
		if o.Code == option {
			f := c.frame(c.text.T("decide.title"))
			f.Watch = id
			d := page.Decide{Frame: f, C: cp, Option: o}
			if o.NeedsText || o.TakesText {
				d.Wordings, err = c.Desk.Wordings(c.r.Context(), c.who, id, option)
			}
			return d, err
		}
	}
	return page.Decide{}, fault.New(fault.NotFound, "fault.no_such_option")
}

func (c *call) optionForm() error {
	d, err := c.onTheWay(c.r.PathValue("option"))
	if err != nil {
		return err
	}
	d.Typed = begun(d, c.text.Decimal(d.Option.Suggested))
	if d.Option.NeedsEvidence {
		for _, e := range d.C.Evidence {
			if e.URL != "" {
				d.Typed.Evidence = append(d.Typed.Evidence, page.ID(e.ID))
			}
		}
	}
	if d.Asks() {
		return c.show(http.StatusOK, page.DecidePage(d))
	}
	return c.previewed(d)
}

// begun is the form before anybody typed: what is known stands in it.
func begun(d page.Decide, amount string) page.Typed {
	t := page.Typed{Amount: amount, Text: d.Option.SuggestedText, Basis: d.C.Basis}
	if s := d.C.Facts.Shipment; s != nil && d.Option.TakesTracking {
		t.Tracking, t.Carrier = s.Number, s.Carrier
	}
	return t
}

// typed is the form as it was filled in.
func (c *call) typed() (page.Typed, error) {
	if err := c.r.ParseForm(); err != nil {
		return page.Typed{}, fault.New(fault.Invalid, "fault.form").Because(err)
	}
	p := c.r.PostForm
	return page.Typed{
		Amount: p.Get("amount"), Text: strings.ReplaceAll(p.Get("text"), "\r\n", "\n"), Days: p.Get("days"), Address: p.Get("address"),
		Basis: p.Get("basis"), Evidence: p["evidence"], To: p.Get("to"), Reason: p.Get("reason"), Wording: p.Get("wording"),
		Tracking: strings.TrimSpace(p.Get("tracking")), Carrier: strings.TrimSpace(p.Get("carrier")), Fields: fieldsTyped(p),
	}, nil
}

// fieldsTyped are the platform's own fields that were filled in; nil where none was.
func fieldsTyped(p url.Values) map[string]string {
	var out map[string]string
	for key := range p {
		name, own := strings.CutPrefix(key, "field.")
		if value := strings.TrimSpace(p.Get(key)); own && value != "" {
			if out == nil {
				out = map[string]string{}
			}
			out[name] = value
		}
	}
	return out
}

// choice turns the form into what the desk is asked.
func (c *call) choice(option string, t page.Typed) (desk.Choice, error) {
	out := desk.Choice{
		Option: option, Text: t.Text, Address: t.Address, Basis: t.Basis, To: t.To, Reason: t.Reason, Tracking: t.Tracking, Carrier: t.Carrier,
		Fields: t.Fields,
	}
	if t.Amount != "" {
		amount, err := amountOf(t.Amount, c.r.PostFormValue("currency"), c.text.Point())
		if err != nil {
			return out, fault.Input("amount", t.Amount, c.text.T("allowed.amount", "example", "12"+c.text.Point()+"40")).Because(err)
		}
		out.Amount = amount
	}
	if t.Days != "" {
		days, err := whole("days", t.Days)
		if err != nil || days < 1 {
			return out, fault.Input("days", t.Days, c.text.T("allowed.days"))
		}
		out.Days = days
	}
	for _, e := range t.Evidence {
		id, err := strconv.ParseInt(e, 10, 64)
		if err != nil {
			return out, fault.Input("evidence", e, c.text.T("allowed.number"))
		}
		out.Evidence = append(out.Evidence, id)
	}
	return out, nil
}

// whole reads a whole number; nothing typed is 0.
func whole(field, typed string) (int, error) {
	if typed == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(typed)
	if err != nil {
		return 0, fault.Input(field, typed, "0, 1, 2 …")
	}
	return n, nil
}

// amountOf reads an amount as people type it: with the mark of their language or a point, and with marks between thousands only
// where a decimal mark of the other kind follows.
func amountOf(text, currency, point string) (money.Amount, error) {
	s := strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "").Replace(text)
	other := map[string]string{",": ".", ".": ","}[point]
	switch {
	case strings.Contains(s, point):
		s = strings.Replace(strings.ReplaceAll(s, other, ""), point, ".", 1)
	case point == "," && strings.Count(s, ".") == 1 && len(s)-strings.Index(s, ".") <= 3:
		// A lone point before one or two digits is a decimal mark in every language.
	case point == "." && strings.Count(s, ",") == 1 && len(s)-strings.Index(s, ",") <= 3:
		s = strings.Replace(s, ",", ".", 1)
	}
	return money.Decimal(s, currency)
}

func (c *call) preview() error {
	typed, err := c.typed()
	if err != nil {
		return err
	}
	d, err := c.onTheWay(c.r.PathValue("option"))
	if err != nil {
		return err
	}
	d.Typed = typed
	if c.r.PostFormValue("use") == "wording" {
		return c.worded(d)
	}
	return c.previewed(d)
}

// worded shows the form with the text of the template that was chosen; all else that was typed stays.
func (c *call) worded(d page.Decide) error {
	for _, w := range d.Wordings {
		if page.WordingKey(w) == d.Typed.Wording && len(w.Missing) == 0 {
			d.Typed.Text = w.Text
			return c.show(http.StatusOK, page.DecidePage(d))
		}
	}
	return c.unsent(d, fault.Input("wording", d.Typed.Wording, c.text.T("wording.allowed")))
}

// previewed asks the desk what would be sent and shows it, or what is wrong.
func (c *call) previewed(d page.Decide) error {
	choice, err := c.choice(d.Option.Code, d.Typed)
	if err == nil {
		var p desk.Preview
		if p, err = c.Desk.Preview(c.r.Context(), c.who, d.C.ID, choice); err == nil {
			d.Preview = &p
			return c.show(http.StatusOK, page.DecidePage(d))
		}
	}
	return c.unsent(d, err)
}

// unsent shows the form again with everything that was typed: after a wrong field, a refusal, or a change at the platform. After a
// change the form continues from the case as it is now.
func (c *call) unsent(d page.Decide, err error) error {
	code := status(err)
	if code >= 500 || code == http.StatusNotFound {
		return err
	}
	d.Error, d.Preview = c.detail(err), nil
	if f := fault.Of(err); f != nil && f.Kind == fault.Conflict {
		for _, field := range strings.FieldsFunc(f.Params["changed"], func(r rune) bool { return r == ',' || r == ' ' }) {
			d.Changed = append(d.Changed, page.Difference{Field: field, Before: f.Params[field+".before"], After: f.Params[field+".after"]})
		}
		d.Typed.Basis = d.C.Basis
	}
	return c.show(code, page.DecidePage(d))
}

func (c *call) decide() error {
	typed, err := c.typed()
	if err != nil {
		return err
	}
	d, err := c.onTheWay(c.r.PostFormValue("option"))
	if err != nil {
		return err
	}
	d.Typed = typed
	choice, err := c.choice(d.Option.Code, typed)
	if err != nil {
		return c.unsent(d, err)
	}
	do := c.Desk.Decide
	if c.r.PostFormValue("prepare") != "" {
		do = c.Desk.Prepare
	}
	done, err := do(c.r.Context(), c.who, d.C.ID, choice)
	if err != nil {
		return c.unsent(d, err)
	}
	return c.back("/decisions/"+done.DecisionID, "")
}

func (c *call) decision() error {
	done, err := c.Desk.Decision(c.r.Context(), c.who, c.r.PathValue("id"))
	if err != nil {
		return err
	}
	f := c.frame(c.text.T("result.title"))
	f.Live = true
	return c.show(http.StatusOK, page.ResultPage(page.Result{Frame: f, D: done}))
}

func (c *call) effects() error { return c.effectsWith("", http.StatusOK) }

func (c *call) effectsWith(wrong string, code int) error {
	list, err := c.Desk.Doubtful(c.r.Context(), c.who)
	if err != nil {
		return err
	}
	f := c.frame(c.text.T("doubt.title"))
	f.Live = true
	return c.show(code, page.EffectsPage(page.Effects{Frame: f, List: list, Error: wrong}))
}

func (c *call) resolveEffect() error {
	err := c.Desk.ResolveEffect(c.r.Context(), c.who, c.r.PathValue("id"), c.r.PostFormValue("outcome"), c.r.PostFormValue("reason"))
	if err == nil {
		return c.back("/effects", "effect_settled")
	}
	if code := status(err); code < 500 && code != http.StatusNotFound {
		return c.effectsWith(c.detail(err), code)
	}
	return err
}
