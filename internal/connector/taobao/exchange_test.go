package taobao_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/connectortest"
	"parley/internal/connector/taobao"
	"parley/internal/connector/taobao/fake"
	"parley/internal/dispute"
	"parley/internal/fault"
)

// swap lets a buyer of a Tmall shop ask for another article.
func (s *scene) swap(spec fake.RefundSpec) *fake.Refund {
	return s.shop.Exchange(s.shop.Sell(fake.TradeSpec{Title: "智能手表", SKU: "LH-W2", Price: 49900, Ago: 9 * 24 * time.Hour, Sent: true, SentAgo: 8 * 24 * time.Hour, Signed: true}), spec)
}

func swapRef(r *fake.Refund) connector.Ref {
	return connector.Ref{Kind: "exchange", ID: strconv.FormatInt(r.ID, 10), Order: strconv.FormatInt(r.Trade().ID, 10)}
}

func swapLock(r *fake.Refund) string { return strconv.FormatInt(r.See().Version, 10) }

func TestConformanceOfExchanges(t *testing.T) {
	connectortest.Run(t, connectortest.Harness{Connector: taobao.New(), Start: exchangesOnStage})
}

// exchangesOnStage has more than a page of exchanges, and refunds beside them.
func exchangesOnStage(t *testing.T) *connectortest.Stage {
	s := newScene(t, fake.ShopSpec{Tmall: true})
	var swaps []*fake.Refund
	for n := range 120 {
		swaps = append(swaps, s.swap(fake.RefundSpec{Ago: time.Duration(n) * time.Minute, Answer: 240 * time.Hour, Reason: "质量问题"}))
	}
	for range 5 {
		s.ask(fake.RefundSpec{Answer: 240 * time.Hour})
	}
	must(t, swaps[0].Withdraw())
	s.platform.Advance(time.Minute)
	do := func(err error) {
		t.Helper()
		must(t, err)
		s.platform.Advance(time.Minute)
	}
	return &connectortest.Stage{
		Account: s.account, World: s.world, Secrets: []string{s.shop.Secret, s.shop.Session}, Open: 124, Calls: s.platform.Gate().Count,
		Change: func() connector.Ref { do(swaps[3].WantOther("颜色:白色")); return swapRef(swaps[3]) },
		End:    func() connector.Ref { do(swaps[110].Withdraw()); return swapRef(swaps[110]) },
		Act: func() connector.Effect {
			return connector.Effect{ID: "eff_1", Do: "accept", Ref: swapRef(swaps[5]), Proposal: swapLock(swaps[5]), Amount: fen(0)}
		},
		Foolish: func() connector.Effect {
			return connector.Effect{ID: "eff_2", Do: "replace", Ref: swapRef(swaps[6]), Proposal: swapLock(swaps[6]), Tracking: "SF1", Carrier: "顺丰速运"}
		},
		Trouble: func(what connectortest.Trouble) { trouble(s.platform.Gate(), what) },
		Peace:   s.platform.Gate().Peace,
		Further: s.furtherOfExchanges(swaps),
	}
}

func (s *scene) furtherOfExchanges(swaps []*fake.Refund) connectortest.Further {
	return connectortest.Further{
		ActCalls: 3, // the exchange as it is, the address, the act
		// Where the look before an act fails, nothing was done.
		Surely:  map[connectortest.Trouble]fault.Kind{connectortest.Down: fault.Unavailable, connectortest.Garbled: fault.Garbled, connectortest.LostAnswer: fault.Unavailable},
		Strange: func() (connector.Ref, string) { swaps[7].Say("BEAMED_UP"); return swapRef(swaps[7]), "BEAMED_UP" },
		Vanish: func() connector.Ref {
			swaps[9].Vanish()
			s.platform.Advance(time.Hour)
			return swapRef(swaps[9])
		},
		Repeat: s.platform.Repeat,
		Skew:   func(by time.Duration) { s.platform.Advance(by); s.skew.Add(int64(by)) },
	}
}

