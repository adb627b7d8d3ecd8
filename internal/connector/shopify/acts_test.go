package shopify_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/shopify/fake"
	"parley/internal/connector/simulator"
	"parley/internal/fault"
	"parley/internal/money"
)

func euro(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }

// acted reads a record, acts, reads again and compares.
func (s *scene) acted(t *testing.T, act connector.Effect) (connector.Receipt, connector.Outcome, connector.Snapshot) {
	t.Helper()
	session := s.open(t)
	before, err := session.Fetch(t.Context(), act.Ref)
	if err != nil {
		t.Fatal(err)
	}
	if got := session.Compare(act, before, before); got != connector.Absent {
		t.Errorf("before %s: %s", act.Do, got)
	}
	receipt, err := session.Execute(t.Context(), act)
	if err != nil {
		t.Fatalf("%s: %v", act.Do, err)
	}
	s.clock.advance(time.Minute)
	after, err := session.Fetch(t.Context(), act.Ref)
	if err != nil {
		t.Fatal(err)
	}
	return receipt, session.Compare(act, before, after), after
}

func TestAReturnIsDeclinedWithItsGround(t *testing.T) {
	s := newScene(t)
	r := s.returned()
	_, outcome, after := s.acted(t, connector.Effect{ID: "e", Do: "refuse_return", Ref: returnRef(r), Reason: "RETURN_PERIOD_ENDED", Text: "Fuera de plazo"})
	if outcome != connector.Confirmed || r.Note != "Fuera de plazo" || after.Open || after.Facts.Case.Reported.State != "refused" {
		t.Errorf("%s, note %q, %+v", outcome, r.Note, after.Facts.Case.Reported)
	}
	_, err := s.open(t).Execute(t.Context(), connector.Effect{ID: "f", Do: "refuse_return", Ref: returnRef(s.returned()), Reason: "TOO_LATE"})
	if f := fault.Of(err); f == nil || f.Field != "reason" {
		t.Errorf("an unknown ground gave %v", err)
	}
}

func TestEvidenceGoesUpAndIsHandedIn(t *testing.T) {
	s := newScene(t)
	d := s.disputed()
	pdf := &connector.Attachment{Name: "albarán.pdf", Type: "application/pdf", Bytes: []byte("%PDF-1.4 …")}
	up := connector.Effect{ID: "u1", Do: "upload_evidence", Ref: disputeRef(d), File: pdf}
	receipt, outcome, _ := s.acted(t, up)
	if outcome != connector.Confirmed || receipt.ID == "" || d.Files[0].Slot != "uncategorized_file" || d.Files[0].Bytes != len(pdf.Bytes) {
		t.Errorf("%s, %+v", outcome, d.Files)
	}
	if bytes.Contains(receipt.Request, []byte("JVBER")) {
		t.Error("the file stands in the receipt")
	}
	up.ID = "u2"
	if _, outcome, _ = s.acted(t, up); outcome != connector.Confirmed || d.Files[1].Slot != "service_documentation_file" {
		t.Errorf("the second file: %s, %+v", outcome, d.Files)
	}
	staged := connector.Effect{ID: "c0", Do: "contest_with_evidence", Ref: disputeRef(d), Text: "Borrador", Fields: map[string]string{"submit": "false"}}
	if _, outcome, _ = s.acted(t, staged); outcome != connector.Confirmed || d.Submitted {
		t.Errorf("staging: %s, submitted %v", outcome, d.Submitted)
	}
	hand := connector.Effect{
		ID: "c1", Do: "contest_with_evidence", Ref: disputeRef(d), Text: "Entregado el 13, firma adjunta", Fields: map[string]string{"refundRefusalExplanation": "Se entregó"},
	}
	_, outcome, after := s.acted(t, hand)
	if outcome != connector.Confirmed || !d.Submitted || d.Form["uncategorizedText"] != hand.Text || d.Form["refundRefusalExplanation"] != "Se entregó" {
		t.Errorf("%s, form %v", outcome, d.Form)
	}
	if c := after.Facts.Case; c.Reported.State != "platform" || len(after.Facts.History) != 1 || after.Facts.History[0].Did != "contested" {
		t.Errorf("afterwards %+v, %+v", c.Reported, after.Facts.History)
	}
	_, err := s.open(t).Execute(t.Context(), hand)
	if f := fault.Of(err); f == nil || f.Kind != fault.Refused || f.Params["code"] != "EVIDENCE_ALREADY_ACCEPTED" {
		t.Errorf("handing in twice gave %v", err)
	}
}

