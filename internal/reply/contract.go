package reply

import (
	"strings"

	"parley/internal/reply/lexicon"
)

// point is one thing that a reply of a step must hold.
type point struct {
	name string
	has  func(c *checker, r *reading) bool
	when func(c *checker) bool // nil = always
}

func says(meanings ...string) func(*checker, *reading) bool {
	return func(_ *checker, r *reading) bool { return r.Has(meanings...) }
}

// contracts are the points of section 3b by step. A point that the lexicon of the language has no words for is not asked.
var contracts = map[string][]point{
	"first_logistics_reply": {
		{"apology", says("apology"), nil},
		{"last_scan", hasLastScan, func(c *checker) bool { return c.rec.scanned }},
		{"enquiry", says("will_ask", "asked_carrier", "carrier_said"), nil},
	},
	"second_logistics_reply": {
		{"carrier_answer", hasAnswer, nil},
		{"choice", says("remedy"), nil},
		{"date", hasDate, nil},
	},
	"logistics_update": {
		{"next_news", says("next_news"), nil},
	},
	"product_reply": {
		{"apology", says("apology"), confirmed},
		{"remedy", says("remedy"), confirmed},
		{"date", hasDate, confirmed},
	},
	"unproven_reply": {
		{"what_is_known", says("cannot_tell"), toBuyer},
		{"media", says("media"), toBuyer},
		{"options", says("option_words"), toBuyer},
		{"escalation", says("right_platform"), toBuyer},
	},
	"usage_help": {
		{"steps", says("steps"), nil},
		{"further_help", says("further_help"), nil},
		{"return_option", says("return_option"), nil},
	},
	"cancel_request": {
		{"effect_on_protection", says("protection_effect"), nil},
	},
	"settlement_offer": {
		{"amount", func(c *checker, _ *reading) bool { return len(c.sums) > 0 }, nil},
		{"base", says("settle.base"), nil},
		{"method", says("settle.method"), nil},
		{"date", func(c *checker, r *reading) bool { return r.Has("settle.date") || hasDate(c, r) }, nil},
		{"effect", says("settle.effect"), nil},
	},
	"withdrawal_reply": {
		{"how_to_send", says("how_to_send"), nil},
		{"where_to_send", hasAddress, nil},
		{"label_or_pickup", says("return_label"), nil},
		{"refund_with_shipping", refundWithShipping, nil},
		{"latest_date", hasDate, nil},
		{"receipt", says("receipt"), nil},
	},
	"warranty_choice": {
		{"no_cost", says("no_cost"), nil},
		{"manufacturer_data", hasContactData, nil},
		{"date", hasDate, nil},
	},
	"warranty_notice": {
		{"event", says("event_words"), nil},
		{"date", hasDay, nil},
		{"tracking", returnTracking, func(c *checker) bool { return c.verdict.State == "sent_back" || len(c.did("sent_back_goods")) > 0 }},
	},
	"delay_notice": {
		{"cause", says("cause.payment_check", "cause.stock", "cause.customs", "cause.oversize", "cause.backlog", "cause.strike", "cause.weather", "because", "unknown"), nil},
		{"new_date", says("new_date"), nil},
		{"wait_or_cancel", func(_ *checker, r *reading) bool { return r.Has("wait_or_cancel") && r.Has("cancel_word") }, nil},
		{"reply_to", monitored, nil},
	},
	"platform_appeal": {
		{"facts", hasNumber, nil},
		{"thanks", says("thanks"), nil},
	},
	"case_closed_notice": {
		{"remaining_rights", says("remaining"), nil},
	},
	"customs_notice": {
		{"what_is_needed", says("customs_need"), nil},
	},
}

func confirmed(c *checker) bool {
	return c.draft.To == "buyer" && c.branch("product.confirmed", "product.wrong_item", "product.damaged")
}

func toBuyer(c *checker) bool { return c.draft.To == "buyer" }

