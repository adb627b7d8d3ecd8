package fake

import (
	"strings"
	"testing"
	"time"
)

func TestOrders(t *testing.T) {
	w := newWorld(t, Options{Start: at("2026-03-10T12:00:00Z")})
	order := w.shop.PlaceOrder(OrderSpec{Buyer: ana, PlacedAt: at("2026-03-08T10:30:00Z"), Lines: []LineSpec{
		{Product: "Lamp", Price: Money{1000, "BRL"}, Dollars: Money{200, "USD"}, Quantity: 2},
		{Product: "Bulb", Price: Money{500, "BRL"}, Dollars: Money{100, "USD"}}}, SentAt: at("2026-03-09T10:00:00Z")})
	_, err := w.platform.OpenIssue(order, IssueSpec{Line: 1})
	must(t, err)
	out := w.call("aliexpress.trade.new.redefining.findorderbyid", map[string]string{"param1": `{"order_id":` + order.ID() + `,"ext_info_bit_flag":5}`})
	target := out["target"].(map[string]any)
	expect(t, "placed (summer time)", plainText(target["gmt_create"]), "2026-03-08 03:30:00")
	expect(t, "protected until", plainText(target["over_time_left"]), "2026-05-23 03:00:00")
	expect(t, "state", plainText(target["issue_status"]), "IN_ISSUE")
	expect(t, "paid", plainText(target["pay_amount_by_settlement_cur"]), "25.00")
	expect(t, "cents", plainText(target["order_amount"].(map[string]any)["cent"]), "500")
	lines := list(t, target["child_order_list"])
	expect(t, "first line", plainText(lines[0]["issue_status"]), "NO_ISSUE")
	expect(t, "second line", plainText(lines[1]["child_order_id"]), order.Line(1))
	if target["buyer_info"] != nil || target["logistic_info_list"] == nil {
		t.Error("the bits of ext_info_bit_flag were not obeyed")
	}
	for method, param := range map[string]string{"aliexpress.trade.seller.orderlist.get": "param_aeop_order_query", "aliexpress.solution.order.get": "param0"} {
		for query, want := range map[string]string{
			`{"current_page":1,"page_size":20}`:                                                                                     "1",
			`{"current_page":1,"page_size":20,"order_status":"IN_ISSUE"}`:                                                           "1",
			`{"current_page":1,"page_size":20,"order_status_list":["FINISH"]}`:                                                      "0",
			`{"current_page":1,"page_size":20,"create_date_start":"2026-03-08 03:30:01"}`:                                           "0",
			`{"current_page":1,"page_size":20,"create_date_start":"2026-03-09"}`:                                                    "1",
			`{"current_page":1,"page_size":20,"buyer_login_id":"zz"}`:                                                               "0",
			`{"current_page":1,"page_size":20,"create_date_start":"2026-03-01 00:00:00","modified_date_end":"2026-03-01 00:00:00"}`: "0",
		} {
			result := w.call(method, map[string]string{param: query})["result"].(map[string]any)
			expect(t, query, plainText(result["total_count"]), want)
		}
		expect(t, "page size", problem(w.call(method, map[string]string{param: `{"page_size":51}`})), "InvalidParameter")
	}
}

func TestExtension(t *testing.T) {
	w := newWorld(t, Options{})
	order, unsent := w.order(), w.shop.PlaceOrder(OrderSpec{Buyer: ana, Unsent: true, Lines: []LineSpec{{Product: "x", Price: Money{1, "EUR"}}}})
	other := w.platform.AddShop(ShopSpec{Name: "Other", Key: w.shop.Key})
	theirs := other.PlaceOrder(OrderSpec{Buyer: ana, Lines: []LineSpec{{Product: "x", Price: Money{1, "EUR"}}}})
	before := order.protectedTill
	for _, c := range []struct{ order, days, code string }{
		{order.ID(), "15", "0"}, {"1", "15", "100"}, {unsent.ID(), "15", "200"}, {order.ID(), "0", "200"}, {order.ID(), "106", "201"}, {theirs.ID(), "5", "601"},
	} {
		out := w.call("aliexpress.trade.redefining.extendsbuyeracceptgoodstime", map[string]string{"param0": c.order, "param1": c.days})
		expect(t, c.order+" "+c.days, plainText(out["sub_error_code"]), c.code)
		expect(t, "success", out["is_success"].(bool), c.code == "0")
	}
	expect(t, "lengthened", order.protectedTill, wallLater(before, 15))
	w.platform.Evaluate(order, 0, 5, "ok")
	out := w.call("aliexpress.trade.redefining.extendsbuyeracceptgoodstime", map[string]string{"param0": order.ID(), "param1": "1"})
	expect(t, "finished", plainText(out["sub_error_code"]), "210")
}

