package taobao_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/taobao"
	"parley/internal/dispute"
)

// written is a captured refund with some members changed.
func written(t testing.TB, change map[string]any) []byte {
	refund := map[string]any{
		"refund_id": json.Number("146535512261065"), "tid": json.Number("194174061956510"), "oid": json.Number("194174061976510"), "status": "WAIT_SELLER_AGREE",
		"created": "2016-06-01 15:09:40", "refund_version": json.Number("1464764980000"), "refund_phase": "onsale", "reason": "协商一致退款", "desc": "部分退款2",
		"refund_fee": "252.77", "payment": "0.00", "total_fee": "252.77", "price": "90.60", "num": 3, "num_iid": json.Number("2100663189060"), "title": "沙箱测试商品by2048",
		"buyer_nick": "sandbox_c_12", "seller_nick": "sandbox_c_1", "good_status": "BUYER_NOT_RECEIVED", "has_good_return": false, "operation_contraint": "null",
		"refund_remind_timeout": map[string]any{"exist_timeout": true, "remind_type": 1, "timeout": "2016-06-03 15:09:40"},
	}
	for name, v := range change {
		if refund[name] = v; v == nil {
			delete(refund, name)
		}
	}
	raw, err := json.Marshal(map[string]any{"refund_get_response": map[string]any{"refund": refund, "request_id": "16ecr2nklz7h4"}})
	must(t, err)
	return raw
}

func read(t testing.TB, change map[string]any) connector.Snapshot {
	t.Helper()
	snaps, err := taobao.New().Import(written(t, change), time.UTC)
	if err != nil || len(snaps) != 1 {
		t.Fatalf("%d snapshots, %v", len(snaps), err)
	}
	return snaps[0]
}

func at(text string) time.Time {
	when, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return when.UTC()
}

func TestARefundAsTheSandboxTellsIt(t *testing.T) {
	snap := read(t, nil)
	want := connector.Ref{Kind: "refund", ID: "146535512261065", Buyer: "sandbox_c_12", Order: "194174061956510", Line: "194174061976510"}
	if snap.Ref != want || !snap.Open || !snap.ChangedAt.Equal(at("2016-06-01T15:09:40+08:00")) {
		t.Errorf("%+v, open %v, changed %s", snap.Ref, snap.Open, snap.ChangedAt)
	}
	c := snap.Facts.Case
	if c.OpenedAt != at("2016-06-01T15:09:40+08:00") || c.Reason != "协商一致退款" || c.Claim.Amount != fen(25277) || c.Claim.ReturnGoods || c.PlatformDueAt != at("2016-06-03T15:09:40+08:00") {
		t.Errorf("case %+v", c)
	}
	if r := c.Reported; r.State != "wait_seller" || r.Owner != "seller" || r.Max != fen(25277) || r.DueFor != "WAIT_SELLER_AGREE" || r.Ended {
		t.Errorf("reported %+v", r)
	}
	if p := snap.Facts.Proposals; len(p) != 1 || p[0].ID != "1464764980000/onsale" || p[0].By != "buyer" || !p[0].Open || p[0].Amount != fen(25277) {
		t.Errorf("proposals %+v", p)
	}
	if len(snap.Facts.Unknown) != 0 {
		t.Errorf("unknown %+v", snap.Facts.Unknown)
	}
}

// TestWhereARefundStands, in every documented status.
func TestWhereARefundStands(t *testing.T) {
	for status, want := range map[string]dispute.Reported{
		"WAIT_SELLER_AGREE":                             {State: "wait_seller", Owner: "seller"},
		"WAIT_BUYER_RETURN_GOODS":                       {State: "wait_buyer_return", Owner: "buyer"},
		"WAIT_SELLER_CONFIRM_GOODS":                     {State: "wait_seller_goods", Owner: "seller"},
		"SELLER_REFUSE_BUYER":                           {State: "negotiating", Owner: "buyer"},
		"WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS": {State: "replacement_sent", Owner: "buyer"},
		"EXCHANGE_TRANSFORM_TO_REFUND":                  {State: "refund_instead", Owner: "seller"},
		"WAIT_SELLER_CONSIGN_GOODS":                     {State: "wait_replacement", Owner: "seller"},
		"CLOSED":                                        {State: "closed", Ended: true},
		"SUCCESS":                                       {State: "refunded", Ended: true},
	} {
		snap := read(t, map[string]any{"status": status, "end_time": "2016-06-04 10:00:00"})
		got := snap.Facts.Case.Reported
		if got.State != want.State || got.Owner != want.Owner || got.Ended != want.Ended || snap.Open == want.Ended || len(snap.Facts.Unknown) != 0 {
			t.Errorf("%s: %+v, unknown %+v", status, got, snap.Facts.Unknown)
		}
		if want.Ended && got.EndedAt != at("2016-06-04T10:00:00+08:00") {
			t.Errorf("%s ended at %s", status, got.EndedAt)
		}
		if (status == "SUCCESS") != (got.Paid == fen(25277)) {
			t.Errorf("%s paid %s", status, got.Paid)
		}
	}
}

