package fake

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

func (w *world) state(issue *Issue) string {
	w.t.Helper()
	result := w.detail(issue)
	return plainText(result["issue_status"]) + "/" + plainText(result["reverse_detail_status"])
}

func planID(issue *Issue) string { return strconv.FormatInt(issue.claim().id, 10) }

func TestNumbers(t *testing.T) {
	w := newWorld(t, Options{})
	issue := w.open(IssueSpec{})
	result := w.detail(issue)
	for _, name := range []string{"id", "order_id", "parent_order_id"} {
		number, err := strconv.ParseInt(plainText(result[name]), 10, 64)
		must(t, err)
		if number <= 1<<53 {
			t.Errorf("%s = %d is not beyond 2^53", name, number)
		}
	}
	digits := plainText(result["parent_order_id"])[12:]
	plan := list(t, result["buyer_solution_list"])[0]
	for what, value := range map[string]any{"line": result["order_id"], "plan": plan["id"], "issue": plan["issue_id"]} {
		if !strings.HasSuffix(plainText(value), digits) {
			t.Errorf("%s %v does not end in the buyer's %s", what, value, digits)
		}
	}
	child, parent := issue.line.id, issue.line.order.id
	expect(t, "child", child-parent, 10_000)
	if plainText(result["id"]) == issue.ID() {
		t.Error("the detail's own number is that of the list")
	}
}

func TestAgreePaysOnce(t *testing.T) {
	w := newWorld(t, Options{})
	issue := w.open(IssueSpec{Text: "not receive good"})
	expect(t, "before", w.state(issue), "processing/wait_for_seller_response")
	expect(t, "agree", problem(w.agree(issue, planID(issue))), "")
	expect(t, "again", problem(w.agree(issue, planID(issue))), "isv.issue-closed")
	w.platform.Advance(60 * 24 * time.Hour)
	paid := w.platform.Payouts(issue.ID())
	expect(t, "payouts", len(paid), 1)
	expect(t, "local", paid[0].Amount, Money{40747, "BRL"})
	expect(t, "dollars", paid[0].Dollars, Money{6665, "USD"})
	expect(t, "because", paid[0].Because, consensus)
	expect(t, "after", w.state(issue), "finish/refund_success")
	result := w.detail(issue)
	expect(t, "left", plainText(result["refund_money_max_local"]), "0.00")
	log := list(t, result["process_dto_list"])
	expect(t, "newest first", plainText(log[0]["action_type"]), "perform_solution")
	calls := w.platform.Calls("aliexpress.issue.solution.agree")
	expect(t, "recorded", len(calls), 2)
	expect(t, "recorded refusal", calls[1].Refused, "isv.issue-closed")
}

func TestImpossibleActs(t *testing.T) {
	w := newWorld(t, Options{})
	issue := w.open(IssueSpec{Reason: ReasonNamed("in transit")})
	snad := w.open(IssueSpec{Reason: ReasonNamed("quality problem"), Return: true})
	cases := []struct {
		name string
		got  map[string]any
		want string
	}{
		{"unknown plan", w.agree(issue, "17"), "isv.solution-not-exist"},
		{"return without address", w.agree(snad, planID(snad)), "MissingParameter"},
		{"return to nowhere", w.agree(snad, planID(snad), "return_address_id", "5"), "isv.return-address-not-exist"},
		{"too much", w.save(issue, "407.48", "BRL"), "isv.refund-amount-exceed-limit"},
		{"too many dollars", w.save(issue, "66.66", "USD"), "isv.refund-amount-exceed-limit"},
		{"negative", w.save(issue, "-1.00", "BRL"), "isv.refund-amount-negative"},
		{"third currency", w.save(issue, "1.00", "EUR"), "isv.refund-currency-not-match"},
		{"half a cent", w.save(issue, "1.005", "BRL"), "InvalidParameter"},
		{"words", w.save(issue, "everything", "BRL"), "InvalidParameter"},
		{"no reason", w.save(issue, "1.00", "BRL", "solution_context", ""), "MissingParameter"},
		{"not his plan", w.save(issue, "1.00", "BRL", "buyer_solution_id", 3), "isv.solution-not-exist"},
		{"stranger", w.save(issue, "1.00", "BRL", "buyer_login_id", "zz"), "isv.buyer-login-id-not-match"},
		{"return for a lost parcel", w.save(issue, "1.00", "BRL", "add_solution_type", "return_and_refund"), "isv.solution-type-not-allowed"},
		{"return without address", w.save(snad, "1.00", "BRL", "add_solution_type", "return_and_refund"), "MissingParameter"},
		{"change nothing", w.save(issue, "1.00", "BRL", "add_seller_solution", false), "MissingParameter"},
		{"not JSON", w.call("aliexpress.issue.solution.save", map[string]string{"param_dto": "{"}), "InvalidParameter"},
		{"no issue", w.agree(&Issue{id: 5, line: issue.line}, "1"), "isv.issue-not-exist"},
	}
	for _, c := range cases {
		expect(t, c.name, problem(c.got), c.want)
	}
	expect(t, "nothing happened", w.state(issue), "processing/wait_for_seller_response")
}

