package taobao_test

import (
	"testing"
	"time"

	"parley/internal/connector/taobao"
)

// TestARefundWithAHoleIsKept: a list loses no row because one of its words is missing.
func TestARefundWithAHoleIsKept(t *testing.T) {
	const list = `{"refunds_receive_get_response":{"refunds":{"refund":[
		{"refund_id":"11","tid":"21","oid":"31","status":null,"created":"2026-03-01 10:00:00","refund_fee":"10.00"},
		{"refund_id":"12","tid":"22","oid":"32","status":"WAIT_SELLER_AGREE","created":null,"refund_fee":"10.00"}]}}}`
	got, err := taobao.New().Import([]byte(list), time.UTC)
	if err != nil || len(got) != 2 {
		t.Fatalf("%d records, %v", len(got), err)
	}
	for i, id := range []string{"11", "12"} {
		if got[i].Ref.ID != id || len(got[i].Raw) == 0 {
			t.Errorf("record %d is %+v", i, got[i].Ref)
		}
	}
}

// TestATradeOfAFileShowsWhatNobodyDocuments beside what it tells.
func TestATradeOfAFileShowsWhatNobodyDocuments(t *testing.T) {
	got, err := taobao.New().Import([]byte(`{"trade":{"tid":"21","status":"TRADE_FINISHED","buyer_memo":"x","moon_phase":"full"}}`), time.UTC)
	if err != nil || len(got) != 1 || len(got[0].Facts.Unknown) != 1 || got[0].Facts.Unknown[0].Field != "moon_phase" {
		t.Fatalf("%+v, %v", got, err)
	}
}
