package page

import (
	"slices"
	"strconv"

	"parley/internal/connector"
	"parley/internal/desk"
	"parley/internal/money"
)

// Net is the safety net of a store as a form: the rules as they stand in it, whether they are kept yet, and a dry run over them.
type Net struct {
	Frame
	Store   desk.StoreView
	Acts    []string // what a rule may do at this store
	Rules   []NetTyped
	Changed bool // not kept yet
	Days    string
	Replay  *desk.NetReplay
	Error   string
	Row     int // of the rule that is wrong; -1 = none
}

// NetTyped is one rule as it was typed.
type NetTyped struct {
	Class, Do, Margin, Unit, Most, Currency, Percent, Days string
}

// Units are those of a margin, in minutes.
var Units = map[string]int{"min": 1, "hour": 60, "day": 24 * 60}

// NetURL is the address of a store's safety net.
func NetURL(store int64) string { return "/stores/" + ID(store) + "/net" }

// NetActs are what a safety net may do at a store.
func NetActs(about connector.About) []string {
	return slices.DeleteFunc(slices.Clone(desk.NetActs), func(do string) bool { return do != "escalate" && !slices.Contains(about.Acts, do) })
}

// TypedRule is a rule as the form shows it.
func TypedRule(n desk.NetRule, decimal func(money.Amount) string) NetTyped {
	t := NetTyped{Class: n.Class, Do: n.Do, Unit: "min", Currency: n.Most.Currency}
	margin := n.Margin
	for _, unit := range []string{"day", "hour"} {
		if margin > 0 && margin%Units[unit] == 0 {
			margin, t.Unit = margin/Units[unit], unit
			break
		}
	}
	t.Margin = strconv.Itoa(margin)
	if n.Most.Known() {
		t.Most = decimal(n.Most)
	}
	if n.Percent > 0 {
		t.Percent = strconv.Itoa(n.Percent)
	}
	if n.Days > 0 {
		t.Days = strconv.Itoa(n.Days)
	}
	return t
}

// Pays tells whether an act of the net may pay the buyer.
func Pays(do string) bool { return do == "accept" || do == "counter_amount" }

// shownDays bounds how many cases of a dry run are listed.
const shownDays = 100

func (n Net) acted() []desk.NetDay { return first(n.Replay.Acted, shownDays) }

// ruleText says a rule in a line.
func (f Frame) ruleText(n desk.NetRule) string {
	t := TypedRule(n, f.Decimal)
	text := f.T("net.rule", "class", f.className(n.Class), "what", f.T("net.act."+n.Do), "margin", f.T("net.margin."+t.Unit, "n", t.Margin))
	switch n.Do {
	case "counter_amount":
		text += ", " + f.T("net.rule_percent", "n", t.Percent)
	case "extend_protection":
		text += ", " + f.T("talk.days", "days", t.Days)
	}
	if n.Most.Known() {
		text += ", " + f.T("net.rule_most", "amount", f.Money(n.Most))
	}
	return text
}