func TestCounterOfferAndAnswers(t *testing.T) {
	w := newWorld(t, Options{})
	issue := w.open(IssueSpec{Reason: ReasonNamed("differences")})
	expect(t, "offer in dollars", problem(w.save(issue, "33.00", "USD")), "")
	expect(t, "state", w.state(issue), "processing/wait_for_buyer_response")
	offer := list(t, w.detail(issue)["seller_solution_list"])[0]
	expect(t, "local", plainText(offer["refund_money"]), "201.75")
	expect(t, "status", plainText(offer["status"]), "wait_buyer_accept")
	expect(t, "second", problem(w.save(issue, "40.00", "USD")), "isv.seller-solution-exist")
	expect(t, "own plan", problem(w.agree(issue, plainText(offer["id"]))), "isv.solution-owner-error")
	expect(t, "change", problem(w.save(issue, "250.00", "BRL", "add_seller_solution", false, "modify_seller_solution_id", offer["id"])), "")
	expect(t, "version", plainText(list(t, w.detail(issue)["seller_solution_list"])[0]["version"]), "2")
	must(t, w.platform.ChangeClaim(issue, Money{30000, "BRL"}, false, "then 300"))
	expect(t, "refused", plainText(list(t, w.detail(issue)["seller_solution_list"])[0]["status"]), "buyer_refused")
	expect(t, "refusal is an offer of zero", problem(w.save(issue, "0.00", "BRL")), "")
	must(t, w.platform.ChangeClaim(issue, Money{20000, "BRL"}, false, "then 200"))
	expect(t, "again", problem(w.save(issue, "150.00", "BRL")), "")
	must(t, w.platform.Accept(issue))
	expect(t, "paid", w.platform.Payouts(issue.ID())[0].Amount, Money{15000, "BRL"})
}

func TestWrappedParameterOfTheDocuments(t *testing.T) {
	w := newWorld(t, Options{})
	issue := w.open(IssueSpec{})
	text := fmt.Sprintf(`{"param_dto":{"add_seller_solution":"true","buyer_login_id":%q,"issue_id":%q,"buyer_solution_id":%s,
		"refund_amount":"0.00","refund_amount_currency":"USD","solution_context":"no"}}`, issue.Buyer(), issue.ID(), planID(issue))
	expect(t, "answer", problem(w.call("aliexpress.issue.solution.save", map[string]string{"param_dto": text})), "")
}