// captured is an exchange as the platform tells it, with members set or changed, and what stands beside it.
func captured(t testing.TB, change map[string]any) []byte {
	t.Helper()
	e := map[string]any{
		"dispute_id": "194174061000123", "biz_order_id": "194174061000456", "num": 1, "buyer_nick": "木**子", "buyer_open_uid": "AAF1", "status": "1",
		"created": "2026-11-20 10:00:00", "modified": "2026-11-20 10:00:00", "reason": "质量问题", "desc": "表带断了", "title": "智能手表", "price": "499.00",
		"bought_sku": "颜色:黑色", "exchange_sku": "颜色:白色", "refund_version": json.Number("1795140000000"), "time_out": "2026-11-22 10:00:00",
	}
	for name, v := range change {
		if name != "kind of refund" {
			e[name] = v
		}
	}
	raw, err := json.Marshal(map[string]any{
		"tmall_exchange_get_response": map[string]any{"result": map[string]any{"success": true, "exchange": e}},
		"refund_get_response":         map[string]any{"refund": map[string]any{"refund_id": "194174061000123", "tid": "194174061000400", "oid": "194174061000456", "dispute_type": change["kind of refund"]}},
		"tmall_exchange_refusereason_get_response": map[string]any{"result": map[string]any{"results": map[string]any{"reason": []any{
			map[string]any{"reason_id": 3001, "reason_text": "商品没问题"}, map[string]any{"reason_id": "no number", "reason_text": "?"}}}}},
		"tmall_exchange_messages_get_response": map[string]any{"result": map[string]any{"results": map[string]any{"refund_message": []any{
			map[string]any{"id": 1, "owner_role": "4", "content": "请换一个", "created": "2026-11-20 10:01:00", "message_type": "NORMAL"},
			map[string]any{"id": 2, "owner_role": "2", "content": "退货组，民治大道2号", "created": "2026-11-20 12:00:00", "message_type": "RETURN_GOODS_APPROVED"}}}}},
	})
	must(t, err)
	return raw
}

func readSwap(t testing.TB, change map[string]any) connector.Snapshot {
	t.Helper()
	snaps, err := taobao.New().Import(captured(t, change), time.UTC)
	must(t, err)
	if len(snaps) != 1 || snaps[0].Problem != nil {
		t.Fatalf("%+v", snaps)
	}
	return snaps[0]
}

// TestAnExchangeIsReadWhole: line and purchase, the wish, the limit, the grounds, who wrote what, and no money.
func TestAnExchangeIsReadWhole(t *testing.T) {
	snap := readSwap(t, map[string]any{})
	f, c := snap.Facts, snap.Facts.Case
	if snap.Ref != (connector.Ref{Kind: "exchange", ID: "194174061000123", Buyer: "AAF1", Order: "194174061000400", Line: "194174061000456"}) || !snap.Open {
		t.Errorf("ref %+v", snap.Ref)
	}
	if c.Kind != "exchange" || c.Claim.Amount != fen(0) || !c.Claim.ReturnGoods || c.Reason != "质量问题" || !c.PlatformDueAt.Equal(at("2026-11-22T10:00:00+08:00")) || c.Reported.DueFor != "1" {
		t.Errorf("case %+v", c)
	}
	if r := c.Reported; r.State != "wait_seller" || r.Owner != "seller" || !slices.Equal(r.Actions, []string{"accept", "contest_with_evidence"}) ||
		!slices.Equal(r.Reasons["contest_with_evidence"], []string{"3001 商品没问题"}) || len(r.Reasons) != 1 {
		t.Errorf("reported %+v", r)
	}
	if len(f.Messages) != 2 || f.Messages[0].From != "buyer" || f.Messages[1].From != "staff" || f.History[0].Did != "agreed_return" {
		t.Errorf("messages %+v, history %+v", f.Messages, f.History)
	}
	if p := f.Proposals; len(p) != 1 || p[0].Kind != "exchange" || p[0].ID != "1795140000000" || p[0].Text != "颜色:黑色 → 颜色:白色" {
		t.Errorf("proposals %+v", p)
	}
}

