package stripe_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/simulator"
	"parley/internal/connector/stripe/fake"
	"parley/internal/fault"
	"parley/internal/money"
)

func euros(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }

// do carries an act out between two readings and gives how they compare.
func (s *scene) do(t *testing.T, act connector.Effect) (connector.Receipt, connector.Outcome) {
	t.Helper()
	session := s.open(t)
	before, err := session.Fetch(t.Context(), act.Ref)
	must(t, err)
	if got := session.Compare(act, before, before); got != connector.Absent {
		t.Errorf("%s before the act: %s", act.Do, got)
	}
	receipt, err := session.Execute(t.Context(), act)
	must(t, err)
	after, err := session.Fetch(t.Context(), act.Ref)
	must(t, err)
	return receipt, session.Compare(act, before, after)
}

func TestAcceptClosesTheDispute(t *testing.T) {
	s := newScene(t)
	d := s.dispute(fake.DisputeSpec{})
	_, got := s.do(t, connector.Effect{ID: "eff_1", Do: "accept", Ref: ref(d), Amount: euros(6990)})
	if see := d.See(); got != connector.Confirmed || see.Status != "lost" || see.Submitted != 0 {
		t.Errorf("%s, %+v", got, see)
	}
	if calls := s.platform.Gate().Calls("POST", "/v1/disputes/"+d.ID+"/close"); len(calls) != 1 {
		t.Errorf("calls %+v", calls)
	}
}

// TestALostDisputeIsNotAlwaysOurDoing: time lapsed, or the bank ruled on evidence.
func TestALostDisputeIsNotAlwaysOurDoing(t *testing.T) {
	s := newScene(t)
	lapsed := s.dispute(fake.DisputeSpec{Answer: time.Hour})
	answered := s.dispute(fake.DisputeSpec{})
	act := connector.Effect{ID: "eff_1", Do: "accept", Ref: ref(lapsed)}
	session := s.open(t)
	before, err := session.Fetch(t.Context(), act.Ref)
	must(t, err)
	s.platform.Advance(2 * time.Hour)
	after, err := session.Fetch(t.Context(), act.Ref)
	must(t, err)
	if got := session.Compare(act, before, after); got != connector.Contradicted || lapsed.See().Status != "lost" {
		t.Errorf("lapsed: %s", got)
	}
	s.do(t, connector.Effect{ID: "eff_2", Do: "contest_with_evidence", Ref: ref(answered), Text: "Delivered."})
	must(t, answered.Decide(false))
	act.Ref = ref(answered)
	if after, err = session.Fetch(t.Context(), act.Ref); err != nil || session.Compare(act, before, after) != connector.Contradicted {
		t.Errorf("ruled: %v", err)
	}
}

func TestEvidenceIsStagedThenHandedIn(t *testing.T) {
	s := newScene(t)
	d := s.dispute(fake.DisputeSpec{})
	up := connector.Effect{ID: "eff_1", Do: "upload_evidence", Ref: ref(d), File: proof()}
	up.File.Kind = "tracking_page"
	receipt, got := s.do(t, up)
	see := d.See()
	if got != connector.Confirmed || see.Status != "needs_response" || see.Submitted != 0 || see.Evidence["shipping_documentation"] != receipt.ID {
		t.Fatalf("%s, receipt %+v, %+v", got, receipt, see.Evidence)
	}
	if strings.Contains(string(receipt.Request), "PNG") {
		t.Errorf("the file stands in the record of the request: %s", receipt.Request)
	}
	_, got = s.do(t, connector.Effect{
		ID: "eff_2", Do: "contest_with_evidence", Ref: ref(d), Text: "Delivered on 31 October, signed for.", Tracking: "LB1ES", Carrier: "Correos",
		Fields: map[string]string{"product_description": "Power bank & cable", "shipping_date": "2026-10-28"},
	})
	see = d.See()
	if got != connector.Confirmed || see.Status != "under_review" || see.Submitted != 1 {
		t.Errorf("%s, %+v", got, see)
	}
	for field, want := range map[string]string{
		"uncategorized_text": "Delivered on 31 October, signed for.", "shipping_tracking_number": "LB1ES", "shipping_carrier": "Correos",
		"product_description": "Power bank & cable", "shipping_date": "2026-10-28", "shipping_documentation": receipt.ID,
	} {
		if see.Evidence[field] != want {
			t.Errorf("%s is %q, want %q", field, see.Evidence[field], want)
		}
	}
	snap, err := s.open(t).Fetch(t.Context(), ref(d))
	must(t, err)
	if e := snap.Facts.Evidence; len(e) != 1 || e[0].Reference != receipt.ID || e[0].Note != "shipping_documentation" {
		t.Errorf("evidence %+v", e)
	}
}