// Lapses happen at the very instant, also over the two nights of 2026 on which Los Angeles changes its clocks.
func TestLapseOfTheAnswer(t *testing.T) {
	for opened, due := range map[string]string{
		"2026-02-21T02:05:00Z": "2026-02-26T02:05:00Z", // no change
		"2026-03-04T10:30:00Z": "2026-03-09T09:30:00Z", // summer time begins on 8 March
		"2026-03-03T10:30:00Z": "2026-03-08T10:30:00Z", // 02:30 does not exist that night: counted from before the change
		"2026-10-29T08:30:00Z": "2026-11-03T09:30:00Z", // summer time ends on 1 November
		"2026-10-27T08:30:00Z": "2026-11-01T08:30:00Z", // 01:30 comes twice: its first time
	} {
		t.Run(opened, func(t *testing.T) {
			w := newWorld(t, Options{Start: at(opened)})
			issue := w.open(IssueSpec{Amount: Money{10000, "BRL"}})
			expect(t, "text", plainText(w.detail(issue)["timeout_trigger_time"]), wallText(at(due)))
			expect(t, "type", plainText(w.detail(issue)["timeout_type"]), "WAIT_SOLUTION_TIMEOUT")
			w.platform.Advance(at(due).Sub(at(opened)) - time.Millisecond)
			expect(t, "just before", w.state(issue), "processing/wait_for_seller_response")
			w.platform.Advance(time.Millisecond)
			expect(t, "at the instant", w.state(issue), "finish/refund_success")
			paid := w.platform.Payouts(issue.ID())
			expect(t, "amount", paid[0].Amount, Money{10000, "BRL"})
			expect(t, "paid at", paid[0].At, at(due))
			expect(t, "because", plainText(list(t, w.detail(issue)["buyer_solution_list"])[0]["reached_type"]), tooLate)
		})
	}
}

func TestChangingTheClaimStartsTheTimeAgain(t *testing.T) {
	w := newWorld(t, Options{})
	issue := w.open(IssueSpec{})
	w.platform.Advance(4 * 24 * time.Hour)
	must(t, w.platform.ChangeClaim(issue, Money{20000, "BRL"}, false, "half"))
	w.platform.Advance(4 * 24 * time.Hour)
	expect(t, "still waiting", w.state(issue), "processing/wait_for_seller_response")
	w.platform.Advance(24 * time.Hour)
	expect(t, "then lapsed", w.state(issue), "finish/refund_success")
	expect(t, "paid", w.platform.Payouts(issue.ID())[0].Amount, Money{20000, "BRL"})
}

func TestPlatformStepsInAndRules(t *testing.T) {
	w := newWorld(t, Options{})
	issue := w.open(IssueSpec{Ruling: &Ruling{Percent: 50, Text: "Both share."}})
	expect(t, "refuse", problem(w.save(issue, "0", "BRL")), "")
	w.platform.Advance(7*24*time.Hour - time.Millisecond)
	expect(t, "negotiating", w.state(issue), "processing/wait_for_buyer_response")
	w.platform.Advance(time.Millisecond)
	expect(t, "day seven", w.state(issue), "processing/wait_for_AE_feedback")
	expect(t, "no turn", problem(w.agree(issue, planID(issue))), "isv.issue-in-arbitration")
	w.platform.Advance(48 * time.Hour)
	plan := list(t, w.detail(issue)["platform_solution_list"])[0]
	expect(t, "number", plainText(plan["id"]), "-2")
	expect(t, "half", plainText(plan["refund_money"]), "203.73")
	expect(t, "seller agrees", problem(w.agree(issue, "-2")), "")
	expect(t, "waits for the buyer", len(w.platform.Payouts(issue.ID())), 0)
	w.platform.Advance(15 * time.Hour)
	expect(t, "carried out", w.platform.Payouts(issue.ID())[0].Because, arbitrated)
}

func TestEscalatedWithinSeconds(t *testing.T) {
	w := newWorld(t, Options{})
	issue := w.open(IssueSpec{Escalated: true, Ruling: &Ruling{Percent: 0}})
	w.platform.Advance(8 * time.Second)
	expect(t, "state", w.state(issue), "processing/wait_for_AE_feedback")
	w.platform.Advance(63 * time.Hour)
	expect(t, "won", w.state(issue), "finish/refund_reject")
	expect(t, "nothing paid", len(w.platform.Payouts(issue.ID())), 0)
}