// TestWhereAnExchangeStands, by number and by word.
func TestWhereAnExchangeStands(t *testing.T) {
	for status, want := range map[string]dispute.Reported{
		"1": {State: "wait_seller", Owner: "seller"}, "2": {State: "wait_buyer_return", Owner: "buyer"}, "3": {State: "wait_seller_goods", Owner: "seller"},
		"4": {State: "closed", Ended: true}, "5": {State: "exchanged", Ended: true}, "6": {State: "negotiating", Owner: "buyer"},
		"12": {State: "wait_replacement", Owner: "seller"}, "13": {State: "replacement_sent", Owner: "buyer"}, "14": {State: "refund_instead", Owner: "seller"},
		"待发出换货商品": {State: "wait_replacement", Owner: "seller"}, "WAIT_SELLER_AGREE": {State: "wait_seller", Owner: "seller"}, "99": {},
	} {
		snap := readSwap(t, map[string]any{"status": status})
		got := snap.Facts.Case.Reported
		if got.State != want.State || got.Owner != want.Owner || got.Ended != want.Ended || snap.Open == want.Ended || got.Ended == got.EndedAt.IsZero() {
			t.Errorf("%s: %+v", status, got)
		}
		if want.Ended && got.Paid != fen(0) {
			t.Errorf("%s: an exchange pays nothing, got %s", status, got.Paid)
		}
		if unknown := len(snap.Facts.Unknown) > 0; unknown != (status == "99") {
			t.Errorf("%s: unknown %+v", status, snap.Facts.Unknown)
		}
	}
	if r := readSwap(t, map[string]any{"cs_status": 3}).Facts.Case.Reported; r.State != "platform" || len(r.Actions) != 0 {
		t.Errorf("staff of the platform: %+v", r)
	}
	if r := readSwap(t, map[string]any{"operation_contraint": "refund_onweb"}).Facts.Case.Reported; !slices.Equal(r.Actions, []string{"wait"}) {
		t.Errorf("on the web pages only: %+v", r)
	}
	if r := readSwap(t, map[string]any{"status": "14", "kind of refund": "REFUND_AND_RETURN"}).Facts.Case.Reported; !r.Ended || r.State != "closed" {
		t.Errorf("the refund carries on: %+v", r)
	}
}

// TestTheParcelsOfAnExchange stand in the history, and an odd limit is kept as unknown.
func TestTheParcelsOfAnExchange(t *testing.T) {
	f := readSwap(t, map[string]any{"status": "13", "buyer_logistic_no": "SF1", "seller_logistic_no": "SF2", "seller_logistic_name": "顺丰速运", "time_out": "soon", "seller_mood": "good"}).Facts
	if n := len(f.History); n != 3 || f.History[n-1].Reference+f.History[n-2].Reference == "" {
		t.Fatalf("history %+v", f.History)
	}
	for _, want := range []string{"entered_return_tracking SF1", "sent_replacement SF2"} {
		if !slices.ContainsFunc(f.History, func(a dispute.Act) bool { return a.Did+" "+a.Reference == want }) {
			t.Errorf("%s is missing: %+v", want, f.History)
		}
	}
	if len(f.Unknown) != 2 || !f.Case.PlatformDueAt.IsZero() {
		t.Errorf("unknown %+v, due %s", f.Unknown, f.Case.PlatformDueAt)
	}
	if due := readSwap(t, map[string]any{"time_out": "1795140000000"}).Facts.Case.PlatformDueAt; due.UnixMilli() != 1795140000000 {
		t.Errorf("due %s", due)
	}
}

// TestEveryStepOfAnExchange is done once and read back: agreed to, received, sent, and words between.
func TestEveryStepOfAnExchange(t *testing.T) {
	s := newScene(t, fake.ShopSpec{Tmall: true})
	r, session := s.swap(fake.RefundSpec{Reason: "质量问题"}), s.open(t)
	do := func(act connector.Effect, want connector.Outcome) {
		t.Helper()
		act.ID, act.Ref, act.Proposal = "e", swapRef(r), swapLock(r)
		before, err := session.Fetch(t.Context(), act.Ref)
		must(t, err)
		if got := session.Compare(act, before, before); got != connector.Absent {
			t.Errorf("%s: before the act %s", act.Do, got)
		}
		if _, err := session.Execute(t.Context(), act); err != nil {
			t.Fatalf("%s: %v", act.Do, err)
		}
		after, err := session.Fetch(t.Context(), act.Ref)
		must(t, err)
		if got := session.Compare(act, before, after); got != want {
			t.Errorf("%s: %s", act.Do, got)
		}
	}
	do(connector.Effect{Do: "send_message", Text: "您好，请问表带哪里断了？"}, connector.Confirmed)
	do(connector.Effect{Do: "accept"}, connector.Confirmed)
	must(t, r.SendGoods("中通快递", "75300000000001"))
	do(connector.Effect{Do: "confirm_goods"}, connector.Confirmed)
	do(connector.Effect{Do: "replace", Tracking: "SF9", Carrier: "顺丰速运"}, connector.Confirmed)
	if see := r.See(); see.Status != "WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS" || see.Sent != "SF9" {
		t.Errorf("%+v", see)
	}
	must(t, r.ConfirmOther())
	if snap, err := session.Fetch(t.Context(), swapRef(r)); err != nil || snap.Open || snap.Facts.Case.Reported.State != "exchanged" || snap.Facts.Case.Reported.Paid != fen(0) {
		t.Errorf("%+v, %v", snap.Facts.Case, err)
	}
}