// contract asks for every point of the step (3b).
func (c *checker) contract() {
	if c.lib[c.main.Language()].Level != "full" {
		return
	}
	for _, p := range contracts[c.draft.Step] {
		if (p.when == nil || p.when(c)) && !p.has(c, c.main) {
			c.add("required_content_missing", p.name, 0, len(c.draft.Text))
		}
	}
}

func hasNumber(c *checker, r *reading) bool {
	for _, tok := range r.Tokens {
		if tok.Kind == lexicon.Number {
			return true
		}
	}
	return r.Has("today")
}

// hasDate: a day, a weekday, or a number of days, hours or weeks.
func hasDate(c *checker, r *reading) bool { return len(r.dates) > 0 || r.Has("day_word", "weekday") }

func hasDay(c *checker, r *reading) bool { return hasDate(c, r) || r.Has("today") }

// hasLastScan: day and place of the last scan, as recorded.
func hasLastScan(c *checker, r *reading) bool {
	if !r.names(c.rec.last.At) && !r.Has("today") {
		return false
	}
	return c.rec.last.Place == "" || c.namesPlace(c.rec.last.Place, c.rec.last.Country) || c.foreignName(r)
}

// foreignName tells whether the recorded place and the draft are in scripts that cannot be compared.
func (c *checker) foreignName(r *reading) bool {
	latin := true
	for _, x := range c.rec.last.Place {
		latin = latin && x < 0x250
	}
	switch r.Language() {
	case "zh", "ja", "ko", "ru", "ar":
		return latin
	}
	return !latin
}

// hasAnswer: what the carrier said, with the reference of the enquiry where one is on file.
func hasAnswer(c *checker, r *reading) bool {
	if !r.Has("carrier_said", "asked_carrier") {
		return false
	}
	folded := c.folded()
	references := 0
	for _, a := range c.did("asked_carrier", "answered_enquiry") {
		if a.Reference == "" {
			continue
		}
		references++
		if strings.Contains(folded, lexicon.Fold(a.Reference)) {
			return true
		}
	}
	return references == 0
}

// hasAddress: where to send the goods to; a label or a pick-up that knows the address will do.
func hasAddress(c *checker, r *reading) bool {
	return r.Has("return_address") || len(c.draft.Attachments) > 0 || r.Has("pickup_word")
}

// refundWithShipping: the sum of goods and first shipping, or the words for it.
func refundWithShipping(c *checker, r *reading) bool {
	o := c.facts.Order
	if o == nil {
		return r.Has("refund_word")
	}
	total, err := o.Goods.Add(o.Shipping)
	if err != nil {
		total = o.Goods
	}
	named := false
	for _, s := range c.sums {
		if s.Currency == total.Currency {
			named = true
			if s.Minor == total.Minor {
				return true
			}
		}
	}
	return !named && r.Has("refund_word", "money") && (r.Has("incl_shipping") || o.Shipping.Minor == 0)
}

// hasContactData: an address, number or link of the manufacturer.
func hasContactData(c *checker, r *reading) bool {
	if strings.ContainsAny(c.draft.Text, "@") || strings.Contains(c.draft.Text, "www.") || strings.Contains(c.draft.Text, "http") {
		return true
	}
	for _, run := range digitRuns(c.draft.Text) {
		if len(run.digits) >= 7 {
			return true
		}
	}
	return r.Has("contact_data")
}

// returnTracking: the number of the way back as recorded.
func returnTracking(c *checker, r *reading) bool {
	for _, a := range c.did("sent_back_goods") {
		if a.Reference == "" || strings.Contains(c.folded(), lexicon.Fold(a.Reference)) {
			return true
		}
	}
	return false
}

// monitored: a person reads the answers to the mail; in a thread that is so by itself.
func monitored(c *checker, r *reading) bool {
	return c.draft.ReplyTo == "person" || c.draft.ReplyTo == "" && (c.draft.Via != "email" || r.Has("reply_here"))
}
