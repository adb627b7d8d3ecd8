package stripe

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// record is a dispute as Stripe writes it.
type record struct {
	Object   text   `json:"object"`
	ID       text   `json:"id"`
	Amount   whole  `json:"amount"`
	Currency text   `json:"currency"`
	Charge   linked `json:"charge"`
	Intent   linked `json:"payment_intent"`
	Created  whole  `json:"created"`
	Reason   text   `json:"reason"`
	Status   text   `json:"status"`
	Metadata words  `json:"metadata"`
	// Refundable: the payment can still be paid back by the shop, after which no further funds are withdrawn.
	Refundable yes            `json:"is_charge_refundable"`
	Details    details        `json:"evidence_details"`
	Evidence   words          `json:"evidence"`
	Method     method         `json:"payment_method_details"`
	Moves      []balanceEntry `json:"balance_transactions"`
}

type details struct {
	DueBy       whole `json:"due_by"` // 0 = the bank takes no answer
	HasEvidence yes   `json:"has_evidence"`
	Submitted   whole `json:"submission_count"`
}

// method is how the buyer paid, as far as the dispute tells it.
type method struct {
	Type text `json:"type"`
	Card struct {
		Brand    text `json:"brand"`
		CaseType text `json:"case_type"`
		Code     text `json:"network_reason_code"`
		Network  text `json:"network"`
	} `json:"card"`
	Klarna struct {
		Code text `json:"reason_code"`
	} `json:"klarna"`
	PayPal struct {
		Code text `json:"reason_code"`
		Case text `json:"case_id"`
	} `json:"paypal"`
	Amazon struct {
		Type text `json:"dispute_type"`
	} `json:"amazon_pay"`
}

// balanceEntry is money withdrawn or reinstated because of the dispute. It is in the currency of the account's balance.
type balanceEntry struct {
	ID       text  `json:"id"`
	Amount   whole `json:"amount"` // below 0: withdrawn
	Fee      whole `json:"fee"`
	Currency text  `json:"currency"`
	Created  whole `json:"created"`
}

// Members this package knows. What else comes is listed as unknown.
var (
	disputeMembers = set("object id amount currency charge payment_intent created reason status metadata is_charge_refundable livemode " +
		"evidence_details evidence payment_method_details balance_transactions enhanced_eligibility_types balance_transaction network_reason_code")
	detailMembers = set("due_by has_evidence past_due submission_count enhanced_eligibility")
	methodMembers = set("type card klarna paypal amazon_pay")
	cardMembers   = set("brand case_type network_reason_code network")
)

func set(names string) map[string]bool {
	out := map[string]bool{}
	for name := range strings.FieldsSeq(names) {
		out[name] = true
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// readRecord takes a dispute's JSON. The error says that it is none.
func readRecord(raw []byte) (record, error) {
	var d record
	if err := json.Unmarshal(raw, &d); err != nil {
		return d, err
	}
	switch {
	case d.Object != "dispute" || d.ID == "":
		return d, errors.New("no dispute: object is not \"dispute\", or the id is missing")
	case d.Status == "" || !d.Created.ok:
		return d, errors.New("status or created is missing")
	}
	return d, nil
}

// digest changes whenever the record changes. The charge and the payment count as their ids, however much of them came, and the charge also
// as what was paid back of it.
func digest(raw []byte) string {
	var all map[string]json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		sum := sha256.Sum256(raw)
		return hex.EncodeToString(sum[:12])
	}
	return digestOf(all)
}

// digestOf is digest of a record whose members are apart already.
func digestOf(all map[string]json.RawMessage) string {
	sum := sha256.New()
	var value bytes.Buffer
	for _, name := range sortedKeys(all) {
		v := all[name]
		if (name == "charge" || name == "payment_intent") && len(v) > 0 && v[0] == '{' {
			v = linkMark(v)
		}
		value.Reset()
		value.WriteString(name)
		value.WriteByte(':')
		_ = json.Compact(&value, v) // came from JSON; a list indents deeper than a record alone
		value.WriteByte(',')
		_, _ = sum.Write(value.Bytes())
	}
	return hex.EncodeToString(sum.Sum(nil)[:12])
}

// linkMark is an expanded charge or payment as it counts for the digest.
func linkMark(raw []byte) json.RawMessage {
	var o struct {
		ID       text  `json:"id"`
		PaidBack whole `json:"amount_refunded"`
	}
	_ = json.Unmarshal(raw, &o) // what cannot be read has no id
	mark := string(o.ID)
	if o.PaidBack.n > 0 {
		mark += "-" + strconv.FormatInt(o.PaidBack.n, 10)
	}
	out, _ := json.Marshal(mark) // text
	return out
}

// withdrawn tells whether money was taken from the account, and when money came back.
func (d *record) withdrawn() (taken bool, backAt time.Time) {
	for _, m := range d.Moves {
		switch {
		case m.Amount.n < 0:
			taken, backAt = true, time.Time{}
		case m.Amount.n > 0:
			backAt = m.Created.at()
		}
	}
	return taken, backAt
}

// purchase is the id by which a payment is known: of the payment intent, or of a charge without one.
func purchase(intent, charge linked) string {
	if intent.ID != "" {
		return intent.ID
	}
	return charge.ID
}

// list is a page of any list.
type list struct {
	Object text              `json:"object"`
	Data   []json.RawMessage `json:"data"`
	More   yes               `json:"has_more"`
}

func readList(raw []byte) (list, error) {
	var l list
	if err := json.Unmarshal(raw, &l); err != nil {
		return l, err
	}
	if l.Object != "list" {
		return l, errors.New("no list")
	}
	return l, nil
}
