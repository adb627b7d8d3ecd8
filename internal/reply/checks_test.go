package reply_test

import (
	"testing"
	"time"

	"parley/internal/dispute"
	"parley/internal/money"
	"parley/internal/policy"
	"parley/internal/policy/scenario"
	"parley/internal/reply"
)

var _ scenario.Checker = reply.Checks{}

func TestSettings(t *testing.T) {
	for _, c := range []struct {
		key, value string
		want       string
	}{
		{"auto_refuse_disputes", "true", "automatic_refusal"},
		{"auto_refuse_disputes", "false", ""},
		{"first_offer_percent", "20", "partial_refund_first"},
		{"first_offer_percent", "0", ""},
		{"withhold_supplier_claims", "true", "supplier_fault_silenced"},
		{"auto_accept_below", "5.00 USD", ""},
		{"remind_hours_before", "24", ""},
		{"reply_max_words", "150", ""},
	} {
		same(t, c.key+"="+c.value, reply.Checks{}.Setting(nil, policy.Verdict{}, policy.Setting{Key: c.key, Value: c.value}, time.Time{}), c.want)
	}
}

func same(t *testing.T, what string, got []string, want string) {
	t.Helper()
	if want == "" && len(got) > 0 || want != "" && (len(got) != 1 || got[0] != want) {
		t.Errorf("%s: got %v, want %q", what, got, want)
	}
}

func day(n int) time.Time { return time.Date(2026, 6, n, 10, 0, 0, 0, time.UTC) }

func eur(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }

