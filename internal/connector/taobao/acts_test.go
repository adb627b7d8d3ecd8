package taobao_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/simulator"
	"parley/internal/connector/taobao"
	"parley/internal/connector/taobao/fake"
	"parley/internal/fault"
)

// carried makes an act and tells how it went, and what reading back says of it.
func carried(t *testing.T, s *taobao.Session, act connector.Effect) (connector.Receipt, connector.Outcome, error) {
	t.Helper()
	before, err := s.Fetch(t.Context(), act.Ref)
	must(t, err)
	receipt, failed := s.Execute(t.Context(), act)
	after, err := s.Fetch(t.Context(), act.Ref)
	must(t, err)
	return receipt, s.Compare(act, before, after), failed
}

func effect(do string, r *fake.Refund) connector.Effect {
	return connector.Effect{ID: "eff", Do: do, Ref: ref(r), Proposal: proposal(r)}
}

// TestMoneyIsAgreedTo in fen, on Tmall after a review; a sum that needs a code from the telephone is not paid without it.
func TestMoneyIsAgreedTo(t *testing.T) {
	for _, spec := range []fake.ShopSpec{{}, {Tmall: true}} {
		s := newScene(t, spec)
		r := s.ask(fake.RefundSpec{Fee: 5005})
		act := effect("accept", r)
		act.Amount = fen(5005)
		calls := s.platform.Gate().Count()
		receipt, outcome, err := carried(t, s.open(t), act)
		must(t, err)
		if see := r.See(); outcome != connector.Confirmed || see.Status != "SUCCESS" || !strings.Contains(string(receipt.Request), "|5005|") {
			t.Errorf("tmall %v: %s, %+v, %s", spec.Tmall, outcome, see, receipt.Request)
		}
		if n := s.platform.Gate().Count() - calls; (n == 6) != spec.Tmall {
			t.Errorf("tmall %v: %d calls", spec.Tmall, n)
		}
	}
}

func TestALargeSumWantsACodeFromTheTelephone(t *testing.T) {
	s := newScene(t, fake.ShopSpec{SMSOver: 10000})
	r := s.ask(fake.RefundSpec{})
	act := effect("accept", r)
	act.Amount = fen(12900)
	_, outcome, err := carried(t, s.open(t), act)
	if f := fault.Of(err); f == nil || f.Key != "fault.taobao.sms" || f.Kind != fault.Refused || outcome != connector.Absent || r.See().Status != "WAIT_SELLER_AGREE" {
		t.Fatalf("%v, %s, %+v", err, outcome, r.See())
	}
	act.Fields = map[string]string{"code": s.shop.SMS()}
	receipt, outcome, err := carried(t, s.open(t), act)
	must(t, err)
	if outcome != connector.Confirmed || strings.Contains(string(receipt.Request), act.Fields["code"]) {
		t.Errorf("%s, %s", outcome, receipt.Request)
	}
}

// TestWhatChangedMeanwhileIsNotAgreedTo: the version is the lock, for every act.
func TestWhatChangedMeanwhileIsNotAgreedTo(t *testing.T) {
	for _, do := range []string{"accept", "counter_return", "contest_with_evidence"} {
		s := newScene(t, fake.ShopSpec{})
		r := s.ask(fake.RefundSpec{Received: true})
		act := effect(do, r)
		act.Amount, act.Text, act.Files = fen(12900), "不同意，见底单", []*connector.Attachment{picture(t)}
		must(t, r.Change(6000))
		_, outcome, err := carried(t, s.open(t), act)
		if !fault.Is(err, fault.Refused) || outcome != connector.Absent || r.See().Status != "WAIT_SELLER_AGREE" {
			t.Errorf("%s: %v, %s, %+v", do, err, outcome, r.See())
		}
	}
}

// TestGoodsComeBack: the return is agreed to, sent, and confirmed, or refused with a picture.
func TestGoodsComeBack(t *testing.T) {
	for _, spec := range []fake.ShopSpec{{}, {Tmall: true}} {
		for _, end := range []string{"confirm_goods", "contest_goods"} {
			s := newScene(t, spec)
			session := s.open(t)
			r := s.ask(fake.RefundSpec{GoodsBack: true})
			act := effect("accept", r)
			act.Amount, act.Proposal = fen(12900), act.Proposal+"/return"
			receipt, outcome, err := carried(t, session, act)
			must(t, err)
			if outcome != connector.Confirmed || r.See().Status != "WAIT_BUYER_RETURN_GOODS" || strings.Contains(string(receipt.Request), "13800000002") {
				t.Fatalf("%s, %+v, %s", outcome, r.See(), receipt.Request)
			}
			must(t, r.SendGoods("中通快递", "75300000000001"))
			act = effect(end, r)
			act.Text, act.Files = "退回的商品已损坏", []*connector.Attachment{picture(t)}
			_, outcome, err = carried(t, session, act)
			must(t, err)
			want := map[string]string{"confirm_goods": "SUCCESS", "contest_goods": "SELLER_REFUSE_BUYER"}[end]
			if outcome != connector.Confirmed || r.See().Status != want {
				t.Errorf("tmall %v, %s: %s, %+v", spec.Tmall, end, outcome, r.See())
			}
		}
	}
}

