package paypal

import (
	"context"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"parley/internal/connector"
	"parley/internal/fault"
	"parley/internal/money"
)

// deed is how an act of the desk is done at PayPal.
type deed struct {
	rel  string // the link that must be there
	part string // name of the file part in the multipart body; empty = the body is JSON and takes no files
	fill func(s *Session, act connector.Effect, o offered) (any, error)
}

// deeds are all acts. The published specification names the file part of each call and says nothing of the JSON beside it, which goes in
// a part named input, as PayPal's documentation of evidence has it.
var deeds = map[string]deed{
	"accept":                {"accept_claim", "accept-claim-document", acceptance},
	"counter_amount":        {"make_offer", "", offer},
	"counter_return":        {"make_offer", "", offer},
	"contest_with_evidence": {"provide_evidence", "evidence-file", evidence},
	"appeal":                {"appeal", "evidence-file", evidence},
	"send_message":          {"send_message", "message_document", message},
	"add_facts":             {"provide_supporting_info", "supporting document", supportingInfo},
	"confirm_goods":         {"acknowledge_return_item", "acknowledgement_document", acknowledgement},
	"contest_goods":         {"acknowledge_return_item", "acknowledgement_document", acknowledgement},
}

const allDeeds = "accept, counter_amount, counter_return, contest_with_evidence, appeal, send_message, add_facts, confirm_goods, contest_goods"

// Execute performs one act, once. The effect's own number is the PayPal-Request-Id, under which PayPal does the same thing only once. An
// act whose link was missing when this session read the dispute last is refused without a call.
func (s *Session) Execute(ctx context.Context, act connector.Effect) (connector.Receipt, error) {
	d, known := deeds[act.Do]
	if !known {
		return connector.Receipt{}, fault.Input("do", act.Do, allDeeds)
	}
	if !disputeID.MatchString(act.Ref.ID) {
		return connector.Receipt{}, fault.Input("ref.id", act.Ref.ID, "number of the dispute")
	}
	if n := utf8.RuneCountInString(act.Text); n > longestNote {
		return connector.Receipt{}, fault.Input("text", act.Text, "at most "+strconv.Itoa(longestNote)+" characters")
	}
	allows, read := s.allowed(act.Ref.ID)
	if read && !allows.has(d.rel) {
		return connector.Receipt{}, fault.New(fault.Refused, "fault.paypal.not_offered", "act", act.Do)
	}
	input, err := d.fill(s, act, allows)
	if err != nil {
		return connector.Receipt{}, err
	}
	return s.perform(ctx, act, d, input)
}

// longestNote is the most characters a note or a message may have.
const longestNote = 2000

func (s *Session) perform(ctx context.Context, act connector.Effect, d deed, input any) (connector.Receipt, error) {
	kind, body, err := packed(d.part, input, act)
	if err != nil {
		return connector.Receipt{}, err
	}
	verb := relations[d.rel]
	record := map[string]any{"call": "POST " + disputes + "/" + act.Ref.ID + "/" + verb, "input": input}
	var sent []map[string]any
	for _, f := range filesOf(act) {
		sent = append(sent, map[string]any{"name": fileName(f), "bytes": len(f.Bytes)})
	}
	record["files"] = sent
	receipt := connector.Receipt{}
	if receipt.Request, err = json.Marshal(record); err != nil {
		return receipt, err
	}
	got, err := s.act(ctx, act.Ref.ID, verb, act.ID, kind, body)
	receipt.At = s.world.Now().UTC().Truncate(time.Microsecond)
	receipt.Raw = kept(got.raw)
	return receipt, err
}

// sum is money as PayPal takes it.
type sum struct {
	Currency string `json:"currency_code"`
	Value    string `json:"value"`
}

// acceptance pays the disputed amount, or takes the goods back for it. PayPal has kinds of acceptance; which ones this dispute takes it
// tells in allowed_response_options.
func acceptance(s *Session, act connector.Effect, o offered) (any, error) {
	kind := refund
	if act.ReturnGoods {
		kind = refundWithReturn
	}
	if !takes(o.accept, kind) {
		return nil, fault.New(fault.Refused, "fault.paypal.not_offered", "act", act.Do+" "+kind)
	}
	return struct {
		Note    string   `json:"note,omitempty"`
		Kind    string   `json:"accept_claim_type"`
		Address *address `json:"return_shipping_address,omitempty"`
	}{act.Text, kind, s.back.forReturn(act.ReturnGoods)}, nil
}