// TestAFileOnTheFormIsNotOverwritten, and the same upload again is the same file.
func TestAFileOnTheFormIsNotOverwritten(t *testing.T) {
	s := newScene(t)
	d := s.dispute(fake.DisputeSpec{})
	up := connector.Effect{ID: "eff_1", Do: "upload_evidence", Ref: ref(d), File: proof()}
	first, err := s.open(t).Execute(t.Context(), up)
	must(t, err)
	again, err := s.open(t).Execute(t.Context(), up)
	if err != nil || again.ID != first.ID {
		t.Errorf("the same upload gives %s, then %s, %v", first.ID, again.ID, err)
	}
	up.ID = "eff_2"
	_, err = s.open(t).Execute(t.Context(), up)
	if f := fault.Of(err); f == nil || f.Kind != fault.Refused || f.Params["field"] != "uncategorized_file" {
		t.Errorf("a second file: %v", err)
	}
	up.Fields = map[string]string{"field": "receipt"}
	if _, got := s.do(t, up); got != connector.Confirmed {
		t.Errorf("in a field of its own: %s", got)
	}
	up.ID = "eff_3"
	_, err = s.open(t).Execute(t.Context(), up)
	if f := fault.Of(err); f == nil || f.Kind != fault.Refused || f.Params["field"] != "receipt" {
		t.Errorf("a second file in a field that was named: %v", err)
	}
}

// TestASecondProofOfAKindGoesToTheFieldForEverything, once, however often the act is tried.
func TestASecondProofOfAKindGoesToTheFieldForEverything(t *testing.T) {
	s := newScene(t)
	d := s.dispute(fake.DisputeSpec{})
	up := func(id string) connector.Effect {
		file := proof()
		file.Kind = "tracking_page"
		return connector.Effect{ID: id, Do: "upload_evidence", Ref: ref(d), File: file}
	}
	if _, got := s.do(t, up("eff_1")); got != connector.Confirmed {
		t.Fatalf("the first: %s", got)
	}
	second, got := s.do(t, up("eff_2"))
	if got != connector.Confirmed {
		t.Fatalf("the second: %s", got)
	}
	if again, err := s.open(t).Execute(t.Context(), up("eff_2")); err != nil || again.ID != second.ID {
		t.Errorf("the second once more: %s after %s, %v", again.ID, second.ID, err)
	}
	snap, err := s.open(t).Fetch(t.Context(), ref(d))
	must(t, err)
	var notes []string
	for _, e := range snap.Facts.Evidence {
		notes = append(notes, e.Note)
	}
	if slices.Sort(notes); !slices.Equal(notes, []string{"shipping_documentation", "uncategorized_file"}) {
		t.Errorf("on the form: %v", notes)
	}
	_, err = s.open(t).Execute(t.Context(), up("eff_3"))
	if f := fault.Of(err); f == nil || f.Kind != fault.Refused || f.Params["field"] != "shipping_documentation" {
		t.Errorf("a third: %v", err)
	}
}

