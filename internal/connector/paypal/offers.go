package paypal

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"parley/internal/dispute"
	"parley/internal/money"
)

// messages reads what the two sides and PayPal wrote. They have no numbers: their place in the list is their name.
func (r *record) messages() {
	for n, m := range r.of.get("messages").list() {
		path := "messages[" + strconv.Itoa(n) + "]."
		r.strangers(m, path, messageMembers)
		from, known := actors[m.get("posted_by").text()]
		if !known {
			from = "platform"
			r.note(path+"posted_by", m.get("posted_by").written())
		}
		r.facts.Messages = append(r.facts.Messages, dispute.Message{
			ID: "message/" + strconv.Itoa(n), At: cmp.Or(r.at(m.get("time_posted"), path+"time_posted"), r.opened), From: from,
			Via: "platform_message", Text: m.get("content").text(), Files: files(m.get("documents")),
		})
	}
}

func files(v value) (out []dispute.File) {
	for _, d := range v.list() {
		out = append(out, dispute.File{Name: d.get("name").text(), URL: d.get("url").text()})
	}
	return out
}

// event is one line of an offer's history.
type event struct {
	at         time.Time
	place      int
	by         string
	what, kind string
	of         value
}

// offers reads the buyer's wish and the history of offers.
func (r *record) offers() {
	offer := r.of.get("offer")
	if wish := r.sum(offer.get("buyer_requested_amount"), "offer.buyer_requested_amount"); wish.Known() {
		r.facts.Proposals = append(r.facts.Proposals, dispute.Proposal{
			ID: "request", By: "buyer", Kind: "refund", Amount: wish, At: r.opened, Open: !r.ended(), Current: true,
		})
	}
	for _, e := range r.events(offer) {
		r.facts.History = append(r.facts.History, r.step(e))
		switch e.what {
		case "PROPOSED":
			r.proposed(e)
		case "ACCEPTED", "DENIED":
			r.answered(e)
		}
	}
	r.current()
}

func (r *record) events(offer value) []event {
	var out []event
	for n, h := range offer.get("history").list() {
		path := "offer.history[" + strconv.Itoa(n) + "]."
		r.strangers(h, path, offerHistoryMembers)
		e := event{at: cmp.Or(r.at(h.get("offer_time"), path+"offer_time"), r.opened), place: n, by: actors[h.get("actor").text()], of: h}
		e.what = r.word(h.get("event_type"), path+"event_type", offerEvents)
		e.kind = h.get("offer_type").text()
		if _, known := offerKinds[e.kind]; !known && e.kind != "" {
			r.note(path+"offer_type", e.kind)
		}
		if e.by == "" {
			e.by = "platform"
			r.note(path+"actor", h.get("actor").written())
		}
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b event) int { return a.at.Compare(b.at) })
	return out
}

// step is the act behind a line of the history.
func (r *record) step(e event) dispute.Act {
	act := dispute.Act{At: e.at, Who: e.by, Via: "dispute_form", Amount: r.sum(e.of.get("offer_amount"), "offer.history[].offer_amount")}
	switch {
	case e.what == "PROPOSED" && e.by == "staff":
		act.Did = "countered"
	case e.what == "PROPOSED":
		act.Did = "changed_claim"
	case e.what == "ACCEPTED" && e.by == "buyer":
		act.Did = "accepted_offer"
	case e.what == "ACCEPTED":
		act.Did = "accepted_claim"
	case e.what == "DENIED":
		act.Did, act.Raw = "denied_offer", e.what
	default:
		act.Did, act.Raw = "offer_event", e.what
	}
	return act
}

func (r *record) proposed(e event) {
	kind, known := offerKinds[e.kind]
	if !known {
		kind = e.kind
	}
	r.facts.Proposals = append(r.facts.Proposals, dispute.Proposal{
		ID: "offer/" + strconv.Itoa(e.place), By: e.by, Kind: kind, Amount: r.sum(e.of.get("offer_amount"), "offer.history[].offer_amount"),
		ReturnGoods: e.kind == refundWithReturn, Text: e.of.get("notes").text(), At: e.at, Status: "PROPOSED",
	})
}

// answered marks the last proposal of the other side.
func (r *record) answered(e event) {
	for n := len(r.facts.Proposals) - 1; n >= 0; n-- {
		p := &r.facts.Proposals[n]
		if p.ID != "request" && p.By != e.by && p.Status == "PROPOSED" {
			p.Status, p.ChangedAt = e.what, e.at
			r.agreedOnReturn = r.agreedOnReturn || (e.what == "ACCEPTED" && p.ReturnGoods)
			return
		}
	}
}

// agreed is the sum of the last offer that was accepted: it is paid once the goods are back. Unknown where none was.
func (r *record) agreed() money.Amount {
	for _, p := range slices.Backward(r.facts.Proposals) {
		if p.Status == "ACCEPTED" {
			return p.Amount
		}
	}
	return money.Amount{}
}

// current marks what each side stands by: its last proposal, which waits for a yes as long as nobody answered it and the inquiry lasts.
func (r *record) current() {
	for _, side := range []string{"buyer", "staff"} {
		last := -1
		for n, p := range r.facts.Proposals {
			if p.By == side {
				if last >= 0 {
					r.facts.Proposals[last].Current, r.facts.Proposals[last].Open = false, false
				}
				last = n
			}
		}
		if last >= 0 {
			p := &r.facts.Proposals[last]
			p.Current = true
			p.Open = !r.ended() && (p.ID == "request" || p.Status == "PROPOSED" && !r.claimed())
		}
	}
}
