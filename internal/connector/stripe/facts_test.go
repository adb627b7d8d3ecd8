package stripe_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"parley/internal/connector"
	"parley/internal/connector/stripe"
	"parley/internal/dispute"
	"parley/internal/money"
	"parley/packs"
)

// written is a dispute as Stripe's reference shows it, with the given members on top.
func written(t testing.TB, members map[string]any) []byte {
	t.Helper()
	all := map[string]any{
		"id": "dp_1", "object": "dispute", "amount": 6990, "currency": "eur", "charge": "ch_1", "payment_intent": "pi_1", "created": 1793577600,
		"status": "needs_response", "reason": "product_not_received", "is_charge_refundable": false, "metadata": map[string]any{}, "livemode": false,
		"balance_transactions": []any{map[string]any{"id": "txn_1", "object": "balance_transaction", "amount": -6990, "currency": "eur", "created": 1793577600, "fee": 2000}},
		"evidence":             map[string]any{"receipt": nil, "uncategorized_text": nil, "enhanced_evidence": map[string]any{}}, "enhanced_eligibility_types": []any{},
		"evidence_details": map[string]any{"due_by": 1794268799, "has_evidence": false, "past_due": false, "submission_count": 0, "enhanced_eligibility": map[string]any{}},
		"payment_method_details": map[string]any{"type": "card", "card": map[string]any{
			"brand": "visa", "network": "visa", "case_type": "chargeback", "network_reason_code": "13.1"}},
	}
	for k, v := range members {
		all[k] = v
	}
	raw, err := json.Marshal(all)
	must(t, err)
	return raw
}

func read(t testing.TB, members map[string]any) connector.Snapshot {
	t.Helper()
	snaps, err := stripe.New().Import(written(t, members), time.UTC)
	if err != nil || len(snaps) != 1 {
		t.Fatalf("%d, %v", len(snaps), err)
	}
	return snaps[0]
}

func TestADisputeBecomesACase(t *testing.T) {
	snap := read(t, nil)
	c := snap.Facts.Case
	want := dispute.Case{
		OpenedAt: time.Unix(1793577600, 0).UTC(), Via: "card", Network: "visa", Reason: "13.1", ReasonNote: "product_not_received",
		Claim: dispute.Claim{Amount: money.Amount{Minor: 6990, Currency: "EUR"}}, PlatformDueAt: time.Unix(1794268799, 0).UTC(),
	}
	got := *c
	got.Reported = dispute.Reported{}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	r := c.Reported
	if r.State != "wait_seller" || r.Owner != "seller" || r.DueFor != "chargeback" || strings.Join(r.Actions, " ") != "accept contest_with_evidence" || !snap.Open {
		t.Errorf("reported %+v", r)
	}
	if snap.Ref != (connector.Ref{Kind: "dispute", ID: "dp_1", Order: "pi_1"}) || len(snap.Facts.Unknown) != 0 {
		t.Errorf("ref %+v, unknown %+v", snap.Ref, snap.Facts.Unknown)
	}
	if h := snap.Facts.Order.Handles; strings.Join(h, " ") != "stripe:payment_intent/pi_1 stripe:charge/ch_1" {
		t.Errorf("handles %v", h)
	}
	history := snap.Facts.History
	if len(history) != 2 || history[0].Did != "funds_withdrawn" || history[0].Amount.Minor != 6990 || history[1].Did != "dispute_fee" || history[1].Amount.Minor != 2000 {
		t.Errorf("history %+v", history)
	}
}

func TestEveryStatusHasItsStanding(t *testing.T) {
	back := []any{map[string]any{"amount": -6990, "currency": "eur", "created": 1793577600}, map[string]any{"amount": 6990, "currency": "eur", "created": 1795000000}}
	for _, row := range []struct {
		status, state, owner string
		ended                bool
		paid                 int64
		moves                any
		due                  bool
	}{
		{"needs_response", "wait_seller", "seller", false, 0, nil, true},
		{"warning_needs_response", "wait_seller", "seller", false, 0, nil, true},
		{"under_review", "platform", "platform", false, 0, nil, false},
		{"warning_under_review", "platform", "platform", false, 0, nil, false},
		{"warning_closed", "closed", "platform", true, 0, []any{}, false},
		{"won", "refused", "platform", true, 0, back, false},
		{"lost", "refunded", "platform", true, 6990, nil, false},
		{"prevented", "closed", "platform", true, 0, []any{}, false},
		{"prevented", "refunded", "platform", true, 6990, nil, false},
		{"beamed_up", "", "", false, 0, nil, false},
	} {
		members := map[string]any{"status": row.status}
		if row.moves != nil {
			members["balance_transactions"] = row.moves
		}
		snap := read(t, members)
		r := snap.Facts.Case.Reported
		if r.State != row.state || r.Owner != row.owner || r.Ended != row.ended || snap.Open == row.ended || r.Paid.Minor != row.paid || r.Status != row.status {
			t.Errorf("%s: %+v, open %v", row.status, r, snap.Open)
		}
		if snap.Facts.Case.PlatformDueAt.IsZero() == row.due {
			t.Errorf("%s: due %s", row.status, snap.Facts.Case.PlatformDueAt)
		}
		if row.status == "won" && !r.EndedAt.Equal(time.Unix(1795000000, 0)) {
			t.Errorf("won at %s", r.EndedAt)
		}
	}
}

