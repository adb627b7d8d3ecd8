package gallery

import (
	"time"

	"parley/internal/desk"
	"parley/internal/dispute"
	"parley/internal/money"
	"parley/internal/policy"
)

func eur(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }

// market is the folder name of the connector that the samples are shown with.
type market string

func (m market) ref(id int64) desk.StoreRef {
	return map[int64]desk.StoreRef{
		1: {ID: 1, Name: "Luz Hogar", Connector: string(m), Mark: "AE", Zone: "Europe/Madrid"},
		2: {ID: 2, Name: "Taller Norte", Connector: string(m), Mark: "AE", Zone: "Asia/Shanghai"},
		3: {ID: 3, Name: "深圳光线专营店", Connector: string(m), Mark: "AE", Zone: "Asia/Shanghai"},
	}[id]
}

func (m market) stores() []desk.StoreView {
	view := func(id int64, company string, f desk.Freshness) desk.StoreView {
		r := m.ref(id)
		f.Store, f.Company, f.State, f.Backfilled = r, company, "active", true
		return desk.StoreView{
			ID: id, Version: 3, Company: company, Connector: r.Connector, Mark: r.Mark, Name: r.Name, Currency: "EUR", Zone: r.Zone, State: "active", Freshness: f,
			Settings: map[string]string{"gateway": "iop", "app_key": "500123"}, TokenEndsAt: Now.Add(19 * 24 * time.Hour),
		}
	}
	return []desk.StoreView{
		view(2, "Herramientas del Norte S.L.", desk.Freshness{LastOKAt: Now.Add(-47 * time.Minute), FailingSince: Now.Add(-40 * time.Minute), FaultKind: "unauthorised", FaultKey: "fault.aliexpress.token", SourceCount: 4, DeskCount: 4}),
		view(3, "光线贸易有限公司", desk.Freshness{LastOKAt: Now.Add(-2 * time.Minute), SourceCount: 5, DeskCount: 4, Missing: 1}),
		view(1, "Luz Hogar S.L.", desk.Freshness{LastOKAt: Now.Add(-time.Minute), SourceCount: 9, DeskCount: 9}),
	}
}

type sample struct {
	store                                       int64
	title, buyer, country, language             string
	class, state, owner, view, ask, recommended string
	in                                          time.Duration // to the deadline; 0 = none
	stake                                       int64
	assignee                                    int64
	alert                                       string
	unknown                                     int
	effect                                      string
}

const hour = time.Hour

func samples() []sample {
	return []sample{
		{1, "LED strip 5 m, warm white", "M. Ferreira", "BR", "pt", "logistics.customs_hold", "wait_seller", "seller", "to_answer", "refund_full", "contest_with_evidence", hour + 12*time.Minute, 2390, 1, "", 0, ""},
		{2, "Cordless drill 21 V with two batteries and a very long title that goes on and on", "A. Kowalski", "PL", "pl", "product.usage_misunderstanding", "wait_seller", "seller", "to_answer", "refund_full", "counter_amount", 2*hour + 5*time.Minute, 4120, 0, "", 0, "in_doubt"},
		{1, "Phone case ×3", "J. Miller", "US", "en", "logistics.delivered_not_received", "negotiating", "seller", "to_answer", "refund_full", "contest_with_evidence", -35 * time.Minute, 3600, 2, "", 0, ""},
		{3, "智能手环 冷白色", "김민준", "KR", "ko", "product.not_as_described", "wait_seller", "seller", "to_answer", "refund_part", "accept", 14 * hour, 7999, 2, "", 2, ""},
		{2, "Hiking shoes 42", "Лебедев", "RU", "ru", "logistics.not_received", "wait_seller", "seller", "to_answer", "refund_full", "", 19 * hour, 5210, 0, "class_undecided", 0, ""},
		{1, "Wall lamp, brass", "C. Dubois", "FR", "fr", "product.damaged", "wait_seller", "seller", "to_answer", "return_refund", "counter_return", 30 * hour, 1840, 1, "", 0, ""},
		{1, "Lamp 20 cm", "سارة أحمد", "SA", "ar", "product.not_as_described", "wait_seller", "seller", "to_answer", "refund_full", "accept", 54 * hour, 1560, 0, "", 0, ""},
		{3, "USB-C dock", "H. Schmidt", "DE", "de", "product.short", "wait_seller", "seller", "to_answer", "refund_part", "counter_amount", 75 * hour, 6400, 1, "", 0, ""},
		{1, "Garden light set", "P. Rossi", "IT", "it", "logistics.transit_stale", "negotiating", "buyer", "waiting_buyer", "refund_full", "wait", 120 * hour, 2890, 1, "", 0, "confirmed"},
		{2, "Socket set", "N. Costa", "PT", "pt", "product.defective", "wait_buyer_return", "buyer", "returns", "return_refund", "wait", 96 * hour, 3350, 0, "", 0, ""},
		{1, "Desk lamp", "E. Jansen", "NL", "nl", "logistics.lost", "platform", "platform", "platform", "refund_full", "", 0, 1999, 2, "", 0, ""},
	}
}

