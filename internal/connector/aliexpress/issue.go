package aliexpress

import (
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/alibaba/wire"
	"parley/internal/dispute"
	"parley/internal/money"
)

// issueKind is the only kind of source this platform has for disputes; evaluationKind is a buyer's rating. See cancellation.go for the third.
const (
	issueKind      = "issue"
	evaluationKind = "evaluation"
)

// issue is one result_object of aliexpress.issue.detail.get while it is read.
type issue struct {
	reading
	of      wire.Value
	status  string // issue_status
	detail  string // reverse_detail_status
	facts   dispute.Facts
	buyers  []dispute.Proposal
	sellers []dispute.Proposal
	others  []dispute.Proposal // the platform's own
	lapsed  bool               // a plan was reached because the seller did not answer in time
	latest  string             // the latest gmt_* text anywhere in the record
}

// readIssue turns a result_object into a snapshot. ref names the source where it is known already; an imported record
// names itself.
func readIssue(of wire.Value, ref connector.Ref, zone *time.Location) connector.Snapshot {
	i := &issue{reading: reading{zone: zone}, of: of}
	i.status = text(of, "issue_status")
	i.detail = text(of, "reverse_detail_status")
	i.latest = text(of, "gmt_create")
	i.proposals()
	i.history()
	i.returned()
	i.theCase()
	i.around()
	i.facts.Unknown = i.unknown
	changed, _ := wallTime(i.latest, zone)
	return connector.Snapshot{
		Ref:         i.reference(ref),
		Fingerprint: i.status + "|" + i.latest,
		ChangedAt:   changed,
		Open:        i.open(),
		Facts:       i.facts,
	}
}

// open is false only for what the platform calls ended: a status nobody knows must not hide a case.
func (i *issue) open() bool { return i.status != finish && i.status != canceled }

// reference fills what is missing in the reference from the record itself. The record's own number differs from the one
// its parts carry as issue_id; the list and the calls use the latter.
func (i *issue) reference(ref connector.Ref) connector.Ref {
	ref.Kind = issueKind
	fill := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	for _, list := range []string{"process_dto_list", "buyer_solution_list", "seller_solution_list", "platform_solution_list"} {
		if all := i.of.Get(list).List(); len(all) > 0 {
			fill(&ref.ID, id(all[0], "issue_id"))
		}
	}
	fill(&ref.ID, id(i.of, "id"))
	fill(&ref.Buyer, text(i.of, "buyer_login_id"))
	fill(&ref.Order, id(i.of, "parent_order_id"))
	fill(&ref.Line, id(i.of, "order_id"))
	return ref
}

// theCase reads the case itself, after its proposals and history.
func (i *issue) theCase() {
	i.in("", 0)
	i.strangers(i.of, issueMembers)
	c := &dispute.Case{Via: "marketplace", OpenedAt: i.openedAt()}
	c.Reason, c.ReasonNote = i.reason()
	if p := current(i.buyers); p != nil {
		c.Claim = dispute.Claim{Amount: p.Amount, ReturnGoods: p.ReturnGoods, Reference: p.Reference}
	}
	c.Reported = i.reported()
	if i.open() {
		c.PlatformDueAt = i.at(i.of, "timeout_trigger_time")
	}
	i.facts.Case = c
}

// openedAt is the opening, or the last one if the buyer cancelled and opened again.
func (i *issue) openedAt() time.Time {
	opened := i.at(i.of, "gmt_create")
	for _, a := range i.facts.History {
		switch {
		case a.Did == "reopened_case":
			opened = a.At
		case a.Raw == "initiate" && opened.IsZero():
			opened = a.At
		}
	}
	return opened
}

// reason gives the reason in the words of the rules where they have one, raw otherwise, and beside it what was sent.
func (i *issue) reason() (reason, note string) {
	number, raw := id(i.of, "issue_reason_id"), text(i.of, "issue_reason")
	note = strings.TrimSpace(number + " " + raw)
	plain := plainReason(raw)
	switch {
	case number == notReceived:
		return "not received", note
	case reasonWords[plain]:
		return plain, note
	}
	if number != "" {
		i.note("issue_reason_id", note)
	}
	if raw != "" {
		return raw, note
	}
	return number, note
}

