package paypal_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/paypal/fake"
	"parley/internal/fault"
)

const notAsDescribed = "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED"

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// picture is a proof to hand in.
func picture() *connector.Attachment {
	return &connector.Attachment{Name: "foto del paquete.png", Type: "image/png", Bytes: []byte("\x89PNG")}
}

// returned is a dispute whose goods are on their way back.
func (s *scene) returned(t *testing.T) *fake.Dispute {
	d := s.dispute(fake.DisputeSpec{Reason: notAsDescribed, Temper: fake.Temper{Answers: time.Hour}})
	_, err := s.open(t).Execute(t.Context(), connector.Effect{ID: "r" + d.ID(), Do: "counter_return", Ref: ref(d), Amount: eur(3990), Text: "Devuélvalo."})
	must(t, err)
	s.platform.Advance(2 * time.Hour)
	must(t, s.platform.SendBack(d, "ES_CORREOS", "PQ1"))
	s.platform.Advance(time.Minute)
	return d
}

// lost is a claim decided against the shop.
func (s *scene) lost(t *testing.T) *fake.Dispute {
	d := s.dispute(fake.DisputeSpec{Stage: fake.Chargeback})
	must(t, s.platform.Rule(d, true, "NO_VALID_SHIPMENT_PROOF"))
	s.platform.Advance(time.Minute)
	return d
}

// TestEveryActIsDoneAndReadBack: before it there is no trace, after it there is one, and the state is what the act makes of it.
func TestEveryActIsDoneAndReadBack(t *testing.T) {
	inquiry := func(s *scene, _ *testing.T) *fake.Dispute { return s.dispute(fake.DisputeSpec{}) }
	claim := func(s *scene, _ *testing.T) *fake.Dispute { return s.dispute(fake.DisputeSpec{Stage: fake.Chargeback}) }
	for name, c := range map[string]struct {
		stage func(*scene, *testing.T) *fake.Dispute
		act   connector.Effect
		state string
	}{
		"accept":         {inquiry, connector.Effect{Do: "accept", Amount: eur(3990), Text: "Aceptamos."}, "refunded"},
		"accept a claim": {claim, connector.Effect{Do: "accept", Amount: eur(3990)}, "refunded"},
		"offer":          {inquiry, connector.Effect{Do: "counter_amount", Amount: eur(1500), Text: "15 EUR."}, "negotiating"},
		"offer a return": {inquiry, connector.Effect{Do: "counter_return", Amount: eur(3990), Text: "Devuélvalo."}, "negotiating"},
		"message":        {inquiry, connector.Effect{Do: "send_message", Text: "Está en reparto."}, "negotiating"},
		"contest": {claim, connector.Effect{Do: "contest_with_evidence", Text: "Entregado.", Tracking: "PQ1", Carrier: "ES_CORREOS",
			Files: []*connector.Attachment{picture(), picture()}}, "platform"},
		"contest by an unknown carrier": {claim, connector.Effect{Do: "contest_with_evidence", Tracking: "PQ1", Carrier: "Correos Exprés"}, "platform"},
		"contest with a refund":         {claim, connector.Effect{Do: "contest_with_evidence", Text: "Ya pagado.", Fields: map[string]string{"refund_id": "5XX"}}, "platform"},
		"add facts": {func(s *scene, t *testing.T) *fake.Dispute {
			d := claim(s, t)
			_, err := s.open(t).Execute(t.Context(), connector.Effect{ID: "x", Do: "contest_with_evidence", Ref: ref(d), Text: "Entregado."})
			must(t, err)
			return d
		}, connector.Effect{Do: "add_facts", Text: "El vecino lo recogió."}, "platform"},
		"goods arrived": {(*scene).returned, connector.Effect{Do: "confirm_goods", Text: "Recibido."}, "refunded"},
		"goods broken":  {(*scene).returned, connector.Effect{Do: "contest_goods", Reason: "DAMAGED", Text: "Roto."}, "platform"},
		"appeal":        {(*scene).lost, connector.Effect{Do: "appeal", Text: "Nueva prueba.", File: picture()}, "platform"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			d := c.stage(s, t)
			session := s.open(t)
			before, err := session.Fetch(t.Context(), ref(d))
			must(t, err)
			c.act.ID, c.act.Ref = "e1", before.Ref
			if got := session.Compare(c.act, before, before); got != connector.Absent {
				t.Errorf("before: %s", got)
			}
			s.platform.Advance(time.Minute)
			receipt, err := session.Execute(t.Context(), c.act)
			must(t, err)
			if strings.Contains(string(receipt.Request), s.account.Secret) || len(receipt.Raw) == 0 {
				t.Errorf("receipt %s %s", receipt.Request, receipt.Raw)
			}
			after, err := session.Fetch(t.Context(), ref(d))
			must(t, err)
			if got := session.Compare(c.act, before, after); got != connector.Confirmed {
				t.Errorf("after: %s", got)
			}
			if got := after.Facts.Case.Reported.State; got != c.state || len(after.Facts.Unknown) != 0 {
				t.Errorf("state %s, want %s; unknown %v", got, c.state, after.Facts.Unknown)
			}
		})
	}
}