func TestTracking(t *testing.T) {
	w := newWorld(t, Options{})
	order := w.order()
	ask := func() map[string]any {
		return w.call("aliexpress.logistics.redefining.querytrackingresult", map[string]string{"logistics_no": order.Tracking(),
			"origin": "ESCROW", "out_ref": order.ID(), "service_name": "CAINIAO_STANDARD", "to_area": "BR"})
	}
	w.platform.Scan(order, Scan{Code: "PU_PICKUP_SUCCESS", Text: "Picked up", Place: "Shenzhen"})
	w.platform.Scan(order, Scan{At: w.platform.Now().Add(24 * time.Hour), Code: "GTMS_SIGNED", Text: "Delivered", Name: "A. Souza"})
	expect(t, "the future is not told", len(list(t, ask()["details"])), 1)
	w.platform.Advance(24 * time.Hour)
	events := list(t, ask()["details"])
	expect(t, "newest first", plainText(events[0]["action_code"]), "GTMS_SIGNED")
	expect(t, "time", plainText(events[0]["event_date"]), "2026-01-16 00:00:00")
	out := w.call("aliexpress.logistics.redefining.querytrackingresult", map[string]string{"logistics_no": "nope", "origin": "ESCROW",
		"out_ref": order.ID(), "service_name": "X", "to_area": "BR"})
	expect(t, "unknown number", out["result_success"].(bool), false)
	expect(t, "missing", problem(w.call("aliexpress.logistics.redefining.querytrackingresult", map[string]string{"logistics_no": "x"})), "MissingParameter")
	out = w.call("aliexpress.logistics.redefining.getonlinelogisticsinfo", map[string]string{"order_id": order.ID()})
	expect(t, "online parcel", plainText(list(t, out["result_list"])[0]["internationallogistics_id"]), order.Tracking())
}

func TestAddressesProfileAndEvaluations(t *testing.T) {
	w := newWorld(t, Options{})
	out := w.call("aliexpress.logistics.redefining.getlogisticsselleraddresses", map[string]string{"seller_address_query": `["refund","sender"]`})
	expect(t, "address", plainText(list(t, out["refund_seller_address_list"])[0]["address_id"]), numberText(w.shop.addresses[0].ID))
	expect(t, "kind", problem(w.call("aliexpress.logistics.redefining.getlogisticsselleraddresses", map[string]string{"seller_address_query": "home"})), "InvalidParameter")
	profile := w.call("aliexpress.merchant.profile.get", nil)["profile"].(map[string]any)
	expect(t, "country", plainText(profile["country"]), "ES")
	expect(t, "seller", plainText(profile["seller_id"]), numberText(w.shop.ID))

	order := w.order()
	reply := map[string]string{"child_order_id": order.Line(0), "parent_order_id": order.ID(), "text": "Thank you"}
	expect(t, "before", problem(w.call("aliexpress.evaluation.evaluation.reply", reply)), "isv.evaluation-not-exist")
	w.platform.Evaluate(order, 0, 2, "Слабая лампа")
	expect(t, "reply", problem(w.call("aliexpress.evaluation.evaluation.reply", reply)), "")
	expect(t, "twice", problem(w.call("aliexpress.evaluation.evaluation.reply", reply)), "isv.evaluation-replied")
	out = w.call("aliexpress.evaluation.listorderevaluation.get", map[string]string{"trade_evaluation_request": `{"parent_order_ids":[` + order.ID() + `]}`})
	row := list(t, out["target_list"])[0]
	expect(t, "feedback", plainText(row["buyer_feedback"]), "Слабая лампа")
	expect(t, "reply shown", plainText(row["seller_reply"]), "Thank you")
	out = w.call("aliexpress.evaluation.listorderevaluation.get", map[string]string{"trade_evaluation_request": `{"buyer_product_ratings":[5]}`})
	expect(t, "other stars", len(list(t, out["target_list"])), 0)
}