// TestEvidenceOfOthersContradicts: somebody handed the form in at the dashboard.
func TestEvidenceOfOthersContradicts(t *testing.T) {
	s := newScene(t)
	d := s.dispute(fake.DisputeSpec{})
	session := s.open(t)
	ours := connector.Effect{ID: "eff_1", Do: "contest_with_evidence", Ref: ref(d), Text: "x"}
	before, err := session.Fetch(t.Context(), ours.Ref)
	must(t, err)
	s.do(t, connector.Effect{ID: "eff_other", Do: "contest_with_evidence", Ref: ref(d), Text: "y"})
	after, err := session.Fetch(t.Context(), ours.Ref)
	must(t, err)
	if got := session.Compare(ours, before, after); got != connector.Contradicted {
		t.Errorf("%s", got)
	}
	if _, err := session.Execute(t.Context(), ours); !fault.Is(err, fault.Refused) {
		t.Errorf("a second set of evidence: %v", err)
	}
}

// TestARefundIsPaidOnce although its first answer got lost.
func TestARefundIsPaidOnce(t *testing.T) {
	s := newScene(t)
	d := s.dispute(fake.DisputeSpec{CaseType: "inquiry"})
	act := connector.Effect{ID: "eff_1", Do: "refund", Ref: ref(d), Amount: euros(6990)}
	session := s.open(t)
	before, err := session.Fetch(t.Context(), act.Ref)
	must(t, err)
	s.platform.Gate().Add(simulator.Fault{Do: simulator.LostAnswer, Method: "POST", Times: 1})
	if _, err := session.Execute(t.Context(), act); !fault.Is(err, fault.Unknown) {
		t.Fatalf("lost answer: %v", err)
	}
	after, err := session.Fetch(t.Context(), act.Ref)
	must(t, err)
	if got := session.Compare(act, before, after); got != connector.Confirmed {
		t.Errorf("read back: %s", got)
	}
	_, err = session.Execute(t.Context(), act)
	if all := s.shop.Refunds(d.Charge()); err != nil || len(all) != 1 || all[0].Amount != 6990 || all[0].Metadata["parley_effect"] != "eff_1" {
		t.Errorf("sent again: %+v, %v", all, err)
	}
	if l := after.Facts.Ledger; len(l) != 1 || l[0].Amount != euros(6990) || !strings.HasPrefix(l[0].Source, "stripe:refund/re_") {
		t.Errorf("ledger %+v", l)
	}
}

// TestARefundOfOthersIsNotOurs, and one that failed is no refund.
func TestARefundOfOthersIsNotOurs(t *testing.T) {
	s := newScene(t)
	d := s.dispute(fake.DisputeSpec{CaseType: "inquiry"})
	act := connector.Effect{ID: "eff_1", Do: "refund", Ref: ref(d), Amount: euros(2000)}
	_, err := s.shop.PayBack(d.Charge(), 2000)
	must(t, err)
	session := s.open(t)
	before, err := session.Fetch(t.Context(), act.Ref)
	must(t, err)
	if got := session.Compare(act, before, before); got != connector.Absent {
		t.Errorf("a refund of the same sum by hand: %s", got)
	}
	if _, got := s.do(t, act); got != connector.Confirmed {
		t.Errorf("ours: %s", got)
	}
	s.shop.FailRefunds(d.Charge())
	after, err := session.Fetch(t.Context(), act.Ref)
	must(t, err)
	if got := session.Compare(act, before, after); got != connector.Contradicted || len(after.Facts.Ledger) != 0 {
		t.Errorf("failed: %s, %+v", got, after.Facts.Ledger)
	}
}

// TestManyRefundsAreAllRead: more than came with the payment.
func TestManyRefundsAreAllRead(t *testing.T) {
	s := newScene(t)
	d := s.dispute(fake.DisputeSpec{CaseType: "inquiry"})
	for range 130 {
		_, err := s.shop.PayBack(d.Charge(), 10)
		must(t, err)
	}
	o, err := s.open(t).Order(t.Context(), ref(d))
	if err != nil || len(o.Ledger) != 130 {
		t.Errorf("%d refunds, %v", len(o.Ledger), err)
	}
}

