package stripe_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/blob"
	"parley/internal/connector"
	"parley/internal/connector/simulator"
	"parley/internal/connector/stripe"
	"parley/internal/connector/stripe/fake"
	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/policy"
	"parley/internal/reply"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/vault"
	"parley/packs"
	"parley/templates"
)

// hand is a clock moved by hand.
type hand struct {
	mu  sync.Mutex
	now time.Time
}

func (h *hand) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hand) advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func (h *hand) Wait(ctx context.Context, _ time.Time, wake <-chan struct{}) {
	select {
	case <-ctx.Done():
	case <-wake:
	}
}

// office is a real desk with one store at a simulated Stripe.
type office struct {
	*desk.Desk
	t        *testing.T
	clock    *hand
	platform *fake.Platform
	shop     *fake.Account
	owner    desk.Who
	storeID  int64
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, clock: &hand{now: now}}
	o.platform = fake.New(fake.Options{Now: o.clock.Now})
	o.shop = o.platform.AddAccount(fake.AccountSpec{Name: "Casa Norte"})
	server := httptest.NewServer(o.platform)
	t.Cleanup(server.Close)
	library, err := policy.Load(packs.Files)
	must(t, err)
	letters, err := reply.LoadTemplates(templates.Files)
	must(t, err)
	key := filepath.Join(t.TempDir(), "key")
	must(t, vault.Create(key))
	ring, err := vault.Open(key)
	must(t, err)
	blobs, err := blob.Dir(filepath.Join(t.TempDir(), "files"), 1<<20)
	must(t, err)
	world := worldAt(o.clock.Now)
	o.Desk = desk.New(desk.Options{
		DB: storetest.Open(t, storetest.SQLite(t), o.clock.Now), Library: library, Templates: letters, Connectors: map[string]connector.Connector{"stripe": stripe.New()},
		Vault: ring, Blobs: blobs, World: world, Private: &world, Clock: o.clock, Log: slog.New(slog.DiscardHandler), PublicURL: func() string { return "http://desk.test" },
	})
	m := store.Member{Email: "lucia@shop.test", Name: "Lucía", Role: "owner", Locale: "en", Zone: "Europe/Madrid", AllStores: true, State: "active", CreatedAt: now}
	must(t, o.DB.Write(t.Context(), func(tx *store.Tx) error { return tx.PutMember(&m) }))
	o.owner = desk.Who{MemberID: m.ID, Name: "Lucía", Role: "owner", AllStores: true, Locale: "en", Zone: "Europe/Madrid"}
	view, err := o.AddStore(t.Context(), o.owner, desk.StoreInput{Company: "Norte SL", Connector: "stripe", Name: "Casa Norte", Zone: "Europe/Madrid", Currency: "EUR", Country: "ES",
		Settings: map[string]string{"api_key": o.shop.Key, "webhook_secret": o.shop.WebhookSecret, "address": server.URL, "allow_private": "true", "calls_per_second": "0"}})
	must(t, err)
	o.storeID = view.ID
	return o
}

func (o *office) pass(d time.Duration) {
	o.t.Helper()
	o.clock.advance(d)
	must(o.t, o.Settle(o.t.Context()))
}

func (o *office) queue() []desk.Row {
	o.t.Helper()
	p, err := o.Queue(o.t.Context(), o.owner, desk.QueueQuery{})
	must(o.t, err)
	return p.Rows
}

func (o *office) only() desk.Row {
	o.t.Helper()
	rows := o.queue()
	if len(rows) != 1 {
		o.t.Fatalf("%d cases, want one: %+v", len(rows), rows)
	}
	return rows[0]
}

func (o *office) decide(id int64, ch desk.Choice) desk.Decided {
	o.t.Helper()
	page, err := o.Case(o.t.Context(), o.owner, id)
	must(o.t, err)
	ch.Basis = page.Basis
	dec, err := o.Decide(o.t.Context(), o.owner, id, ch)
	must(o.t, err)
	must(o.t, o.Settle(o.t.Context()))
	dec, err = o.Decision(o.t.Context(), o.owner, dec.DecisionID)
	must(o.t, err)
	return dec
}

func (o *office) buy() *fake.Charge {
	return o.shop.Pay(fake.ChargeSpec{Amount: 8990, Name: "Carmen Ortega", Description: "Cordless drill 20V", Ago: 20 * 24 * time.Hour})
}

