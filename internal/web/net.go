package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/web/page"
)

// maxRules bounds the rows of the form; the desk keeps fewer.
const maxRules = 60

func (c *call) netPage() error {
	n, err := c.net()
	if err != nil {
		return err
	}
	rules, err := c.Desk.Net(c.r.Context(), c.who, n.Store.ID)
	if err != nil {
		return err
	}
	for _, r := range rules {
		n.Rules = append(n.Rules, page.TypedRule(r, c.text.Decimal))
	}
	return c.show(http.StatusOK, page.NetPage(n))
}

// net is the form of a store's safety net, without its rules.
func (c *call) net() (page.Net, error) {
	id, err := c.number("id")
	if err != nil {
		return page.Net{}, err
	}
	st, err := c.Desk.StoreOf(c.r.Context(), c.who, id)
	if err != nil {
		return page.Net{}, err
	}
	about, err := c.about(st.Connector)
	if err != nil {
		return page.Net{}, err
	}
	return page.Net{Frame: c.frame(c.text.T("net.title")), Store: st, Acts: page.NetActs(about), Days: "90", Row: -1}, nil
}

// editNet does what a button of the form says: move, drop or add a rule, run all of them dry, or keep them. Until they are kept they
// stand in the form alone.
func (c *call) editNet() error {
	n, err := c.net()
	if err != nil {
		return err
	}
	if err := c.r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "fault.form").Because(err)
	}
	n.Rules, n.Changed, n.Days = typedRules(c.r.PostForm), true, c.r.PostFormValue("span")
	act, row, _ := strings.Cut(c.r.PostFormValue("act"), ":")
	switch act {
	case "keep":
		return c.keepNet(n)
	case "try":
		return c.tryNet(n)
	case "add":
		n.Rules = append(n.Rules, page.NetTyped{Do: n.Acts[len(n.Acts)-1], Margin: "2", Unit: "hour", Currency: n.Store.Currency})
	default:
		n.Rules = moved(n.Rules, act, row)
	}
	return c.show(http.StatusOK, page.NetPage(n))
}

// typedRules are the rows of the form.
func typedRules(form map[string][]string) []page.NetTyped {
	at := func(name string, i int) string {
		if list := form[name]; i < len(list) {
			return strings.TrimSpace(list[i])
		}
		return ""
	}
	out := []page.NetTyped{}
	for i := range min(len(form["do"]), maxRules) {
		out = append(out, page.NetTyped{
			Class: at("class", i), Do: at("do", i), Margin: at("margin", i), Unit: at("unit", i), Most: at("most", i),
			Currency: strings.ToUpper(at("currency", i)), Percent: at("percent", i), Days: at("days", i),
		})
	}
	return out
}

// moved drops a rule, or changes places with its neighbour.
func moved(rules []page.NetTyped, act, row string) []page.NetTyped {
	i, err := strconv.Atoi(row)
	if err != nil || i < 0 || i >= len(rules) {
		return rules
	}
	switch {
	case act == "drop":
		return slices.Delete(rules, i, i+1)
	case act == "up" && i > 0:
		rules[i], rules[i-1] = rules[i-1], rules[i]
	case act == "down" && i+1 < len(rules):
		rules[i], rules[i+1] = rules[i+1], rules[i]
	}
	return rules
}

// rules reads the rows. What does not belong to an act is left out of its rule, so that a hidden field cannot be wrong.
func (c *call) rules(typed []page.NetTyped) ([]desk.NetRule, error) {
	out := make([]desk.NetRule, 0, len(typed))
	for i, t := range typed {
		n := desk.NetRule{Class: t.Class, Do: t.Do}
		field := func(name string) string { return "rules[" + strconv.Itoa(i) + "]." + name }
		margin, err := whole(field("margin"), t.Margin)
		if err != nil {
			return nil, err
		}
		n.Margin = margin * max(page.Units[t.Unit], 1)
		if t.Most != "" && page.Pays(t.Do) {
			if n.Most, err = amountOf(t.Most, t.Currency, c.text.Point()); err != nil {
				return nil, fault.Input(field("most"), t.Most+" "+t.Currency, "50"+c.text.Point()+"00 EUR").Because(err)
			}
		}
		if t.Do == "counter_amount" {
			n.Percent, err = whole(field("percent"), t.Percent)
		}
		if t.Do == "extend_protection" {
			n.Days, err = whole(field("days"), t.Days)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

func (c *call) keepNet(n page.Net) error {
	rules, err := c.rules(n.Rules)
	if err == nil {
		err = c.Desk.SetNet(c.r.Context(), c.who, n.Store.ID, rules)
	}
	if err != nil {
		return c.wrongNet(n, err)
	}
	return c.back(page.NetURL(n.Store.ID), "net_kept")
}

func (c *call) tryNet(n page.Net) error {
	rules, err := c.rules(n.Rules)
	if err != nil {
		return c.wrongNet(n, err)
	}
	if n.Days == "" {
		n.Days = "90"
	}
	days, err := whole("span", n.Days)
	if err != nil {
		return c.wrongNet(n, err)
	}
	kept, err := c.Desk.Net(c.r.Context(), c.who, n.Store.ID)
	if err != nil {
		return err
	}
	n.Changed = !slices.Equal(kept, rules)
	replay, err := c.Desk.ReplayNet(c.r.Context(), c.who, n.Store.ID, rules, days)
	if err != nil {
		return c.wrongNet(n, err)
	}
	n.Replay = &replay
	return c.show(http.StatusOK, page.NetPage(n))
}

// wrongNet shows the form again with everything that was typed. The rule that is wrong is named by its number.
func (c *call) wrongNet(n page.Net, err error) error {
	code := status(err)
	if code >= 500 || code == http.StatusNotFound {
		return err
	}
	n.Error = c.detail(err)
	if f := fault.Of(err); f != nil {
		if row, name, ok := ruleField(f.Field); ok {
			n.Row, n.Error = row, c.text.T("net.wrong", "n", strconv.Itoa(row+1), "field", c.text.T("net.field."+name), "value", f.Value, "allowed", f.Allowed)
		}
	}
	return c.show(code, page.NetPage(n))
}

// ruleField reads the name of a field of a rule: rules[2].margin.
func ruleField(field string) (row int, name string, ok bool) {
	rest, ok := strings.CutPrefix(field, "rules[")
	if !ok {
		return 0, "", false
	}
	number, name, ok := strings.Cut(rest, "].")
	row, err := strconv.Atoi(number)
	return row, name, ok && err == nil
}
