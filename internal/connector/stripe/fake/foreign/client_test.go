package foreign

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	"parley/internal/connector/stripe/fake"
)

// client is Stripe's client, running, that makes one call at a time.
type client struct {
	t   *testing.T
	in  io.Writer
	out *bufio.Scanner
}

type answer struct {
	OK                  bool
	Data                json.RawMessage
	Type, Code, Message string
}

func start(t *testing.T, address, key string) *client {
	t.Helper()
	if _, err := os.Stat("node_modules/stripe"); err != nil {
		t.Fatalf("the npm client is not installed: run `npm ci` in internal/connector/stripe/fake/foreign (%v)", err)
	}
	command := exec.CommandContext(t.Context(), "node", "client.mjs")
	command.Env = append(os.Environ(), "STRIPE_ADDRESS="+address, "STRIPE_KEY="+key)
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	must(t, err)
	out, err := command.StdoutPipe()
	must(t, err)
	must(t, command.Start())
	t.Cleanup(func() {
		_ = in.Close() // ends the client; waiting tells how it went
		if err := command.Wait(); err != nil && t.Context().Err() == nil {
			t.Errorf("the npm client ended badly: %v", err)
		}
	})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 4<<20)
	return &client{t, in, lines}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (c *client) call(name string, args ...any) answer {
	c.t.Helper()
	line, err := json.Marshal(map[string]any{"call": name, "args": append([]any{}, args...)})
	must(c.t, err)
	_, err = c.in.Write(append(line, '\n'))
	must(c.t, err)
	if !c.out.Scan() {
		c.t.Fatalf("%s: the client gave no answer: %v", name, c.out.Err())
	}
	var got answer
	must(c.t, json.Unmarshal(c.out.Bytes(), &got))
	return got
}

// good makes a call that has to work.
func (c *client) good(into any, name string, args ...any) {
	c.t.Helper()
	got := c.call(name, args...)
	if !got.OK {
		c.t.Fatalf("%s: %s %s: %s", name, got.Type, got.Code, got.Message)
	}
	must(c.t, json.Unmarshal(got.Data, into))
}

type (
	object = map[string]any
	fields map[string]any
)

// world is a platform with one account, its disputes, and the client.
func world(t *testing.T) (*fake.Platform, *fake.Account, *client) {
	p := fake.New(fake.Options{HTTP: http.DefaultClient})
	shop := p.AddAccount(fake.AccountSpec{Name: "Casa Norte"})
	web := httptest.NewServer(p)
	t.Cleanup(web.Close)
	return p, shop, start(t, web.URL, shop.Key)
}

func dispute(shop *fake.Account, spec fake.DisputeSpec) *fake.Dispute {
	return shop.Dispute(shop.Pay(fake.ChargeSpec{Amount: 6990}), spec)
}

func TestStripesClientAnswersADispute(t *testing.T) {
	_, shop, c := world(t)
	d := dispute(shop, fake.DisputeSpec{Reason: "product_not_received", Code: "13.1"})
	var file, staged, sent struct {
		ID, Status string
		Evidence   map[string]any
		Details    struct {
			Submitted int  `json:"submission_count"`
			Has       bool `json:"has_evidence"`
		} `json:"evidence_details"`
		Metadata map[string]string
	}
	c.good(&file, "upload", "proof.pdf", "application/pdf", base64.StdEncoding.EncodeToString([]byte("%PDF-1.4 proof")))
	c.good(&staged, "update", d.ID, fields{"evidence": object{"receipt": file.ID, "shipping_carrier": "Correos"}, "submit": false, "metadata": object{"case": "C-17"}})
	if staged.Status != "needs_response" || !staged.Details.Has || staged.Details.Submitted != 0 || staged.Evidence["receipt"] != file.ID {
		t.Errorf("staged: %+v", staged)
	}
	c.good(&sent, "update", d.ID, fields{"evidence": object{"uncategorized_text": "Delivered & signed = yes"}, "submit": true})
	if sent.Status != "under_review" || sent.Details.Submitted != 1 || sent.Metadata["case"] != "C-17" || sent.Evidence["shipping_carrier"] != "Correos" {
		t.Errorf("sent: %+v", sent)
	}
	if again := c.call("update", d.ID, fields{"evidence": object{"uncategorized_text": "one more"}}); again.Type != "StripeInvalidRequestError" {
		t.Errorf("a second set of evidence: %+v", again)
	}
	if closing := c.call("close", d.ID); closing.OK {
		t.Error("a dispute that was answered can be closed")
	}
}