func TestWorryFree(t *testing.T) {
	w := newWorld(t, Options{})
	issue := w.open(IssueSpec{WorryFree: true})
	result := w.detail(issue)
	expect(t, "warranty", result["after_sale_warranty"].(bool), true)
	expect(t, "log", plainText(list(t, result["process_dto_list"])[0]["content"]), "AliExpress accepted")
	w.platform.Advance(63 * time.Hour)
	expect(t, "the platform pays", w.platform.Payouts(issue.ID())[0].From, "platform")
}

func TestReturnTimes(t *testing.T) {
	w := newWorld(t, Options{})
	start := func() *Issue {
		issue := w.open(IssueSpec{Reason: ReasonNamed("goods damaged"), Return: true, Received: true})
		out := w.agree(issue, planID(issue), "return_address_id", numberText(w.shop.addresses[0].ID))
		expect(t, "agreed", problem(out), "")
		expect(t, "waits", w.state(issue), "processing/wait_for_buyer_return")
		expect(t, "nothing paid", len(w.platform.Payouts(issue.ID())), 0)
		return issue
	}
	never, sent, confirmedNow, contested := start(), start(), start(), start()
	for i, issue := range []*Issue{sent, confirmedNow, contested} {
		must(t, w.platform.EnterReturnTracking(issue, "Correos", fmt.Sprintf("RT%d", i)))
	}
	expect(t, "goods on the way", w.state(sent), "processing/wait_for_seller_confirmation")
	expect(t, "type", plainText(w.detail(sent)["timeout_type"]), "WAIT_RECEIVE_ITEM_TIMEOUT")
	expect(t, "number", plainText(w.detail(sent)["buyer_return_no"]), "RT0")
	must(t, w.platform.SellerConfirms(confirmedNow))
	expect(t, "confirmed", w.state(confirmedNow), "finish/return_success")
	must(t, w.platform.SellerContests(contested, "an empty box came"))
	expect(t, "contested", w.state(contested), "processing/wait_for_AE_feedback")
	w.platform.Advance(10 * 24 * time.Hour)
	expect(t, "never sent back", w.state(never), "finish/refund_reject")
	w.platform.Advance(21 * 24 * time.Hour)
	expect(t, "nobody confirmed", w.state(sent), "finish/return_success")
	expect(t, "paid", len(w.platform.Payouts(sent.ID())), 1)
	expect(t, "kept", len(w.platform.Payouts(never.ID())), 0)
}

func TestCancelAndReopen(t *testing.T) {
	w := newWorld(t, Options{})
	issue := w.open(IssueSpec{})
	must(t, w.platform.Cancel(issue))
	expect(t, "cancelled", w.state(issue), "canceled_issue/refund_reject")
	if w.platform.Escalate(issue) == nil {
		t.Error("a cancelled issue was escalated")
	}
	w.platform.Advance(24 * time.Hour)
	must(t, w.platform.Reopen(issue, "it still has not come"))
	w.platform.Advance(5*24*time.Hour - time.Millisecond)
	expect(t, "new clock", w.state(issue), "processing/wait_for_seller_response")
	w.platform.Advance(time.Millisecond)
	expect(t, "lapsed", w.state(issue), "finish/refund_success")
	if w.platform.Reopen(issue, "more") == nil {
		t.Error("a paid issue was opened again")
	}
}

func TestOpeningTwice(t *testing.T) {
	w := newWorld(t, Options{})
	order := w.order()
	_, err := w.platform.OpenIssue(order, IssueSpec{})
	must(t, err)
	if _, err := w.platform.OpenIssue(order, IssueSpec{}); err == nil {
		t.Error("a second open issue for the same line")
	}
	for _, amount := range []Money{{0, "BRL"}, {40748, "BRL"}, {100, "USD"}} {
		if _, err := w.platform.OpenIssue(w.order(), IssueSpec{Amount: amount}); err == nil {
			t.Errorf("opened for %v", amount)
		}
	}
}

