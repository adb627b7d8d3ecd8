package stripe_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/stripe"
	"parley/internal/connector/stripe/fake"
	"parley/internal/fault"
)

const secret = "whsec_test_parley"

var sentAt = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func deliver(t *testing.T, body, signature string, now time.Time) (connector.Push, error) {
	t.Helper()
	account := connector.Account{Settings: map[string]string{"webhook_secret": secret}}
	header := http.Header{}
	header.Set("Stripe-Signature", signature)
	return stripe.New().Receive(account, connector.Delivery{Header: header, Body: []byte(body)}, now)
}

func TestEventsSayWhatToReadAgain(t *testing.T) {
	for _, row := range []struct{ kind, object, refs, orders string }{
		{"charge.dispute.created", `{"object":"dispute","id":"dp_1","charge":"ch_1","payment_intent":"pi_1"}`, "dispute/dp_1/pi_1", ""},
		{"charge.dispute.funds_reinstated", `{"object":"dispute","id":"dp_1","charge":"ch_1","payment_intent":null}`, "dispute/dp_1/ch_1", ""},
		{"radar.early_fraud_warning.created", `{"object":"radar.early_fraud_warning","id":"issfr_1","charge":"ch_1"}`, "early_fraud_warning/issfr_1/ch_1", ""},
		{"refund.created", `{"object":"refund","id":"re_1","charge":"ch_1","payment_intent":"pi_1"}`, "", "pi_1"},
		{"charge.refunded", `{"object":"charge","id":"ch_1","payment_intent":"pi_1"}`, "", "pi_1"},
		{"charge.refunded", `{"object":"charge","id":"ch_1","payment_intent":null}`, "", "ch_1"},
		{"charge.refund.updated", `{"object":"refund","id":"re_1","charge":"ch_1"}`, "", "ch_1"},
		{"plan.created", `{"object":"plan","id":"price_1"}`, "", ""},
		{"charge.dispute.created", `{}`, "", ""},
		{"charge.dispute.created", `null`, "", ""},
	} {
		body := `{"object":"event","id":"evt_1","type":"` + row.kind + `","data":{"object":` + row.object + `}}`
		push, err := deliver(t, body, fake.Sign(secret, sentAt, []byte(body)), sentAt)
		must(t, err)
		var refs []string
		for _, r := range push.Refs {
			refs = append(refs, r.Kind+"/"+r.ID+"/"+r.Order)
		}
		if push.ID != "evt_1" || strings.Join(refs, " ") != row.refs || strings.Join(push.Orders, " ") != row.orders {
			t.Errorf("%s: %+v", row.kind, push)
		}
	}
}

func TestOnlyFreshSignedDeliveriesAreTaken(t *testing.T) {
	body := `{"id":"evt_1","type":"charge.dispute.created","data":{"object":{"id":"dp_1"}}}`
	good := fake.Sign(secret, sentAt, []byte(body))
	_, mark, _ := strings.Cut(good, ",")
	stamp, _, _ := strings.Cut(good, ",")
	other := strings.Split(fake.Sign("whsec_old", sentAt, []byte(body)), ",")[1]
	for name, row := range map[string]struct {
		body, signature string
		now             time.Time
		ok              bool
	}{
		"good":                    {body, good, sentAt, true},
		"five minutes old":        {body, good, sentAt.Add(5 * time.Minute), true},
		"of two secrets":          {body, stamp + "," + other + "," + mark + ",v0=abc", sentAt, true},
		"with spaces":             {body, stamp + " , " + mark, sentAt, true},
		"older":                   {body, good, sentAt.Add(5*time.Minute + time.Second), false},
		"from the future":         {body, good, sentAt.Add(-6 * time.Minute), false},
		"another body":            {body + " ", good, sentAt, false},
		"another secret":          {body, stamp + "," + other, sentAt, false},
		"another time":            {body, "t=1," + mark, time.Unix(1, 0), false},
		"no time":                 {body, mark, sentAt, false},
		"no mark":                 {body, stamp, sentAt, false},
		"the mark as old scheme":  {body, stamp + "," + strings.Replace(mark, "v1", "v0", 1), sentAt, false},
		"nothing":                 {body, "", sentAt, false},
		"half of the mark":        {body, good[:len(good)-8], sentAt, false},
		"a mark that is no digit": {body, stamp + ",v1=zz", sentAt, false},
	} {
		_, err := deliver(t, row.body, row.signature, row.now)
		if row.ok && err != nil || !row.ok && !fault.Is(err, fault.Unauthorised) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := stripe.New().Receive(connector.Account{}, connector.Delivery{Body: []byte(body)}, sentAt); !fault.Is(err, fault.Unauthorised) {
		t.Errorf("a store without a secret takes a delivery: %v", err)
	}
	for _, broken := range []string{"", "{", "[]", "{}", "null", `{"id":"evt_1"}`} {
		if _, err := deliver(t, broken, fake.Sign(secret, sentAt, []byte(broken)), sentAt); !fault.Is(err, fault.Garbled) {
			t.Errorf("%q: %v", broken, err)
		}
	}
}

// TestTheSimulatorsDeliveriesAreTaken, again when the first answer got lost, and under the same number.
func TestTheSimulatorsDeliveriesAreTaken(t *testing.T) {
	s := newScene(t)
	d := s.dispute(fake.DisputeSpec{})
	pending, err := s.shop.Pending()
	if err != nil || len(pending) != 1 {
		t.Fatalf("%d pending, %v", len(pending), err)
	}
	for range 2 {
		header := http.Header{"Stripe-Signature": {pending[0].Signature}}
		push, err := stripe.New().Receive(s.account, connector.Delivery{Header: header, Body: pending[0].Body}, s.platform.Now())
		if err != nil || push.ID != pending[0].ID || len(push.Refs) != 1 || push.Refs[0] != ref(d) {
			t.Errorf("%+v, %v", push, err)
		}
	}
}
