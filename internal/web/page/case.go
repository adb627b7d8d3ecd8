package page

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/desk"
	"parley/internal/dispute"
	"parley/internal/policy"
)

// Case is everything about one case.
type Case struct {
	Frame
	C       desk.CasePage
	People  []desk.MemberRef
	Error   string // what was wrong with the last form
	Largest int64  // bytes of the largest file taken
	Typed   string // the note as it was typed
}

// OptionURL is the address of an option's form.
func OptionURL(id int64, option string) string { return CaseURL(id) + "/options/" + option }

func first[T any](list []T, n int) []T { return list[:min(n, len(list))] }

func have(list []desk.ProofItem) int {
	n := 0
	for _, p := range list {
		if p.There {
			n++
		}
	}
	return n
}

// headline says how many cases of how many stores are open, and how old the oldest picture is.
func (q Queue) headline() string {
	if q.Around == nil {
		return ""
	}
	text := q.N("queue.open_in", q.Around.Open, "stores", q.N("queue.stores", int64(q.Around.Stores)))
	if old := q.oldest(); old != "" {
		text += ", " + old
	}
	return text
}

func (q Queue) dueSoon() string {
	if q.Around.DueCapped {
		return q.Number(q.Around.DueSoon) + "+"
	}
	return q.Number(q.Around.DueSoon)
}

// searchIn is the view a search looks through: everything, unless the list is already of the ended.
func (q Queue) searchIn() string {
	if q.Query.Get("view") == "ended" {
		return "ended"
	}
	return "all"
}

func (q Queue) savedID() int64 {
	if q.Around != nil {
		for _, s := range q.Around.Saved {
			if s.Query == q.Query.Text() {
				return s.ID
			}
		}
	}
	return 0
}

// lapse is the sentence of what happens when the deadline passes unused.
func (f Frame) lapse(d policy.Deadline) string {
	if d.Lapse == "" {
		return f.T("lapse.none")
	}
	text := f.packText(d.Lapse)
	if d.Amount == nil || !d.Amount.Known() {
		return text
	}
	return text + " " + f.T("lapse.amount", "amount", f.Money(*d.Amount))
}

// effect is the sentence of what an option leads to; for a closed one why it is closed.
func (f Frame) effect(o desk.OptionView) string {
	if !o.Open {
		return f.closed(o.Option)
	}
	if o.Effect == "" {
		return ""
	}
	return f.packText(o.Effect)
}

// closed says why an option is closed; empty where the rules give no reason.
func (f Frame) closed(o policy.Option) string {
	switch {
	case o.Reason == "":
		return ""
	case len(o.Params) > 0 && f.Has(o.Reason):
		return f.P(o.Reason, f.readable(o.Params))
	}
	return f.packText(o.Reason)
}

// packText is a text of the rule packs, or of the desk where the packs have none.
func (f Frame) packText(key string) string {
	if f.Rules != nil {
		if text, ok := f.Rules.Text(key, f.Lang); ok {
			return text
		}
	}
	if f.Has(key) {
		return f.T(key)
	}
	return f.T("unknown.mark", "raw", key)
}

// cost is what an option costs now.
func (f Frame) cost(o desk.OptionView) string {
	switch {
	case !o.Open:
		return f.T("option.closed")
	case o.Cost == nil:
		return f.T("option.cost_unknown")
	}
	return f.Money(*o.Cost)
}

// dayOf counts the days a case is open, the first being 1.
func (f Frame) dayOf(r desk.Row) string {
	return f.T("case.day", "n", strconv.Itoa(int(f.Now.Sub(r.OpenedAt)/(24*time.Hour))+1))
}

// step is one line of the parcel's way.
type step struct {
	dispute.Scan
	Now bool
}

// way is the parcel's scans in order of time; the last one is where it is now.
func way(s *dispute.Shipment) []step {
	if s == nil {
		return nil
	}
	events := slices.Clone(s.Events)
	slices.SortStableFunc(events, func(a, b dispute.Scan) int { return a.At.Compare(b.At) })
	out := make([]step, len(events))
	for i, e := range events {
		out[i] = step{e, i == len(events)-1}
	}
	return out
}

// shortWay keeps the first and the last three scans.
func shortWay(s *dispute.Shipment) []step {
	all := way(s)
	if len(all) <= 4 {
		return all
	}
	return append(all[:1:1], all[len(all)-3:]...)
}

func (f Frame) place(s dispute.Scan) string {
	var out []string
	if s.Place != "" {
		out = append(out, s.Place)
	}
	if s.Country != "" {
		out = append(out, f.Country(s.Country))
	}
	return strings.Join(out, ", ")
}

// talk is the timeline without the scans, which the parcel panel shows.
func talk(lines []desk.Line) []desk.Line {
	out := make([]desk.Line, 0, len(lines))
	for _, l := range lines {
		if l.Kind != "scan" {
			out = append(out, l)
		}
	}
	return out
}

// speaker names who stands behind a line.
func (f Frame) speaker(c desk.CasePage, l desk.Line) string {
	switch {
	case l.Name != "":
		return l.Name
	case l.Who == "buyer" && c.Buyer != "":
		return c.Buyer
	}
	return f.Word("actor", l.Who)
}