func TestCancelBeforeDispatch(t *testing.T) {
	w := newWorld(t, Options{})
	order := w.shop.PlaceOrder(OrderSpec{Buyer: ana, Unsent: true, Lines: []LineSpec{{Product: "x", Price: Money{1, "EUR"}}}})
	answer := func(method string) bool {
		param := `{"buyer_login_id":"` + ana.Login + `","order_id":` + order.ID() + `}`
		return w.call(method, map[string]string{"param_order_cancel_request": param})["result"].(map[string]any)["success"].(bool)
	}
	expect(t, "nothing asked", answer("aliexpress.trade.seller.order.acceptcancel"), false)
	must(t, w.platform.AskCancel(order, "bought twice"))
	expect(t, "refused", answer("aliexpress.trade.seller.order.refusecancel"), true)
	must(t, w.platform.AskCancel(order, "bought twice"))
	expect(t, "accepted", answer("aliexpress.trade.seller.order.acceptcancel"), true)
	if w.platform.AskCancel(order, "again") == nil {
		t.Error("an ended order was cancelled")
	}
}

func TestFaults(t *testing.T) {
	const method = "aliexpress.issue.solution.agree"
	for _, c := range []struct {
		kind FaultKind
		paid int
	}{{DropBefore, 0}, {DropAfter, 1}, {ServerError, 0}, {ErrorAfter, 1}, {Truncate, 1}, {Hostile, 1}, {LimitBurst, 0}, {ExpiredToken, 0}, {ClockSkew, 0}} {
		t.Run(string(c.kind), func(t *testing.T) {
			w := newWorld(t, Options{})
			issue := w.open(IssueSpec{})
			w.platform.AddFault(Fault{Method: method, Nth: 1, Kind: c.kind})
			if err := w.try(method, map[string]string{"issue_id": issue.ID(), "buyer_login_id": issue.Buyer(), "solution_id": planID(issue)}); err == nil {
				t.Error("the answer was good")
			}
			expect(t, "payouts", len(w.platform.Payouts(issue.ID())), c.paid)
			expect(t, "the next call is well", problem(w.call("aliexpress.merchant.profile.get", nil)), "")
		})
	}
}

func TestFaultsOfReading(t *testing.T) {
	w := newWorld(t, Options{NulBytes: true})
	all := w.platform.BulkIssues(w.shop, 4)
	expect(t, "NUL byte", plainText(w.detail(all[0])["reverse_detail_status"]), "wait_for_seller_response\x00")
	w.platform.AddFault(Fault{Kind: UnknownWords, Times: 1})
	expect(t, "unknown word", plainText(w.detail(all[0])["reverse_detail_status"]), "wait_for_moon_phase")
	page := func(number string) []map[string]any {
		return list(t, w.call("aliexpress.issue.issuelist.get", map[string]string{"query_dto": `{"page_size":2,"current_page":` + number + `}`})["data_list"])
	}
	first := page("1")
	w.platform.AddFault(Fault{Kind: DuplicateRows})
	expect(t, "row comes twice", plainText(page("2")[0]["issue_id"]), plainText(first[1]["issue_id"]))
	w.platform.ClearFaults()
	w.platform.AddFault(Fault{Kind: Delay, For: 30 * time.Millisecond})
	began := time.Now()
	page("1")
	if time.Since(began) < 30*time.Millisecond {
		t.Error("no delay")
	}
}

func FuzzParameters(f *testing.F) {
	f.Add("method=a&method=b&sign=%41", `{"param_dto":{"issue_id":9400000000000000001}}`)
	f.Add("%zz=1", `{"a":[1,"2",{}],"b":true}`)
	f.Add("a&=&&b", `[[[[`)
	f.Fuzz(func(t *testing.T, query, object string) {
		if params, err := pairs(query, nil); err == nil {
			for name := range params {
				if strings.Contains(name, "&") && !strings.Contains(query, "%26") {
					t.Errorf("%q has a separator in the name %q", query, name)
				}
			}
			signed("md5", "s", "", params)
		}
		args, no := form{params: map[string]string{"query_dto": object}}.inner("query_dto")
		if no == nil {
			args.text("a")
			args.words("b")
			_, _ = args.number("c", 1)
		}
		if money, ok := ParseMoney(object); ok && len(money.Currency) != 3 {
			t.Errorf("%q gave %v", object, money)
		}
	})
}

func TestMoneyText(t *testing.T) {
	for text, money := range map[string]Money{"12.50 EUR": {1250, "EUR"}, "0.05 USD": {5, "USD"}, "12900 KRW": {12900, "KRW"}, "-1.00 BRL": {-100, "BRL"}} {
		got, ok := ParseMoney(text)
		expect(t, text, got, money)
		expect(t, text, ok, true)
		expect(t, text, money.Text()+" "+money.Currency, text)
	}
	for _, text := range []string{"12.5", "12.505 EUR", "12.5 JPY", ".5 EUR", "x EUR", "1.+5 EUR", "9999999999999999999 EUR"} {
		if _, ok := ParseMoney(text); ok {
			t.Errorf("%q was taken", text)
		}
	}
}
