package page

import (
	"net/url"
	"slices"

	"parley/internal/connector"
	"parley/internal/desk"
)

// Waiting are the decisions that wait for a second signature or for the safety net.
type Waiting struct {
	Frame
	Query desk.WaitingQuery
	Page  desk.WaitingPage
	Error string
}

// WaitingURL is the address of a page of the decisions that wait.
func WaitingURL(outdated bool, cursor string) string {
	v := url.Values{}
	if outdated {
		v.Set("outdated", "true")
	}
	if cursor != "" {
		v.Set("cursor", cursor)
	}
	if len(v) == 0 {
		return "/decisions"
	}
	return "/decisions?" + v.Encode()
}

// nothing says why a page of decisions is empty.
func (w Waiting) nothing() string {
	if w.Query.Outdated {
		return w.T("waiting.none_outdated")
	}
	return w.T("waiting.none")
}

// DecisionURL is the address of what is done to a decision.
func DecisionURL(id, what string) string { return "/decisions/" + id + "/" + what }

func (f Frame) waiting() int64 {
	if f.Around == nil {
		return 0
	}
	return f.Around.Waiting
}

// mine tells whether the member took the decision.
func (f Frame) mine(d desk.Pending) bool { return d.By.ID == f.Who.MemberID }

// author names who took a decision.
func (f Frame) author(d desk.Pending) string {
	if d.By.Name == "" {
		return f.Word("actor", "staff")
	}
	return d.By.Name
}

func (f Frame) releaseWord(d desk.Pending) string {
	if d.State == "to_sign" {
		return f.T("waiting.sign")
	}
	return f.T("waiting.send_now")
}

func (f Frame) declineWord(d desk.Pending) string {
	if f.mine(d) {
		return f.T("waiting.take_back")
	}
	return f.T("waiting.decline")
}

// whyWaits says what a decision waits for.
func (f Frame) whyWaits(d desk.Pending) string {
	switch {
	case d.Outdated:
		return f.T("waiting.outdated")
	case d.State == "to_sign":
		return f.T("waiting.needs_sign", "reason", f.T(d.Reason))
	}
	return f.T("waiting.for_net")
}

// chosen are the parts of a waiting decision, as label and value.
func (f Frame) chosen(ch desk.Choice, kind string) [][2]string {
	return f.sent(connector.Effect{Do: ch.Option, Days: ch.Days, Address: ch.Address, Text: ch.Text, To: ch.To, Reason: ch.Reason, Tracking: ch.Tracking, Carrier: ch.Carrier}, kind)
}

// final tells whether the act of a waiting decision cannot be taken back.
func final(c desk.CasePage, option string) bool {
	return slices.ContainsFunc(c.Options, func(o desk.OptionView) bool { return o.Code == option && (o.Final || o.Irrevocable) })
}

// netDoes says what the safety net will do on a case.
func (f Frame) netDoes(n desk.NetPlan) string {
	text := f.T("net.plan", "at", f.Full(n.At), "what", f.T("net.do."+n.Do))
	if n.Amount.Minor > 0 {
		text += " " + f.T("lapse.amount", "amount", f.Money(n.Amount))
	}
	return text
}

// platformWord is the text of a platform's own code for an act, the code itself where there is none.
func (f Frame) platformWord(kind, code string) string {
	if key := "reason." + kind + "." + code; f.Has(key) {
		return f.T(key)
	}
	return code
}