// TestWhatCannotBeSentIsNotSent: no call goes out.
func TestWhatCannotBeSentIsNotSent(t *testing.T) {
	s := newScene(t)
	at := connector.Ref{Kind: "dispute", ID: "dp_1", Order: "pi_1"}
	long := strings.Repeat("é", 20001)
	all := map[string]string{}
	for _, name := range strings.Fields("access_activity_log cancellation_policy_disclosure cancellation_rebuttal duplicate_charge_explanation product_description refund_policy_disclosure refund_refusal_explanation uncategorized_text") {
		all[name] = long[:2*20000]
	}
	for field, act := range map[string]connector.Effect{
		"text":                      {ID: "e", Do: "contest_with_evidence", Ref: at},
		"fields.uncategorized_text": {ID: "e", Do: "contest_with_evidence", Ref: at, Text: long},
		"fields":                    {ID: "e", Do: "contest_with_evidence", Ref: at, Fields: map[string]string{"smell": "x"}},
		"fields.receipt":            {ID: "e", Do: "contest_with_evidence", Ref: at, Fields: map[string]string{"receipt": "paid"}},
		"fields.shipping_date":      {ID: "e", Do: "contest_with_evidence", Ref: at, Fields: map[string]string{"shipping_date": long[:10002]}},
		"fields.field":              {ID: "e", Do: "upload_evidence", Ref: at, File: proof(), Fields: map[string]string{"field": "uncategorized_text"}},
		"file":                      {ID: "e", Do: "upload_evidence", Ref: at, File: &connector.Attachment{Type: "video/mp4", Bytes: []byte("x")}},
		"ref":                       {ID: "e", Do: "accept", Ref: connector.Ref{Kind: "early_fraud_warning", ID: "issfr_1"}},
		"ref.order":                 {ID: "e", Do: "refund", Ref: connector.Ref{Kind: "dispute", ID: "dp_1", Order: "x"}, Amount: euros(1)},
		"amount":                    {ID: "e", Do: "refund", Ref: at},
		"reason":                    {ID: "e", Do: "refund", Ref: at, Amount: euros(1), Reason: "kindness"},
		"id":                        {Do: "accept", Ref: at},
		"do":                        {ID: "e", Do: "send_message", Ref: at, Text: "hello"},
	} {
		_, err := s.open(t).Execute(t.Context(), act)
		if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || f.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	_, err := s.open(t).Execute(t.Context(), connector.Effect{ID: "e", Do: "refund", Ref: at, Amount: money.Amount{Minor: 1050, Currency: "MGA"}})
	if f := fault.Of(err); f == nil || f.Field != "amount" {
		t.Errorf("half an ariary: %v", err)
	}
	if n := s.platform.Gate().Count(); n != 0 {
		t.Errorf("%d calls went out", n)
	}
	if len(all) != 8 {
		t.Fatal("eight long texts")
	}
	all["service_date"] = "x"
	if _, err := s.open(t).Execute(t.Context(), connector.Effect{ID: "e", Do: "contest_with_evidence", Ref: at, Fields: all}); fault.Of(err) == nil || fault.Of(err).Field != "text" {
		t.Errorf("more than 150,000 characters in all: %v", err)
	}
}

// TestAmountsGoOutInStripesUnits.
func TestAmountsGoOutInStripesUnits(t *testing.T) {
	for currency, row := range map[string]struct{ ours, stripes int64 }{
		"eur": {2000, 2000}, "jpy": {2000, 2000}, "kwd": {2000, 2000}, "isk": {20, 2000}, "ugx": {20, 2000}, "mga": {200000, 2000},
	} {
		s := newScene(t)
		paid := s.shop.Pay(fake.ChargeSpec{Amount: 5000, Currency: currency})
		d := s.shop.Dispute(paid, fake.DisputeSpec{CaseType: "inquiry"})
		_, got := s.do(t, connector.Effect{ID: "e", Do: "refund", Ref: ref(d), Amount: money.Amount{Minor: row.ours, Currency: strings.ToUpper(currency)}})
		if all := s.shop.Refunds(paid); got != connector.Confirmed || all[0].Amount != row.stripes {
			t.Errorf("%s: %s, %+v", currency, got, all)
		}
	}
}