func TestActions(t *testing.T) {
	shop := dispute.Store{ID: "P1", Marketplace: "pccomponentes"}
	bought := &dispute.Order{ID: "P1", Goods: eur(3900), Shipping: eur(500)}
	incident := &dispute.Case{OpenedAt: day(1), Via: "marketplace", Claim: dispute.Claim{Amount: eur(3900)}}
	act := func(n int, did string) dispute.Act { return dispute.Act{At: day(n), Who: "staff", Did: did} }
	noFault := act(9, "tested_goods")
	noFault.Result = "no_fault"
	refund := policy.Action{Do: "refund", Amount: eur(4400)}
	charge := policy.Action{Do: "charge_buyer", Amount: eur(600), For: "return_shipping"}
	for _, c := range []struct {
		name   string
		facts  dispute.Facts
		action policy.Action
		want   string
	}{
		{"first refund", dispute.Facts{Store: shop, Order: bought}, refund, ""},
		{"second refund", dispute.Facts{Store: shop, Order: bought, Ledger: []dispute.Payment{{At: day(2), Did: "refund", Amount: eur(4400)}}}, refund, "double_refund"},
		{"refund above the rest", dispute.Facts{Store: shop, Order: bought, Ledger: []dispute.Payment{{At: day(2), Did: "refund", Amount: eur(1000)}}}, refund, "double_refund"},
		{"refund of the rest", dispute.Facts{Store: shop, Order: bought, Ledger: []dispute.Payment{{At: day(2), Did: "refund", Amount: eur(1000)}}}, policy.Action{Do: "refund", Amount: eur(3400)}, ""},
		{"refund that is paid only later", dispute.Facts{Store: shop, Order: bought, Ledger: []dispute.Payment{{At: day(28), Did: "refund", Amount: eur(4400)}}}, refund, ""},
		{"a payout is no refund", dispute.Facts{Store: shop, Order: bought, Ledger: []dispute.Payment{{At: day(2), Did: "payout", Amount: eur(4400)}}}, refund, ""},
		{"platform paid by the case", dispute.Facts{Store: shop, Order: bought, Case: &dispute.Case{Via: "marketplace", Reported: dispute.Reported{Paid: eur(4400)}}}, refund, "double_refund"},
		{"insured line", dispute.Facts{Store: shop, Order: bought, Case: incident, Shipment: &dispute.Shipment{InsuredByPlatform: true}}, refund, "platform_pays"},
		{"platform took over", dispute.Facts{Store: shop, Order: bought, Case: incident, History: []dispute.Act{act(2, "took_over")}}, refund, "platform_pays"},
		{"charge nobody announced", dispute.Facts{History: []dispute.Act{act(5, "picked_up_return"), noFault}}, charge, "unannounced_charge"},
		{"charge announced too late", dispute.Facts{History: []dispute.Act{act(5, "picked_up_return"), act(6, "announced_charge"), act(7, "accepted_charge"), noFault}}, charge, "unannounced_charge"},
		{"charge not accepted", dispute.Facts{History: []dispute.Act{act(3, "announced_charge"), act(5, "picked_up_return"), noFault}}, charge, "unannounced_charge"},
		{"charge though there was a fault", dispute.Facts{History: []dispute.Act{act(2, "announced_charge"), act(3, "accepted_charge"), act(5, "picked_up_return"), act(9, "tested_goods")}}, charge, "unannounced_charge"},
		{"charge announced and accepted", dispute.Facts{History: []dispute.Act{act(2, "announced_charge"), act(3, "accepted_charge"), act(5, "picked_up_return"), noFault}}, charge, ""},
		{"social network", dispute.Facts{Store: shop}, policy.Action{Do: "message_buyer", Via: "social_network"}, "channel_not_permitted"},
		{"thread", dispute.Facts{Store: shop}, policy.Action{Do: "message_buyer", Via: "platform_message"}, ""},
		{"failed address", dispute.Facts{Order: &dispute.Order{AddressCheck: &dispute.AddressCheck{At: day(2), Result: "failed"}}}, policy.Action{Do: "dispatch"}, "address_not_validated"},
		{"good address", dispute.Facts{Order: &dispute.Order{AddressCheck: &dispute.AddressCheck{At: day(2), Result: "passed"}}}, policy.Action{Do: "dispatch"}, ""},
		{"goods still at the shop", dispute.Facts{Store: shop, Case: incident, History: []dispute.Act{act(5, "received_goods"), noFault}}, policy.Action{Do: "mark_resolved"}, "early_close"},
		{"goods on the way back", dispute.Facts{Store: shop, Case: incident, History: []dispute.Act{act(5, "received_goods"), act(9, "sent_back_goods")}}, policy.Action{Do: "mark_resolved"}, "early_close"},
		{"goods back with the customer", dispute.Facts{Store: shop, Case: incident, History: []dispute.Act{act(5, "received_goods"), act(9, "sent_back_goods"), act(12, "delivered_return")}}, policy.Action{Do: "mark_resolved"}, ""},
		{"promised refund not paid", dispute.Facts{Store: shop, Order: bought, Case: incident, History: []dispute.Act{act(5, "accepted_claim")}}, policy.Action{Do: "mark_resolved"}, "early_close"},
		{"refund paid", dispute.Facts{Store: shop, Order: bought, Case: incident, History: []dispute.Act{act(5, "accepted_claim")}, Ledger: []dispute.Payment{{At: day(6), Did: "refund", Amount: eur(3900)}}}, policy.Action{Do: "mark_resolved"}, ""},
		{"customer confirmed", dispute.Facts{Store: shop, Case: incident, History: []dispute.Act{act(5, "sent_reply"), act(7, "confirmed_solved")}}, policy.Action{Do: "mark_resolved"}, ""},
		{"unanswered message", dispute.Facts{Store: shop, Messages: []dispute.Message{{At: day(7), From: "buyer", Text: "?"}}}, policy.Action{Do: "mark_resolved"}, "early_close"},
		{"deposit", dispute.Facts{}, policy.Action{Do: "top_up", Via: "pocket", Amount: eur(900000)}, ""},
		{"seventh store", dispute.Facts{}, policy.Action{Do: "add_store", Store: "S7"}, ""},
	} {
		same(t, c.name, reply.Checks{}.Action(&c.facts, policy.Verdict{}, c.action, day(20)), c.want)
	}
}

func TestUploads(t *testing.T) {
	f := dispute.Facts{Account: &dispute.Account{Notices: []dispute.Notice{{At: day(1), Code: "security_verification", MaxFileKB: 2048}}}}
	for _, c := range []struct {
		upload policy.Upload
		want   string
	}{
		{policy.Upload{Kind: "card_copy", VisibleDigits: 16, SizeKB: 400}, "sensitive_number_exposed"},
		{policy.Upload{Kind: "card_copy", VisibleDigits: 5, SizeKB: 400}, "sensitive_number_exposed"},
		{policy.Upload{Kind: "card_copy", VisibleDigits: 4, SizeKB: 400}, ""},
		{policy.Upload{Kind: "passport_copy", VisibleDigits: 9, SizeKB: 400}, "sensitive_number_exposed"},
		{policy.Upload{Kind: "business_proof", SizeKB: 2048}, ""},
		{policy.Upload{Kind: "business_proof", SizeKB: 2049}, "file_too_large"},
	} {
		same(t, c.upload.Kind, reply.Checks{}.Upload(&f, policy.Verdict{}, c.upload, day(2)), c.want)
	}
}
