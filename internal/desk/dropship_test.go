package desk_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"parley/internal/connector/dropship/fake"
	"parley/internal/desk"
	"parley/internal/sheet"
)

// trade is a dropship merchant's desk beside the simulated supplier, agent and carrier.
type trade struct {
	*scene
	agent *fake.Platform
	url   string
	store int64
}

func trading(t *testing.T, play func(*trade)) {
	t.Helper()
	onEach(t, func(s *scene) {
		d := &trade{scene: s, agent: fake.New(fake.Options{Now: s.clock.Now}), store: s.files("dropship", nil)}
		server := httptest.NewServer(d.agent)
		t.Cleanup(server.Close)
		d.url = server.URL
		play(d)
	})
}

// buy places an order that should leave in two days.
func (d *trade) buy(order string, script fake.Script) {
	d.agent.Buy(fake.Purchase{Order: order, PlacedAt: d.clock.Now(), Product: "travel press", Quantity: 1, Price: "35.00", Shipping: "3.90", Currency: "EUR",
		Buyer: "Carmen", Country: "ES", ShipBy: d.clock.Now().Add(48 * time.Hour), Script: script})
}

// read downloads what the agent and the mailbox hand out and reads it in, as a person does every day.
func (d *trade) read() {
	d.t.Helper()
	for _, name := range []string{"orders.csv", "reports.csv", "tracking.csv", "messages.csv", "account.csv"} {
		answer, err := http.Get(d.url + "/" + name)
		d.must(err)
		data, err := io.ReadAll(answer.Body)
		d.must(err)
		d.must(answer.Body.Close())
		file := desk.SheetFile{Name: name, Content: bytes.NewReader(data), Size: int64(len(data)), Source: name}
		look, known, err := d.LookAtSheet(context.Background(), d.owner, d.store, file, nil)
		d.must(err)
		m := look.Suggested
		if !known && name == "orders.csv" {
			m.Zone = "Asia/Shanghai"
		}
		if !known && name == "messages.csv" {
			m.DateOrder = "ymd"
		}
		r, err := d.ImportSheet(context.Background(), d.owner, d.store, file, &m, false)
		d.must(err)
		if r.Failed > 0 {
			d.t.Fatalf("%s: %+v", name, r.Errors)
		}
	}
	d.must(d.Settle(context.Background()))
}

// wait lets time pass and reads the files again.
func (d *trade) wait(t time.Duration) {
	d.t.Helper()
	d.clock.Advance(t)
	d.must(d.Settle(context.Background()))
	d.read()
}

// does is what a person does at the agent: there, and with one click here.
func (d *trade) does(id int64, order, did string) {
	d.t.Helper()
	d.at("/purchases/"+order+"/acts", did)
	d.did(id, desk.RecordInput{Did: did})
}

// at is what a person does in the pages of the agent or of the platform.
func (d *trade) at(path, did string) {
	d.t.Helper()
	answer, err := http.Post(d.url+path, "application/json", bytes.NewReader([]byte(`{"did": "`+did+`"}`)))
	d.must(err)
	d.must(answer.Body.Close())
	if answer.StatusCode != http.StatusNoContent {
		d.t.Fatalf("%s at the agent: %s", did, answer.Status)
	}
}

// only is the one open case.
func (d *trade) only() desk.CasePage {
	d.t.Helper()
	rows := d.openCases(d.store)
	if len(rows) != 1 {
		d.t.Fatalf("%d open cases: %+v", len(rows), rows)
	}
	return d.page(rows[0].ID)
}

func (d *trade) stands(p desk.CasePage, class, supplier string) {
	d.t.Helper()
	if p.Class != class || p.Verdict.SupplierState != supplier {
		d.t.Errorf("class %s, supplier %s; want %s, %s", p.Class, p.Verdict.SupplierState, class, supplier)
	}
}

