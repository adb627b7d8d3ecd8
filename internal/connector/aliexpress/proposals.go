package aliexpress

import (
	"strconv"
	"strings"
	"time"

	"parley/internal/connector/alibaba/wire"
	"parley/internal/dispute"
)

// proposals reads the three lists of plans and marks the one each side stands by now.
func (i *issue) proposals() {
	i.buyers = i.list("buyer_solution_list", "buyer")
	i.sellers = i.list("seller_solution_list", "staff")
	i.others = i.list("platform_solution_list", "platform")
	for _, side := range [][]dispute.Proposal{i.buyers, i.sellers, i.others} {
		if p := current(side); p != nil {
			p.Current = true
		}
		i.facts.Proposals = append(i.facts.Proposals, side...)
	}
}

func (i *issue) list(name, by string) []dispute.Proposal {
	elements := i.some(name)
	out := make([]dispute.Proposal, 0, len(elements))
	for n, v := range elements {
		i.in(name, n)
		out = append(out, i.proposal(v, by))
	}
	return out
}

// some gives a list of the record, cut at the longest length, which is noted.
func (i *issue) some(name string) []wire.Value {
	all := i.of.Get(name).List()
	if len(all) > longestList {
		i.in("", 0)
		i.note(name, strconv.Itoa(len(all))+" elements")
	}
	return firstOnes(all)
}

// proposal reads one plan. refund_money is in the buyer's currency, refund_money_post the same sum in dollars.
func (i *issue) proposal(v wire.Value, by string) dispute.Proposal {
	i.strangers(v, planMembers)
	p := dispute.Proposal{
		ID:        text(v, "id"),
		By:        by,
		Kind:      text(v, "solution_type"),
		Amount:    i.pair(v, "refund_money"),
		Reference: i.pair(v, "refund_money_post"),
		Text:      text(v, "content"),
		At:        i.at(v, "gmt_create"),
		ChangedAt: i.at(v, "gmt_modified"),
		Status:    text(v, "status"),
	}
	if owner := text(v, "solution_owner"); owner != "" {
		if side, known := owners[owner]; known {
			p.By = side
		} else {
			i.note("solution_owner", owner)
		}
	}
	p.ReturnGoods = p.Kind == "return_and_refund"
	if kind, known := proposalKinds[p.Kind]; known {
		p.Kind = kind
	} else if p.Kind != "" {
		i.note("solution_type", p.Kind)
	}
	waits, known := solutionStatuses[p.Status]
	if !known && p.Status != "" {
		i.note("status", p.Status)
	}
	p.Open = waits && i.open()
	if how := text(v, "reached_type"); how == "seller_reponse_timeout" { // spelt so by the platform
		i.lapsed = true
	} else if how != "" && !reachedTypes[how] {
		i.note("reached_type", how)
	}
	for _, field := range [...]string{"gmt_create", "gmt_modified", "buyer_accept_time", "seller_accept_time", "reached_time"} {
		i.latest = max(i.latest, stamp(v, field))
	}
	return p
}

// stamp gives a time as the text it was sent as, which sorts like the time, or nothing if it is none.
func stamp(v wire.Value, field string) string {
	t := strings.TrimSpace(v.Get(field).Text())
	if _, ok := civil(t); !ok || len(t) != 19 {
		return ""
	}
	return t
}

// current is the plan a side stands by: the newest that still waits for a yes, else the newest.
func current(side []dispute.Proposal) *dispute.Proposal {
	best := -1
	for n := range side {
		if best < 0 || (side[n].Open && !side[best].Open) || (side[n].Open == side[best].Open && !moved(side[n]).Before(moved(side[best]))) {
			best = n
		}
	}
	if best < 0 {
		return nil
	}
	return &side[best]
}

func newest(side []dispute.Proposal) (best int) {
	for n := range side {
		if !moved(side[n]).Before(moved(side[best])) {
			best = n
		}
	}
	return best
}

// moved is when a plan was made or last changed.
func moved(p dispute.Proposal) time.Time {
	if p.ChangedAt.After(p.At) {
		return p.ChangedAt
	}
	return p.At
}
