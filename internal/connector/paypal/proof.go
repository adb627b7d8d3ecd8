package paypal

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"parley/internal/dispute"
)

// proofs reads the evidence, what PayPal asks for, and supporting information.
func (r *record) proofs() {
	for n, v := range r.of.get("evidences").list() {
		path := "evidences[" + strconv.Itoa(n) + "]."
		r.strangers(v, path, proofMembers)
		kind := r.word(v.get("evidence_type"), path+"evidence_type", proofTypes)
		source := v.get("source").text()
		who, known := sources[source]
		if !known && source != "" {
			r.note(path+"source", source)
		}
		at := cmp.Or(r.at(v.get("date"), path+"date"), r.changed, r.opened)
		if known && who == "" {
			r.asked(at, kind, source, v)
			continue
		}
		r.proof(n, at, cmp.Or(who, "platform"), kind, v)
	}
	for n, v := range r.of.get("supporting_info").list() {
		r.supporting(n, v)
	}
}

// asked is a wish of PayPal's for a proof.
func (r *record) asked(at time.Time, kind, source string, v value) {
	if source == "REQUESTED_FROM_BUYER" && (kind == "PROOF_OF_RETURN" || kind == "RETURN_TRACKING_INFORMATION") {
		r.agreedOnReturn = true
	}
	r.facts.History = append(r.facts.History, dispute.Act{At: at, Who: "platform", Did: "evidence_requested", Raw: source, For: kind, Note: shortened(v.get("notes").text(), 500)})
}

func (r *record) proof(n int, at time.Time, from, kind string, v value) {
	e := dispute.Evidence{
		ID: "evidence/" + strconv.Itoa(n), At: at, From: from, Kind: cmp.Or(proofKinds[kind], kind), Order: r.payment(),
		Text: v.get("notes").text(), Note: kind,
	}
	tracking := v.get("evidence_info", "tracking_info").first()
	e.Reference = tracking.get("tracking_number").text()
	if e.Reference == "" {
		e.Reference = v.get("evidence_info", "refund_ids").first().text()
	}
	if all := files(v.get("documents")); len(all) > 0 {
		e.File = &all[0]
		for i, f := range all[1:] { // one proof on file per document
			more := e
			more.ID, more.File = e.ID+"/"+strconv.Itoa(i+1), &f
			r.facts.Evidence = append(r.facts.Evidence, more)
		}
	}
	r.facts.Evidence = append(r.facts.Evidence, e)
	r.parcel(from, kind, tracking)
	r.handedIn(at, from, kind, e.Reference, v.get("action_info"))
}

// parcel: the number the seller told PayPal is the number of the parcel.
func (r *record) parcel(from, kind string, tracking value) {
	if from == "staff" && kind == "PROOF_OF_FULFILLMENT" && tracking.get("tracking_number").text() != "" {
		carrier := tracking.get("carrier_name").text()
		if other := tracking.get("carrier_name_other").text(); other != "" {
			carrier = other
		}
		r.facts.Shipment = &dispute.Shipment{Number: tracking.get("tracking_number").text(), Carrier: carrier}
	}
}

// handedIn is the act behind a proof. action_info tells for which act PayPal took it; without it, a proof of the seller's is an answer to
// the claim. Proofs handed in together are one act.
func (r *record) handedIn(at time.Time, from, kind, reference string, info value) {
	act := dispute.Act{At: at, Who: from, Via: "dispute_form", Raw: info.get("action").text()}
	switch {
	case from == "buyer" && (kind == "PROOF_OF_RETURN" || kind == "RETURN_TRACKING_INFORMATION") && reference != "":
		act.Did, act.Reference = "entered_return_tracking", reference
	case from != "staff":
		return
	case act.Raw == "APPEAL":
		act.Did = "escalated"
	case act.Raw == "ACCEPT_CLAIM":
		act.Did = "accepted_claim"
	case act.Raw == "ACKNOWLEDGE_RETURN_ITEM":
		act.Did, act.Note = "received_goods", info.get("response_option").text()
	case act.Raw == "" || act.Raw == "PROVIDE_EVIDENCE":
		act.Did = "contested"
	default:
		act.Did = "handed_in_evidence"
	}
	if !slices.Contains(r.facts.History, act) {
		r.facts.History = append(r.facts.History, act)
	}
}

// supporting is what a party told PayPal on its own account while PayPal decides.
func (r *record) supporting(n int, v value) {
	path := "supporting_info[" + strconv.Itoa(n) + "]."
	r.strangers(v, path, supportMembers)
	who := sources[v.get("source").text()]
	if who == "" {
		who = "platform"
		r.note(path+"source", v.get("source").written())
	}
	e := dispute.Evidence{
		ID: "supporting/" + strconv.Itoa(n), At: cmp.Or(r.at(v.get("provided_time"), path+"provided_time"), r.changed, r.opened), From: who,
		Kind: "SUPPORTING_INFO", Order: r.payment(), Text: v.get("notes").text(),
	}
	if all := files(v.get("documents")); len(all) > 0 {
		e.File = &all[0]
	}
	r.facts.Evidence = append(r.facts.Evidence, e)
}