func TestWhatADisputeFormDoesNotTake(t *testing.T) {
	s := newScene(t)
	d, r := disputeRef(s.disputed()), returnRef(s.returned())
	gif := &connector.Attachment{Name: "a.gif", Type: "image/gif", Bytes: []byte("GIF")}
	for name, c := range map[string]struct {
		act   connector.Effect
		kind  fault.Kind
		field string
	}{
		"another field":    {connector.Effect{Do: "contest_with_evidence", Ref: d, Fields: map[string]string{"mood": "x"}}, fault.Invalid, "fields.mood"},
		"another type":     {connector.Effect{Do: "upload_evidence", Ref: d, File: gif}, fault.Invalid, "file"},
		"no file":          {connector.Effect{Do: "upload_evidence", Ref: d}, fault.Invalid, "file"},
		"file on a return": {connector.Effect{Do: "upload_evidence", Ref: r, File: gif}, fault.Refused, ""},
		"accept a dispute": {connector.Effect{Do: "accept", Ref: d}, fault.Invalid, "do"},
		"contest a return": {connector.Effect{Do: "contest_with_evidence", Ref: r}, fault.Invalid, "ref.kind"},
		"refund nothing":   {connector.Effect{ID: "e", Do: "refund", Ref: r, Amount: euro(0)}, fault.Invalid, "amount"},
		"refund, no key":   {connector.Effect{Do: "refund", Ref: r, Amount: euro(100)}, fault.Invalid, "id"},
	} {
		before := s.platform.Count()
		_, err := s.open(t).Execute(t.Context(), c.act)
		if f := fault.Of(err); f == nil || f.Kind != c.kind || f.Field != c.field || s.platform.Count() != before {
			t.Errorf("%s: %v after %d calls", name, err, s.platform.Count()-before)
		}
	}
}

func TestARefundIsPaidOnce(t *testing.T) {
	s := newScene(t)
	r := s.returned()
	act := connector.Effect{ID: "eff_1", Do: "refund", Ref: returnRef(r), Amount: euro(2000), Text: "Gesto comercial"}
	_, outcome, after := s.acted(t, act)
	if outcome != connector.Confirmed || len(after.Facts.Ledger) != 1 || after.Facts.Ledger[0].Amount != euro(2000) {
		t.Fatalf("%s, ledger %+v", outcome, after.Facts.Ledger)
	}
	// The same act again, as after a lost answer: the platform knows the key.
	if _, err := s.open(t).Execute(t.Context(), act); err != nil {
		t.Errorf("again: %v", err)
	}
	if again, err := s.open(t).Fetch(t.Context(), act.Ref); err != nil || len(again.Facts.Ledger) != 1 {
		t.Errorf("paid twice: %+v, %v", again.Facts.Ledger, err)
	}
	changed := act
	changed.Amount = euro(2100)
	if _, err := s.open(t).Execute(t.Context(), changed); !fault.Is(err, fault.Refused) {
		t.Errorf("the same key with another sum gave %v", err)
	}
	above := connector.Effect{ID: "eff_2", Do: "refund", Ref: returnRef(r), Amount: euro(2491)} // 44.90 paid, 20.00 gone
	if _, err := s.open(t).Execute(t.Context(), above); !fault.Is(err, fault.Refused) {
		t.Errorf("more than was paid gave %v", err)
	}
}