// TestRefusalsOfAnExchange carry a ground of the list, before the goods came back and after.
func TestRefusalsOfAnExchange(t *testing.T) {
	s := newScene(t, fake.ShopSpec{Tmall: true})
	session := s.open(t)
	early, late := s.swap(fake.RefundSpec{}), s.swap(fake.RefundSpec{})
	_, err := session.Execute(t.Context(), connector.Effect{Do: "accept", Ref: swapRef(late), Proposal: swapLock(late)})
	must(t, err)
	must(t, late.SendGoods("中通快递", "753"))
	for r, do := range map[*fake.Refund]string{early: "contest_with_evidence", late: "contest_goods"} {
		act := connector.Effect{Do: do, Ref: swapRef(r), Proposal: swapLock(r), Text: "已检查，见图", Files: []*connector.Attachment{picture(t)}}
		if _, err := session.Execute(t.Context(), act); fault.Of(err) == nil || fault.Of(err).Field != "reason_code" || !strings.Contains(fault.Of(err).Params["reasons"], "3001 ") {
			t.Errorf("%s without a ground: %v", do, err)
		}
		before, err := session.Fetch(t.Context(), act.Ref)
		must(t, err)
		if act.Reason = before.Facts.Case.Reported.Reasons[do][0]; act.Reason == "" {
			t.Fatalf("%s: no grounds", do)
		}
		if _, err := session.Execute(t.Context(), act); err != nil {
			t.Fatalf("%s: %v", do, err)
		}
		after, err := session.Fetch(t.Context(), act.Ref)
		must(t, err)
		if got := session.Compare(act, before, after); got != connector.Confirmed || r.See().Status != "SELLER_REFUSE_BUYER" || r.See().Pictures != 1 {
			t.Errorf("%s: %s, %+v", do, got, r.See())
		}
	}
}

// TestAnExchangeThatChangedIsNotAnswered, nor one whose act lacks what it needs.
func TestAnExchangeThatChangedIsNotAnswered(t *testing.T) {
	s := newScene(t, fake.ShopSpec{Tmall: true})
	r, session := s.swap(fake.RefundSpec{}), s.open(t)
	old := swapLock(r)
	s.platform.Advance(time.Minute)
	must(t, r.WantOther("颜色:红色"))
	_, err := session.Execute(t.Context(), connector.Effect{Do: "accept", Ref: swapRef(r), Proposal: old})
	if f := fault.Of(err); f == nil || f.Key != "fault.taobao.exchange_changed" || r.See().Status != "WAIT_SELLER_AGREE" {
		t.Errorf("%v, %+v", err, r.See())
	}
	for field, act := range map[string]connector.Effect{
		"tracking": {Do: "replace", Carrier: "顺丰速运"}, "carrier": {Do: "replace", Tracking: "SF1"}, "do": {Do: "counter_return"}, "text": {Do: "send_message"},
	} {
		act.Ref, act.Proposal = swapRef(r), swapLock(r)
		if _, err := session.Execute(t.Context(), act); fault.Of(err) == nil || fault.Of(err).Field != field {
			t.Errorf("%s %s: %v", act.Do, field, err)
		}
	}
	act := connector.Effect{Do: "replace", Ref: ref(r), Proposal: proposal(r), Tracking: "SF1", Carrier: "顺丰速运"}
	if _, err := session.Execute(t.Context(), act); !fault.Is(err, fault.Invalid) {
		t.Errorf("an article for a refund: %v", err)
	}
}