// reported is the platform's own word on where the case stands.
func (i *issue) reported() dispute.Reported {
	r := dispute.Reported{
		Status: i.status + "/" + i.detail,
		Max:    i.pair(i.of, "refund_money_max_local").Some(),
		DueFor: text(i.of, "timeout_type"),
		Ended:  !i.open(),
	}
	if r.DueFor != "" && !timeouts[r.DueFor] {
		i.note("timeout_type", r.DueFor)
	}
	stands, known := standings[i.detail]
	if i.detail != "" && !known {
		i.note("reverse_detail_status", i.detail)
	}
	r.State, r.Owner = stands.state, stands.owner
	switch i.status {
	case processing:
		i.stillRunning(&r)
	case canceled:
		r.State, r.Owner = "cancelled", ""
	case finish:
		r.Owner = ""
	default:
		i.note("issue_status", i.status)
	}
	if r.Ended {
		r.EndedAt = i.endedAt()
		r.Paid = i.paid(r.State)
		if r.State == "" || r.State == "closed" {
			r.State = endState(r.Paid)
		}
		if r.State == "refunded" && i.lapsed {
			r.State = "timed_out"
		}
	}
	return r
}

// stillRunning keeps an end that detail announces while the issue itself runs on: the plan is agreed and the platform
// carries it out.
func (i *issue) stillRunning(r *dispute.Reported) {
	switch r.State {
	case "refunded", "refused", "closed":
		r.Paid = i.paid(r.State)
		r.Owner = "platform"
		if r.State == "closed" {
			r.State = endState(r.Paid)
		}
	}
}

func endState(paid money.Amount) string {
	if paid.Minor > 0 {
		return "refunded"
	}
	return "closed"
}

// paid is the sum of the plan that was carried out: the one reached or performed last, as a dispute that was cancelled and opened again
// keeps the plan agreed before; else the platform's, else the buyer's if the platform says that money went back.
func (i *issue) paid(state string) money.Amount {
	all := append(append(append([]dispute.Proposal(nil), i.others...), i.sellers...), i.buyers...)
	nothing := money.Amount{}
	var agreed []dispute.Proposal
	for n := range all {
		if all[n].Amount.Known() && !nothing.Known() {
			nothing.Currency = all[n].Amount.Currency
		}
		if all[n].Status == "reached" || all[n].Status == "perform" {
			agreed = append(agreed, all[n])
		}
	}
	if len(agreed) > 0 && state != "cancelled" && state != "refused" {
		return agreed[newest(agreed)].Amount
	}
	switch {
	case state == "cancelled" || state == "refused":
		return nothing
	case len(i.others) > 0:
		return i.others[newest(i.others)].Amount
	case state == "refunded" && len(i.buyers) > 0:
		return i.buyers[newest(i.buyers)].Amount
	}
	return money.Amount{}
}

// endedAt is the time of the last step, which is the one that ended it.
func (i *issue) endedAt() (end time.Time) {
	for _, a := range i.facts.History {
		if a.At.After(end) {
			end = a.At
		}
	}
	if end.IsZero() {
		end, _ = wallTime(i.latest, i.zone)
	}
	return end
}

// around reads what the record tells about buyer, order and parcel.
func (i *issue) around() {
	i.in("", 0)
	if login := text(i.of, "buyer_login_id"); login != "" {
		i.facts.Buyer = &dispute.Buyer{ID: login}
	}
	if order := id(i.of, "parent_order_id"); order != "" {
		i.facts.Order = &dispute.Order{ID: order, Line: id(i.of, "order_id"), Items: i.items()}
	}
	if yes(i.of, "after_sale_warranty") {
		// The platform's own cover pays for this case, whatever the parcel's line is.
		i.facts.Shipment = &dispute.Shipment{InsuredByPlatform: true}
	}
}

func (i *issue) items() []dispute.Item {
	title := text(i.of, "product_name")
	if title == "" {
		return nil
	}
	quantity, _ := i.of.Get("issue_quantity").Int()
	return []dispute.Item{{
		ID:       id(i.of, "product_id"),
		Title:    title,
		Picture:  webAddress(text(i.of, "sku_main_pic_url")),
		Quantity: int(max(0, min(quantity, 1e6))),
		Price:    i.pair(i.of, "product_price"),
	}}
}

// webAddress lets http and https through and completes //host/path; anything else is no address to show.
func webAddress(raw string) string {
	if strings.HasPrefix(raw, "//") {
		raw = "https:" + raw
	}
	if strings.HasPrefix(raw, "https://") || strings.HasPrefix(raw, "http://") {
		return raw
	}
	return ""
}
