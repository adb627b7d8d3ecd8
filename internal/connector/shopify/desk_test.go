package shopify_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/blob"
	"parley/internal/connector"
	"parley/internal/connector/shopify"
	"parley/internal/connector/shopify/fake"
	"parley/internal/desk"
	"parley/internal/policy"
	"parley/internal/reply"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/vault"
	"parley/packs"
	"parley/templates"
)

// hand is a clock moved by hand.
type hand struct{ *clock }

func (hand) Wait(ctx context.Context, _ time.Time, wake <-chan struct{}) {
	select {
	case <-ctx.Done():
	case <-wake:
	}
}

// office is a real desk with one store at a simulated Shopify.
type office struct {
	*desk.Desk
	*scene
	t       *testing.T
	owner   desk.Who
	storeID int64
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, scene: newScene(t)}
	now := o.clock.Now()
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
	o.Desk = desk.New(desk.Options{
		DB: storetest.Open(t, storetest.SQLite(t), o.clock.Now), Library: library, Templates: letters, Connectors: map[string]connector.Connector{"shopify": shopify.New()},
		Vault: ring, Blobs: blobs, World: o.world, Private: &o.world, Clock: hand{o.clock}, Log: slog.New(slog.DiscardHandler), PublicURL: func() string { return "http://desk.test" },
	})
	m := store.Member{Email: "lucia@shop.test", Name: "Lucía", Role: "owner", Locale: "en", Zone: "Europe/Madrid", AllStores: true, State: "active", CreatedAt: now}
	must(t, o.DB.Write(t.Context(), func(tx *store.Tx) error { return tx.PutMember(&m) }))
	o.owner = desk.Who{MemberID: m.ID, Name: "Lucía", Role: "owner", AllStores: true, Locale: "en", Zone: "Europe/Madrid"}
	view, err := o.AddStore(t.Context(), o.owner, desk.StoreInput{Company: "Norte SL", Connector: "shopify", Name: "Casa Norte", Zone: "Europe/Madrid", Currency: "EUR", Country: "ES",
		Settings: o.account.Settings})
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

// hear delivers to the desk what the platform sends, the newest first.
func (o *office) hear() {
	o.t.Helper()
	list := o.platform.Pending()
	slices.Reverse(list)
	for _, d := range list {
		_, err := o.Receive(o.t.Context(), o.storeID, connector.Delivery{Header: d.Header, Body: d.Body})
		must(o.t, err)
	}
	must(o.t, o.Settle(o.t.Context()))
}

// A return comes in by webhook, is approved, and once the goods are back the money goes back, once.
func TestAReturnFromTheRequestToTheMoney(t *testing.T) {
	o := newOffice(t)
	o.pass(time.Minute)
	o.shop.Subscribe("https://desk.test/hooks/1", "RETURNS_REQUEST")
	r := o.shop.RequestReturn(o.sent(), fake.ReturnSpec{ReasonHandle: "unwanted", CustomerSay: "Ya no lo quiero"})
	o.hear()
	row := o.only()
	if row.State != "wait_seller" || row.Class != "withdrawal.legal" || row.Stake.Minor != 3990 {
		t.Errorf("row %+v", row)
	}
	if dec := o.decide(row.ID, desk.Choice{Option: "accept_return"}); dec.State != "done" || r.Status != "OPEN" {
		t.Fatalf("decision %+v, return %s", dec, r.Status)
	}
	if row = o.only(); row.State != "wait_buyer_return" {
		t.Errorf("approved: %+v", row)
	}
	o.pass(time.Hour)
	if dec := o.decide(row.ID, desk.Choice{Option: "refund", Amount: euro(3990)}); dec.State != "done" {
		t.Fatalf("decision %+v", dec)
	}
	page, err := o.Case(t.Context(), o.owner, row.ID)
	must(t, err)
	if len(page.Facts.Ledger) != 1 || page.Facts.Ledger[0].Amount != euro(3990) {
		t.Errorf("ledger %+v", page.Facts.Ledger)
	}
	o.freely(row.ID, "confirm_goods", "option.shopify_goods")
	if dec := o.decide(row.ID, desk.Choice{Option: "confirm_goods"}); dec.State != "done" || r.Status != "CLOSED" {
		t.Fatalf("decision %+v, return %s", dec, r.Status)
	}
	if rows := o.queue(); len(rows) != 0 {
		t.Errorf("still in the queue: %+v", rows)
	}
}

