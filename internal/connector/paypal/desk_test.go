package paypal_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"parley/internal/blob"
	"parley/internal/connector"
	"parley/internal/connector/paypal/fake"
	"parley/internal/desk"
	"parley/internal/policy"
	"parley/internal/reply"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/vault"
	"parley/packs"
	"parley/templates"
)

// hand is a clock moved by hand; the simulated PayPal and the desk share it.
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

// office is a real desk with one store at a simulated PayPal.
type office struct {
	*desk.Desk
	*scene
	t       *testing.T
	clock   *hand
	owner   desk.Who
	storeID int64
}

func newOffice(t *testing.T) *office {
	t.Helper()
	s := newScene(t)
	o := &office{scene: s, t: t, clock: &hand{now: s.platform.Now()}}
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
	world := s.world
	world.Now = o.clock.Now
	o.Desk = desk.New(desk.Options{
		DB: storetest.Open(t, storetest.SQLite(t), o.clock.Now), Library: library, Templates: letters,
		Connectors: map[string]connector.Connector{"paypal": s.connector}, Vault: ring, Blobs: blobs, World: world, Private: &world, Clock: o.clock,
		Log: slog.New(slog.DiscardHandler), PublicURL: func() string { return "http://desk.test" },
	})
	m := store.Member{Email: "lucia@shop.test", Name: "Lucía", Role: "owner", Locale: "en", Zone: "Europe/Madrid", AllStores: true, State: "active", CreatedAt: o.clock.Now()}
	must(t, o.DB.Write(t.Context(), func(tx *store.Tx) error { return tx.PutMember(&m) }))
	o.owner = desk.Who{MemberID: m.ID, Name: "Lucía", Role: "owner", AllStores: true, Locale: "en", Zone: "Europe/Madrid"}
	view, err := o.AddStore(t.Context(), o.owner, desk.StoreInput{Company: "Norte SL", Connector: "paypal", Name: "Casa Norte", Zone: "Europe/Madrid", Currency: "EUR",
		Country: "ES", Settings: s.store.Settings})
	must(t, err)
	o.storeID = view.ID
	return o
}

// pass lets time go by at PayPal and here, and the desk do what is due.
func (o *office) pass(d time.Duration) {
	o.t.Helper()
	o.platform.Advance(d)
	o.clock.advance(d)
	must(o.t, o.Settle(o.t.Context()))
}

func (o *office) sync() {
	o.t.Helper()
	must(o.t, o.SyncNow(o.t.Context(), o.owner, o.storeID))
	must(o.t, o.Settle(o.t.Context()))
}

func (o *office) only() desk.Row {
	o.t.Helper()
	p, err := o.Queue(o.t.Context(), o.owner, desk.QueueQuery{})
	must(o.t, err)
	if len(p.Rows) != 1 {
		o.t.Fatalf("%d cases, want one: %+v", len(p.Rows), p.Rows)
	}
	return p.Rows[0]
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

// proof is a picture put on file.
func (o *office) proof(id int64) int64 {
	o.t.Helper()
	var b bytes.Buffer
	must(o.t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))))
	e, err := o.AddEvidence(o.t.Context(), o.owner, id, desk.EvidenceInput{Kind: "signature", Name: "firma.png", Content: &b})
	must(o.t, err)
	return e.ID
}

// TestAClaimIsContestedWithItsProofsInOneCall: in the queue by PayPal's date, answered once and whole, then with PayPal.
func TestAClaimIsContestedWithItsProofsInOneCall(t *testing.T) {
	o := newOffice(t)
	d := o.dispute(fake.DisputeSpec{Stage: fake.Chargeback, AnswerBy: o.clock.Now().Add(50 * time.Hour)})
	o.pass(time.Minute)
	o.sync()
	row := o.only()
	if row.State != "wait_seller" || !row.DueAt.Equal(o.clock.Now().Add(50*time.Hour-time.Minute)) || row.Stake != eur(3990) {
		t.Errorf("row %+v", row)
	}
	dec := o.decide(row.ID, desk.Choice{Option: "contest_with_evidence", Text: "The parcel was handed over on 31 October and signed for.", Evidence: []int64{o.proof(row.ID)}})
	if dec.State != "done" || len(dec.Effects) != 1 || dec.Effects[0].State != "confirmed" {
		t.Fatalf("decision %+v", dec)
	}
	if n := len(o.platform.Gate.Calls(http.MethodPost, "/v1/customer/disputes/"+d.ID())); n != 1 || d.Status() != fake.UnderReview {
		t.Errorf("%d calls, %s", n, d.Status())
	}
	snap, err := o.open(t).Fetch(t.Context(), ref(d))
	must(t, err)
	if e := snap.Facts.Evidence; len(e) != 1 || e[0].File == nil || e[0].Text == "" {
		t.Errorf("at PayPal: %+v", e)
	}
}

// TestAnInquiryIsSettledByAnOffer: the offer goes out once and the buyer takes it.
func TestAnInquiryIsSettledByAnOffer(t *testing.T) {
	o := newOffice(t)
	d := o.dispute(fake.DisputeSpec{Reason: notAsDescribed, Temper: fake.Temper{Answers: time.Hour, AcceptsFrom: 30}})
	o.pass(time.Minute)
	o.sync()
	row := o.only()
	dec := o.decide(row.ID, desk.Choice{Option: "counter_amount", Amount: eur(1500), Text: "We refund 15.00 EUR and you keep the article."})
	if dec.State != "done" {
		t.Fatalf("decision %+v", dec)
	}
	o.pass(2 * time.Hour)
	o.sync()
	ended, err := o.Queue(t.Context(), o.owner, desk.QueueQuery{View: "ended"})
	must(t, err)
	if len(ended.Rows) != 1 || ended.Rows[0].State != "refunded" || d.Status() != fake.Resolved {
		t.Errorf("ended %+v, %s", ended.Rows, d.Status())
	}
}
