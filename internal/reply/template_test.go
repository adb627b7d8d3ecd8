package reply_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/policy"
	"parley/internal/reply"
	"parley/templates"
)

func library(t testing.TB) *reply.Templates {
	t.Helper()
	lib, err := reply.LoadTemplates(templates.Files)
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// full is a matter with every fact that some template needs, in the language of the template.
func full(class, state, step string) (dispute.Facts, policy.Verdict, time.Time) {
	now := day(10)
	f := dispute.Facts{
		Store: dispute.Store{ID: "S1", Marketplace: "aliexpress", Zone: "Europe/Madrid", Settings: map[string]string{
			"return_address": "calle Sol 12, 30001 Murcia", "manufacturer_contact": "help@maker.example, 900 000 001", "usage_steps": "1. Hold the key 5 s. 2. Press on. / manual, 按 5 s"}},
		Buyer: &dispute.Buyer{Name: "Ana", Surname: "García", Country: "ES", Kind: "consumer"},
		Order: &dispute.Order{ID: "A77", Goods: eur(3900), Shipping: eur(500), PromisedDays: 45, ProtectionEndsAt: day(30),
			Items: []dispute.Item{{Title: "LX-200", Quantity: 1, Price: eur(3900)}}},
		Shipment: &dispute.Shipment{ShippedAt: day(1), Events: []dispute.Scan{
			{At: day(2), Status: "accepted", Place: "Shenzhen", Country: "CN"}, {At: day(6), Status: "transit_country", Place: "Frankfurt", Country: "DE"}}},
		Case:      &dispute.Case{OpenedAt: day(8), Via: "marketplace", Claim: dispute.Claim{Amount: eur(4400)}},
		Proposals: []dispute.Proposal{{ID: "1", By: "staff", Kind: "refund", Amount: eur(2000), Open: true, At: day(9)}},
		History: []dispute.Act{
			{At: day(8), Who: "staff", Did: "asked_carrier", Reference: "CE-1"}, {At: day(8), Who: "staff", Did: "extended_protection", Days: 15},
			{At: day(9), Who: "carrier", Did: "answered_enquiry", Reference: "CE-1"}},
		Evidence: []dispute.Evidence{{At: day(9), From: "carrier", Kind: "carrier_ticket", Text: "CE-1: Frankfurt 6/6."}},
	}
	if strings.HasPrefix(step, "customs") {
		f.Evidence = append(f.Evidence, dispute.Evidence{At: day(9), From: "carrier", Kind: "customs_notice", Text: "Frankfurt CN-7: 申报 / tax number / número fiscal"})
	}
	switch step {
	case "cancel_request":
		f.History = append(f.History, dispute.Act{At: day(9), Who: "buyer", Did: "confirmed_solved"})
	case "warranty_notice":
		f.History = append(f.History, dispute.Act{At: day(9), Who: "staff", Did: "sent_back_goods", Reference: "SB-5"})
	case "delay_notice", "platform_appeal":
		f.Case = nil
		f.Account = &dispute.Account{Platform: "aliexpress", Notices: []dispute.Notice{{At: day(9), Code: "orders_closed"}},
			Documents: []dispute.Document{{At: day(9), Kind: "card_copy", VisibleDigits: 4}}}
	}
	v := policy.Verdict{Class: class, State: state}
	for _, kind := range []string{"seller_response", "platform_steps_in", "refund_due", "repair_due"} {
		v.Deadlines = append(v.Deadlines, policy.Deadline{Kind: kind, At: day(15)})
	}
	return f, v, now
}

func first(list []string, other string) string {
	if len(list) == 0 {
		return other
	}
	return list[0]
}

func TestEveryTemplateIsFilledAndPassesTheChecks(t *testing.T) {
	lib := library(t)
	for _, name := range lib.Names() {
		for _, lang := range []string{"en", "es", "zh"} {
			if lib.Get(name, lang) == nil {
				t.Errorf("%s is missing in %s", name, lang)
			}
		}
		for _, lang := range lib.Languages(name) {
			one := lib.Get(name, lang)
			f, v, now := full(first(one.Classes, "product.damaged"), first(one.States, "wait_seller"), one.Step)
			text, missing, err := reply.Render(lib, name, lang, f, v, now)
			if err != nil || len(missing) > 0 {
				t.Errorf("%s/%s: missing %v, %v", lang, name, missing, err)
				continue
			}
			via := "platform_message"
			if one.Step == "settlement_offer" {
				via = "dispute_form"
			}
			draft := policy.Draft{To: one.To, Via: via, Step: one.Step, Language: lang, Text: text, ReplyTo: "person"}
			if one.Step == "withdrawal_reply" {
				draft.Attachments = []string{"label.pdf"}
			}
			for _, x := range reply.Check(f, v, draft, now, reply.Limits{}) {
				if x.Blocks {
					t.Errorf("%s/%s is stopped by %s (%s): %q\n%s", lang, name, x.Check, x.Point, text[x.Start:x.End], text)
				}
			}
		}
	}
}

func TestAMissingFactBlocksWithItsName(t *testing.T) {
	lib := library(t)
	for _, name := range lib.Names() {
		one := lib.Get(name, "en")
		text, missing, err := reply.Render(lib, name, "en", dispute.Facts{}, policy.Verdict{}, day(1))
		if err != nil || text != "" && len(missing) > 0 {
			t.Errorf("%s: %q %v %v", name, text, missing, err)
		}
		for _, need := range one.Needs {
			if !strings.HasPrefix(need, "next.") && need != "today" && !slices.Contains(missing, need) {
				t.Errorf("%s does not name the missing %s", name, need)
			}
		}
	}
	if _, _, err := reply.Render(lib, "no_such", "en", dispute.Facts{}, policy.Verdict{}, day(1)); !fault.Is(err, fault.NotFound) {
		t.Errorf("unknown template: %v", err)
	}
}

func TestAnExtensionIsOnlyToldWhenExecuted(t *testing.T) {
	lib := library(t)
	f, v, now := full("logistics.transit_stale", "wait_seller", "")
	with, _, _ := reply.Render(lib, "first_logistics_reply", "en", f, v, now)
	f.History = nil
	without, _, _ := reply.Render(lib, "first_logistics_reply", "en", f, v, now)
	if !strings.Contains(with, "15 days") || strings.Contains(without, "extended") {
		t.Errorf("with: %q without: %q", with, without)
	}
}

func TestSuggestFitsClassAndState(t *testing.T) {
	lib := library(t)
	got := reply.Suggest(lib, policy.Verdict{Class: "withdrawal.legal", State: "no_case"})
	if len(got) == 0 || got[0] != "withdrawal_reply" || slices.Contains(got, "product_reply") {
		t.Errorf("withdrawal: %v", got)
	}
	if got := reply.Suggest(lib, policy.Verdict{Class: "product.confirmed", State: "platform"}); slices.Contains(got, "product_reply") {
		t.Errorf("the platform decides, yet suggested: %v", got)
	}
}

func TestHostileTemplatesAreRefused(t *testing.T) {
	for _, body := range []string{
		"{% for i in (1..3000000) %}x{% endfor %}", "{% include 'x' %}", "{% assign a = 1 %}", "{{ buyer.name | append: 'x' }}", "{% tablerow i in (1..9) %}{% endtablerow %}",
		"{% capture x %}{% endcapture %}", "{% raw %}", "{% if %}", "{% if a %}", "{{ a[0] }}", strings.Repeat("{% if a %}", 200), strings.Repeat("x", 30<<10),
	} {
		if _, err := reply.ParseTemplate("---\nstep: x\n---\n" + body); err == nil {
			t.Errorf("accepted %.40q", body)
		}
	}
	if _, err := reply.ParseTemplate("---\nstep: x\nwhat: y\n---\nhello"); err == nil {
		t.Error("an unknown key in front matter is accepted")
	}
	_, err := reply.LoadTemplates(fstest.MapFS{"formats.yaml": {Data: []byte("en: {}")}, "en/x.liquid": {Data: []byte("no front matter")}})
	if err == nil || !strings.Contains(err.Error(), "en/x.liquid") {
		t.Errorf("error does not name the file: %v", err)
	}
}

func FuzzParseTemplate(f *testing.F) {
	for _, s := range []string{"---\nstep: x\n---\nhello {{ buyer.name }}", "---\nstep: x\nneeds: [order.id]\n---\n{% if order.id %}a{% else %}b{% endif %}", "---\n---\n", "---\nstep: [\n---\n{% if a == b %}", "{{", "---\nstep: a\n---\n{% unless a contains 'x' %}{% endunless %}"} {
		f.Add(s)
	}
	facts, v, now := full("product.damaged", "wait_seller", "")
	f.Fuzz(func(t *testing.T, source string) {
		if _, err := reply.ParseTemplate(source); err != nil {
			return
		}
		lib, err := reply.LoadTemplates(fstest.MapFS{"formats.yaml": {Data: []byte("en: {}")}, "en/x.liquid": {Data: []byte(source)}})
		if err != nil {
			t.Fatal(err)
		}
		text, _, _ := reply.Render(lib, "x", "en", facts, v, now)
		if len(text) > len(source)+100*600 {
			t.Fatalf("%d bytes from %d", len(text), len(source))
		}
	})
}

func TestFactsCannotInjectTags(t *testing.T) {
	lib := library(t)
	f, v, now := full("logistics.transit_stale", "wait_seller", "")
	f.Buyer.Name = "{{ order.id }}{% for i in (1..9) %}\x00\u202eX"
	text, _, err := reply.Render(lib, "first_logistics_reply", "en", f, v, now)
	if err != nil || !strings.Contains(text, "{{ order.id }}") || strings.ContainsAny(text, "\x00\u202e") {
		t.Errorf("%q %v", text, err)
	}
}