// TestAPolledDisputeHasItsPurchase: the list of disputes does not tell the charge; the desk reads it behind the record.
func TestAPolledDisputeHasItsPurchase(t *testing.T) {
	o := newOffice(t)
	o.shop.Dispute(o.buy(), fake.DisputeSpec{Reason: "product_not_received", Code: "13.1", Answer: 9 * 24 * time.Hour})
	o.pass(2 * time.Minute)
	page, err := o.Peek(t.Context(), o.owner, o.only().ID)
	must(t, err)
	if page.Rest.Minor != 8990 || page.Facts.Order.Goods.Minor != 8990 || page.Facts.Buyer == nil || page.Title != "Cordless drill 20V" {
		t.Errorf("the purchase was not read: rest %v, order %+v, title %q", page.Rest, page.Facts.Order, page.Title)
	}
}

// TestAChargebackFromTheBankToTheVerdict: it comes in by a delivery with Stripe's due date, is contested with a paper and words, and won.
func TestAChargebackFromTheBankToTheVerdict(t *testing.T) {
	o := newOffice(t)
	o.pass(time.Minute)
	d := o.shop.Dispute(o.buy(), fake.DisputeSpec{Reason: "product_not_received", Code: "13.1", Answer: 9 * 24 * time.Hour})
	o.push()
	row := o.only()
	if !row.DueAt.Equal(time.Unix(d.DueBy, 0)) || row.State != "wait_seller" || row.Stake.Minor != 8990 || !strings.HasPrefix(row.Class, "logistics.") {
		t.Errorf("row %+v, due by %s", row, time.Unix(d.DueBy, 0))
	}
	paper, err := o.AddEvidence(t.Context(), o.owner, row.ID, o.picture())
	must(t, err)
	dec := o.decide(row.ID, desk.Choice{Option: "contest_with_evidence", Text: "The parcel was handed over on 31 October and signed for.", Evidence: []int64{paper.ID}})
	if dec.State != "done" || len(dec.Effects) != 2 || slices.ContainsFunc(dec.Effects, func(e desk.EffectItem) bool { return e.State != "confirmed" }) {
		t.Fatalf("decision %+v", dec)
	}
	see := d.See()
	if see.Status != "under_review" || see.Submitted != 1 || see.Evidence["shipping_documentation"] == "" || !strings.Contains(see.Evidence["uncategorized_text"], "31 October") {
		t.Errorf("at Stripe: %+v", see)
	}
	must(t, d.Decide(true))
	o.push()
	if rows := o.queue(); len(rows) != 0 {
		t.Errorf("still in the queue: %+v", rows)
	}
	ended, err := o.Queue(t.Context(), o.owner, desk.QueueQuery{View: "ended"})
	if must(t, err); len(ended.Rows) != 1 || ended.Rows[0].State != "refused" {
		t.Errorf("ended: %+v", ended.Rows)
	}
}

// TestAnInquiryIsPaidBackOnce and a chargeback accepted.
func TestAnInquiryIsPaidBackOnce(t *testing.T) {
	o := newOffice(t)
	paid := o.buy()
	o.shop.Dispute(paid, fake.DisputeSpec{Reason: "product_unacceptable", Code: "13.3", CaseType: "inquiry", Answer: 20 * 24 * time.Hour})
	o.pass(time.Minute)
	must(t, o.SyncNow(t.Context(), o.owner, o.storeID))
	o.pass(time.Minute)
	row := o.only()
	page, err := o.Case(t.Context(), o.owner, row.ID)
	must(t, err)
	open := map[string]bool{}
	for _, option := range page.Options {
		open[option.Code] = option.Open
	}
	if !open["refund"] || open["accept"] || !open["contest_with_evidence"] {
		t.Errorf("options %+v", open)
	}
	if dec := o.decide(row.ID, desk.Choice{Option: "refund", Amount: euros(8990)}); dec.State != "done" {
		t.Fatalf("decision %+v", dec)
	}
	if all := o.shop.Refunds(paid); len(all) != 1 || all[0].Amount != 8990 {
		t.Errorf("refunds %+v", all)
	}
}

