package paypal

import (
	"slices"
	"strings"
)

// offered is what a dispute allowed when it was last read: the relations of its links, and the kinds of answer each takes.
type offered struct {
	rels             []string
	accept, offer    []string // allowed_response_options; empty = not told
	acknowledgements []string
}

// relations are the link relations we know and the acts behind them; the empty ones are reading, the other party's, or the sandbox's.
var relations = map[string]string{
	"self": "", "accept_claim": "accept-claim", "make_offer": "make-offer", "provide_evidence": "provide-evidence",
	"send_message": "send-message", "acknowledge_return_item": "acknowledge-return-item", "appeal": "appeal",
	"provide_supporting_info": "provide-supporting-info", "escalate": "escalate",
	"accept_offer": "", "deny_offer": "", "cancel": "", "change_reason": "", "adjudicate": "", "require_evidence": "", "update": "",
	"partially_update": "", "patch": "", "edit": "",
}

// allows reads the links of a dispute. Relations are written with low lines or hyphens (send_message, send-message).
func (r *record) allows() offered {
	var o offered
	for _, link := range r.of.get("links").list() {
		rel := strings.ReplaceAll(strings.ToLower(link.get("rel").text()), "-", "_")
		if _, known := relations[rel]; !known {
			r.note("links[].rel", link.get("rel").written())
		}
		if rel != "" && !slices.Contains(o.rels, rel) {
			o.rels = append(o.rels, rel)
		}
	}
	options := r.of.get("allowed_response_options")
	o.accept = texts(options.get("accept_claim", "accept_claim_types"))
	o.offer = texts(options.get("make_offer", "offer_types"))
	o.acknowledgements = texts(options.get("acknowledge_return_item", "acknowledgement_types"))
	return o
}

func texts(v value) (out []string) {
	for _, e := range v.list() {
		out = append(out, e.text())
	}
	return out
}

func (o offered) has(rel string) bool { return slices.Contains(o.rels, rel) }

// takes tells whether an answer of the kind is among the allowed ones; where PayPal tells none, all are.
func takes(kinds []string, kind string) bool { return len(kinds) == 0 || slices.Contains(kinds, kind) }

// onlyWithReturn: the claim can be accepted, but only against the goods.
func (o offered) onlyWithReturn() bool {
	return len(o.accept) > 0 && !slices.Contains(o.accept, refund) &&
		(slices.Contains(o.accept, refundWithReturn) || slices.Contains(o.accept, refundWithLabel))
}

// options turns the links into options of the rules. Waiting is always possible and always listed: an empty list would say that PayPal
// tells nothing, as a row of its list of disputes does.
func (o offered) options() []string {
	out := []string{"wait"}
	add := func(option string, open bool) {
		if open {
			out = append(out, option)
		}
	}
	add("accept", o.has("accept_claim") && (takes(o.accept, refund) || takes(o.accept, refundWithReturn)))
	add("counter_amount", o.has("make_offer") && takes(o.offer, refund))
	add("counter_return", o.has("make_offer") && takes(o.offer, refundWithReturn))
	add("contest_with_evidence", o.has("provide_evidence"))
	add("send_message", o.has("send_message"))
	add("add_facts", o.has("provide_supporting_info"))
	add("confirm_goods", o.has("acknowledge_return_item") && takes(o.acknowledgements, itemReceived))
	add("contest_goods", o.has("acknowledge_return_item") && o.complains())
	add("appeal", o.has("appeal"))
	return out
}

// complains: returned goods can be reported as anything but received.
func (o offered) complains() bool {
	return len(o.acknowledgements) == 0 || slices.ContainsFunc(o.acknowledgements, func(k string) bool { return k != itemReceived })
}

// Kinds of answers.
const (
	refund           = "REFUND"
	refundWithReturn = "REFUND_WITH_RETURN"
	refundWithLabel  = "REFUND_WITH_RETURN_SHIPMENT_LABEL"
	itemReceived     = "ITEM_RECEIVED"
)