func TestConfirmingGoodsLooksAtTheVersion(t *testing.T) {
	s := newScene(t, fake.ShopSpec{})
	r := s.ask(fake.RefundSpec{GoodsBack: true})
	act := effect("confirm_goods", r)
	must(t, r.Change(100))
	if _, err := s.open(t).Execute(t.Context(), act); fault.Of(err) == nil || fault.Of(err).Key != "fault.taobao.changed" {
		t.Errorf("got %v", err)
	}
}

// TestAReturnIsOffered to an address of the shop, for not more than can be paid.
func TestAReturnIsOffered(t *testing.T) {
	s := newScene(t, fake.ShopSpec{})
	r := s.ask(fake.RefundSpec{Received: true, Fee: 9000})
	act := effect("counter_return", r)
	act.Amount, act.ReturnGoods = fen(12901), true
	if _, err := s.open(t).Execute(t.Context(), act); !fault.Is(err, fault.Invalid) {
		t.Errorf("more than was paid: %v", err)
	}
	act.Amount = fen(12900)
	_, outcome, err := carried(t, s.open(t), act)
	must(t, err)
	if outcome != connector.Confirmed || r.See().Offered != 12900 {
		t.Errorf("%s, %+v", outcome, r.See())
	}
	must(t, r.TakeOffer())
	if snap, err := s.open(t).Fetch(t.Context(), ref(r)); err != nil || !snap.Facts.Case.Claim.ReturnGoods || snap.Facts.Case.Reported.State != "wait_buyer_return" {
		t.Errorf("%+v, %v", snap.Facts.Case, err)
	}
}

// TestAMessageTakesAPicture, because the platform takes none without.
func TestAMessageTakesAPicture(t *testing.T) {
	s := newScene(t, fake.ShopSpec{})
	r := s.ask(fake.RefundSpec{})
	act := effect("send_message", r)
	act.Text = "已联系快递核实"
	if _, err := s.open(t).Execute(t.Context(), act); fault.Of(err) == nil || fault.Of(err).Field != "files" {
		t.Errorf("without a picture: %v", err)
	}
	act.Files = []*connector.Attachment{picture(t)}
	receipt, outcome, err := carried(t, s.open(t), act)
	must(t, err)
	if see := r.See(); outcome != connector.Confirmed || receipt.ID == "" || see.Pictures != 1 || see.Messages[0] != act.Text {
		t.Errorf("%s, %+v, receipt %s", outcome, see, receipt.ID)
	}
}