// TestWhatIsNotOfferedIsNotSent: a link that is missing is a refusal without a call.
func TestWhatIsNotOfferedIsNotSent(t *testing.T) {
	s := newScene(t)
	d := s.dispute(fake.DisputeSpec{Stage: fake.Chargeback})
	session := s.open(t)
	_, err := session.Fetch(t.Context(), ref(d))
	must(t, err)
	calls := s.platform.Gate.Count()
	_, err = session.Execute(t.Context(), connector.Effect{ID: "e", Do: "send_message", Ref: ref(d), Text: "Hola"})
	if f := fault.Of(err); f == nil || f.Kind != fault.Refused || f.Key != "fault.paypal.not_offered" || s.platform.Gate.Count() != calls {
		t.Errorf("%v after %d calls", err, s.platform.Gate.Count()-calls)
	}
	// A session that never read the dispute sends it, and PayPal refuses.
	_, err = s.open(t).Execute(t.Context(), connector.Effect{ID: "e", Do: "send_message", Ref: ref(d), Text: "Hola"})
	if f := fault.Of(err); f == nil || f.Kind != fault.Refused || f.Params["code"] != "ACTION_NOT_ALLOWED" {
		t.Errorf("unread: %v", err)
	}
}

// TestBadActsNameTheField without any call.
func TestBadActsNameTheField(t *testing.T) {
	s := newScene(t)
	d := s.dispute(fake.DisputeSpec{})
	session := s.open(t)
	big := &connector.Attachment{Name: "a.png", Type: "image/png", Bytes: make([]byte, 10_000_000)}
	for field, act := range map[string]connector.Effect{
		"text":   {Do: "send_message"},
		"to":     {Do: "send_message", Text: "Hola", To: "platform"},
		"amount": {Do: "counter_amount", Text: "Nada", Amount: eur(0)},
		"reason": {Do: "contest_goods", Text: "Roto", Reason: "ITEM_RECEIVED"},
		"file":   {Do: "contest_with_evidence", Text: "Mire", File: big},
		"ref.id": {Do: "accept", Ref: connector.Ref{ID: "../../oauth2/token"}},
		"do":     {Do: "upload_evidence"},
	} {
		if act.Ref.ID == "" {
			act.Ref = ref(d)
		}
		_, err := session.Execute(t.Context(), act)
		if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || f.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if s.platform.Gate.Count() != 0 {
		t.Error("something was called")
	}
}

// TestTheSameActIsDoneOnce: a repeated PayPal-Request-Id makes no second message.
func TestTheSameActIsDoneOnce(t *testing.T) {
	s := newScene(t)
	d := s.dispute(fake.DisputeSpec{})
	session := s.open(t)
	act := connector.Effect{ID: "eff_1", Do: "send_message", Ref: ref(d), Text: "Hola"}
	for range 2 {
		_, err := session.Execute(t.Context(), act)
		must(t, err)
	}
	snap, err := session.Fetch(t.Context(), ref(d))
	must(t, err)
	if n := len(snap.Facts.Messages); n != 2 { // the buyer's and one of ours
		t.Errorf("%d messages", n)
	}
	if n := len(s.platform.Gate.Calls(http.MethodPost, "/v1/customer/disputes")); n != 2 {
		t.Errorf("%d calls", n)
	}
}

// TestARulingMeanwhileIsNotOurAcceptance.
func TestARulingMeanwhileIsNotOurAcceptance(t *testing.T) {
	s := newScene(t)
	d := s.dispute(fake.DisputeSpec{Stage: fake.Chargeback})
	session := s.open(t)
	before, err := session.Fetch(t.Context(), ref(d))
	must(t, err)
	must(t, s.platform.Rule(d, true, "NO_VALID_SHIPMENT_PROOF"))
	after, err := session.Fetch(t.Context(), ref(d))
	must(t, err)
	if got := session.Compare(connector.Effect{Do: "accept", Amount: eur(3990)}, before, after); got != connector.Contradicted {
		t.Errorf("got %s", got)
	}
}

// TestATokenLivesUntilItsEnd and a new one is fetched when PayPal no longer takes it.
func TestATokenLivesUntilItsEnd(t *testing.T) {
	s := newScene(t)
	d := s.dispute(fake.DisputeSpec{})
	tokens := func() int { return len(s.platform.Gate.Calls(http.MethodPost, "/v1/oauth2/token")) }
	for want, before := range []func(){func() {}, func() { s.platform.ExpireTokens(s.account) }, func() { s.platform.Advance(9 * time.Hour) }} {
		before()
		for range 3 {
			_, err := s.open(t).Fetch(t.Context(), ref(d))
			must(t, err)
		}
		if tokens() != want+1 {
			t.Errorf("%d tokens, want %d", tokens(), want+1)
		}
	}
	s.store.Settings["client_secret"] = "wrong"
	s.store.StoreID = stores.Add(1)
	_, err := s.open(t).Check(t.Context())
	if f := fault.Of(err); f == nil || f.Key != "fault.paypal.credentials" {
		t.Errorf("wrong secret: %v", err)
	}
}