func TestThePlatformsStaffHaveTheMatter(t *testing.T) {
	for staff, theirs := range map[int]bool{1: false, 2: false, 3: true, 4: true, 6: false, 10: true, 11: true} {
		r := read(t, map[string]any{"cs_status": staff}).Facts.Case.Reported
		if (r.Owner == "platform") != theirs || (r.State == "platform") != theirs {
			t.Errorf("cs_status %d: %+v", staff, r)
		}
	}
}

// TestWhatCanBeDone follows from the documents of the methods.
func TestWhatCanBeDone(t *testing.T) {
	for name, c := range map[string]struct {
		change map[string]any
		want   string
	}{
		"sent, not received":  {map[string]any{"order_status": "WAIT_BUYER_CONFIRM_GOODS"}, "accept accept_withdrawal contest_with_evidence"},
		"not sent":            {map[string]any{"order_status": "WAIT_SELLER_SEND_GOODS"}, "accept accept_withdrawal"},
		"must not be refused": {map[string]any{"operation_contraint": "cannot_refuse"}, "accept accept_withdrawal"},
		"received":            {map[string]any{"good_status": "BUYER_RECEIVED"}, "accept accept_withdrawal counter_return contest_with_evidence"},
		"with a return":       {map[string]any{"good_status": "BUYER_RECEIVED", "has_good_return": true}, "accept accept_withdrawal contest_with_evidence"},
		"for the web pages":   {map[string]any{"operation_contraint": "refund_onweb"}, "wait"},
		"an exchange":         {map[string]any{"dispute_type": "TMALL_EXCHANGE"}, "wait"},
		"goods are back":      {map[string]any{"status": "WAIT_SELLER_CONFIRM_GOODS"}, "confirm_goods contest_goods"},
		"refused before":      {map[string]any{"status": "SELLER_REFUSE_BUYER"}, "accept"},
		"the buyer's turn":    {map[string]any{"status": "WAIT_BUYER_RETURN_GOODS"}, ""},
	} {
		if got := strings.Join(read(t, c.change).Facts.Case.Reported.Actions, " "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestWhatNobodyDocumentedIsKept: words, members, money and times that are none.
func TestWhatNobodyDocumentedIsKept(t *testing.T) {
	snap := read(t, map[string]any{
		"status": "WAIT_FOR_GODOT", "good_status": "LOST\u0000", "new_member": map[string]any{"a": 1}, "refund_fee": "a lot", "good_return_time": "yesterday",
		"operation_contraint": "refund_onweb", "order_status": nil,
	})
	want := []dispute.Unknown{
		{Field: "refund_fee", Value: "a lot"}, {Field: "status", Value: "WAIT_FOR_GODOT"}, {Field: "good_return_time", Value: "yesterday"},
		{Field: "good_status", Value: "LOST"}, {Field: "operation_contraint", Value: "refund_onweb"}, {Field: "new_member", Value: `{"a":1}`},
	}
	for _, u := range want {
		if !slices.Contains(snap.Facts.Unknown, u) {
			t.Errorf("%+v is lost: %+v", u, snap.Facts.Unknown)
		}
	}
	if !snap.Open || snap.Facts.Case.Reported.State != "" || snap.Facts.Case.Claim.Amount.Known() {
		t.Errorf("%+v", snap.Facts.Case)
	}
}

// TestATalkInARefund as a shop saw it: who wrote, the picture, and the address that agreed to a return.
func TestATalkInARefund(t *testing.T) {
	talk := `{"refund_messages":{"refund_message":[
	 {"id":4489767000001,"content":"请退货到仓库","created":"2021-10-09 13:00:00","message_type":"RETURN_GOODS_APPROVED","owner_role":"2","owner_nick":"seller"},
	 {"content":"亲,不好意思,已经在路上了","created":"2021-10-09 12:14:11","id":4489767000000,"message_type":"NORMAL","owner_id":600000001,"owner_role":"2","pic_urls":{"pic_url":[{"url":"https://example.invalid/a.jpg"}]}},
	 {"id":4489767000002,"content":"<b>急</b>","created":"2021-10-09 14:00:00","message_type":"POEM","owner_role":"7"}]},"total_results":3}`
	raw := `{"refund_get_response":` + strings.TrimPrefix(strings.TrimSuffix(string(written(t, nil)), "}"), `{"refund_get_response":`) + `,"refund_messages_get_response":` + talk + `}`
	snaps, err := taobao.New().Import([]byte(raw), time.UTC)
	must(t, err)
	f := snaps[0].Facts
	if len(f.Messages) != 3 || f.Messages[1].From != "staff" || f.Messages[1].Files[0].URL != "https://example.invalid/a.jpg" || f.Messages[1].At != at("2021-10-09T12:14:11+08:00") {
		t.Errorf("messages %+v", f.Messages)
	}
	if len(f.Evidence) != 1 || f.Evidence[0].Kind != "photo" || f.Evidence[0].From != "staff" {
		t.Errorf("evidence %+v", f.Evidence)
	}
	if len(f.History) != 1 || f.History[0].Did != "agreed_return" || f.History[0].Who != "staff" {
		t.Errorf("history %+v", f.History)
	}
	if len(f.Unknown) != 2 {
		t.Errorf("unknown %+v", f.Unknown)
	}
}

// TestIdsAreTextsOfAnyLength: beyond 2^53, as numbers and as texts.
func TestIdsAreTextsOfAnyLength(t *testing.T) {
	for _, number := range []any{json.Number("994174061956510001"), "994174061956510001"} {
		snap := read(t, map[string]any{"refund_id": number, "tid": number, "oid": number})
		if snap.Ref.ID != "994174061956510001" || snap.Ref.Order != snap.Ref.ID || snap.Ref.Line != "" {
			t.Errorf("%T: %+v", number, snap.Ref)
		}
	}
}

// TestTheReturnIsOnItsWay when the buyer gave its number.
func TestTheReturnIsOnItsWay(t *testing.T) {
	snap := read(t, map[string]any{"status": "WAIT_SELLER_CONFIRM_GOODS", "good_return_time": "2016-06-02 10:00:00", "sid": "753", "company_name": "中通快递"})
	want := dispute.Act{At: at("2016-06-02T10:00:00+08:00"), Who: "buyer", Did: "entered_return_tracking", Reference: "753", Note: "中通快递", Raw: "good_return_time"}
	if len(snap.Facts.History) != 1 || snap.Facts.History[0] != want {
		t.Errorf("history %+v", snap.Facts.History)
	}
}

// TestTradesAreReadToo: purchases without a case; the answer of an act is no record.
func TestTradesAreReadToo(t *testing.T) {
	snaps, err := taobao.New().Import([]byte(`{"trades_sold_get_response":{"total_results":1,"trades":{"trade":[{"tid":194145147111084,"status":"WAIT_SELLER_SEND_GOODS",
	 "created":"2016-10-20 13:27:13","modified":"2016-10-20 13:27:49","payment":"510.00","post_fee":"10.00","buyer_nick":"b","receiver_state":"某某省",
	 "orders":{"order":[{"oid":194145147111084,"title":"沙箱测试","num":5,"price":"100.00"}]}}]}}}`), time.UTC)
	if err != nil || len(snaps) != 1 || snaps[0].Ref.Kind != "order" || snaps[0].Facts.Case != nil || snaps[0].Facts.Order.Goods != fen(50000) || snaps[0].Facts.Order.Items[0].Quantity != 5 {
		t.Errorf("%+v, %v", snaps, err)
	}
	if snaps, err := taobao.New().Import([]byte(`{"refund_refuse_response":{"refund":{"refund_id":"1","modified":"2016-06-02 09:00:00","status":"SELLER_REFUSE_BUYER"},"is_success":true}}`), time.UTC); err == nil {
		t.Errorf("an answer of an act: %+v", snaps)
	}
}