func TestTempers(t *testing.T) {
	for name, c := range map[string]struct {
		temper Temper
		offer  string
		want   string
		paid   int64
	}{
		"accepts":         {Temper{Answers: time.Hour, AcceptsFrom: 50}, "210.00", "finish/refund_success", 21000},
		"cancels":         {Temper{Answers: time.Hour, AcceptsFrom: 80, Then: "cancel"}, "0", "canceled_issue/refund_reject", 0},
		"escalates":       {Temper{Answers: time.Hour, AcceptsFrom: 80, Then: "escalate"}, "10", "processing/wait_for_AE_feedback", 0},
		"asks again":      {Temper{Answers: time.Hour, AcceptsFrom: 80, Rounds: 1, Words: []string{"no"}}, "10", "processing/wait_for_seller_response", 0},
		"stays silent":    {Temper{Answers: time.Hour, AcceptsFrom: 80}, "10", "processing/wait_for_buyer_response", 0},
		"never by itself": {Temper{}, "407.47", "processing/wait_for_buyer_response", 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, Options{})
			issue := w.open(IssueSpec{Temper: c.temper})
			expect(t, "offer", problem(w.save(issue, c.offer, "BRL")), "")
			w.platform.Advance(2 * time.Hour)
			expect(t, "state", w.state(issue), c.want)
			var sum int64
			for _, paid := range w.platform.Payouts(issue.ID()) {
				sum += paid.Amount.Minor
			}
			expect(t, "paid", sum, c.paid)
		})
	}
}

func TestUpload(t *testing.T) {
	w := newWorld(t, Options{})
	issue := w.open(IssueSpec{Pictures: []string{"empty-box"}})
	picture := drawn("empty-proof")
	expect(t, "good", problem(w.upload(issue, "png", picture)), "")
	expect(t, "extension", problem(w.upload(issue, "exe", picture)), "InvalidParameter")
	expect(t, "no picture", problem(w.upload(issue, "jpg", []byte("MZ"))), "isv.image-upload-fail")
	expect(t, "too large", problem(w.upload(issue, "png", append(bytes.Clone(picture), make([]byte, maxFile)...))), "isv.image-upload-fail")
	log := list(t, w.detail(issue)["process_dto_list"])
	proof := list(t, log[0]["attachments"])[0]
	expect(t, "owner", plainText(proof["owner"]), "seller")
	answer, err := http.Get(plainText(proof["file_path"]))
	must(t, err)
	body, err := io.ReadAll(answer.Body)
	must(t, err)
	expect(t, "same picture", string(body) == string(picture), true)
	answer, err = http.Get(plainText(list(t, log[len(log)-1]["attachments"])[0]["file_path"]))
	must(t, err)
	expect(t, "buyer's picture", answer.Header.Get("Content-Type"), "image/png")
}

func TestListPagesAndFilters(t *testing.T) {
	w := newWorld(t, Options{})
	all := w.platform.BulkIssues(w.shop, 120)
	must(t, w.platform.Cancel(all[0]))
	ask := func(query string) map[string]any {
		return w.call("aliexpress.issue.issuelist.get", map[string]string{"query_dto": query})
	}
	expect(t, "total", plainText(ask(`{"current_page":1,"page_size":50}`)["total_item"]), "120")
	seen := map[string]bool{}
	for page := 1; page <= 3; page++ {
		for _, row := range list(t, ask(fmt.Sprintf(`{"current_page":%d,"page_size":50,"issue_status":"processing"}`, page))["data_list"]) {
			seen[plainText(row["issue_id"])] = true
		}
	}
	expect(t, "all open ones once", len(seen), 119)
	first := list(t, ask(`{"current_page":1,"page_size":1}`)["data_list"])[0]
	expect(t, "newest first", plainText(first["issue_id"]), all[119].ID())
	cases := map[string]string{
		`{"current_page":1,"page_size":50,"issue_status":"canceled_issue"}`:                                      "1",
		`{"current_page":1,"page_size":50,"order_no":` + all[5].Order().Line(0) + `}`:                            "1",
		`{"current_page":1,"page_size":50,"buyer_login_id":"bulk000001"}`:                                        "20",
		`{"current_page":9,"page_size":50}`:                                                                      "120",
		fmt.Sprintf(`{"current_page":1,"page_size":50,"create_time_start":"%d"}`, all[110].openedAt.UnixMilli()): "10",
		fmt.Sprintf(`{"current_page":1,"page_size":50,"create_time_end":"%d"}`, all[10].openedAt.UnixMilli()):    "11",
	}
	for query, want := range cases {
		expect(t, query, plainText(ask(query)["total_item"]), want)
	}
	for _, query := range []string{`{"page_size":50}`, `{"current_page":1,"page_size":51}`, `{"current_page":0,"page_size":5}`,
		`{"current_page":1,"page_size":5,"issue_status":"open"}`, `[]`} {
		if problem(ask(query)) == "" {
			t.Errorf("%s was taken", query)
		}
	}
	changed := all[50].changedAt
	w.platform.Advance(time.Second)
	w.platform.Touch(all[50])
	if !all[50].changedAt.After(changed) {
		t.Error("a touched issue did not change")
	}
	expect(t, "version", plainText(list(t, w.detail(all[50])["buyer_solution_list"])[0]["version"]), "2")
}