func TestStripesClientListsAndReads(t *testing.T) {
	_, shop, c := world(t)
	for n := range 25 {
		dispute(shop, fake.DisputeSpec{Ago: time.Duration(n) * time.Hour})
	}
	var all []struct{ ID string }
	c.good(&all, "list", fields{"limit": 10})
	if len(all) != 25 {
		t.Errorf("%d disputes by pages of ten", len(all))
	}
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	c.good(&all, "list", fields{"created": object{"gte": now.Add(-150 * time.Minute).Unix()}})
	if len(all) != 3 {
		t.Errorf("%d disputes of the last two and a half hours", len(all))
	}
	var full struct {
		Charge struct {
			ID      string
			Refunds struct{ Data []any }
		}
		Intent struct{ ID string } `json:"payment_intent"`
	}
	c.good(&full, "retrieve", all[0].ID, fields{"expand": []string{"charge.refunds", "payment_intent"}})
	if full.Charge.ID == "" || full.Intent.ID == "" || full.Charge.Refunds.Data == nil {
		t.Errorf("expanded: %+v", full)
	}
	if no := c.call("retrieve", "dp_none"); no.Type != "StripeInvalidRequestError" || no.Code != "resource_missing" {
		t.Errorf("a dispute that is not there: %+v", no)
	}
	if no := c.call("list", fields{"color": "blue"}); no.Code != "parameter_unknown" {
		t.Errorf("an unknown parameter: %+v", no)
	}
}

func TestStripesClientClosesAndRefunds(t *testing.T) {
	_, shop, c := world(t)
	lost, inquiry := dispute(shop, fake.DisputeSpec{}), dispute(shop, fake.DisputeSpec{CaseType: "inquiry"})
	var closed struct{ Status string }
	if c.good(&closed, "close", lost.ID); closed.Status != "lost" {
		t.Errorf("closed: %+v", closed)
	}
	if no := c.call("refund", fields{"charge": lost.Charge().ID}); no.Code != "charge_disputed" {
		t.Errorf("a refund of what the bank took: %+v", no)
	}
	var one, again struct {
		ID     string
		Amount int
	}
	once := object{"idempotencyKey": "eff_1"}
	c.good(&one, "refund", fields{"payment_intent": inquiry.Charge().Intent, "amount": 2000, "metadata": object{"a": "b"}}, once)
	c.good(&again, "refund", fields{"payment_intent": inquiry.Charge().Intent, "amount": 2000, "metadata": object{"a": "b"}}, once)
	if one.ID != again.ID || len(shop.Refunds(inquiry.Charge())) != 1 {
		t.Errorf("the same key paid twice: %+v, %+v", one, again)
	}
	if no := c.call("refund", fields{"payment_intent": inquiry.Charge().Intent, "amount": 1}, once); no.Type != "StripeIdempotencyError" {
		t.Errorf("the same key with another sum: %+v", no)
	}
	c.good(&one, "refund", fields{"charge": inquiry.Charge().ID})
	if no := c.call("refund", fields{"charge": inquiry.Charge().ID}); one.Amount != 4990 || no.Code != "charge_already_refunded" {
		t.Errorf("the rest was %d; once more: %+v", one.Amount, no)
	}
	var list struct{ Data []struct{ ID string } }
	if c.good(&list, "refunds", fields{"charge": inquiry.Charge().ID}); len(list.Data) != 2 {
		t.Errorf("refunds: %+v", list)
	}
}

func TestStripesClientChecksOurWebhook(t *testing.T) {
	p, shop, c := world(t)
	type hook struct{ body, signature string }
	got := make(chan hook, 4)
	desk := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // what is missing fails the check below
		got <- hook{string(body), r.Header.Get("Stripe-Signature")}
	}))
	t.Cleanup(desk.Close)
	shop.Hook(desk.URL)
	d := dispute(shop, fake.DisputeSpec{})
	if told, err := p.Deliver(t.Context()); told != 1 || err != nil {
		t.Fatalf("%d told, %v", told, err)
	}
	one := <-got
	var event struct {
		Type string
		Data struct{ Object struct{ ID string } }
	}
	at := p.Now().UnixMilli()
	if c.good(&event, "event", one.body, one.signature, shop.WebhookSecret, at); event.Type != "charge.dispute.created" || event.Data.Object.ID != d.ID {
		t.Errorf("event %+v", event)
	}
	for name, bad := range map[string]answer{
		"another body":   c.call("event", one.body+" ", one.signature, shop.WebhookSecret, at),
		"another secret": c.call("event", one.body, one.signature, "whsec_other", at),
		"an old one":     c.call("event", one.body, one.signature, shop.WebhookSecret, at+400_000),
	} {
		if bad.Type != "StripeSignatureVerificationError" {
			t.Errorf("%s: %+v", name, bad)
		}
	}
	if told, err := p.Deliver(t.Context()); told != 0 || err != nil {
		t.Errorf("told again: %d, %v", told, err)
	}
}

func TestStripesClientMeetsAWrongKeyAndWarnings(t *testing.T) {
	p, shop, c := world(t)
	shop.Warn(shop.Pay(fake.ChargeSpec{Amount: 21000}), "made_with_stolen_card", time.Hour)
	var warnings struct{ Data []struct{ Actionable bool } }
	if c.good(&warnings, "warnings"); len(warnings.Data) != 1 || !warnings.Data[0].Actionable {
		t.Errorf("warnings: %+v", warnings)
	}
	must(t, dispute(shop, fake.DisputeSpec{}).Decide(false))
	var events struct{ Data []struct{ Type string } }
	if c.good(&events, "events", fields{"type": "charge.dispute.closed"}); len(events.Data) != 1 {
		t.Errorf("events: %+v", events)
	}
	shop.Revoke()
	if no := c.call("warnings"); no.Type != "StripeAuthenticationError" || p.Gate().Count() < 3 {
		t.Errorf("a revoked key: %+v", no)
	}
}
