package aliexpress

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/money"
)

// record writes a result_object: the usual one with some members replaced. "-" leaves a member out.
func record(changes map[string]string) string {
	members := map[string]string{
		"id": `6345000000001234`, "issue_status": `"processing"`, "reverse_detail_status": `"wait_for_seller_response"`,
		"gmt_create": `"2026-05-01 10:00:00"`, "timeout_type": `"WAIT_SOLUTION_TIMEOUT"`, "timeout_trigger_time": `"2026-05-06 10:00:00"`,
		"issue_reason_id": `115`, "issue_reason": `"Order not received"`, "order_id": `8100000000025555`, "parent_order_id": `8100000000015555`,
		"product_id": `"1005000000000009"`, "product_name": `"Lamp"`, "product_price": `"12.90"`, "product_price_currency": `"USD"`,
		"refund_money_max_local": `"11.80"`, "refund_money_max_local_currency": `"EUR"`, "buyer_login_id": `"es777"`,
		"buyer_solution_list": list("solution_api_dto", solution(nil)), "seller_solution_list": `{}`, "platform_solution_list": `{}`,
		"process_dto_list": list("api_issue_process_dto", step("initiate", "buyer", "10:00:00")),
	}
	return object(members, changes)
}

func solution(changes map[string]string) string {
	return object(map[string]string{
		"id": `6000000000045555`, "issue_id": `6300000000035555`, "gmt_create": `"2026-05-01 10:00:02"`, "gmt_modified": `"2026-05-01 10:00:02"`,
		"refund_money": `"11.80"`, "refund_money_currency": `"EUR"`, "refund_money_post": `"12.90"`, "refund_money_post_currency": `"USD"`,
		"solution_owner": `"buyer"`, "solution_type": `"refund"`, "status": `"wait_seller_accept"`, "content": `"it never came"`,
	}, changes)
}

// step is a process entry of 1 May 2026.
func step(action, member, clock string, more ...string) string {
	return fmt.Sprintf(`{"issue_id":6300000000035555,"action_type":%q,"submit_member_type":%q,"gmt_create":"2026-05-01 %s"%s}`,
		action, member, clock, strings.Join(more, ""))
}