func TestPastIsBuiltInOrder(t *testing.T) {
	now := at("2026-06-01T12:00:00Z")
	w := newWorld(t, Options{Now: func() time.Time { return now }})
	var issue *Issue
	w.platform.At(now.AddDate(0, 0, -20), func() { issue = w.open(IssueSpec{}) })
	w.platform.At(now.AddDate(0, 0, -1), func() { expect(t, "lapsed long ago", issue.status, finished) })
	expect(t, "paid at", w.platform.Payouts(issue.ID())[0].At, at("2026-05-17T12:00:00Z"))
	expect(t, "present", w.platform.Now(), now)
}

func TestReturnWithoutAnAddress(t *testing.T) {
	w := newWorld(t, Options{})
	w.shop = w.platform.AddShop(ShopSpec{Name: "No address", Key: w.shop.Key, Addresses: []Address{}})
	lapsed, named := w.open(IssueSpec{Reason: ReasonNamed("differences"), Return: true}), w.open(IssueSpec{Reason: ReasonNamed("differences"), Return: true})
	w.platform.Advance(5 * 24 * time.Hour)
	expect(t, "state", w.state(named), "processing/wait_for_seller_set_return_address")
	expect(t, "type", plainText(w.detail(named)["timeout_type"]), "WAIT_SELLER_FILL_ADDRESS_TIMEOUT")
	w.shop.AddAddress(Address{ID: 77, Kind: "refund"})
	expect(t, "named", problem(w.agree(named, planID(named), "return_address_id", "77")), "")
	expect(t, "then", w.state(named), "processing/wait_for_buyer_return")
	w.platform.Advance(5 * 24 * time.Hour)
	expect(t, "paid without goods", w.state(lapsed), "finish/return_success")
	expect(t, "once", len(w.platform.Payouts(lapsed.ID())), 1)
	expect(t, "the order is over", lapsed.Order().status, "FINISH")
}

// Two callers who agree and lapse at the same time cannot pay twice.
func TestConcurrentAgreeing(t *testing.T) {
	w := newWorld(t, Options{Now: time.Now})
	issue := w.open(IssueSpec{})
	plan := planID(issue)
	answers := make(chan string, 20)
	for range cap(answers) {
		go func() { answers <- problem(w.agree(issue, plan)) }()
	}
	good := 0
	for range cap(answers) {
		if <-answers == "" {
			good++
		}
	}
	expect(t, "taken", good, 1)
	expect(t, "payouts", len(w.platform.Payouts(issue.ID())), 1)
}

func TestManyChangesDoNotFillTheMemory(t *testing.T) {
	w := newWorld(t, Options{})
	issues := w.platform.BulkIssues(w.shop, 10)
	for range 1_000 {
		w.platform.Touch(issues...)
	}
	if planned := len(w.platform.events); planned > 2_000 {
		t.Errorf("%d events are planned for 10 issues", planned)
	}
	w.platform.Advance(5 * 24 * time.Hour)
	for _, issue := range issues {
		expect(t, "still lapses", w.state(issue), "finish/refund_success")
	}
}
