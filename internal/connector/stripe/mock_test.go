package stripe_test

import (
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/connectortest"
	"parley/internal/connector/stripe"
	"parley/internal/money"
)

// TestStripesOwnMockTakesEveryRequest runs every call of this package against stripe-mock, which refuses what Stripe's description does
// not know, and reads all of its answers.
func TestStripesOwnMockTakesEveryRequest(t *testing.T) {
	m := newMock(t)
	web := httptest.NewServer(m)
	t.Cleanup(web.Close)
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	session, err := stripe.New().Open(connector.Account{StoreID: stores.Add(1), Settings: map[string]string{
		"address": web.URL, "api_key": "sk_test_123", "calls_per_second": "0",
	}}, worldAt(func() time.Time { return now }))
	must(t, err)

	who, err := session.Check(t.Context())
	if err != nil || who.ID == "" {
		t.Errorf("check: %+v, %v", who, err)
	}
	memory := connectortest.Memory{}
	if _, err := session.Pull(t.Context(), `{"at":1,"open":{"dispute/dp_1":1,"early_fraud_warning/issfr_1":1}}`, memory.Known, memory.Take); err != nil {
		t.Errorf("pull: %v", err)
	}
	if len(memory) < 2 {
		t.Errorf("%d records read, want a dispute and a warning", len(memory))
	}
	for key, snap := range memory {
		if snap.Problem != nil || len(snap.Facts.Unknown) > 1 { // the fixtures' network code of an inquiry is Stripe's joke, its members are not
			t.Errorf("%s: %v, unknown %+v", key, snap.Problem, snap.Facts.Unknown)
		}
	}
	ref := connector.Ref{Kind: "dispute", ID: "dp_1", Order: "pi_1"}
	if _, err := session.Fetch(t.Context(), ref); err != nil {
		t.Errorf("fetch: %v", err)
	}
	order, err := session.Order(t.Context(), ref)
	if err != nil || !order.Order.Goods.Known() || order.Buyer.Name != "Jenny Rosen" {
		t.Errorf("order: %+v, %v", order, err)
	}
	for _, act := range everyAct(ref) {
		receipt, err := session.Execute(t.Context(), act)
		if err != nil || receipt.ID == "" {
			t.Errorf("%s: %+v, %v", act.Do, receipt, err)
		}
	}
	for _, refused := range m.refused {
		t.Error(refused)
	}
	for _, call := range []string{"POST /v1/disputes/dp_1", "POST /v1/disputes/dp_1/close", "POST /v1/files", "POST /v1/refunds", "GET /v1/radar/early_fraud_warnings"} {
		if !slices.Contains(m.calls, call) {
			t.Errorf("%s was not called: %v", call, m.calls)
		}
	}
}

// everyAct is one of each act, with every field of the evidence form filled.
func everyAct(ref connector.Ref) []connector.Effect {
	fields := map[string]string{}
	for _, name := range []string{
		"access_activity_log", "billing_address", "cancellation_policy_disclosure", "cancellation_rebuttal", "customer_email_address", "customer_name",
		"customer_purchase_ip", "duplicate_charge_explanation", "duplicate_charge_id", "product_description", "refund_policy_disclosure",
		"refund_refusal_explanation", "service_date", "shipping_address", "shipping_date",
	} {
		fields[name] = "words & more = ü"
	}
	for _, name := range []string{
		"cancellation_policy", "customer_communication", "customer_signature", "duplicate_charge_documentation", "receipt", "refund_policy",
		"service_documentation", "shipping_documentation", "uncategorized_file",
	} {
		fields[name] = "file_1"
	}

	return []connector.Effect{
		{ID: "eff_a", Do: "upload_evidence", Ref: ref, File: proof(), Fields: map[string]string{"field": "receipt"}},
		{ID: "eff_b", Do: "contest_with_evidence", Ref: ref, Text: "Delivered.", Tracking: "LB1ES", Carrier: "Correos", Fields: fields},
		{ID: "eff_c", Do: "accept", Ref: ref},
		{ID: "eff_d", Do: "refund", Ref: ref, Amount: money.Amount{Minor: 500, Currency: "USD"}},
		{ID: "eff_e", Do: "refund", Ref: connector.Ref{Kind: "early_fraud_warning", ID: "issfr_1", Order: "ch_1"}, Amount: money.Amount{Minor: 500, Currency: "USD"}, Reason: "fraudulent"},
	}
}