// TestAWarningHasNoDateAndARefund, so that our own review alone times it; a network without rules of its own has Stripe's date.
func TestAWarningHasNoDateAndARefund(t *testing.T) {
	o := newOffice(t)
	w := o.shop.Warn(o.buy(), "made_with_stolen_card", time.Hour)
	rare := o.shop.Dispute(o.shop.Pay(fake.ChargeSpec{Amount: 5000, Network: "jcb"}), fake.DisputeSpec{Reason: "product_unacceptable", Code: "546", Answer: 12 * 24 * time.Hour})
	o.push()
	rows := o.queue()
	if len(rows) != 2 {
		t.Fatalf("%d cases: %+v", len(rows), rows)
	}
	slices.SortFunc(rows, func(a, b desk.Row) int { return strings.Compare(b.Class, a.Class) })
	if due := rows[0].DueAt; !due.Equal(time.Unix(rare.DueBy, 0)) || rows[0].Class != "product.not_as_described" {
		t.Errorf("jcb: %+v, due by %s", rows[0], time.Unix(rare.DueBy, 0))
	}
	page, err := o.Case(t.Context(), o.owner, rows[1].ID)
	must(t, err)
	refund := slices.ContainsFunc(page.Options, func(option desk.OptionView) bool { return option.Code == "refund" && option.Open })
	if !refund || rows[1].DueKind != "review" || rows[1].Class != "account.unauthorised" {
		t.Errorf("warning %s: %+v, options %+v", w.ID, rows[1], page.Options)
	}
}

// TestEventsNobodyKnowsAreKept, and those about nothing; they hold nothing else up.
func TestEventsNobodyKnowsAreKept(t *testing.T) {
	o := newOffice(t)
	hear := func(body string) error {
		sign := fake.Sign(o.shop.WebhookSecret, o.Now(), []byte(body))
		_, err := o.Receive(t.Context(), o.storeID, connector.Delivery{Header: http.Header{"Stripe-Signature": {sign}}, Body: []byte(body)})
		return err
	}
	moon := `{"id":"evt_1","object":"event","type":"moon.phase","data":{"object":{"phase":"full"}}}`
	must(t, hear(moon))
	must(t, hear(`{"id":"evt_2","object":"event","type":"charge.dispute.created","data":{"object":{}}}`))
	if err := hear("<event/>"); !fault.Is(err, fault.Garbled) {
		t.Errorf("an unreadable event: %v", err)
	}
	got, err := o.UnknownOf(t.Context(), o.owner, o.storeID)
	must(t, err)
	kinds := map[string]string{}
	for _, topic := range got {
		m, err := o.UnknownMessage(t.Context(), o.owner, topic.Messages[0].ID)
		must(t, err)
		kinds[topic.Topic+" "+topic.Reason] = string(m.Body)
	}
	if len(kinds) != 3 || kinds["moon.phase topic"] != moon || kinds["charge.dispute.created record"] == "" || kinds[" content"] != "<event/>" {
		t.Errorf("%v", kinds)
	}
}

// push delivers to the desk what happened, as Stripe would: every event, the newest first, with its signature.
func (o *office) push() {
	o.t.Helper()
	pending, err := o.shop.Pending()
	must(o.t, err)
	for _, d := range pending {
		_, err := o.Receive(o.t.Context(), o.storeID, connector.Delivery{Header: http.Header{"Stripe-Signature": {d.Signature}}, Body: d.Body})
		must(o.t, err)
	}
	must(o.t, o.Settle(o.t.Context()))
}

func (o *office) picture() desk.EvidenceInput {
	o.t.Helper()
	var b bytes.Buffer
	must(o.t, png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 2, 2))))
	return desk.EvidenceInput{Name: "signature.png", Kind: "signature", Content: &b}
}

// TestAPassingWordSettlesNothing: the call was lost, and when the desk looks for its trace the dispute has a word nobody knows. It waits for
// one it knows, and sends the call again.
func TestAPassingWordSettlesNothing(t *testing.T) {
	o := newOffice(t)
	o.pass(time.Minute)
	d := o.shop.Dispute(o.buy(), fake.DisputeSpec{Reason: "product_not_received", Code: "13.1", Answer: 9 * 24 * time.Hour})
	o.push()
	o.platform.Gate().Add(simulator.Fault{Do: simulator.Drop, Method: "POST", Times: 1})
	dec := o.decide(o.only().ID, desk.Choice{Option: "accept"})
	o.platform.Confuse()
	o.pass(15 * time.Second)
	o.platform.Calm()
	for range 10 { // it looks several times before it sends again
		o.pass(10 * time.Minute)
	}
	dec, err := o.Decision(t.Context(), o.owner, dec.DecisionID)
	must(t, err)
	if dec.State != "done" || dec.Effects[0].State != "confirmed" || d.See().Status != "lost" {
		t.Errorf("decision %+v, the dispute is %s", dec, d.See().Status)
	}
}