func object(members, changes map[string]string) string {
	for k, v := range changes {
		members[k] = v
	}
	var parts []string
	for k, v := range members {
		if v != "-" {
			parts = append(parts, fmt.Sprintf("%q:%s", k, v))
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// list writes a list as the default shape has it. Steps are given oldest first and sent newest first.
func list(item string, elements ...string) string {
	return `{"` + item + `":[` + strings.Join(elements, ",") + `]}`
}

func inOrder(oldestFirst ...string) string {
	var out []string
	for n := len(oldestFirst) - 1; n >= 0; n-- {
		out = append(out, oldestFirst[n])
	}
	return list("api_issue_process_dto", out...)
}

func read(t *testing.T, changes map[string]string) connector.Snapshot {
	t.Helper()
	all, err := New().Import([]byte(`{"aliexpress_issue_detail_get_response":{"result_object":`+record(changes)+`,"request_id":"1"}}`), nil)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d snapshots, %v", len(all), err)
	}
	return all[0]
}

func may1(clock string) time.Time {
	at, _ := time.Parse(time.DateTime, "2026-05-01 "+clock)
	return at.Add(7 * time.Hour)
}

func eur(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }

func TestCase(t *testing.T) {
	s := read(t, nil)
	want := dispute.Case{
		OpenedAt: may1("10:00:00"), Via: "marketplace", Reason: "not received", ReasonNote: "115 Order not received",
		Claim:         dispute.Claim{Amount: eur(1180), Reference: money.Amount{Minor: 1290, Currency: "USD"}},
		PlatformDueAt: may1("10:00:00").AddDate(0, 0, 5),
		Reported: dispute.Reported{
			Status: "processing/wait_for_seller_response", State: "wait_seller", Owner: "seller", Max: eur(1180), DueFor: "WAIT_SOLUTION_TIMEOUT",
		},
	}
	if got := *s.Facts.Case; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if want := (connector.Ref{Kind: "issue", ID: "6300000000035555", Buyer: "es777", Order: "8100000000015555", Line: "8100000000025555"}); s.Ref != want {
		t.Errorf("reference %+v", s.Ref)
	}
	if len(s.Facts.Unknown) != 0 || !s.Open || s.Fingerprint != "processing|2026-05-01 10:00:02" {
		t.Errorf("unknown %+v, open %v, fingerprint %s", s.Facts.Unknown, s.Open, s.Fingerprint)
	}
}

func TestStandings(t *testing.T) {
	for _, c := range []struct{ status, detail, state, owner string }{
		{"processing", "wait_for_seller_response", "wait_seller", "seller"},
		{"processing", "wait_for_buyer_response", "negotiating", "buyer"},
		{"processing", "wait_for_your_response", "wait_seller", "seller"},
		{"processing", "wait_for_your_evidence", "platform", "seller"},
		{"processing", "wait_for_AE_feedback", "platform", "platform"},
		{"processing", "wait_for_final_solution", "platform", "platform"},
		{"processing", "wait_ae_final_feedback", "platform", "platform"},
		{"processing", "wait_for_seller_set_return_address", "wait_buyer_return", "seller"},
		{"processing", "wait_for_buyer_return", "wait_buyer_return", "buyer"},
		{"processing", "wait_for_service_provider_response", "wait_seller_goods", "carrier"},
		{"processing", "wait_for_seller_confirmation", "wait_seller_goods", "seller"},
		{"processing", "wait_for_warehouse_confirmation", "wait_seller_goods", "platform"},
		{"processing", "wait_for_warehouse_quality_check", "wait_seller_goods", "platform"},
		{"processing", `wait_for_buyer_return\u0000`, "wait_buyer_return", "buyer"}, // the platform prints NUL bytes
		{"processing", "", "", ""},              // a seller's turn is never assumed
		{"processing", "wait_for_moon", "", ""}, // nor guessed
		{"finish", "refund_success", "refunded", ""},
		{"finish", "return_success", "refunded", ""},
		{"finish", "refund_reject", "refused", ""},
		{"finish", "ae_feedback_finish", "closed", ""},
		{"finish", "", "closed", ""},
		{"canceled_issue", "", "cancelled", ""},
		{"canceled_issue", "wait_for_seller_response", "cancelled", ""},
		{"on_hold", "", "", ""},
	} {
		s := read(t, map[string]string{"issue_status": `"` + c.status + `"`, "reverse_detail_status": `"` + c.detail + `"`})
		r := s.Facts.Case.Reported
		ended := c.status == "finish" || c.status == "canceled_issue"
		if r.State != c.state || r.Owner != c.owner || r.Ended != ended || s.Open == ended || r.EndedAt.IsZero() == ended {
			t.Errorf("%s/%s: %+v, open %v", c.status, c.detail, r, s.Open)
		}
		if strange := c.status == "on_hold" || c.detail == "wait_for_moon"; strange != (len(s.Facts.Unknown) == 1) {
			t.Errorf("%s/%s: unknown %+v", c.status, c.detail, s.Facts.Unknown)
		}
	}
}

func TestActs(t *testing.T) {
	own := func(money, kind string) string {
		return list("solution_api_dto", solution(map[string]string{
			"id": "61", "solution_owner": `"seller"`, "refund_money": `"` + money + `"`, "solution_type": `"` + kind + `"`,
			"gmt_create": `"2026-05-01 11:00:00"`, "gmt_modified": `"2026-05-01 11:00:00"`, "status": `"wait_buyer_accept"`,
		}))
	}
	platform := func(money string) string {
		return list("solution_api_dto", solution(map[string]string{"id": "-2", "solution_owner": `"platform"`, "refund_money": `"` + money + `"`, "status": "-"}))
	}
	back := list("solution_api_dto", solution(map[string]string{"solution_type": `"return_and_refund"`, "seller_accept_time": `"2026-05-01 11:00:00"`}))
	two := list("solution_api_dto", solution(nil), solution(map[string]string{"id": "62"}))
	for _, c := range []struct {
		action, member, who, did string
		with                     map[string]string
		unknown                  int
	}{
		{"initiate", "buyer", "buyer", "initiate", nil, 0},
		{"cancel", "buyer", "buyer", "cancelled_case", nil, 0},
		{"buyer_modify_solution", "buyer", "buyer", "changed_claim", nil, 0},
		{"buyer_create_solution", "buyer", "buyer", "buyer_create_solution", nil, 0},
		{"buyer_create_solution", "buyer", "buyer", "changed_claim", map[string]string{"buyer_solution_list": two}, 0},
		{"buyer_delete_solution", "buyer", "buyer", "buyer_delete_solution", nil, 0},
		{"buyer_refuse", "buyer", "buyer", "buyer_refuse", nil, 0},
		{"buyer_accept", "buyer", "buyer", "buyer_accept", nil, 0},
		{"buyer_accept", "buyer", "buyer", "accepted_offer", map[string]string{"seller_solution_list": own("5.00", "refund")}, 0},
		{"buyer_initiate_arbitration", "buyer", "buyer", "escalated", nil, 0},
		{"seller_accept", "seller", "staff", "accepted_claim", nil, 0},
		{"seller_accept", "seller", "staff", "agreed_return", map[string]string{"buyer_solution_list": back}, 0},
		{"seller_accept", "system", "platform", "accepted_claim", nil, 0},
		{"seller_create_solution", "seller", "staff", "countered", map[string]string{"seller_solution_list": own("5.00", "refund")}, 0},
		{"seller_create_solution", "seller", "staff", "countered", map[string]string{"seller_solution_list": own("0.00", "return_and_refund")}, 0},
		{"seller_create_solution", "seller", "staff", "contested", map[string]string{"seller_solution_list": own("0.00", "refund")}, 0},
		{"seller_modify_solution", "seller", "staff", "contested", map[string]string{"seller_solution_list": own("0.00", "refund")}, 0},
		{"seller_delete_solution", "seller", "staff", "seller_delete_solution", nil, 0},
		{"fpl_authenticate", "system", "platform", "took_over", nil, 0},
		{"platform_give_solution", "waiter", "platform", "gave_solution", nil, 0},
		{"platform_force_reach", "platform", "platform", "ruled_for_buyer", map[string]string{"platform_solution_list": platform("11.80")}, 0},
		{"platform_force_reach", "platform", "platform", "ruled_for_seller", map[string]string{"platform_solution_list": platform("0.00")}, 0},
		{"platform_force_reach", "platform", "platform", "gave_solution", map[string]string{"platform_solution_list": platform("5.00")}, 0},
		{"platform_force_reach", "platform", "platform", "gave_solution", nil, 0},
		{"perform_solution", "platform", "platform", "perform_solution", nil, 0},
		{"platform_perform_solution", "platform", "platform", "platform_perform_solution", nil, 0},
		{"dance", "buyer", "buyer", "unknown", nil, 1},
		{"seller_accept", "robot", "staff", "accepted_claim", nil, 1},
		{"dance", "robot", "platform", "unknown", nil, 2},
	} {
		with := map[string]string{"process_dto_list": inOrder(step("initiate", "buyer", "10:00:00"), step(c.action, c.member, "11:00:00"))}
		for k, v := range c.with {
			with[k] = v
		}
		s := read(t, with)
		h := s.Facts.History
		if len(h) != 2 || h[1].Who != c.who || h[1].Did != c.did || h[1].Raw != c.action || !h[1].At.Equal(may1("11:00:00")) {
			t.Errorf("%s by %s: %+v", c.action, c.member, h)
		}
		if len(s.Facts.Unknown) != c.unknown {
			t.Errorf("%s by %s: unknown %+v", c.action, c.member, s.Facts.Unknown)
		}
	}
}

func TestReopening(t *testing.T) {
	s := read(t, map[string]string{"process_dto_list": inOrder(
		step("initiate", "buyer", "10:00:00"), step("initiate", "buyer", "10:00:03"), step("cancel", "buyer", "12:00:00"), step("initiate", "buyer", "15:00:00"),
	)})
	h := s.Facts.History
	if h[0].Did != "initiate" || h[1].Did != "initiate" || h[2].Did != "cancelled_case" || h[3].Did != "reopened_case" {
		t.Errorf("history %+v", h)
	}
	if !s.Facts.Case.OpenedAt.Equal(may1("15:00:00")) || !h[0].At.Equal(may1("10:00:00")) {
		t.Errorf("opened %v", s.Facts.Case.OpenedAt)
	}
}

func TestReasons(t *testing.T) {
	for _, c := range []struct {
		id, text, reason string
		unknown          bool
	}{
		{"115", `"anything"`, "not received", false},
		{`"115"`, `""`, "not received", false},
		{"7", `"Quality_problem@3rdIssueReason"`, "quality problem", false},
		{"7", `"Goods damaged"`, "goods damaged", false},
		{"7", `"Color_not_as_described@3rdIssueReason"`, "Color_not_as_described@3rdIssueReason", true},
		{"7", `"-"`, "-", true},
		{"7", `""`, "7", true},
		{"-", `"Delivered, not received"`, "delivered, not received", false},
		{"-", `"货物破损"`, "货物破损", false},
	} {
		s := read(t, map[string]string{"issue_reason_id": c.id, "issue_reason": c.text})
		if s.Facts.Case.Reason != c.reason || (len(s.Facts.Unknown) > 0) != c.unknown {
			t.Errorf("%s %s: %q, unknown %+v", c.id, c.text, s.Facts.Case.Reason, s.Facts.Unknown)
		}
	}
}

func TestMoneyOfAPlan(t *testing.T) {
	for _, c := range []struct {
		amount, currency string
		want             money.Amount
		unknown          bool
	}{
		{`"11.80"`, `"EUR"`, eur(1180), false},
		{`11.80`, `"EUR"`, eur(1180), false},
		{`"0.00"`, `"EUR"`, eur(0), false},
		{`"1500"`, `"JPY"`, money.Amount{Minor: 1500, Currency: "JPY"}, false},
		{`"1500.00"`, `"KRW"`, money.Amount{Minor: 1500, Currency: "KRW"}, false},
		{`"1.234"`, `"KWD"`, money.Amount{Minor: 1234, Currency: "KWD"}, false},
		{`""`, `""`, money.Amount{}, false},
		{`null`, `null`, money.Amount{}, false},
		{`"11.80"`, `""`, money.Amount{}, true},
		{`"11.80"`, `"eur"`, money.Amount{}, true},
		{`"11.80"`, `"€"`, money.Amount{}, true},
		{`"11.80"`, `"EURO"`, money.Amount{}, true},
		{`"-1.00"`, `"EUR"`, money.Amount{}, true},
		{`"11,80"`, `"EUR"`, money.Amount{}, true},
		{`"1.005"`, `"EUR"`, money.Amount{}, true},
		{`"99999999999999999999"`, `"EUR"`, money.Amount{}, true},
		{`"NaN"`, `"EUR"`, money.Amount{}, true},
		{`1e3`, `"EUR"`, money.Amount{}, true},
		{`{"amount":"1"}`, `"EUR"`, money.Amount{}, false},
	} {
		s := read(t, map[string]string{"buyer_solution_list": list("solution_api_dto", solution(map[string]string{
			"refund_money": c.amount, "refund_money_currency": c.currency, "refund_money_post": `""`, "refund_money_post_currency": `""`,
		}))})
		if got := s.Facts.Case.Claim.Amount; got != c.want || (len(s.Facts.Unknown) > 0) != c.unknown {
			t.Errorf("%s %s: %v, unknown %+v", c.amount, c.currency, got, s.Facts.Unknown)
		}
		if c.unknown && s.Facts.Unknown[0].Field != "buyer_solution_list[0].refund_money" {
			t.Errorf("path %s", s.Facts.Unknown[0].Field)
		}
	}
}

func TestTheClaimIsTheNewestOpenPlan(t *testing.T) {
	s := read(t, map[string]string{"buyer_solution_list": list("solution_api_dto",
		solution(map[string]string{"id": "1", "refund_money": `"9.00"`, "gmt_modified": `"2026-05-01 12:00:00"`}),
		solution(map[string]string{"id": "2", "refund_money": `"8.00"`, "gmt_modified": `"2026-05-01 13:00:00"`, "solution_type": `"return_and_refund"`}),
		solution(map[string]string{"id": "3", "refund_money": `"7.00"`, "gmt_modified": `"2026-05-01 14:00:00"`, "status": `"reach_cancle"`}),
	)})
	c := s.Facts.Case.Claim
	if c.Amount != eur(800) || !c.ReturnGoods {
		t.Errorf("claim %+v", c)
	}
	for _, p := range s.Facts.Proposals {
		if p.Current != (p.ID == "2") || p.Open != (p.ID != "3") {
			t.Errorf("plan %+v", p)
		}
	}
}

func TestStrangePlanIsKeptRaw(t *testing.T) {
	s := read(t, map[string]string{"buyer_solution_list": list("solution_api_dto", solution(map[string]string{
		"solution_owner": `"alien"`, "solution_type": `"exchange"`, "status": `"wait_moon"`,
	}))})
	p := s.Facts.Proposals[0]
	if p.By != "buyer" || p.Kind != "exchange" || p.Status != "wait_moon" || p.Open || len(s.Facts.Unknown) != 3 {
		t.Errorf("plan %+v, unknown %+v", p, s.Facts.Unknown)
	}
}

func TestPaid(t *testing.T) {
	platform := list("solution_api_dto", solution(map[string]string{"id": "-2", "solution_owner": `"platform"`, "refund_money": `"5.00"`, "status": "-"}))
	reached := list("solution_api_dto", solution(map[string]string{"id": "61", "refund_money": `"3.00"`, "solution_owner": `"seller"`, "status": `"reached"`}))
	again := list("solution_api_dto",
		solution(map[string]string{"id": "62", "refund_money": `"2.00"`, "solution_owner": `"seller"`, "status": `"perform"`, "gmt_modified": `"2026-08-20 10:00:00"`}),
		solution(map[string]string{"id": "61", "refund_money": `"3.00"`, "solution_owner": `"seller"`, "status": `"reached"`}))
	for name, c := range map[string]struct {
		with map[string]string
		want money.Amount
	}{
		"the last of two, opened again": {map[string]string{"reverse_detail_status": `"return_success"`, "seller_solution_list": again}, eur(200)},
		"the last of two, listed last": {map[string]string{"reverse_detail_status": `"return_success"`, "seller_solution_list": list("solution_api_dto",
			solution(map[string]string{"id": "61", "refund_money": `"3.00"`, "solution_owner": `"seller"`, "status": `"reached"`}),
			solution(map[string]string{"id": "62", "refund_money": `"2.00"`, "solution_owner": `"seller"`, "status": `"perform"`, "gmt_modified": `"2026-08-20 10:00:00"`}))}, eur(200)},
		"the plan that was reached":        {map[string]string{"reverse_detail_status": `"refund_success"`, "seller_solution_list": reached, "platform_solution_list": platform}, eur(300)},
		"else the platform's":              {map[string]string{"reverse_detail_status": `"refund_success"`, "platform_solution_list": platform}, eur(500)},
		"else the buyer's":                 {map[string]string{"reverse_detail_status": `"refund_success"`}, eur(1180)},
		"nothing when refused":             {map[string]string{"reverse_detail_status": `"refund_reject"`, "platform_solution_list": platform}, eur(0)},
		"nothing when cancelled":           {map[string]string{"issue_status": `"canceled_issue"`}, eur(0)},
		"not known when nothing says more": {map[string]string{"reverse_detail_status": `""`}, money.Amount{}},
	} {
		with := map[string]string{"issue_status": `"finish"`}
		for k, v := range c.with {
			with[k] = v
		}
		if got := read(t, with).Facts.Case.Reported.Paid; got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestHowAPlanCameAbout(t *testing.T) {
	for how, c := range map[string]struct {
		state   string
		unknown int
	}{"seller_reponse_timeout": {"timed_out", 0}, "platform_arbitrate": {"refunded", 0}, "negotiation_consensus": {"refunded", 0}, "coin_toss": {"refunded", 1}} {
		s := read(t, map[string]string{
			"issue_status": `"finish"`, "reverse_detail_status": `"refund_success"`,
			"buyer_solution_list": list("solution_api_dto", solution(map[string]string{"status": `"reached"`, "reached_type": `"` + how + `"`})),
		})
		if r := s.Facts.Case.Reported; r.State != c.state || r.Paid != eur(1180) || len(s.Facts.Unknown) != c.unknown {
			t.Errorf("%s: %+v, unknown %+v", how, r, s.Facts.Unknown)
		}
	}
}

func TestReturnNumberWithoutATime(t *testing.T) {
	s := read(t, map[string]string{
		"buyer_return_no": `"RR1"`, "buyer_return_logistics_company": `"Correos"`,
		"process_dto_list":    inOrder(step("initiate", "buyer", "10:00:00"), step("seller_accept", "seller", "11:00:00")),
		"buyer_solution_list": list("solution_api_dto", solution(map[string]string{"solution_type": `"return_and_refund"`})),
	})
	h := s.Facts.History
	if last := h[len(h)-1]; last.Did != "entered_return_tracking" || last.Reference != "RR1" || !last.At.Equal(may1("11:00:00")) {
		t.Errorf("history %+v", h)
	}
}

func TestTimeoutOfAnUnknownKind(t *testing.T) {
	s := read(t, map[string]string{"timeout_type": `"WAIT_FOREVER"`, "timeout_trigger_time": `"soon"`})
	if s.Facts.Case.Reported.DueFor != "WAIT_FOREVER" || !s.Facts.Case.PlatformDueAt.IsZero() || len(s.Facts.Unknown) != 2 {
		t.Errorf("%+v, unknown %+v", s.Facts.Case, s.Facts.Unknown)
	}
	if s = read(t, map[string]string{"issue_status": `"finish"`}); !s.Facts.Case.PlatformDueAt.IsZero() {
		t.Error("an ended case is still due")
	}
}

func TestWarrantyIsThePlatformsCover(t *testing.T) {
	if s := read(t, map[string]string{"after_sale_warranty": "true"}); s.Facts.Shipment == nil || !s.Facts.Shipment.InsuredByPlatform {
		t.Errorf("%+v", s.Facts.Shipment)
	}
	if s := read(t, map[string]string{"after_sale_warranty": `"false"`}); s.Facts.Shipment != nil {
		t.Errorf("%+v", s.Facts.Shipment)
	}
}

func TestMessagesAndEvidence(t *testing.T) {
	files := `,"content":"<script>alert(1)</script> \u202eabc مرحبا","has_buyer_video":true,"attachments":` + list("api_attachment_dto",
		`{"file_path":"https://ae01.example/kf/a.jpg?x=1","owner":"buyer","gmt_create":"2026-05-01 10:00:05"}`,
		`{"file_path":"//ae01.example/kf/b.mp4","owner":"seller"}`,
		`{"file_path":"javascript:alert(1)","owner":"buyer"}`,
		`{"file_path":"https://ae01.example/kf/a.jpg?x=1","owner":"buyer"}`)
	s := read(t, map[string]string{"process_dto_list": inOrder(step("initiate", "buyer", "10:00:00", files))})
	if len(s.Facts.Messages) != 2 || s.Facts.Messages[0].Text != "<script>alert(1)</script> \u202eabc مرحبا" || len(s.Facts.Messages[0].Files) != 3 {
		t.Errorf("messages %+v", s.Facts.Messages)
	}
	e := s.Facts.Evidence
	if len(e) != 3 || e[0].Kind != "photo" || e[0].File.Name != "a.jpg" || e[1].Kind != "video" || e[1].From != "staff" || e[1].File.URL != "https://ae01.example/kf/b.mp4" {
		t.Fatalf("evidence %+v", e)
	}
	if e[2].Kind != "video" || e[2].File != nil || e[2].From != "buyer" {
		t.Errorf("a film that is not handed out: %+v", e[2])
	}
	if len(s.Facts.Unknown) != 1 || s.Facts.Unknown[0].Field != "process_dto_list[0].attachments.file_path" {
		t.Errorf("unknown %+v", s.Facts.Unknown)
	}
}

func TestWrappedAndFlatSayTheSame(t *testing.T) {
	wrapped := read(t, nil)
	flat := strings.NewReplacer(`{"solution_api_dto":`, "", `{"api_issue_process_dto":`, "", "]}", "]", "{}", "[]").Replace(record(nil))
	all, err := New().Import([]byte(`{"result_object":`+flat+`,"request_id":"1"}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := fmt.Sprintf("%+v", wrapped.Facts), fmt.Sprintf("%+v", all[0].Facts); len(all) != 1 || len(a) != len(b) || wrapped.Ref != all[0].Ref {
		t.Errorf("wrapped %s\nflat    %s", a, b)
	}
}

func TestIdsBeyondDoublePrecision(t *testing.T) {
	s := read(t, map[string]string{"order_id": "9007199254740993", "parent_order_id": `"18446744073709551617"`})
	if s.Ref.Line != "9007199254740993" || s.Ref.Order != "18446744073709551617" {
		t.Errorf("%+v", s.Ref)
	}
}

func TestHostileRecords(t *testing.T) {
	many := strings.Repeat(step("seller_create_solution", "seller", "11:00:00", `,"content":"x"`)+",", 20000)
	plans := strings.Repeat(solution(map[string]string{"status": `"strange"`})+",", 20000)
	began := time.Now()
	s := read(t, map[string]string{
		"process_dto_list":    list("api_issue_process_dto", many+step("initiate", "buyer", "10:00:00")),
		"buyer_solution_list": list("solution_api_dto", plans+solution(nil)),
	})
	if len(s.Facts.History) != longestList || len(s.Facts.Proposals) != longestList || len(s.Facts.Unknown) < 2 || time.Since(began) > 10*time.Second {
		t.Errorf("%d steps, %d plans, %d unknown after %v", len(s.Facts.History), len(s.Facts.Proposals), len(s.Facts.Unknown), time.Since(began))
	}
	for name, data := range map[string]string{
		"lists of the wrong kind": object(map[string]string{"issue_status": `"processing"`, "buyer_solution_list": `"x"`, "process_dto_list": "7", "gmt_create": "[]", "id": "{}", "issue_reason": "true"}, nil),
		"elements of no kind":     object(map[string]string{"issue_status": `"processing"`, "buyer_solution_list": `[1,"a",null,[],{}]`, "process_dto_list": `[null,[[]],1]`}, nil),
		"nothing but a status":    `{"issue_status":"processing"}`,
		"an empty status":         `{"issue_status":""}`,
	} {
		if _, err := New().Import([]byte(`{"result_object":`+data+`}`), nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestImportSaysWhatItCannotRead(t *testing.T) {
	for name, data := range map[string]string{
		"an error":       `{"error_response":{"code":"15","msg":"Remote service error"}}`,
		"a token":        `{"access_token":"a","code":"0"}`,
		"an agreement":   `{"aliexpress_issue_solution_agree_response":{"result_object":true}}`,
		"an empty list":  `[]`,
		"half an answer": `{"aliexpress_issue_detail_get_response":{"result_object":{"id":1`,
		"a web page":     `<!doctype html><html></html>`,
		"tracking":       `{"x_response":{"details":{"details":[{"event_desc":"a"}]},"result_success":true}}`,
	} {
		if _, err := New().Import([]byte(data), nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestImportLosesNothing: an answer that lists nothing is no mistake, and neither a missing word of an issue nor members that nobody
// expects around a list lose a record.
func TestImportLosesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		data string
		n    int
	}{
		"an answer that lists nothing": {`{"aliexpress_issue_issuelist_get_response":{"total_item":0,"data_list":{}}}`, 0},
		"an issue without a status":    {`{"aliexpress_issue_detail_get_response":{"result_object":` + record(map[string]string{"issue_status": "null"}) + `}}`, 1},
		"an issue without any state":   {`{"result_object":{"id":7,"order_id":8,"issue_status":null}}`, 1},
		"a list with company":          {`{"x_response":{"total_item":2,"data_list":{"new":{"deep":1},"issue_api_issue_dto":[{"issue_id":1},{"issue_id":2}]},"new":{}},"new":{}}`, 2},
	} {
		all, err := New().Import([]byte(c.data), nil)
		if err != nil || len(all) != c.n {
			t.Errorf("%s: %d, %v", name, len(all), err)
		}
		for _, s := range all {
			if !s.Open || s.Ref.ID == "" || len(s.Raw) == 0 {
				t.Errorf("%s: %+v", name, s)
			}
		}
	}
}

func TestImportOfListAndOrder(t *testing.T) {
	rows := `{"data_list":{"issue_api_issue_dto":[{"buyer_login_id":"a","gmt_create":"2026-05-01 10:00:00","gmt_modified":"2026-05-01 11:00:00","issue_id":6300000000035555,"issue_status":"processing","order_id":2,"parent_order_id":1,"reason_english":"Quality problem"},{"issue_id":2,"issue_status":"odd"}]},"total_item":2}`
	all, err := New().Import([]byte(`{"aliexpress_issue_issuelist_get_response":`+rows+`}`), nil)
	if err != nil || len(all) != 2 {
		t.Fatalf("%d, %v", len(all), err)
	}
	if a := all[0]; a.Ref.ID != "6300000000035555" || !a.Open || a.Facts.Case.Reason != "quality problem" || a.Facts.Case.Reported.State != "" || len(a.Raw) == 0 {
		t.Errorf("%+v", a)
	}
	if b := all[1]; !b.Open || len(b.Facts.Unknown) != 1 || b.Facts.Unknown[0].Field != "data_list[1].issue_status" {
		t.Errorf("%+v", b)
	}
	order := `{"aliexpress_trade_new_redefining_findorderbyid_response":{"target":{"id":3030000000017777,"order_status":"WAIT_BUYER_ACCEPT_GOODS","gmt_create":"2024-02-24 15:00:51","over_time_left":"2024-05-28 00:15:30",
		"init_oder_amount":{"amount":"0","cent":17054,"cent_factor":100,"currency":{"currency_code":"USD"}},"logistics_amount":{"amount":"1.20","currency_code":"USD"},
		"buyer_info":{"country":"DZ","login_id":"x1","first_name":"F**","last_name":"Lee"},"receipt_address":{"country":"IE"},"buyerloginid":"x1",
		"logistic_info_list":{"aeop_tp_logistic_info_dto":[{"logistics_no":"A1","gmt_send":"2024-02-25 18:40:02","logistics_type_code":"CAINIAO_STANDARD","receive_status":"received"},{"logistics_no":"A2","gmt_send":"2024-02-27 23:15:28","logistics_type_code":"CPAM","logistics_service_name":"China Post","receive_status":"not_received"}]},
		"child_order_list":{"aeop_tp_child_order_dto":[{"child_order_id":"3030000000027777","product_name":"Box","product_count":2,"sku_code":"S","product_price":{"cent":17340,"cent_factor":100,"currency_code":"USD"},"product_img_url":"Sfake.jpg","snapshot_small_photo_path":"http://img.example/S.jpg"}]}}}}`
	all, err = New().Import([]byte(order), nil)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d, %v", len(all), err)
	}
	f := all[0].Facts
	if f.Order.Goods.Minor != 17054 || f.Order.Shipping.Minor != 120 || f.Order.ProtectionEndsAt.Format(time.RFC3339) != "2024-05-28T07:15:30Z" || f.Order.Items[0].Price.Minor != 17340 || f.Order.Items[0].Picture != "http://img.example/S.jpg" {
		t.Errorf("order %+v", f.Order)
	}
	if f.Buyer.Country != "IE" || f.Buyer.Name != "" || f.Buyer.Surname != "Lee" {
		t.Errorf("buyer %+v", f.Buyer)
	}
	if f.Shipment.Number != "A2" || f.Shipment.Carrier != "China Post" || f.Shipment.InsuredByPlatform || f.Case != nil {
		t.Errorf("parcel %+v, case %+v", f.Shipment, f.Case)
	}
}

// FuzzImport: whatever the file, no panic, and what is read keeps the promises every snapshot keeps.
func FuzzImport(f *testing.F) {
	f.Add([]byte(`{"aliexpress_issue_detail_get_response":{"result_object":` + record(nil) + `}}`))
	f.Add([]byte(`{"result_object":` + record(map[string]string{"process_dto_list": `[{"action_type":"dance","attachments":[{"file_path":"//x"}]}]`}) + `}`))
	f.Add([]byte(`{"data_list":[{"issue_id":1,"issue_status":"finish"}],"total_item":1}`))
	f.Add([]byte(`{"target":{"id":1,"order_status":"FINISH","child_order_list":[{"product_price":{"cent":-1}}]}}`))
	f.Add([]byte("[{\"result_object\":{\"issue_status\":\"\x00\"}}]"))
	c := New()
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := c.Import(data, nil)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("%v", err)
			}
			return
		}
		for _, s := range all {
			if s.Raw == nil || !json.Valid(s.Raw) {
				t.Fatalf("raw %q", s.Raw)
			}
			for _, u := range s.Facts.Unknown {
				if u.Field == "" || len([]rune(u.Value)) > 500 {
					t.Fatalf("unknown %+v", u)
				}
			}
			for _, p := range s.Facts.Proposals {
				if p.Amount.Minor < 0 {
					t.Fatalf("plan %+v", p)
				}
			}
			if s.Facts.Case != nil && s.Facts.Case.Reported.Ended == s.Open {
				t.Fatalf("open %v, reported %+v", s.Open, s.Facts.Case.Reported)
			}
		}
	})
}