// said is the sentence of a line that is no message.
func (f Frame) said(l desk.Line) string {
	group := map[string]string{"act": "act", "event": "event", "effect": "effect", "note": "event", "proposal": "offer"}[l.Kind]
	text := f.Word(group, l.Code)
	if l.Code == "" {
		text = f.Word("event", l.Kind)
	}
	if l.Kind == "proposal" {
		text = f.T("talk.proposed", "what", text)
	}
	if do := l.Params["do"]; do != "" {
		text += ": " + f.Word("do", do)
	}
	if option := l.Params["option"]; option != "" {
		text += ": " + f.Word("option", option)
	}
	if did := l.Params["did"]; did != "" {
		text += ": " + f.Word("act", did)
	}
	if kind := l.Params["kind"]; kind != "" && l.Code == "evidence_added" {
		text += ": " + f.Word("evidence", kind)
	}
	if days := l.Params["days"]; days != "" {
		text += ", " + f.T("talk.days", "days", days)
	}
	if l.Amount.Known() {
		text += " " + f.Money(l.Amount)
	}
	for _, name := range []string{"to", "reference", "problem", "stores"} {
		if v := l.Params[name]; v != "" {
			text += " · " + v
		}
	}
	return text
}

// unsaid tells whether a line is a word of the platform that we do not know.
func (f Frame) unsaid(l desk.Line) bool {
	if l.Raw == "" || l.Kind != "act" {
		return false
	}
	_, known := f.Code("act", l.Code)
	return !known
}

// unknowns are all values of the platforms that we have no word for.
func unknowns(c desk.CasePage) []dispute.Unknown {
	out := slices.Clone(c.Facts.Unknown)
	for _, s := range c.Sources {
		for _, u := range s.Unknown {
			if !slices.Contains(out, u) {
				out = append(out, u)
			}
		}
	}
	return out
}

// counts are the metrics in which the case counts as things stand, and those in which it does not.
func counts(v policy.Verdict) (in, out []string) {
	for m, yes := range v.Counts {
		if yes {
			in = append(in, m)
		} else {
			out = append(out, m)
		}
	}
	slices.Sort(in)
	slices.Sort(out)
	return in, out
}

// readable tells whether a person can see something in the proof that the desk cannot.
func readable(kind string) bool {
	switch kind {
	case "photo", "video", "own_test", "signature":
		return true
	}
	return false
}

// Readings and EvidenceKinds are what the forms offer.
var (
	Readings      = []string{"fault_visible", "no_fault_visible", "unclear", "usage_error", "wrong_item", "pieces_missing", "name_matches"}
	EvidenceKinds = []string{
		"photo", "video", "own_test", "tracking_page", "shipping_weight", "freight_charge", "signature", "carrier_ticket", "customs_notice",
		"request_log", "refund_proof", "return_proof", "line_statistics", "listing_snapshot", "manufacturer_report",
	}
	// Recordable are acts that happened outside the desk and that a person may put on record.
	Recordable = []string{"asked_carrier", "told_customer", "asked_customs_data", "messaged_supplier", "chatted_with_platform", "received_goods", "reviewed"}
)

// recordable are the acts offered for a case: with a supplier behind it, or about the account with which the merchant buys, those too.
func recordable(c desk.CasePage) []string {
	out := slices.Clone(Recordable)
	if c.Facts.Account != nil {
		out = append(out, "sent_documents", "lifted_block")
	}
	if c.Facts.Supplier != nil {
		out = append(out, "requested_supplier_refund", "reordered", "asked_intercept", "intercepted", "intercept_failed", "corrected_address",
			"filed_supplier_claim", "verified_claim", "reissued", "replied", "reported_no_stock", "reported_oversize", "sent_customs_reminder", "chose_refund")
	}
	if len(out) > len(Recordable) {
		out = append(out, "marked_resolved")
	}
	return out
}

func effectTone(state string) string {
	switch state {
	case "confirmed", "done":
		return "good"
	case "contradicted", "refused", "in_doubt", "failed":
		return "late"
	case "to_sign":
		return "soon"
	}
	return "calm"
}

func (f Frame) faultText(e desk.EffectItem) string {
	if !f.Has(e.FaultKey) {
		return f.T("fault.other", "key", e.FaultKey)
	}
	return f.P(e.FaultKey, e.Params)
}

func (p Case) assigned() string {
	if p.C.Assignee == nil {
		return "0"
	}
	return ID(p.C.Assignee.ID)
}

func (p Case) assignedName() string {
	if p.C.Assignee == nil {
		return p.T("assign.nobody")
	}
	return p.C.Assignee.Name
}

func (p Case) registered(yes bool) string {
	if yes {
		return p.T("parcel.registered")
	}
	return p.T("parcel.unregistered")
}

func (p Case) paid() string {
	o := p.C.Facts.Order
	out := p.Money(o.Goods)
	if o.Shipping.Known() && o.Shipping.Minor != 0 {
		out += " + " + p.Money(o.Shipping)
	}
	return out
}

// claim is what the other side asks for, in its own and the settlement currency.
func (p Case) claim() string {
	c := p.C.Facts.Case.Claim
	out := p.MoneyOr(c.Amount)
	if c.Reference.Known() && c.Reference.Currency != c.Amount.Currency {
		out += " (" + p.Money(c.Reference) + ")"
	}
	if c.ReturnGoods {
		out += ", " + p.T("order.with_return")
	}
	return out
}
