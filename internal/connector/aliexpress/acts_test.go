package aliexpress_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/aliexpress/fake"
	"parley/internal/fault"
	"parley/internal/money"
)

func brl(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "BRL"} }

// carry executes an act and gives what the platform showed before and after.
func (s *scene) carry(t *testing.T, effect connector.Effect) (before, after connector.Snapshot) {
	t.Helper()
	session := s.open(t)
	before = s.fetch(t, effect.Ref)
	if got := session.Compare(effect, before, before); got != connector.Absent {
		t.Errorf("%s before it was sent: %s", effect.Do, got)
	}
	s.platform.Advance(time.Second)
	if _, err := session.Execute(t.Context(), effect); err != nil {
		t.Fatalf("%s: %v", effect.Do, err)
	}
	s.platform.Advance(time.Second)
	after = s.fetch(t, effect.Ref)
	if got := session.Compare(effect, before, after); got != connector.Confirmed {
		t.Errorf("%s after it was sent: %s", effect.Do, got)
	}
	return before, after
}

func (s *scene) fetch(t *testing.T, ref connector.Ref) connector.Snapshot {
	t.Helper()
	snap, err := s.open(t).Fetch(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

func (s *scene) claim(t *testing.T, i *fake.Issue) string {
	t.Helper()
	return s.fetch(t, ref(i)).Facts.Proposals[0].ID
}

func did(s connector.Snapshot, act string) bool {
	for _, a := range s.Facts.History {
		if a.Did == act {
			return true
		}
	}
	return false
}

func TestAccept(t *testing.T) {
	s := newScene(t, "iop")
	issue := s.dispute(t, fake.IssueSpec{})
	_, after := s.carry(t, connector.Effect{Do: "accept", Ref: ref(issue), Proposal: s.claim(t, issue)})
	if !did(after, "accepted_claim") || after.Facts.Case.Reported.State != "refunded" {
		t.Errorf("after accepting: %+v", after.Facts.Case.Reported)
	}
	if paid := s.platform.Payouts(issue.ID()); len(paid) != 1 || paid[0].Amount.Minor != 11250 {
		t.Errorf("paid %+v", paid)
	}
}

func TestAcceptReturnFindsTheDefaultAddress(t *testing.T) {
	s := newScene(t, "iop")
	issue := s.dispute(t, fake.IssueSpec{Reason: fake.Reasons[12], Return: true, Received: true})
	_, after := s.carry(t, connector.Effect{Do: "accept", Ref: ref(issue), Proposal: s.claim(t, issue), ReturnGoods: true})
	if !did(after, "agreed_return") || after.Facts.Case.Reported.State != "wait_buyer_return" {
		t.Errorf("after agreeing: %+v", after.Facts.Case.Reported)
	}
	calls := s.platform.Calls("aliexpress.issue.solution.agree")
	if len(calls) != 1 || calls[0].Params["return_address_id"] == "" {
		t.Errorf("calls %+v", calls)
	}
}

func TestCounterOfferIsMadeAndChanged(t *testing.T) {
	s := newScene(t, "top")
	issue := s.dispute(t, fake.IssueSpec{})
	offer := connector.Effect{Do: "counter_amount", Ref: ref(issue), Proposal: s.claim(t, issue), Amount: brl(4000), Text: "40 BRL pelo atraso"}
	_, after := s.carry(t, offer)
	if !did(after, "countered") {
		t.Errorf("history %+v", after.Facts.History)
	}
	own := ""
	for _, p := range after.Facts.Proposals {
		if p.By == "staff" && p.Current {
			own = p.ID
		}
	}
	offer.OwnProposal, offer.Amount = own, brl(6000)
	s.carry(t, offer)
}

func TestCounterReturn(t *testing.T) {
	s := newScene(t, "iop")
	issue := s.dispute(t, fake.IssueSpec{Reason: fake.Reasons[12], Received: true})
	s.carry(t, connector.Effect{Do: "counter_return", Ref: ref(issue), Proposal: s.claim(t, issue), Amount: brl(11250), Text: "Envie de volta"})
}

func TestContest(t *testing.T) {
	s := newScene(t, "iop")
	issue := s.dispute(t, fake.IssueSpec{})
	_, after := s.carry(t, connector.Effect{Do: "contest_with_evidence", Ref: ref(issue), Proposal: s.claim(t, issue), Amount: brl(0), Text: "Entregue em 3 de janeiro"})
	if !did(after, "contested") || did(after, "countered") {
		t.Errorf("history %+v", after.Facts.History)
	}
	var sent struct {
		Amount string      `json:"refund_amount"`
		Issue  json.Number `json:"issue_id"`
	}
	call := s.platform.Calls("aliexpress.issue.solution.save")[0]
	if err := json.Unmarshal([]byte(call.Params["param_dto"]), &sent); err != nil || sent.Amount != "0.00" || sent.Issue.String() != issue.ID() {
		t.Errorf("sent %s", call.Params["param_dto"])
	}
}

func TestUpload(t *testing.T) {
	s := newScene(t, "iop")
	issue := s.dispute(t, fake.IssueSpec{})
	picture := &connector.Attachment{Name: "proof.JPG", Type: "image/jpeg", Bytes: append([]byte("\xff\xd8\xff\xe0"), bytes.Repeat([]byte{7}, 5000)...)}
	_, after := s.carry(t, connector.Effect{Do: "upload_evidence", Ref: ref(issue), File: picture})
	if len(after.Facts.Evidence) != 1 || after.Facts.Evidence[0].From != "staff" || after.Facts.Evidence[0].Kind != "photo" {
		t.Errorf("evidence %+v", after.Facts.Evidence)
	}
}

func TestUploadRefusesWhatThePlatformWouldNotTake(t *testing.T) {
	s := newScene(t, "iop")
	issue := s.dispute(t, fake.IssueSpec{})
	for _, f := range []*connector.Attachment{
		nil, {Type: "image/jpeg"}, {Type: "image/jpeg", Bytes: make([]byte, 50<<20)}, {Type: "text/html", Bytes: []byte("<b>")},
	} {
		before := s.calls.Load()
		_, err := s.open(t).Execute(t.Context(), connector.Effect{Do: "upload_evidence", Ref: ref(issue), File: f})
		if g := fault.Of(err); g == nil || g.Kind != fault.Invalid || g.Field != "file" || s.calls.Load() != before {
			t.Errorf("%v", err)
		}
	}
}

func TestExtendProtection(t *testing.T) {
	s := newScene(t, "iop")
	issue := s.dispute(t, fake.IssueSpec{})
	before, after := s.carry(t, connector.Effect{Do: "extend_protection", Ref: ref(issue), Days: 5})
	was, now := before.Facts.Order.ProtectionEndsAt, after.Facts.Order.ProtectionEndsAt
	if days := now.Sub(was).Hours() / 24; days < 4.9 || days > 5.1 {
		t.Errorf("protection from %v to %v", was, now)
	}
}

func TestReplyToAnEvaluation(t *testing.T) {
	s := newScene(t, "iop")
	order := s.buy()
	s.platform.Evaluate(order, 0, 2, "atrasou")
	s.carry(t, connector.Effect{
		Do: "reply_evaluation", Text: "Sentimos pelo atraso.",
		Ref: connector.Ref{Kind: "evaluation", ID: order.Line(0), Order: order.ID(), Line: order.Line(0)},
	})
}

func TestWrongActsAreRefusedBeforeSending(t *testing.T) {
	s := newScene(t, "iop")
	issue := s.dispute(t, fake.IssueSpec{})
	r := ref(issue)
	plan := s.claim(t, issue)
	for name, c := range map[string]struct {
		field string
		act   connector.Effect
	}{
		"an offer of nothing":         {"amount", connector.Effect{Do: "counter_amount", Ref: r, Proposal: plan, Amount: brl(0), Text: "x"}},
		"a negative offer":            {"amount", connector.Effect{Do: "counter_amount", Ref: r, Proposal: plan, Amount: brl(-5), Text: "x"}},
		"a refusal that pays":         {"amount", connector.Effect{Do: "contest_with_evidence", Ref: r, Proposal: plan, Amount: brl(1), Text: "x"}},
		"no currency":                 {"amount", connector.Effect{Do: "counter_amount", Ref: r, Proposal: plan, Amount: money.Amount{Minor: 5}, Text: "x"}},
		"no such currency":            {"amount", connector.Effect{Do: "counter_amount", Ref: r, Proposal: plan, Amount: money.Amount{Minor: 5, Currency: "reais"}, Text: "x"}},
		"no words":                    {"text", connector.Effect{Do: "counter_amount", Ref: r, Proposal: plan, Amount: brl(100), Text: " "}},
		"no plan":                     {"proposal", connector.Effect{Do: "counter_amount", Ref: r, Amount: brl(100), Text: "x"}},
		"a plan that is no number":    {"proposal", connector.Effect{Do: "counter_amount", Ref: r, Proposal: "x y", Amount: brl(100), Text: "x"}},
		"no issue":                    {"ref.id", connector.Effect{Do: "accept", Ref: connector.Ref{Buyer: "b"}, Proposal: plan}},
		"no buyer":                    {"ref.buyer", connector.Effect{Do: "accept", Ref: connector.Ref{ID: "1"}, Proposal: plan}},
		"no days":                     {"days", connector.Effect{Do: "extend_protection", Ref: r}},
		"confirming goods has no API": {"do", connector.Effect{Do: "confirm_goods", Ref: r}},
	} {
		before := len(s.platform.Calls(""))
		_, err := s.open(t).Execute(t.Context(), c.act)
		if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || f.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
		if len(s.platform.Calls("")) != before {
			t.Errorf("%s was sent", name)
		}
	}
}

func TestPlatformRefusalsAreFaults(t *testing.T) {
	s := newScene(t, "iop")
	issue := s.dispute(t, fake.IssueSpec{})
	r, plan := ref(issue), s.claim(t, issue)
	for name, act := range map[string]connector.Effect{
		"more than was paid":    {Do: "counter_amount", Ref: r, Proposal: plan, Amount: brl(99999999), Text: "x"},
		"another currency":      {Do: "counter_amount", Ref: r, Proposal: plan, Amount: money.Amount{Minor: 100, Currency: "JPY"}, Text: "x"},
		"a strange plan":        {Do: "accept", Ref: r, Proposal: "42"},
		"a strange order":       {Do: "extend_protection", Ref: connector.Ref{Order: "12345678901234"}, Days: 3},
		"too long a protection": {Do: "extend_protection", Ref: r, Days: 365},
	} {
		if _, err := s.open(t).Execute(t.Context(), act); !fault.Is(err, fault.Refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLostAnswerIsUnknownAndReadsBack(t *testing.T) {
	for kind, want := range map[fake.FaultKind]connector.Outcome{
		fake.DropAfter: connector.Confirmed, fake.DropBefore: connector.Absent,
		fake.ErrorAfter: connector.Confirmed, fake.ServerError: connector.Absent,
		fake.Truncate: connector.Confirmed, fake.Hostile: connector.Confirmed,
	} {
		s := newScene(t, "iop")
		issue := s.dispute(t, fake.IssueSpec{})
		act := connector.Effect{Do: "accept", Ref: ref(issue), Proposal: s.claim(t, issue)}
		before := s.fetch(t, act.Ref)
		s.platform.AddFault(fake.Fault{Method: "aliexpress.issue.solution.agree", Kind: kind})
		if _, err := s.open(t).Execute(t.Context(), act); !fault.Is(err, fault.Unknown) {
			t.Errorf("%s: %v", kind, err)
		}
		if got := s.open(t).Compare(act, before, s.fetch(t, act.Ref)); got != want {
			t.Errorf("%s: read back as %s, want %s", kind, got, want)
		}
		if n := s.platform.Count("aliexpress.issue.solution.agree"); n > 1 {
			t.Errorf("%s: sent %d times", kind, n)
		}
	}
}

func TestCompareSeesAContradiction(t *testing.T) {
	s := newScene(t, "iop")
	issue := s.dispute(t, fake.IssueSpec{})
	act := connector.Effect{Do: "counter_amount", Ref: ref(issue), Proposal: s.claim(t, issue), Amount: brl(4000), Text: "x"}
	before := s.fetch(t, act.Ref)
	s.platform.Advance(time.Minute)
	if err := s.platform.SellerOffers(issue, fake.Money{Minor: 7000, Currency: "BRL"}, false, "from the seller centre"); err != nil {
		t.Fatal(err)
	}
	if got := s.open(t).Compare(act, before, s.fetch(t, act.Ref)); got != connector.Contradicted {
		t.Errorf("another offer than ours: %s", got)
	}
	if err := s.platform.Cancel(issue); err != nil {
		t.Fatal(err)
	}
	accept := connector.Effect{Do: "accept", Ref: ref(issue), Proposal: act.Proposal}
	if got := s.open(t).Compare(accept, before, s.fetch(t, act.Ref)); got != connector.Contradicted {
		t.Errorf("cancelled meanwhile: %s", got)
	}
}

func TestReceiptHoldsNoSecret(t *testing.T) {
	s := newScene(t, "iop")
	issue := s.dispute(t, fake.IssueSpec{})
	receipt, err := s.open(t).Execute(t.Context(), connector.Effect{Do: "accept", Ref: ref(issue), Proposal: s.claim(t, issue)})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(receipt.Request), string(receipt.Raw)} {
		if strings.Contains(text, s.shop.Token) || strings.Contains(text, s.shop.Secret) {
			t.Errorf("receipt %s", text)
		}
	}
}