func TestAnInquiryIsGivenInToByARefund(t *testing.T) {
	snap := read(t, map[string]any{"status": "warning_needs_response", "is_charge_refundable": true, "balance_transactions": []any{}, "payment_method_details": nil})
	r := snap.Facts.Case.Reported
	if strings.Join(r.Actions, " ") != "contest_with_evidence refund" || r.DueFor != "inquiry" {
		t.Errorf("%+v", r)
	}
}

// TestNoAnswerTaken: due_by 0 means that the bank takes no answer, not that it was due in 1970.
func TestNoAnswerTaken(t *testing.T) {
	for _, due := range []any{0, nil, "", -5, "soon", 1e40} {
		if at := read(t, map[string]any{"evidence_details": map[string]any{"due_by": due}}).Facts.Case.PlatformDueAt; !at.IsZero() {
			t.Errorf("due_by %v gives %s", due, at)
		}
	}
}

func TestWhatIsNotKnownIsKeptAndShown(t *testing.T) {
	snap := read(t, map[string]any{
		"status": "beamed_up", "reason": "too_blue", "hue": map[string]any{"a": 1}, "evidence": map[string]any{"smell": "x", "receipt": nil},
		"evidence_details":       map[string]any{"mood": "bad"},
		"payment_method_details": map[string]any{"type": "shells", "shells": map[string]any{"count": 3}, "card": map[string]any{"network": "abacus", "case_type": "duel", "chip": 1}},
	})
	got := map[string]string{}
	for _, u := range snap.Facts.Unknown {
		got[u.Field] = u.Value
	}
	for field, value := range map[string]string{
		"status": "beamed_up", "reason": "too_blue", "hue": `{"a":1}`, "evidence.smell": `"x"`, "evidence_details.mood": `"bad"`,
		"payment_method_details.type": "shells", "payment_method_details.shells": `{"count":3}`, "payment_method_details.card.network": "abacus",
		"payment_method_details.card.case_type": "duel", "payment_method_details.card.chip": "1",
	} {
		if got[field] != value {
			t.Errorf("%s: %q, want %q", field, got[field], value)
		}
	}
	if c := snap.Facts.Case; !snap.Open || c.Reason != "too_blue" || c.Reported.State != "" || c.Network != "shells" {
		t.Errorf("case %+v", c)
	}
}

func TestAmountsAreExactInEveryCurrency(t *testing.T) {
	for _, row := range []struct {
		amount   any
		currency string
		want     string
	}{
		{6990, "eur", "69.90 EUR"}, {"6990", "eur", "69.90 EUR"}, {6990.0, "usd", "69.90 USD"}, {5000, "jpy", "5000 JPY"}, {5120, "kwd", "5.120 KWD"},
		{1000, "isk", "10 ISK"}, {500, "ugx", "5 UGX"}, {300, "mga", "300.00 MGA"}, {1050, "isk", "unknown"}, {9007199254740993, "eur", "90071992547409.93 EUR"},
		{69.9, "eur", "unknown"}, {nil, "eur", "unknown"}, {6990, "", "unknown"}, {6990, "euro", "unknown"}, {int64(9223372036854775807), "mga", "unknown"},
	} {
		snap := read(t, map[string]any{"amount": row.amount, "currency": row.currency})
		if got := snap.Facts.Case.Claim.Amount.String(); got != row.want {
			t.Errorf("%v %s is %s, want %s", row.amount, row.currency, got, row.want)
		}
		if row.want == "unknown" && len(snap.Facts.Unknown) == 0 {
			t.Errorf("%v %s is not shown as unknown", row.amount, row.currency)
		}
	}
}

