package mirakl_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/mirakl"
	"parley/internal/dispute"
)

func imported(t *testing.T, text string) []connector.Snapshot {
	t.Helper()
	snaps, err := mirakl.New().Import([]byte(text), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return snaps
}

func fixture(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestAnOrderWithAnIncident(t *testing.T) {
	snap := imported(t, fixture(t, "order.json"))[0]
	f := snap.Facts
	if snap.Ref.Kind != "incident" || snap.Ref.ID != "M1-A-1#1" || snap.Ref.Line != "M1-A-1" || snap.Ref.Order != "M1-A" || !snap.Open {
		t.Errorf("ref %+v, open %v", snap.Ref, snap.Open)
	}
	if f.Case.Reason != "artículo no recibido" || f.Case.ReasonNote != "1 Artículo no recibido" || f.Case.Reported.Status != "" {
		t.Errorf("case %+v", f.Case)
	}
	if want := time.Date(2026, 11, 2, 17, 40, 5, 0, time.UTC); !f.Case.OpenedAt.Equal(want) {
		t.Errorf("opened %v, want %v", f.Case.OpenedAt, want)
	}
	// 39.90 and 3.99 of shipping, less 10.00 and 0.99 that were paid back.
	if f.Case.Claim.Amount != eur(3290) || f.Case.Reported.Max != eur(3290) {
		t.Errorf("claim %v, most %v", f.Case.Claim.Amount, f.Case.Reported.Max)
	}
	if len(f.Ledger) != 1 || f.Ledger[0].Amount != eur(1099) || f.Ledger[0].Source != "mirakl:refund/11111111-1111-4111-8111-111111111111" {
		t.Errorf("ledger %+v", f.Ledger)
	}
	o := f.Order
	if o.Goods != eur(5170) || o.Shipping != eur(399) || o.PaidWith != "card" || len(o.Items) != 1 || o.Items[0].Title != "Batería externa" || o.Status != "RECEIVED" {
		t.Errorf("order %+v", o)
	}
	if strings.Join(o.Handles, " ") != "mirakl:purchase/M1 stripe:payment_intent/pi_7" || o.ShipBy.IsZero() {
		t.Errorf("handles %v, ship by %v", o.Handles, o.ShipBy)
	}
	if b := f.Buyer; b.Country != "ES" || b.Language != "es" || b.Name != "Lucía" || b.ID != "C1" {
		t.Errorf("buyer %+v", b)
	}
	if s := f.Shipment; s.Number != "PQ1" || s.Carrier != "Correos" || len(s.Events) != 1 || s.Events[0].Status != "delivered" {
		t.Errorf("parcel %+v", s)
	}
	if len(f.Unknown) != 0 {
		t.Errorf("unknown %+v", f.Unknown)
	}
}

// TestTaxesOnTopOfPrices: where they are not in the price, the buyer paid them too.
func TestTaxesOnTopOfPrices(t *testing.T) {
	text := strings.NewReplacer(`"order_tax_mode": "TAX_INCLUDED"`, `"order_tax_mode": "TAX_EXCLUDED"`,
		`"taxes": []`, `"taxes": [{"amount": 2.50, "code": "t1"}, {"amount": "1.25000", "code": "t2"}]`).Replace(fixture(t, "order.json"))
	f := imported(t, text)[0].Facts
	if f.Order.Goods != eur(5170+375+375) || f.Case.Claim.Amount != eur(3290+375) {
		t.Errorf("goods %v, claim %v", f.Order.Goods, f.Case.Claim.Amount)
	}
}

// TestNullsEverywhere: every member of every object may be null or missing without anything else of the record suffering.
func TestNullsEverywhere(t *testing.T) {
	for _, name := range []string{"order.json", "return.json", "thread.json"} {
		whole := fixture(t, name)
		lines := strings.Split(whole, "\n")
		for n, line := range lines {
			at := strings.Index(line, `": `)
			if at < 0 || strings.HasSuffix(line, "{") || strings.HasSuffix(line, "[") {
				continue
			}
			comma := ""
			if strings.HasSuffix(line, ",") {
				comma = ","
			}
			changed := append(append([]string{}, lines[:n]...), line[:at+3]+"null"+comma)
			text := strings.Join(append(changed, lines[n+1:]...), "\n")
			if _, err := mirakl.New().Import([]byte(text), time.UTC); err != nil && !strings.Contains(line, `"id"`) && !strings.Contains(line, `"order_id"`) {
				t.Errorf("%s without %s: %v", name, strings.TrimSpace(line), err)
			}
		}
	}
}

func TestWhatNobodyKnowsIsKept(t *testing.T) {
	for name, c := range map[string]struct{ file, old, new, want string }{
		"order state":  {"order.json", `"order_state": "RECEIVED"`, `"order_state": "BEAMED"`, "BEAMED"},
		"refund state": {"order.json", `"state": "REFUNDED"`, `"state": "LOST"`, "LOST"},
		"a new member": {"order.json", `"order_id": "M1-A",`, `"order_id": "M1-A", "teleport": {"to": "Mars"},`, `{"to":"Mars"}`},
		"line member":  {"order.json", `"order_line_index": 1,`, `"order_line_index": 1, "colour": "red",`, `"red"`},
		"a bad sum":    {"order.json", `"price": 39.9,`, `"price": "many",`, "many EUR"},
		"a bad date":   {"order.json", `"created_date": "2026-10-20T08:12:11Z",`, `"created_date": "yesterday",`, "yesterday"},
		"return state": {"return.json", `"state": "IN_PROGRESS"`, `"state": "TUNNELLING"`, "TUNNELLING"},
		"method":       {"return.json", `"RETURN_METHOD_BY_MAIL"`, `"RETURN_METHOD_BY_PIGEON"`, "RETURN_METHOD_BY_PIGEON"},
		"sender":       {"thread.json", `"type": "CUSTOMER_USER"`, `"type": "ROBOT_USER"`, "ROBOT_USER"},
	} {
		text := strings.Replace(fixture(t, c.file), c.old, c.new, 1)
		if text == fixture(t, c.file) {
			t.Fatalf("%s: the fixture lacks %s", name, c.old)
		}
		if !known(imported(t, text)[0].Facts, c.want) {
			t.Errorf("%s: %q is lost: %+v", name, c.want, imported(t, text)[0].Facts.Unknown)
		}
	}
}

func known(f dispute.Facts, word string) bool {
	for _, u := range f.Unknown {
		if strings.Contains(u.Value, word) {
			return true
		}
	}
	return false
}

func TestAReturnOnItsWay(t *testing.T) {
	snap := imported(t, fixture(t, "return.json"))[0]
	c := snap.Facts.Case
	if c.Reason != "RETURN_WARRANTY" || c.Reported.State != "wait_seller_goods" || c.Reported.Owner != "carrier" || c.Reported.Status != "IN_PROGRESS" || !snap.Open {
		t.Errorf("case %+v", c)
	}
	if h := snap.Facts.History; len(h) != 2 || h[0].Did != "entered_return_tracking" || h[0].Reference != "R1" || h[0].Via != "Correos" || h[1].Did != "inspected_return" {
		t.Errorf("history %+v", h)
	}
	// The documentation's own example spells the carrier otherwise.
	text := strings.Replace(fixture(t, "return.json"), `"carrier_name"`, `"carrierName"`, 1)
	if h := imported(t, text)[0].Facts.History; h[0].Via != "Correos" {
		t.Errorf("history %+v", h)
	}
}

func TestAThread(t *testing.T) {
	snap := imported(t, fixture(t, "thread.json"))[0]
	f := snap.Facts
	if !snap.Open || snap.Ref.Order != "M1-A" || snap.Ref.Buyer != "C1" || f.Case != nil || len(f.Messages) != 2 {
		t.Fatalf("ref %+v, open %v, %d messages", snap.Ref, snap.Open, len(f.Messages))
	}
	if m := f.Messages[0]; m.From != "buyer" || m.Text != "No me ha llegado la batería." || len(m.Files) != 1 || m.Files[0].Kind != "photo" {
		t.Errorf("message %+v", m)
	}
	if f.Messages[1].From != "staff" || len(f.History) != 1 || f.History[0].Did != "sent_reply" {
		t.Errorf("message %+v, history %+v", f.Messages[1], f.History)
	}
}

func FuzzImport(f *testing.F) {
	for _, name := range []string{"order.json", "return.json", "thread.json"} {
		raw, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte(`{"orders":[{"order_id":1,"order_lines":[{"order_line_state":"INCIDENT_OPEN","refunds":{}}]}]}`))
	f.Add([]byte(`{"incident":{"number":99999999999999999999},"order":{"order_id":"a","order_lines":[null,7]},"line":"\u0000"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		snaps, err := mirakl.New().Import(data, time.UTC)
		if err == nil && len(snaps) == 0 {
			t.Error("neither records nor an error")
		}
		for _, s := range snaps {
			again, err := mirakl.New().Import(s.Raw, time.UTC)
			if err != nil || len(again) != 1 || again[0].Fingerprint != s.Fingerprint {
				t.Errorf("what was kept of %s/%s does not read back: %v", s.Ref.Kind, s.Ref.ID, err)
			}
		}
	})
}

// A return or an order whose lines have another shape is kept, and does not vanish from among the others.
func TestRecordsWithoutReadableLinesAreKept(t *testing.T) {
	for _, lines := range []string{"null", `"new"`, `{"new":1}`} {
		for _, file := range []string{
			`{"data":[{"id":"r-1","order_id":"o-1","state":"OPENED","return_lines":` + lines + `},{"id":"r-2","order_id":"o-2","return_lines":[]}]}`,
			`{"orders":[{"order_id":"o-1","order_state":"SHIPPING","order_lines":` + lines + `},{"order_id":"o-2","order_lines":[]}]}`,
		} {
			snaps, err := mirakl.New().Import([]byte(file), time.UTC)
			if err != nil || len(snaps) != 2 || snaps[0].Ref.Order != "o-1" || (snaps[0].Facts.Case != nil && !snaps[0].Open) || (lines != "null" && !strings.Contains(string(snaps[0].Raw), "new")) {
				t.Errorf("%s: %+v, %v", lines, snaps, err)
			}
		}
	}
}
