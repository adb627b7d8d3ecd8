package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/api"
	"parley/internal/blob"
	"parley/internal/connector"
	"parley/internal/connector/aliexpress"
	"parley/internal/connector/aliexpress/fake"
	"parley/internal/connector/sheet"
	"parley/internal/desk"
	"parley/internal/money"
	"parley/internal/policy"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/vault"
	"parley/internal/webclient"
	"parley/packs"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var start = time.Date(2026, 3, 2, 16, 0, 0, 0, time.UTC)

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

func (h *hand) Advance(d time.Duration) {
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

// house is a served API over a real desk, with a token for each role.
type house struct {
	t      testing.TB
	clock  *hand
	desk   *desk.Desk
	db     *store.DB
	url    string
	tokens map[string]string // role → access token
	ids    map[string]int64  // role → member
	log    *bytes.Buffer
}

const password = "a fair breeze at four"

func newHouse(t testing.TB, address string) *house {
	t.Helper()
	clock := &hand{now: start}
	return houseOn(t, storetest.Open(t, address, clock.Now), clock)
}

func houseOn(t testing.TB, db *store.DB, clock *hand) *house {
	t.Helper()
	h := &house{t: t, clock: clock, db: db, tokens: map[string]string{}, ids: map[string]int64{}, log: &bytes.Buffer{}}
	h.desk = newDesk(t, h.db, h.clock)
	a, err := api.New(api.Options{Desk: h.desk, Log: slog.New(slog.NewTextHandler(&locked{w: h.log}, nil)), Version: "test"})
	h.must(err)
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

// locked lets several requests write one log.
type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

func newDesk(t testing.TB, db *store.DB, clock desk.Clock) *desk.Desk {
	t.Helper()
	library, err := policy.Load(packs.Files)
	check(t, err)
	key := filepath.Join(t.TempDir(), "key")
	check(t, vault.Create(key))
	ring, err := vault.Open(key)
	check(t, err)
	blobs, err := blob.Dir(filepath.Join(t.TempDir(), "files"), 1<<20)
	check(t, err)
	log := slog.New(slog.DiscardHandler)
	world := connector.World{
		HTTP: webclient.New(webclient.Options{AllowPrivate: true, Now: clock.Now}), Now: clock.Now, Log: log,
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
	return desk.New(desk.Options{
		DB: db, Library: library, Connectors: map[string]connector.Connector{"aliexpress": aliexpress.New(), "sheet": sheet.New()},
		Vault: ring, Blobs: blobs, World: world, Private: &world, Clock: clock, Log: log, PublicURL: func() string { return "http://desk.test" },
	})
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) must(err error) {
	h.t.Helper()
	check(h.t, err)
}

// member adds a member of the role (stores nil = all) and keeps a token for them under the role's name.
func (h *house) member(role string, stores []int64) desk.Who {
	h.t.Helper()
	m := store.Member{
		Email: role + "@shop.test", Name: "M " + role, Role: role, Locale: "en", Zone: "Europe/Madrid", AllStores: stores == nil, Stores: stores,
		State: "active", CreatedAt: start,
	}
	h.must(h.db.Write(h.t.Context(), func(tx *store.Tx) error { return tx.PutMember(&m) }))
	who := desk.Who{MemberID: m.ID, Name: m.Name, Email: m.Email, Role: role, AllStores: m.AllStores, Stores: stores, Locale: "en", Zone: m.Zone}
	secret, _, err := h.desk.NewToken(h.t.Context(), who, "test")
	h.must(err)
	h.tokens[role], h.ids[role] = secret, m.ID
	return who
}

// shop adds a store without a way in.
func (h *house) shop(name string) int64 {
	h.t.Helper()
	st := store.Store{Name: name, Connector: "aliexpress", Zone: "Europe/Madrid", Currency: "EUR", State: "active", CreatedAt: start}
	h.must(h.db.Write(h.t.Context(), func(tx *store.Tx) error {
		c := store.Company{Name: name}
		if err := tx.PutCompany(&c); err != nil {
			return err
		}
		st.CompanyID = c.ID
		return tx.PutStore(&st)
	}))
	return st.ID
}

// cases adds open cases to a store, the n-th due n hours from now and asking n dollars.
func (h *house) cases(storeID int64, n int) []int64 {
	h.t.Helper()
	var rows []*store.Case
	for i := range n {
		rows = append(rows, &store.Case{
			StoreID: storeID, CompanyID: storeID, Connector: "aliexpress", Matter: fmt.Sprintf("line/%d-%d", storeID, i),
			OrderNo: fmt.Sprintf("30000000000%04d", i), Open: true, View: "to_answer", Class: "logistics.not_received", State: "wait_seller",
			Owner: "staff", Ask: "refund_full", Recommended: "accept", DueAt: start.Add(time.Duration(i+1) * time.Hour), DueKind: "answer",
			Stake: usd(int64(i+1) * 100), StakeRef: usd(int64(i+1) * 100), OpenedAt: start, ChangedAt: start,
			Card: store.Card{Title: "Lamp <b>& co</b>", Buyer: "Ana", Why: "AE10", WhyPack: "aliexpress@2017"},
		})
	}
	h.must(h.db.Write(h.t.Context(), func(tx *store.Tx) error { return tx.PutCases(rows) }))
	var ids []int64
	for _, c := range rows {
		ids = append(ids, c.ID)
	}
	return ids
}

func usd(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "USD"} }

// answer is what came back.
type answer struct {
	code   int
	header http.Header
	body   []byte
	t      testing.TB
}

func (a answer) into(v any) {
	a.t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		a.t.Fatalf("%v in %.300s", err, a.body)
	}
}

// wantProblem checks the status and gives the problem.
func (a answer) wantProblem(code int, key string) api.Problem {
	a.t.Helper()
	var p api.Problem
	if a.header.Get("Content-Type") != "application/problem+json" {
		a.t.Fatalf("content type %q of %d %.300s", a.header.Get("Content-Type"), a.code, a.body)
	}
	a.into(&p)
	if a.code != code || p.Status != code || p.Key != key || p.Title == "" || p.Detail == "" || p.Kind == "" {
		a.t.Errorf("got %d %+v, want %d %s", a.code, p, code, key)
	}
	return p
}

func (a answer) want(code int) answer {
	a.t.Helper()
	if a.code != code {
		a.t.Fatalf("got %d %.500s, want %d", a.code, a.body, code)
	}
	return a
}

// call makes a request in the name of a role ("" = nobody); body may be nil, text, or anything that becomes JSON.
func (h *house) call(role, method, path string, body any, headers ...string) answer {
	h.t.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	case io.Reader:
		reader = b
	default:
		data, err := json.Marshal(b)
		h.must(err)
		reader = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, reader)
	h.must(err)
	if reader != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if role != "" {
		r.Header.Set("Authorization", "Bearer "+h.tokens[role])
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	h.must(err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	h.must(err)
	return answer{resp.StatusCode, resp.Header, data, h.t}
}

func (h *house) get(role, path string) answer {
	h.t.Helper()
	return h.call(role, "GET", path, nil)
}

// platform adds a simulated marketplace with one shop, known to the desk as a store.
func (h *house) platform(owner desk.Who) (*fake.Platform, *fake.Shop, int64) {
	h.t.Helper()
	p := fake.New(fake.Options{Now: h.clock.Now})
	shop := p.AddShop(fake.ShopSpec{Name: "Casa Norte", Country: "ES", Currency: "EUR"})
	server := httptest.NewServer(p)
	h.t.Cleanup(server.Close)
	view, err := h.desk.AddStore(h.t.Context(), owner, desk.StoreInput{
		Company: "Norte SL", Connector: "aliexpress", Name: shop.Name, Zone: "Europe/Madrid",
		Settings: map[string]string{"app_key": shop.Key, "app_secret": shop.Secret, "address": server.URL, "allow_private": "true"},
		Token:    connector.Token{Access: shop.Token, Refresh: shop.RefreshToken, ExpiresAt: h.clock.Now().AddDate(1, 0, 0)},
	})
	h.must(err)
	return p, shop, view.ID
}