// offer proposes a sum, with or without the goods coming back.
func offer(s *Session, act connector.Effect, o offered) (any, error) {
	if err := needed(act, "text", act.Text, "amount", act.Amount.Currency); err != nil {
		return nil, err
	}
	if _, err := money.Decimal(act.Amount.Plain(), act.Amount.Currency); err != nil || act.Amount.Minor <= 0 {
		return nil, fault.Input("amount", act.Amount.String(), "more than 0, with an ISO currency")
	}
	kind, back := refund, act.Do == "counter_return"
	if back {
		kind = refundWithReturn
	}
	if !takes(o.offer, kind) {
		return nil, fault.New(fault.Refused, "fault.paypal.not_offered", "act", act.Do+" "+kind)
	}
	return struct {
		Note    string   `json:"note"`
		Kind    string   `json:"offer_type"`
		Amount  sum      `json:"offer_amount"`
		Address *address `json:"return_shipping_address,omitempty"`
	}{act.Text, kind, sum{act.Amount.Currency, act.Amount.Plain()}, s.back.forReturn(back)}, nil
}

type trackingInfo struct {
	Carrier string `json:"carrier_name"`
	Other   string `json:"carrier_name_other,omitempty"`
	Number  string `json:"tracking_number"`
}

type evidenceInfo struct {
	Tracking []trackingInfo `json:"tracking_info,omitempty"`
	Refunds  []string       `json:"refund_ids,omitempty"`
}

type proof struct {
	Kind  string        `json:"evidence_type"`
	Info  *evidenceInfo `json:"evidence_info,omitempty"`
	Notes string        `json:"notes,omitempty"`
}

// evidence is the answer to a claim, and to a decision in an appeal: the ground in words, with the tracking number, the number of a refund
// (field refund_id) or a file. Its type is the platform's own word in Reason, or what the proof itself says, or OTHER.
func evidence(_ *Session, act connector.Effect, _ offered) (any, error) {
	p := proof{Kind: act.Reason, Notes: act.Text}
	switch refunded := act.Fields["refund_id"]; {
	case act.Tracking != "":
		p.Kind = firstOf(p.Kind, "PROOF_OF_FULFILLMENT")
		p.Info = &evidenceInfo{Tracking: []trackingInfo{tracked(act)}}
	case refunded != "":
		p.Kind = firstOf(p.Kind, "PROOF_OF_REFUND")
		p.Info = &evidenceInfo{Refunds: []string{refunded}}
	case act.Text == "" && len(filesOf(act)) == 0:
		return nil, fault.Input("text", "", "a ground in words, a file, or a tracking number")
	}
	p.Kind = firstOf(p.Kind, "OTHER")
	if !proofTypes[p.Kind] {
		return nil, fault.Input("reason", p.Kind, "a type of evidence of PayPal, such as PROOF_OF_FULFILLMENT")
	}
	return map[string]any{"evidences": []proof{p}}, nil
}

// carrierWord is the form of PayPal's names of carriers; others go as OTHER with the name in plain words.
var carrierWord = regexp.MustCompile(`^[0-9A-Z_]{1,255}$`)

func tracked(act connector.Effect) trackingInfo {
	carrier := strings.TrimSpace(act.Carrier)
	if carrierWord.MatchString(carrier) && carrier != "OTHER" {
		return trackingInfo{Carrier: carrier, Number: act.Tracking}
	}
	return trackingInfo{Carrier: "OTHER", Other: firstOf(carrier, "unknown"), Number: act.Tracking}
}

func message(_ *Session, act connector.Effect, _ offered) (any, error) {
	if act.To != "" && act.To != "buyer" {
		return nil, fault.Input("to", act.To, "buyer")
	}
	return map[string]string{"message": act.Text}, needed(act, "text", act.Text)
}

func supportingInfo(_ *Session, act connector.Effect, _ offered) (any, error) {
	return map[string]string{"notes": act.Text}, needed(act, "text", act.Text)
}

// notAsSent is what can be wrong with returned goods (acknowledgement_type of the disputes API).
var notAsSent = []string{"DAMAGED", "EMPTY_PACKAGE_OR_DIFFERENT", "MISSING_ITEMS", "ITEM_NOT_RECEIVED"}

// acknowledgement says that returned goods arrived, or what is wrong with them: that one takes PayPal's own word in Reason.
func acknowledgement(_ *Session, act connector.Effect, o offered) (any, error) {
	kind := itemReceived
	if act.Do == "contest_goods" {
		kind = act.Reason
	}
	if kind == "" || (act.Do == "contest_goods" && kind == itemReceived) {
		return nil, fault.Input("reason", kind, strings.Join(notAsSent, ", "))
	}
	if !takes(o.acknowledgements, kind) {
		return nil, fault.New(fault.Refused, "fault.paypal.not_offered", "act", act.Do+" "+kind)
	}
	return struct {
		Note string `json:"note,omitempty"`
		Kind string `json:"acknowledgement_type"`
	}{act.Text, kind}, nil
}

// needed checks pairs of name and value.
func needed(act connector.Effect, pairs ...string) error {
	for n := 0; n+1 < len(pairs); n += 2 {
		if strings.TrimSpace(pairs[n+1]) == "" {
			return fault.Input(pairs[n], "", "needed for "+act.Do)
		}
	}
	return nil
}