func (d *trade) open(p desk.CasePage, options ...string) {
	d.t.Helper()
	for _, o := range options {
		if !slices.Contains(p.Verdict.SupplierOptions, o) {
			d.t.Errorf("%s is not open: %v", o, p.Verdict.SupplierOptions)
		}
	}
}

func (d *trade) due(p desk.CasePage, kind string, at time.Time) {
	d.t.Helper()
	if got := deadline(p, kind); !got.Equal(at) {
		d.t.Errorf("%s at %s, want %s", kind, got, at)
	}
}

func TestNoStock(t *testing.T) {
	trading(t, func(d *trade) {
		d.buy("N1", fake.Script{NoStockAfter: 10 * time.Hour})
		d.read()
		if len(d.openCases(d.store)) != 0 {
			d.t.Fatal("a purchase in good order is a case")
		}
		d.wait(11 * time.Hour)
		p := d.only()
		d.stands(p, "pre_shipment.out_of_stock", "ordered")
		d.open(p, "request_supplier_refund", "reorder_elsewhere")
		d.due(p, "customer_notice", start.Add(34*time.Hour))
		d.does(p.ID, "N1", "requested_supplier_refund")
		d.due(d.only(), "supplier_response", start.Add(35*time.Hour))
		d.did(p.ID, desk.RecordInput{Did: "told_customer", Via: "email"})
		d.did(p.ID, desk.RecordInput{Did: "chose_refund"})
		d.did(p.ID, desk.RecordInput{Did: "refund", Amount: eur(3890)})
		d.stands(d.only(), "pre_shipment.out_of_stock", "refund_requested")
		d.wait(25 * time.Hour)
		if p := d.page(p.ID); p.Open || p.Verdict.SupplierState != "refunded" || len(p.Facts.Ledger) != 2 {
			d.t.Errorf("both sides are paid: open=%v %s %+v", p.Open, p.Verdict.SupplierState, p.Facts.Ledger)
		}
		if r, err := d.Queue(context.Background(), d.owner, desk.QueueQuery{View: "ended", Stores: []int64{d.store}}); err != nil || len(r.Rows) != 1 {
			d.t.Errorf("ended: %+v %v", r.Rows, err)
		}
	})
}

func TestOversize(t *testing.T) {
	trading(t, func(d *trade) {
		d.buy("O1", fake.Script{OversizeAfter: 5 * time.Hour, WeightG: 34000})
		d.wait(6 * time.Hour)
		p := d.only()
		d.stands(p, "pre_shipment.oversize", "ordered")
		d.open(p, "request_supplier_refund", "adjust_order")
		if p.Facts.History[0].WeightG != 34000 {
			d.t.Errorf("%+v", p.Facts.History)
		}
	})
}

func TestLateByTwoAndFourDays(t *testing.T) {
	trading(t, func(d *trade) {
		d.buy("L1", fake.Script{ShipAfter: 7 * 24 * time.Hour, Tracking: "LP1", Carrier: "Cainiao", AnswerAfter: 2 * time.Hour})
		d.read()
		d.pass(48 * time.Hour) // the shipping date: nobody reads a file, time alone makes the case
		p := d.only()
		d.stands(p, "pre_shipment.late_dispatch", "ordered")
		d.due(p, "supplier_urge_from", start.Add(4*24*time.Hour))
		d.due(p, "supplier_switch_from", start.Add(6*24*time.Hour))
		d.wait(48 * time.Hour)
		p = d.only()
		d.open(p, "urge_supplier")
		d.does(p.ID, "L1", "messaged_supplier")
		d.did(p.ID, desk.RecordInput{Did: "told_customer"})
		d.wait(48 * time.Hour)
		p = d.only()
		d.open(p, "request_supplier_refund", "reorder_elsewhere")
		if countActs(p, "replied") != 1 {
			d.t.Error("the supplier's answer is not on record")
		}
		d.wait(25 * time.Hour) // it leaves after all
		if p := d.page(p.ID); p.Open || p.Facts.Shipment == nil || p.Facts.Shipment.Number != "LP1" {
			d.t.Errorf("it left: open=%v %s %+v", p.Open, p.State, p.Facts.Shipment)
		}
	})
}