// cases are the samples in full; the first one has everything.
func (m market) cases() []desk.CasePage {
	var out []desk.CasePage
	for i, s := range samples() {
		id := int64(i + 1)
		r := desk.Row{
			ID: id, Version: 1, Store: m.ref(s.store), OrderNo: "81726640112" + string(rune('0'+i%10)) + "1", Open: true, View: s.view, Title: s.title,
			Buyer: s.buyer, Country: s.country, Language: s.language, Class: s.class, State: s.state, Owner: s.owner, Ask: s.ask, Recommended: s.recommended,
			Stake: eur(s.stake), StakeRef: eur(s.stake), Effect: s.effect, Unknown: s.unknown, OpenedAt: Now.Add(-60 * hour), ChangedAt: Now.Add(-hour),
			Why: because(s.class),
		}
		if s.in != 0 {
			r.DueAt, r.DueKind = Now.Add(s.in), "seller_response"
		}
		if s.alert != "" {
			r.Alerts = []string{s.alert}
		}
		for _, p := range people() {
			if p.ID == s.assignee {
				r.Assignee = &desk.MemberRef{ID: p.ID, Name: p.Name}
			}
		}
		out = append(out, m.whole(r))
	}
	return out
}

// whole fills a row up to a case with a parcel, a conversation and options.
func (m market) whole(r desk.Row) desk.CasePage {
	yes := true
	c := desk.CasePage{Row: r, Company: "Luz Hogar S.L.", Basis: "b1", Rest: r.Stake, BuyerStats: desk.BuyerStats{Cases: 1, Open: 1}}
	c.Facts = dispute.Facts{
		Order:    &dispute.Order{ID: r.OrderNo, Line: r.OrderNo + "7", Goods: r.Stake, Shipping: eur(195), PlacedAt: at(-26), ProtectionEndsAt: at(52), Status: "IN_ISSUE", Items: []dispute.Item{{Title: r.Title, Quantity: 1, Price: r.Stake}}},
		Case:     &dispute.Case{OpenedAt: r.OpenedAt, Via: "marketplace", Reason: "not received", Claim: dispute.Claim{Amount: r.Stake, Reference: money.Amount{Minor: r.Stake.Minor * 108 / 100, Currency: "USD"}}},
		Shipment: &dispute.Shipment{Number: "LP005922107CN", Carrier: "Cainiao", Registered: &yes, Events: scans()},
	}
	if !r.DueAt.IsZero() {
		amount := r.Stake
		c.Clock = &policy.Deadline{
			Kind: "seller_response", At: r.DueAt, Start: r.OpenedAt, WonBy: "platform_timestamp", Rule: "ae.response", Pack: m.pack("base"),
			Zone: "America/Los_Angeles", Whose: "seller", Lapse: "lapse.claim_executed", Amount: &amount,
			Others: []policy.Reading{{By: "version_default", At: r.DueAt.Add(2 * hour), Rule: "ae.response"}},
		}
		c.Verdict.Deadlines = []policy.Deadline{*c.Clock, {Kind: "platform_steps_in", At: r.OpenedAt.Add(7 * 24 * hour), Pack: m.pack("2017")}}
	}
	c.Verdict.Why = []policy.Why{*r.Why, {Rule: "ae2017.steps_in", Pack: m.pack("2017"), Params: r.Why.Params}}
	c.Verdict.Advice = []string{"log_carrier_enquiry", "tell_what_customs_needs", "settle_before_platform"}
	c.Verdict.Counts = map[string]bool{"dispute_rate": true, "arbitration_rate": false}
	c.Verdict.Bucket = "2026-Q4"
	c.Options = options(r)
	c.Timeline, c.Proof, c.Evidence = talk(r), proof(), evidence()
	c.Sources = []desk.SourceItem{{Kind: "issue", ExternalID: "60124003004071", Status: "processing/wait_for_seller_response", Open: true, SeenAt: Now.Add(-time.Minute)}}
	if r.Unknown > 0 {
		c.Sources[0].Unknown = []dispute.Unknown{{Field: "issue_status", Value: "negotiating_v2"}, {Field: "process_dto_list[2].action", Value: "seller_ai_reply"}}
		c.Timeline = append(c.Timeline, desk.Line{At: Now.Add(-2 * hour), Kind: "act", Who: "platform", Code: "seller_ai_reply", Raw: "seller_ai_reply"})
	}
	if r.Effect != "" {
		c.Effects = []desk.EffectItem{{ID: "e1", CaseID: r.ID, Do: "counter_amount", State: r.Effect, Amount: eur(720), Attempts: 1, At: Now.Add(-20 * time.Minute), By: "Jun Wei"}}
	}
	return c
}