// TestActsThatCannotBeAreInvalid, and nothing is called.
func TestActsThatCannotBeAreInvalid(t *testing.T) {
	s := newScene(t, fake.ShopSpec{})
	r := s.ask(fake.RefundSpec{})
	calls := s.platform.Gate().Count()
	for field, spoil := range map[string]func(*connector.Effect){
		"do":       func(e *connector.Effect) { e.Do = "counter_amount" },
		"ref":      func(e *connector.Effect) { e.Ref.ID = "12|300|0|" },
		"proposal": func(e *connector.Effect) { e.Proposal = "1,2|5" },
		"amount":   func(e *connector.Effect) { e.Amount.Currency = "USD" },
		"text":     func(e *connector.Effect) { e.Do, e.Text = "contest_with_evidence", strings.Repeat("长", 201) },
		"files": func(e *connector.Effect) {
			e.Do, e.Text = "contest_with_evidence", "不同意"
			e.Files = []*connector.Attachment{{Name: "a.pdf", Type: "application/pdf", Bytes: []byte("%PDF")}}
		},
	} {
		act := effect("accept", r)
		act.Amount = fen(12900)
		spoil(&act)
		if _, err := s.open(t).Execute(t.Context(), act); !fault.Is(err, fault.Invalid) || fault.Of(err).Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if n := s.platform.Gate().Count() - calls; n != 0 {
		t.Errorf("%d calls", n)
	}
}

// TestALostAnswerIsReadBack: paid once, whatever the line did.
func TestALostAnswerIsReadBack(t *testing.T) {
	s := newScene(t, fake.ShopSpec{})
	r := s.ask(fake.RefundSpec{})
	act := effect("accept", r)
	act.Amount = fen(12900)
	session := s.open(t)
	before, err := session.Fetch(t.Context(), act.Ref)
	must(t, err)
	s.platform.Gate().Add(simulator.Fault{Do: simulator.LostAnswer, Times: 1})
	if _, err := session.Execute(t.Context(), act); !fault.Is(err, fault.Unknown) {
		t.Fatalf("got %v", err)
	}
	after, err := session.Fetch(t.Context(), act.Ref)
	must(t, err)
	if got := session.Compare(act, before, after); got != connector.Confirmed {
		t.Errorf("reading back says %s", got)
	}
	if _, err := session.Execute(t.Context(), act); !fault.Is(err, fault.Refused) {
		t.Errorf("a second time: %v", err)
	}
}

// TestSessions: a code and a refresh token give sessions; a revoked one and a wrong clock are told apart.
func TestSessions(t *testing.T) {
	s := newScene(t, fake.ShopSpec{})
	session := s.open(t)
	token, err := session.Renew(t.Context(), s.shop.Code())
	must(t, err)
	if token.Access == "" || token.Refresh == "" || token.ExpiresAt.Before(s.world.Now().AddDate(0, 11, 0)) {
		t.Errorf("token %+v", token)
	}
	again, err := session.Renew(t.Context(), "")
	if must(t, err); again.Access == token.Access {
		t.Error("the refresh gave the same session")
	}
	if _, err := session.Check(t.Context()); err != nil {
		t.Errorf("check: %v", err)
	}
	if _, err := session.Renew(t.Context(), "good-once"); !fault.Is(err, fault.Refused) {
		t.Errorf("a wrong code: %v", err)
	}
	s.shop.Revoke()
	if _, err := session.Check(t.Context()); !fault.Is(err, fault.Unauthorised) {
		t.Errorf("revoked: %v", err)
	}
	s.account.Settings["session_key"] = ""
	if _, err := s.open(t).Check(t.Context()); fault.Of(err) == nil || fault.Of(err).Key != "fault.taobao.session_missing" {
		t.Errorf("without a session: %v", err)
	}
}

// TestTheOrderTellsTheParcel, with the platform's nodes in the words of the glossary and others kept.
func TestTheOrderTellsTheParcel(t *testing.T) {
	s := newScene(t, fake.ShopSpec{})
	trade := s.shop.Sell(fake.TradeSpec{Price: 9990, Postage: 800, Num: 2, Ago: 120 * time.Hour, Signed: true, SentAgo: 96 * time.Hour, Company: "中通快递", SID: "753"})
	r := s.shop.Ask(trade, fake.RefundSpec{GoodsBack: true})
	o, err := s.open(t).Order(t.Context(), ref(r))
	must(t, err)
	if o.Order.Goods != fen(19980) || o.Order.Shipping != fen(800) || o.Buyer.Country != "CN" || !o.Shipment.Domestic || o.Shipment.Number != "753" || o.Shipment.Carrier != "中通快递" {
		t.Errorf("order %+v, buyer %+v, shipment %+v", o.Order, o.Buyer, o.Shipment)
	}
	var words []string
	for _, e := range o.Shipment.Events {
		words = append(words, e.Status)
	}
	if strings.Join(words, " ") != "accepted unknown delivered" || len(o.Unknown) != 1 || o.Unknown[0].Value != "集散" {
		t.Errorf("events %v, unknown %+v", words, o.Unknown)
	}
	if strings.Contains(string(o.Raw), "receiver_name") {
		t.Error("names were asked for")
	}
	unsent := s.shop.Ask(s.shop.Sell(fake.TradeSpec{}), fake.RefundSpec{})
	if o, err := s.open(t).Order(t.Context(), ref(unsent)); err != nil || o.Shipment != nil {
		t.Errorf("an order that waits: %+v, %v", o.Shipment, err)
	}
	several := s.shop.Sell(fake.TradeSpec{Lines: []string{"手机壳"}, Sent: true})
	line := s.shop.Ask(several, fake.RefundSpec{})
	snap, err := s.open(t).Fetch(t.Context(), connector.Ref{Kind: "refund", ID: strconv.FormatInt(line.ID, 10)})
	must(t, err)
	if o, err := s.open(t).Order(t.Context(), snap.Ref); err != nil || snap.Ref.Line == "" || len(o.Order.Items) != 2 || o.Shipment.Number == "" {
		t.Errorf("several lines: %+v, %+v, %v", snap.Ref, o, err)
	}
}