func TestASilentSupplier(t *testing.T) {
	trading(t, func(d *trade) {
		d.buy("S1", fake.Script{})
		d.wait(50 * time.Hour)
		id := d.only().ID
		for range 3 {
			d.does(id, "S1", "messaged_supplier")
			d.wait(24 * time.Hour)
		}
		p := d.only()
		d.stands(p, "pre_shipment.supplier_silent", "ordered")
		d.open(p, "request_supplier_refund", "reorder_elsewhere")
		d.does(id, "S1", "requested_supplier_refund")
		d.wait(25 * time.Hour)
		d.stands(d.only(), "pre_shipment.supplier_silent", "refunded")
	})
}

func TestCustomsHold(t *testing.T) {
	trading(t, func(d *trade) {
		d.buy("C1", fake.Script{ShipAfter: 24 * time.Hour, Tracking: "LP2", CustomsAfter: 19 * 24 * time.Hour, Scans: []fake.Scan{
			{After: 2 * time.Hour, Status: "Picked up", Place: "Hangzhou", Country: "CN"}, {After: 15 * 24 * time.Hour, Status: "Arrived", Place: "Madrid", Country: "ES"},
			{After: 18 * 24 * time.Hour, Status: "Customs", Place: "Madrid", Country: "ES", Why: "customs_hold"}}})
		d.wait(10 * 24 * time.Hour)
		if len(d.openCases(d.store)) != 0 {
			d.t.Fatal("a parcel on its way is a case")
		}
		d.wait(10*24*time.Hour + time.Hour)
		p := d.only()
		d.stands(p, "logistics.customs_hold", "ordered")
		d.due(p, "customer_notice", start.Add(21*24*time.Hour))
		d.did(p.ID, desk.RecordInput{Did: "told_customer"})
		if !deadline(d.only(), "customer_notice").IsZero() {
			d.t.Error("the customer was told and the clock still runs")
		}
	})
}

func TestWrongItemWithProof(t *testing.T) {
	trading(t, func(d *trade) {
		d.buy("W1", fake.Script{ShipAfter: 24 * time.Hour, Tracking: "LP3", VerifyAfter: 16 * 24 * time.Hour, Remedy: "reissue", RemedyAfter: 5 * 24 * time.Hour,
			Scans:    []fake.Scan{{After: 2 * time.Hour, Status: "Picked up", Place: "Yiwu", Country: "CN"}, {After: 14 * 24 * time.Hour, Status: "Delivered", Place: "Bilbao", Country: "ES"}},
			Messages: []fake.Message{{After: 16 * 24 * time.Hour, Text: "Me ha llegado otra cosa, les mando un vídeo.", Asks: "report_wrong_item", Proof: "video", Reading: "wrong_item"}}})
		d.wait(16*24*time.Hour + time.Hour)
		p := d.only()
		d.stands(p, "product.wrong_item", "ordered")
		d.open(p, "file_supplier_claim")
		d.does(p.ID, "W1", "filed_supplier_claim")
		p = d.only()
		d.stands(p, "product.wrong_item", "claim_in_check")
		if from, until := deadline(p, "claim_check_from"), deadline(p, "claim_check_until"); from.IsZero() || !until.After(from.Add(20*24*time.Hour)) {
			d.t.Errorf("verified between %s and %s", from, until)
		}
		d.wait(16*24*time.Hour + time.Hour)
		p = d.only()
		d.stands(p, "product.wrong_item", "claim_verified")
		d.open(p, "take_reissue", "take_supplier_refund")
		if deadline(p, "claim_remedy").IsZero() {
			d.t.Error("the remedy has no clock")
		}
		d.wait(5 * 24 * time.Hour)
		d.stands(d.only(), "product.wrong_item", "reissued")
		d.did(p.ID, desk.RecordInput{Did: "marked_resolved"})
		if p := d.page(p.ID); p.Open {
			d.t.Error("resolved, and still open")
		}
	})
}