// The connection ends after the refund was carried out: it is not known whether it was, and reading back finds it.
func TestALostAnswerToARefundIsFoundByReading(t *testing.T) {
	s := newScene(t)
	act := connector.Effect{ID: "eff_1", Do: "refund", Ref: returnRef(s.returned()), Amount: euro(3990)}
	session := s.open(t)
	before, err := session.Fetch(t.Context(), act.Ref)
	if err != nil {
		t.Fatal(err)
	}
	s.platform.Add(simulator.Fault{Do: simulator.LostAnswer, Nth: 2, Times: 1}) // the first call reads the payments
	if _, err := session.Execute(t.Context(), act); !fault.Is(err, fault.Unknown) {
		t.Fatalf("execute gave %v", err)
	}
	after, err := session.Fetch(t.Context(), act.Ref)
	if err != nil || session.Compare(act, before, after) != connector.Confirmed {
		t.Errorf("%s, %v", session.Compare(act, before, after), err)
	}
}

func TestReturnedGoodsAreTakenInAndPaid(t *testing.T) {
	s := newScene(t)
	r := s.returned()
	if _, outcome, _ := s.acted(t, connector.Effect{ID: "a", Do: "accept_return", Ref: returnRef(r)}); outcome != connector.Confirmed || r.Status != "OPEN" {
		t.Fatalf("approved: %s, %s", outcome, r.Status)
	}
	_, outcome, after := s.acted(t, connector.Effect{ID: "b", Do: "confirm_goods", Ref: returnRef(r), Amount: euro(3990)})
	if outcome != connector.Confirmed || r.Status != "CLOSED" || after.Facts.Case.Reported.State != "refunded" || after.Facts.Ledger[0].Amount != euro(3990) {
		t.Errorf("%s, %s, %+v", outcome, r.Status, after.Facts.Case.Reported)
	}
}

func TestADiscountCodeThatIsTakenIsRefused(t *testing.T) {
	s := newScene(t)
	ref := returnRef(s.returned())
	act := connector.Effect{ID: "d", Do: "discount_code", Ref: ref, Amount: euro(500), Days: 30, Fields: map[string]string{"code": "PERDON-17", "title": "Disculpa"}}
	receipt, err := s.open(t).Execute(t.Context(), act)
	if err != nil || !strings.HasPrefix(receipt.ID, "gid://shopify/DiscountCodeNode/") || !s.shop.HasCode("PERDON-17") {
		t.Fatalf("%+v, %v", receipt, err)
	}
	_, err = s.open(t).Execute(t.Context(), act)
	if f := fault.Of(err); f == nil || f.Kind != fault.Refused || f.Params["code"] != "TAKEN" {
		t.Errorf("taken: %v", err)
	}
	act.Fields = map[string]string{"code": "PERDON-18", "percentage": "10"}
	if _, err = s.open(t).Execute(t.Context(), act); err != nil {
		t.Errorf("the next code: %v", err)
	}
}

// An order paid back in many small parts: every part is read, and the last one is found by reading back.
func TestEveryRefundOfManyCounts(t *testing.T) {
	s := newScene(t)
	o := s.sent()
	r := s.shop.RequestReturn(o, fake.ReturnSpec{ReasonHandle: "defective"})
	for n := range 7 {
		act := connector.Effect{ID: fmt.Sprint("eff_", n), Do: "refund", Ref: returnRef(r), Amount: euro(100 + int64(n))}
		_, outcome, after := s.acted(t, act)
		if outcome != connector.Confirmed || len(after.Facts.Ledger) != n+1 {
			t.Fatalf("part %d: %s, ledger %+v", n, outcome, after.Facts.Ledger)
		}
	}
	order, err := s.open(t).Order(t.Context(), returnRef(r))
	if err != nil || len(order.Ledger) != 7 {
		t.Errorf("the order tells %+v, %v", order.Ledger, err)
	}
	s.shop.OpenDispute(o, fake.DisputeSpec{Reason: "UNRECOGNIZED"})
	seen := 0
	_, err = s.open(t).Pull(t.Context(), "", nil, func(snaps []connector.Snapshot) error {
		for _, snap := range snaps {
			seen++
			if len(snap.Facts.Ledger) != 7 {
				t.Errorf("%s tells %+v", snap.Ref.Kind, snap.Facts.Ledger)
			}
		}
		return nil
	})
	if err != nil || seen != 2 {
		t.Errorf("%d records, %v", seen, err)
	}
}
