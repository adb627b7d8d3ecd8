package taobao_test

import (
	"bytes"
	"context"
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
	"parley/internal/connector/taobao"
	"parley/internal/connector/taobao/fake"
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

// office is a real desk with one store at a simulated Taobao.
type office struct {
	*desk.Desk
	t        *testing.T
	clock    *hand
	platform *fake.Platform
	shop     *fake.Shop
	owner    desk.Who
	storeID  int64
}

func newOffice(t *testing.T) *office { return newOfficeOf(t, fake.ShopSpec{}) }

func newOfficeOf(t *testing.T, spec fake.ShopSpec) *office {
	t.Helper()
	o := &office{t: t, clock: &hand{now: now}}
	o.platform = fake.New(fake.Options{Now: o.clock.Now})
	spec.Nick = "蓝海数码小店"
	o.shop = o.platform.AddShop(spec)
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
		DB: storetest.Open(t, storetest.SQLite(t), o.clock.Now), Library: library, Templates: letters, Connectors: map[string]connector.Connector{"taobao": taobao.New()},
		Vault: ring, Blobs: blobs, World: world, Private: &world, Clock: o.clock, Log: slog.New(slog.DiscardHandler), PublicURL: func() string { return "http://desk.test" },
	})
	m := store.Member{Email: "lucia@shop.test", Name: "Lucía", Role: "owner", Locale: "en", Zone: "Europe/Madrid", AllStores: true, State: "active", CreatedAt: now}
	must(t, o.DB.Write(t.Context(), func(tx *store.Tx) error { return tx.PutMember(&m) }))
	o.owner = desk.Who{MemberID: m.ID, Name: "Lucía", Role: "owner", AllStores: true, Locale: "en", Zone: "Europe/Madrid"}
	view, err := o.AddStore(t.Context(), o.owner, desk.StoreInput{
		Company: "Lanhai", Connector: "taobao", Name: "蓝海数码小店", Zone: "Asia/Shanghai", Currency: "CNY", Country: "CN", Settings: settings(o.shop, server.URL),
	})
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

// sell lets a buyer buy headphones that were sent and handed over.
func (o *office) sell() *fake.Trade {
	return o.shop.Sell(fake.TradeSpec{Title: "降噪耳机", Price: 45900, Ago: 6 * 24 * time.Hour, Sent: true, SentAgo: 5 * 24 * time.Hour, Signed: true})
}

// push hands the desk what the platform would post, the oldest first.
func (o *office) push() {
	o.t.Helper()
	pending, err := o.shop.Pending()
	must(o.t, err)
	for _, d := range pending {
		_, err := o.Receive(o.t.Context(), o.storeID, connector.Delivery{Header: http.Header{"Authorization": {d.Signature}}, Body: d.Body})
		must(o.t, err)
	}
	must(o.t, o.Settle(o.t.Context()))
}

func (o *office) open(id int64) map[string]bool {
	o.t.Helper()
	page, err := o.Case(o.t.Context(), o.owner, id)
	must(o.t, err)
	out := map[string]bool{}
	for _, option := range page.Options {
		out[option.Code] = option.Open
	}
	return out
}

// TestGoodsOfBadQualityComeBackAndArePaid: the refund comes by a message with the platform's due date, the return is agreed to, the goods
// are confirmed, and the money is paid once.
func TestGoodsOfBadQualityComeBackAndArePaid(t *testing.T) {
	o := newOffice(t)
	o.pass(time.Minute)
	r := o.shop.Ask(o.sell(), fake.RefundSpec{GoodsBack: true, Reason: "质量问题", Desc: "左耳没有声音", Picture: "https://img.example.invalid/ear.jpg"})
	o.push()
	row := o.only()
	if !row.DueAt.Equal(r.See().Due) || row.State != "wait_seller" || row.Stake != fen(45900) || !strings.HasPrefix(row.Class, "product.") {
		t.Errorf("row %+v, due %s", row, r.See().Due)
	}
	if open := o.open(row.ID); !open["accept"] || !open["contest_with_evidence"] || open["counter_amount"] {
		t.Errorf("options %v", open)
	}
	if dec := o.decide(row.ID, desk.Choice{Option: "accept"}); dec.State != "done" || r.See().Status != "WAIT_BUYER_RETURN_GOODS" {
		t.Fatalf("decision %+v, refund %+v", dec, r.See())
	}
	must(t, r.SendGoods("中通快递", "75300000000001"))
	o.pass(time.Minute)
	o.push()
	if row = o.only(); row.State != "wait_seller_goods" || !row.DueAt.Equal(r.See().Due) {
		t.Errorf("row %+v, due %s", row, r.See().Due)
	}
	if dec := o.decide(row.ID, desk.Choice{Option: "confirm_goods"}); dec.State != "done" || r.See().Status != "SUCCESS" {
		t.Fatalf("decision %+v, refund %+v", dec, r.See())
	}
	if rows := o.queue(); len(rows) != 0 {
		t.Errorf("still in the queue: %+v", rows)
	}
}