// TestReasonsSayTheMostTheyCan: a network's code where the rules of the network know it, else Stripe's word, which the pack of Stripe knows.
func TestReasonsSayTheMostTheyCan(t *testing.T) {
	for _, row := range [][4]string{
		{"visa", "13.7", "13.7", "product_not_received"}, {"visa", "13.9", "product_not_received", "13.9"},
		{"mastercard", "4853", "product_not_received", "4853"}, {"amex", "C08", "C08", "product_not_received"}, {"jcb", "546", "product_not_received", "546"},
	} {
		c := read(t, map[string]any{"payment_method_details": map[string]any{"type": "card", "card": map[string]any{"network": row[0], "network_reason_code": row[1]}}}).Facts.Case
		if c.Network != row[0] || c.Reason != row[2] || c.ReasonNote != row[3] {
			t.Errorf("%v: %s, %s, %s", row, c.Network, c.Reason, c.ReasonNote)
		}
	}
}

// TestTheCodesTakenAreThoseTheRulesKnow, all of them and no others.
func TestTheCodesTakenAreThoseTheRulesKnow(t *testing.T) {
	for _, network := range []string{"visa", "mastercard", "amex", "discover"} {
		known := reasonsOf(t, network)
		for code := range known {
			if got := codeTaken(t, network, code); got != code {
				t.Errorf("%s %s is in the rules and read as %s", network, code, got)
			}
		}
		for _, code := range []string{"10.1", "4808", "F30", "UA01", "13.5"} {
			if got := codeTaken(t, network, code); got == code && !known[code] {
				t.Errorf("%s %s is not in the rules and hides Stripe's word", network, code)
			}
		}
	}
	for word := range reasonsOf(t, "stripe") {
		if u := read(t, map[string]any{"reason": word}).Facts.Unknown; len(u) != 0 {
			t.Errorf("%s is in the rules and no word of Stripe's: %+v", word, u)
		}
	}
}

func codeTaken(t *testing.T, network, code string) string {
	t.Helper()
	return read(t, map[string]any{"payment_method_details": map[string]any{"type": "card", "card": map[string]any{"network": network, "network_reason_code": code}}}).Facts.Case.Reason
}

// reasonsOf reads the codes that a pack of payments knows.
func reasonsOf(t *testing.T, pack string) map[string]bool {
	t.Helper()
	data, err := packs.Files.ReadFile("payments/" + pack + ".yaml")
	must(t, err)
	var file struct{ Reasons map[string]string }
	must(t, yaml.Unmarshal(data, &file))
	out := map[string]bool{}
	for code := range file.Reasons {
		out[code] = true
	}
	return out
}

// TestHostileRecords neither crash nor are taken for good.
func TestHostileRecords(t *testing.T) {
	nasty := read(t, map[string]any{"reason": "<b>\u202e\x00</b>", "metadata": map[string]any{"a\x00": map[string]any{"b": 1}}, "charge": []any{1}, "created": "1793577600",
		"balance_transactions": []any{map[string]any{"amount": "x", "created": -1}}})
	if r := nasty.Facts.Case.ReasonNote; strings.ContainsRune(r, 0) || !strings.Contains(r, "<b>") {
		t.Errorf("reason %q", r)
	}
	for _, members := range []map[string]any{
		{"object": "payout"}, {"id": ""},
	} {
		if snaps, err := stripe.New().Import(written(t, members), time.UTC); err == nil || len(snaps) != 0 {
			t.Errorf("%v passes: %+v", members, snaps)
		}
	}
	for _, members := range []map[string]any{{"status": nil}, {"created": "soon"}, {"balance_transactions": "x"}, {"payment_method_details": 5}} {
		if s := read(t, members); s.Problem == nil || !s.Open || s.Facts.Case != nil {
			t.Errorf("%v passes: %+v", members, s)
		}
	}
}