func (m market) pack(version string) string { return string(m) + "@" + version }

// because is the rule that gives the class of a sample.
func because(class string) *policy.Why {
	rule := map[string]string{
		"logistics.customs_hold": "class.parcel.customs", "logistics.delivered_not_received": "class.parcel.delivered", "logistics.transit_stale": "class.parcel.stale",
		"logistics.lost": "class.parcel.lost", "product.damaged": "class.product.damaged", "product.usage_misunderstanding": "class.product.usage",
		"product.short": "class.product.short", "product.defective": "class.product.defective",
	}[class]
	if rule == "" {
		rule = "class.product.reason"
	}
	return &policy.Why{Rule: rule, Pack: "house@2026", Params: map[string]string{
		"reason": "not received", "delivered": Now.Add(-48 * hour).Format(time.RFC3339), "scan": "import_customs", "place": "Curitiba", "at": Now.Add(-48 * hour).Format(time.RFC3339), "last": Now.Add(-48 * hour).Format(time.RFC3339),
		"due.platform_steps_in": Now.Add(108 * hour).Format(time.RFC3339),
	}}
}

func at(days int) time.Time { return Now.AddDate(0, 0, days).Truncate(time.Minute) }

func scans() []dispute.Scan {
	return []dispute.Scan{
		{At: at(-24), Status: "accepted", Place: "Shenzhen", Country: "CN"},
		{At: at(-20), Status: "export_customs", Place: "Guangzhou", Country: "CN"},
		{At: at(-18), Status: "departed_origin", Country: "CN"},
		{At: at(-7), Status: "arrived_destination", Place: "Curitiba", Country: "BR"},
		{At: at(-2), Status: "import_customs", Place: "Curitiba", Country: "BR", Why: "customs_info_required"},
	}
}