// freely makes sure that the page says of an option that it pays nothing.
func (o *office) freely(id int64, option, effect string) {
	o.t.Helper()
	page, err := o.Case(o.t.Context(), o.owner, id)
	must(o.t, err)
	i := slices.IndexFunc(page.Options, func(v desk.OptionView) bool { return v.Code == option })
	if i < 0 || page.Options[i].Cost == nil || page.Options[i].Cost.Minor != 0 || page.Options[i].Effect != effect {
		o.t.Errorf("%s is not shown as one that pays nothing: %+v", option, page.Options)
	}
}

// A dispute shows the platform's due date, is answered with a paper and words, and ends when the bank decides.
func TestADisputeFromTheBankToTheVerdict(t *testing.T) {
	o := newOffice(t)
	d := o.disputed()
	o.pass(time.Minute)
	must(t, o.SyncNow(t.Context(), o.owner, o.storeID))
	o.pass(time.Minute)
	row := o.only()
	if !row.DueAt.Equal(d.DueBy) || row.State != "wait_seller" {
		t.Errorf("row %+v, due by %s", row, d.DueBy)
	}
	paper, err := o.AddEvidence(t.Context(), o.owner, row.ID, o.picture())
	must(t, err)
	dec := o.decide(row.ID, desk.Choice{Option: "contest_with_evidence", Text: "The parcel was handed over on 13 November and signed for.", Evidence: []int64{paper.ID}})
	if dec.State != "done" || !d.Submitted || len(d.Files) != 1 || !strings.Contains(d.Form["uncategorizedText"], "13 November") {
		t.Fatalf("decision %+v, form %v", dec, d.Form)
	}
	o.shop.Rule(d, true)
	o.pass(time.Minute)
	must(t, o.SyncNow(t.Context(), o.owner, o.storeID))
	o.pass(time.Minute)
	if rows := o.queue(); len(rows) != 0 {
		t.Errorf("still in the queue: %+v", rows)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (o *office) picture() desk.EvidenceInput {
	o.t.Helper()
	var b bytes.Buffer
	must(o.t, png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 2, 2))))
	return desk.EvidenceInput{Name: "signature.png", Kind: "signature", Content: &b}
}

// Goods that came back and were unpacked wait for the shop's money: the return is in the queue of what is to be answered again.
func TestUnpackedGoodsWaitForTheMoney(t *testing.T) {
	o := newOffice(t)
	r := o.shop.RequestReturn(o.sent(), fake.ReturnSpec{ReasonHandle: "unwanted", Temper: fake.Temper{SendsBack: 24 * time.Hour, Travels: 24 * time.Hour}})
	o.pass(time.Minute)
	must(t, o.SyncNow(t.Context(), o.owner, o.storeID))
	o.pass(time.Minute)
	row := o.only()
	o.decide(row.ID, desk.Choice{Option: "accept_return"})
	if o.shop.Inspect(r) {
		t.Error("goods were unpacked that did not come")
	}
	o.pass(49 * time.Hour)
	if !o.shop.Inspect(r) || o.shop.Inspect(r) {
		t.Error("goods that came are unpacked once")
	}
	o.pass(time.Minute)
	must(t, o.SyncNow(t.Context(), o.owner, o.storeID))
	o.pass(time.Minute)
	if row = o.only(); row.State != "wait_seller_goods" || row.Owner != "seller" || row.Recommended != "refund" {
		t.Errorf("unpacked: %+v", row)
	}
	if dec := o.decide(row.ID, desk.Choice{Option: "refund", Amount: euro(3990)}); dec.State != "done" {
		t.Fatalf("decision %+v", dec)
	}
	if row = o.only(); row.Recommended != "confirm_goods" {
		t.Errorf("paid: %+v", row)
	}
	if dec := o.decide(row.ID, desk.Choice{Option: "confirm_goods"}); dec.State != "done" {
		t.Fatalf("decision %+v", dec)
	}
	if s := o.shop.Sight(r); s.Open || s.Status != "CLOSED" || s.Refunded() != 3990 || o.platform.Acted() != 3 {
		t.Errorf("at the platform %+v after %d acts", s, o.platform.Acted())
	}
}