// TestThePaymentBehindADispute: buyer, goods, parcel, refunds.
func TestThePaymentBehindADispute(t *testing.T) {
	charge := map[string]any{
		"id": "ch_1", "object": "charge", "amount": 6990, "currency": "eur", "created": 1793000000, "status": "succeeded", "description": nil,
		"calculated_statement_descriptor": "CASA NORTE", "customer": "cus_1", "metadata": map[string]any{"order_number": "#1042", "order_id": "77"},
		"billing_details":        map[string]any{"name": "Ana Souza", "address": map[string]any{"country": "es"}},
		"payment_method_details": map[string]any{"type": "card", "card": map[string]any{"country": "FR"}},
		"shipping":               map[string]any{"name": "Ana", "carrier": "Correos", "tracking_number": "LB1ES", "address": nil},
		"refunds": map[string]any{"data": []any{
			map[string]any{"id": "re_2", "amount": 500, "currency": "eur", "created": 1793200000, "status": "pending"},
			map[string]any{"id": "re_1", "amount": 1000, "currency": "eur", "created": 1793100000, "status": "succeeded"},
			map[string]any{"id": "re_3", "amount": 700, "currency": "eur", "created": 1793300000, "status": "failed"},
			map[string]any{"id": "re_4", "amount": 700, "currency": "eur", "created": 1793300000, "status": "canceled"},
		}},
	}
	f := read(t, map[string]any{"charge": charge, "payment_intent": map[string]any{"id": "pi_1", "description": "Towels"}}).Facts
	if o := f.Order; o.ID != "pi_1" || o.Goods.String() != "69.90 EUR" || o.Items[0].Title != "Towels" || o.PaidWith != "card" || !o.PlacedAt.Equal(time.Unix(1793000000, 0)) {
		t.Errorf("order %+v", o)
	}
	if b := f.Buyer; b.Name != "Ana Souza" || b.Country != "ES" || b.ID != "cus_1" || f.Shipment.Number != "LB1ES" {
		t.Errorf("buyer %+v, parcel %+v", b, f.Shipment)
	}
	if l := f.Ledger; len(l) != 2 || l[0].Source != "stripe:refund/re_1" || l[0].Amount.Minor != 1000 || l[1].Source != "stripe:refund/re_2" || l[1].Did != "refund" {
		t.Errorf("ledger %+v", l)
	}
	if h := strings.Join(f.Order.Handles, " "); strings.Contains(h, "shopify") {
		t.Errorf("an order number was guessed: %s", h)
	}
	bare, _ := stripe.New().Import(written(t, map[string]any{"charge": charge, "payment_intent": nil}), time.UTC)
	if bare[0].Ref.Order != "ch_1" {
		t.Errorf("without a payment intent the purchase is %q", bare[0].Ref.Order)
	}
}

// TestTheDigestIsThatOfTheDispute: it stays when the payment comes expanded or members change places, and moves with any member.
func TestTheDigestIsThatOfTheDispute(t *testing.T) {
	plain := read(t, nil).Fingerprint
	if got := read(t, map[string]any{"charge": map[string]any{"id": "ch_1", "amount": 5}, "payment_intent": map[string]any{"id": "pi_1"}}).Fingerprint; got != plain {
		t.Error("an expanded payment changes the digest")
	}
	for _, members := range []map[string]any{{"amount": 6991}, {"hue": 1}, {"charge": "ch_2"}, {"metadata": map[string]any{"a": "b"}}} {
		if read(t, members).Fingerprint == plain {
			t.Errorf("%v does not change the digest", members)
		}
	}
}

func TestImportOpensListsEventsAndArrays(t *testing.T) {
	one := string(written(t, nil))
	warning := `{"object":"radar.early_fraud_warning","id":"issfr_1","actionable":true,"charge":"ch_1","created":1793577600,"fraud_type":"misc"}`
	for name, row := range map[string]struct {
		text string
		want int
	}{
		"list":  {`{"object":"list","data":[` + one + `,` + warning + `],"has_more":false}`, 2},
		"event": {`{"object":"event","type":"charge.dispute.created","data":{"object":` + one + `}}`, 1},
		"array": {`[` + one + `,` + warning + `,{"object":"list","data":[` + one + `]}]`, 3},
		"other": {`{"object":"list","data":[{"object":"payout","id":"po_1"}]}`, 0},
	} {
		snaps, err := stripe.New().Import([]byte(row.text), time.UTC)
		if len(snaps) != row.want || (err == nil) != (row.want > 0) {
			t.Errorf("%s: %d, %v", name, len(snaps), err)
		}
	}
}

// What says of itself that it is a dispute is kept with its problem, and does not hide those beside it.
func TestAnUnreadableDisputeInAFileIsKept(t *testing.T) {
	strange := written(t, map[string]any{"id": "du_strange", "evidence_details": "new"})
	snaps, err := stripe.New().Import([]byte(`{"object":"list","data":[`+string(strange)+`,`+string(written(t, nil))+`]}`), time.UTC)
	if err != nil || len(snaps) != 2 || snaps[0].Problem == nil || !snaps[0].Open || snaps[0].Ref.ID != "du_strange" || string(snaps[0].Raw) != string(strange) || snaps[1].Problem != nil {
		t.Errorf("%+v, %v", snaps, err)
	}
}