// TestAnUnsentOrderIsPaidBack within its 24 hours, and a claim is contested with a picture.
func TestAnUnsentOrderIsPaidBack(t *testing.T) {
	o := newOffice(t)
	unsent := o.shop.Ask(o.shop.Sell(fake.TradeSpec{Price: 12900, Ago: time.Hour}), fake.RefundSpec{Reason: "缺货"})
	o.pass(time.Minute)
	must(t, o.SyncNow(t.Context(), o.owner, o.storeID))
	o.pass(time.Minute)
	row := o.only()
	if left := row.DueAt.Sub(o.clock.Now()); left > fake.AnswerUnsent || left < fake.AnswerUnsent-time.Hour {
		t.Errorf("due in %s", left)
	}
	if open := o.open(row.ID); !open["accept"] || open["contest_with_evidence"] {
		t.Errorf("options %v of class %s", open, row.Class)
	}
	if dec := o.decide(row.ID, desk.Choice{Option: "accept"}); dec.State != "done" || unsent.See().Status != "SUCCESS" {
		t.Fatalf("decision %+v, refund %+v", dec, unsent.See())
	}
	said := o.shop.Ask(o.sell(), fake.RefundSpec{Reason: "未收到货"})
	o.push()
	row = o.only()
	paper, err := o.AddEvidence(t.Context(), o.owner, row.ID, desk.EvidenceInput{Name: "signature.png", Kind: "signature", Content: bytes.NewReader(picture(t).Bytes)})
	must(t, err)
	dec := o.decide(row.ID, desk.Choice{Option: "contest_with_evidence", Text: "包裹已于18日签收，签收底单见图。", Evidence: []int64{paper.ID}})
	if see := said.See(); dec.State != "done" || see.Status != "SELLER_REFUSE_BUYER" || see.Pictures != 1 {
		t.Errorf("decision %+v, refund %+v", dec, see)
	}
}

// TestALargeRefundIsPaidWithTheCodeFromTheTelephone: the first try makes the platform send it and pays nothing, the second pays once.
func TestALargeRefundIsPaidWithTheCodeFromTheTelephone(t *testing.T) {
	o := newOfficeOf(t, fake.ShopSpec{SMSOver: 10000})
	r := o.shop.Ask(o.shop.Sell(fake.TradeSpec{Price: 12900, Ago: time.Hour}), fake.RefundSpec{Reason: "缺货"})
	o.push()
	row := o.only()
	page, err := o.Consider(t.Context(), o.owner, row.ID)
	must(t, err)
	if i := slices.IndexFunc(page.Options, func(v desk.OptionView) bool { return v.Code == "accept" }); i < 0 || !slices.Equal(page.Options[i].Fields, []string{"code"}) {
		t.Errorf("options %+v", page.Options)
	}
	dec := o.decide(row.ID, desk.Choice{Option: "accept"})
	if dec.State != "failed" || dec.Effects[0].FaultKey != "fault.taobao.sms" || r.See().Status != "WAIT_SELLER_AGREE" {
		t.Fatalf("decision %+v, refund %+v", dec, r.See())
	}
	if _, err := o.Decide(t.Context(), o.owner, row.ID, desk.Choice{Option: "accept", Fields: map[string]string{"pin": "1"}}); fault.Of(err) == nil || fault.Of(err).Field != "fields.pin" {
		t.Errorf("a field that nobody knows: %v", err)
	}
	dec = o.decide(row.ID, desk.Choice{Option: "accept", Fields: map[string]string{"code": o.shop.SMS()}})
	if dec.State != "done" || r.See().Status != "SUCCESS" {
		t.Errorf("decision %+v, refund %+v", dec, r.See())
	}
}
