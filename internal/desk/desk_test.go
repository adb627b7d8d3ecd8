package desk_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"parley/internal/blob"
	"parley/internal/connector"
	"parley/internal/connector/aliexpress"
	"parley/internal/connector/aliexpress/fake"
	"parley/internal/connector/dropship"
	"parley/internal/connector/sheet"
	"parley/internal/desk"
	"parley/internal/policy"
	"parley/internal/reply"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/vault"
	"parley/internal/webclient"
	"parley/packs"
	"parley/templates"
)

func TestMain(m *testing.M) {
	storetest.Main(m, func() error { _, err := desk.Shared(); return err })
}

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

// scene is a desk, a simulated platform with one shop, and a clock both share.
type scene struct {
	*desk.Desk
	t        testing.TB
	clock    *hand
	platform *fake.Platform
	shop     *fake.Shop
	server   *httptest.Server
	owner    desk.Who
	store    int64
}

var start = time.Date(2026, 3, 2, 16, 0, 0, 0, time.UTC) // 08:00 in Los Angeles

// onEach plays a test on both engines.
func onEach(t *testing.T, play func(*scene)) {
	t.Helper()
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) { play(newScene(t, address(t))) })
	}
}

func newScene(t testing.TB, address string) *scene {
	t.Helper()
	s := &scene{t: t, clock: &hand{now: start}}
	s.platform = fake.New(fake.Options{Now: s.clock.Now})
	s.shop = s.platform.AddShop(fake.ShopSpec{Name: "Casa Norte", Country: "ES", Currency: "EUR"})
	s.server = httptest.NewServer(s.platform)
	t.Cleanup(s.server.Close)
	s.Desk = newDesk(t, storetest.Open(t, address, s.clock.Now), s.clock)
	s.owner = desk.Who{MemberID: addMember(t, s.Desk, "Lucía", "owner", nil), Name: "Lucía", Role: "owner", AllStores: true, Locale: "en", Zone: "Europe/Madrid"}
	view, err := s.AddStore(context.Background(), s.owner, s.input(s.shop))
	s.must(err)
	s.store = view.ID
	t.Cleanup(s.everyKindIsKnown)
	return s
}

// everyKindIsKnown: whatever a test lets happen, programs can choose to hear of it.
func (s *scene) everyKindIsKnown() {
	for id := int64(1); ; id++ {
		events, err := s.DB.Events(context.Background(), id, 0, 1000)
		if err != nil || len(events) == 0 {
			return
		}
		for _, e := range events {
			if !slices.Contains(desk.EventKinds(), e.Kind) {
				s.t.Errorf("programs cannot choose to hear of %s", e.Kind)
			}
		}
	}
}

func newDesk(t testing.TB, db *store.DB, clock desk.Clock) *desk.Desk {
	t.Helper()
	library, err := policy.Load(packs.Files)
	check(t, err)
	letters, err := reply.LoadTemplates(templates.Files)
	check(t, err)
	key := filepath.Join(t.TempDir(), "key")
	check(t, vault.Create(key))
	ring, err := vault.Open(key)
	check(t, err)
	blobs, err := blob.Dir(filepath.Join(t.TempDir(), "files"), 1<<20)
	check(t, err)
	log := slog.New(slog.DiscardHandler)
	if os.Getenv("PARLEY_TEST_LOG") != "" {
		log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	world := connector.World{
		HTTP: webclient.New(webclient.Options{AllowPrivate: true, Now: clock.Now}), Now: clock.Now, Log: log,
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
	return desk.New(desk.Options{
		DB: db, Library: library, Templates: letters, Connectors: map[string]connector.Connector{"aliexpress": aliexpress.New(), "sheet": sheet.New(), "dropship": dropship.New()},
		Vault: ring, Blobs: blobs, World: world, Private: &world, Clock: clock, Log: log, PublicURL: func() string { return "http://desk.test" },
	})
}

func addMember(t testing.TB, d *desk.Desk, name, role string, stores []int64) int64 {
	t.Helper()
	m := store.Member{Email: name + "@shop.test", Name: name, Role: role, Locale: "en", Zone: "Europe/Madrid", AllStores: stores == nil, Stores: stores, State: "active", CreatedAt: start}
	check(t, d.DB.Write(context.Background(), func(tx *store.Tx) error { return tx.PutMember(&m) }))
	return m.ID
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *scene) must(err error) {
	s.t.Helper()
	check(s.t, err)
}

// input is how a person would add a shop of the simulated platform.
func (s *scene) input(shop *fake.Shop) desk.StoreInput {
	return desk.StoreInput{
		Company: "Norte SL", Connector: "aliexpress", Name: shop.Name, Zone: "Europe/Madrid",
		Settings: map[string]string{"app_key": shop.Key, "app_secret": shop.Secret, "address": s.server.URL, "allow_private": "true"},
		Token:    connector.Token{Access: shop.Token, Refresh: shop.RefreshToken, ExpiresAt: s.clock.Now().AddDate(1, 0, 0)},
	}
}

// dispute lets a buyer open a dispute over a lamp of 30.00 USD, shipped 20 days ago.
func (s *scene) dispute(change func(*fake.IssueSpec)) *fake.Issue {
	s.t.Helper()
	order := s.shop.PlaceOrder(fake.OrderSpec{
		Buyer:    fake.Buyer{Login: "es1001", First: "Ana", Last: "Ruiz", Country: "ES", City: "Madrid"},
		Lines:    []fake.LineSpec{{Product: "Desk lamp", Price: fake.Money{Minor: 3000, Currency: "USD"}, Dollars: fake.Money{Minor: 3000, Currency: "USD"}}},
		PlacedAt: s.clock.Now().AddDate(0, 0, -22), SentAt: s.clock.Now().AddDate(0, 0, -20), Tracking: "LP00112233445566",
	})
	spec := fake.IssueSpec{Reason: fake.ReasonNamed("not received"), Text: "¿Dónde está mi lámpara?", Temper: fake.Temper{}}
	if change != nil {
		change(&spec)
	}
	issue, err := s.platform.OpenIssue(order, spec)
	s.must(err)
	return issue
}

// sync lets a minute pass and does what is due.
func (s *scene) sync() {
	s.t.Helper()
	s.pass(61 * time.Second)
}

func (s *scene) pass(d time.Duration) {
	s.t.Helper()
	s.clock.Advance(d)
	s.must(s.Settle(context.Background()))
}

func (s *scene) queue(q desk.QueueQuery) []desk.Row {
	s.t.Helper()
	p, err := s.Queue(context.Background(), s.owner, q)
	s.must(err)
	return p.Rows
}

func (s *scene) page(id int64) desk.CasePage {
	s.t.Helper()
	p, err := s.Case(context.Background(), s.owner, id)
	s.must(err)
	return p
}