// TestAnExchangeIsNoRefund: it is listed once, as what it is; where the application may not read exchanges it is shown among the refunds.
func TestAnExchangeIsNoRefund(t *testing.T) {
	s := newScene(t, fake.ShopSpec{Tmall: true})
	r := s.swap(fake.RefundSpec{})
	s.ask(fake.RefundSpec{})
	m := connectortest.Memory{}
	p, err := s.open(t).Pull(t.Context(), "", m.Known, m.Take)
	must(t, err)
	if len(m) != 2 || p.Count != 2 || m["exchange/"+swapRef(r).ID].Ref.Order != swapRef(r).Order || m["refund/"+swapRef(r).ID].Ref.ID != "" {
		t.Errorf("%d records, count %d, listed %v", len(m), p.Count, p.Listed)
	}
	s.shop.Forbid("tmall.exchange.receive.get")
	m = connectortest.Memory{}
	p, err = s.open(t).Pull(t.Context(), "", m.Known, m.Take)
	must(t, err)
	if snap := m["refund/"+swapRef(r).ID]; p.Count != 2 || len(m) != 2 || !snap.Open || snap.Facts.Case.Kind != "exchange" || !slices.Equal(snap.Facts.Case.Reported.Actions, []string{"wait"}) {
		t.Errorf("%d records, count %d: %+v", len(m), p.Count, snap.Facts.Case)
	}
	s.shop.Allow("tmall.exchange.receive.get") // what was shown among the refunds ends there and goes on as an exchange
	s.platform.Advance(time.Hour)
	p, err = s.open(t).Pull(t.Context(), p.Cursor, m.Known, m.Take)
	must(t, err)
	if m["refund/"+swapRef(r).ID].Open || !m["exchange/"+swapRef(r).ID].Open || len(p.Listed) != 2 {
		t.Errorf("listed %v", p.Listed)
	}
}

// TestAnExchangeThatBecameARefund ends, and the refund of the same number carries on.
func TestAnExchangeThatBecameARefund(t *testing.T) {
	s := newScene(t, fake.ShopSpec{Tmall: true})
	r := s.swap(fake.RefundSpec{})
	m := connectortest.Memory{}
	p, err := s.open(t).Pull(t.Context(), "", m.Known, m.Take)
	must(t, err)
	s.platform.Advance(time.Minute)
	must(t, r.WantMoney(49900))
	_, err = s.open(t).Pull(t.Context(), p.Cursor, m.Known, m.Take)
	must(t, err)
	swap, money := m["exchange/"+swapRef(r).ID], m["refund/"+swapRef(r).ID]
	if swap.Open || !money.Open || money.Facts.Case.Claim.Amount != fen(49900) || money.Facts.Case.Kind != "" || money.Ref.Order != swap.Ref.Order || money.Ref.Line != swap.Ref.Line {
		t.Errorf("exchange %+v\nrefund %+v", swap.Facts.Case, money.Facts.Case)
	}
}

// TestMessagesAboutExchanges name an exchange in a Tmall shop and a refund in any other.
func TestMessagesAboutExchanges(t *testing.T) {
	c := taobao.New()
	for topic, content := range map[string]string{
		"taobao_dispute_ExchangeCreated": `{"refund_id":7}`, "taobao_refund_RefundCreated": `{"refund_id":7,"bill_type":"replace_bill"}`,
		"taobao_dispute_RefundCreated": `{"refund_id":7,"biz_claim_type":6}`,
	} {
		for shop, want := range map[string]string{"tmall": "exchange", "taobao": "refund"} {
			account := connector.Account{Settings: map[string]string{"app_key": "123456", "app_secret": "s", "shop_kind": shop}}
			body := message(topic, "fake_seller", content)
			push, err := c.Receive(account, connector.Delivery{Header: http.Header{"Authorization": {fake.Authorization("123456", "s", body)}}, Body: body}, now)
			must(t, err)
			if len(push.Refs) != 1 || push.Refs[0].Kind != want {
				t.Errorf("%s in %s: %+v", topic, shop, push.Refs)
			}
		}
	}
}

// FuzzExchange reads exchanges of any shape.
func FuzzExchange(f *testing.F) {
	f.Add(captured(f, map[string]any{}))
	f.Add(captured(f, map[string]any{"status": "14", "time_out": "99999999999999999999", "refund_version": "\u202e", "price": "1e99", "num": -1, "buyer_logistic_no": "<b>\x00"}))
	f.Add([]byte(`{"tmall_exchange_get_response":{"result":{"exchange":{"dispute_id":1,"status":"13","created":"2026-11-20 10:00:00"}}}}`))
	f.Add([]byte(`{"tmall_exchange_get_response":{"result":{"exchange":[]}},"refund_get_response":{"refund":{"dispute_type":{}}}}`))
	c := taobao.New()
	f.Fuzz(func(t *testing.T, data []byte) {
		snaps, err := c.Import(data, time.UTC)
		if (err == nil) == (len(snaps) == 0) {
			t.Fatalf("%d snapshots and %v", len(snaps), err)
		}
		for _, snap := range snaps {
			sane(t, snap)
			if c := snap.Facts.Case; snap.Ref.Kind == "exchange" && snap.Problem == nil && (c == nil || c.Claim.Amount.Minor != 0 || c.Reported.Ended == snap.Open) {
				t.Fatalf("%+v", snap)
			}
		}
	})
}