func options(r desk.Row) []desk.OptionView {
	part, full, none := eur(r.Stake.Minor*30/100), r.Stake, eur(0)
	list := []desk.OptionView{
		{Option: policy.Option{Code: "contest_with_evidence", Open: true, Cost: &none, Person: true, Effect: "option.contest.effect"}, NeedsText: true, NeedsEvidence: true, Sends: true,
			SuggestedText: "Olá Mariana, o pacote LP005922107CN está na alfândega de Curitiba desde 19 de novembro."},
		{Option: policy.Option{Code: "counter_amount", Open: true, Cost: &part, Effect: "option.counter_amount.effect"}, NeedsAmount: true, NeedsText: true, Sends: true, Max: full, Suggested: part},
		{Option: policy.Option{Code: "accept", Open: true, Cost: &full, Final: true, Effect: "option.accept.effect.refund_only"}, Sends: true},
		{Option: policy.Option{Code: "extend_protection", Open: true, Cost: &none, Effect: "option.extend.effect"}, NeedsDays: true, Sends: true},
		refunds(full),
		{Option: policy.Option{Code: "counter_return", Reason: "option.counter_return.nothing_to_return"}},
	}
	for i := range list {
		if list[i].Code == r.Recommended {
			list[i].Best = true
			best := list[i]
			copy(list[1:i+1], list[:i])
			list[0] = best
		}
	}
	return list
}

func talk(r desk.Row) []desk.Line {
	first := map[string]string{
		"pt": "Já passou mais de três semanas e o pacote não chegou. Quero o meu dinheiro de volta.",
		"pl": "Wiertarka nie działa. Proszę o zwrot pieniędzy.",
		"ko": "색상이 설명과 다릅니다. 일부 환불을 원합니다.",
		"ru": "Посылка не пришла, верните деньги.",
		"ar": "المصباح أصغر مما هو مكتوب في الصفحة (20 cm بدلاً من 30 cm).",
	}[r.Language]
	if first == "" {
		first = "I did not get what I ordered. <b>Please</b> refund me."
	}
	return []desk.Line{
		{At: r.OpenedAt, Kind: "act", Who: "buyer", Name: r.Buyer, Code: "opened_case"},
		{At: r.OpenedAt, Kind: "proposal", Who: "buyer", Name: r.Buyer, Code: "refund", Amount: r.Stake},
		{At: r.OpenedAt.Add(time.Minute), Kind: "message", Who: "buyer", Name: r.Buyer, Text: first, Language: r.Language, Files: []dispute.File{{Name: "photo-1.jpg", Kind: "photo"}, {Name: "<b>factura</b>.pdf", Type: "application/pdf", Size: 3000, Ref: "mail-1@mail.test#0"},
			{URL: "https://img.example/ab/broken.jpg", Kind: "photo"}, {URL: "javascript:alert(1)", Kind: "photo"}}},
		{At: r.OpenedAt.Add(10 * hour), Kind: "message", Who: "staff", Name: "Lucía Moreno", Ours: true, Text: "Olá, sinto muito pela espera. O seu pacote chegou ao Brasil no dia 14 e está na alfândega em Curitiba…", Language: "pt"},
		{At: r.OpenedAt.Add(11 * hour), Kind: "act", Who: "staff", Name: "Lucía Moreno", Ours: true, Code: "asked_customs_data", Params: map[string]string{"via": "platform_message"}},
		{At: r.OpenedAt.Add(30 * hour), Kind: "note", Who: "staff", Name: "Jun Wei", Ours: true, Code: "note", Text: "已联系货代，等待回复。"},
		{At: r.OpenedAt.Add(31 * hour), Kind: "event", Who: "staff", Name: "Jun Wei", Code: "assigned", Params: map[string]string{"to": "Lucía Moreno"}},
	}
}

func proof() []desk.ProofItem {
	return []desk.ProofItem{
		{Kind: "tracking_page", There: true, Items: []desk.EvidenceItem{{ID: 11}}}, {Kind: "shipping_weight", There: true, Items: []desk.EvidenceItem{{ID: 12}}},
		{Kind: "customs_notice"},
	}
}

func evidence() []desk.EvidenceItem {
	return []desk.EvidenceItem{
		{ID: 11, At: Now.Add(-20 * hour), From: "staff", Kind: "tracking_page", Name: "tracking.png", Type: "image/png", Size: 212_300, URL: "/evidence/11"},
		{ID: 12, At: Now.Add(-19 * hour), From: "staff", Kind: "photo", Name: "weight.jpg", Type: "image/jpeg", Size: 1_840_000, URL: "/evidence/12", Frozen: true},
	}
}