func TestInterception(t *testing.T) {
	for result, want := range map[string]string{"stopped": "refunded", "failed": "not_refundable", "": "refunded"} {
		trading(t, func(d *trade) {
			d.agent.Buy(fake.Purchase{Order: "I1", PlacedAt: d.clock.Now(), Product: "rice cooker", Quantity: 1, Price: "129.00", Shipping: "0.00", Currency: "CNY", Buyer: "Li", Country: "CN",
				Domestic: true, ShipBy: d.clock.Now().Add(48 * time.Hour), Script: fake.Script{ShipAfter: 20 * time.Hour, Tracking: "SF1", Intercept: result, InterceptIn: 30 * time.Hour,
					Scans: []fake.Scan{{After: 2 * time.Hour, Status: "Picked up", Place: "Hangzhou", Country: "CN"}}, Messages: []fake.Message{{After: 30 * time.Hour, Text: "请取消订单", Asks: "cancel"}}}})
			d.wait(31 * time.Hour)
			p := d.only()
			d.stands(p, "pre_shipment.buyer_cancel", "ordered")
			d.open(p, "intercept")
			d.does(p.ID, "I1", "asked_intercept")
			d.due(d.only(), "intercept_answer", d.clock.Now().Add(72*time.Hour))
			d.wait(73 * time.Hour)
			if p := d.page(p.ID); p.Verdict.SupplierState != want {
				d.t.Errorf("%q: the supplier's side is %s, want %s", result, p.Verdict.SupplierState, want)
			}
		})
	}
}

func TestAWrongAddress(t *testing.T) {
	trading(t, func(d *trade) {
		d.buy("A1", fake.Script{ShipAfter: 10 * time.Hour, Tracking: "LP4", Address: "failed", Scans: []fake.Scan{{After: 2 * time.Hour, Status: "Picked up", Place: "Shanghai", Country: "CN"}}})
		d.wait(2 * time.Hour)
		p := d.only()
		d.stands(p, "pre_shipment.address_error", "ordered")
		d.due(p, "customer_notice", start.Add(25*time.Hour))
		d.wait(12 * time.Hour)
		p = d.only()
		d.stands(p, "logistics.wrong_address_buyer", "ordered")
		d.open(p, "correct_address")
		d.does(p.ID, "A1", "corrected_address")
		if slices.Contains(d.only().Verdict.Advice, "correct_address") {
			d.t.Error("what is done is still advised")
		}
	})
}

// The files of the agent are read in Chinese, English and Spanish without a person touching the mapping, apart from the zone.
func TestTheAgentsFilesAreUnderstood(t *testing.T) {
	d := fake.New(fake.Options{Now: func() time.Time { return start }})
	d.Buy(fake.Purchase{Order: "X", PlacedAt: start, Product: "压", Quantity: 1, Price: "1.00", Shipping: "0", Currency: "CNY", Buyer: "Li", Country: "CN", ShipBy: start})
	for kind, data := range map[string][]byte{sheet.Orders: d.Orders(), sheet.Supplier: d.Reports(), sheet.Tracking: d.Tracking(), sheet.Messages: d.Messages(), sheet.Accounts: d.Account()} {
		f, err := sheet.Open(bytes.NewReader(data), int64(len(data)), sheet.Options{})
		check(t, err)
		look, err := sheet.LookAt(f, "", 0)
		check(t, err)
		if look.Suggested.Record != kind || len(look.Suggested.Columns) != len(look.Header) {
			t.Errorf("%s: %s, %d of %d columns: %+v", kind, look.Suggested.Record, len(look.Suggested.Columns), len(look.Header), look.Suggested.Columns)
		}
	}
}
