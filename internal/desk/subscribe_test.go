package desk_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/taobao"
	"parley/internal/connector/taobao/fake"
	"parley/internal/desk"
	"parley/internal/store/storetest"
	"parley/internal/webclient"
)

// wound is a clock moved by hand that ends waits whose instant has come.
type wound struct {
	mu    sync.Mutex
	now   time.Time
	moved chan struct{}
}

func (w *wound) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *wound) Advance(by time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(by)
	close(w.moved)
	w.moved = make(chan struct{})
}

func (w *wound) Wait(ctx context.Context, until time.Time, wake <-chan struct{}) {
	for {
		w.mu.Lock()
		past, moved := !until.IsZero() && !w.now.Before(until), w.moved
		w.mu.Unlock()
		if past {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-wake:
			return
		case <-moved:
		}
	}
}

// pushed is a desk with a store whose platform hands messages out over a connection.
type pushed struct {
	*desk.Desk
	t        *testing.T
	clock    *wound
	platform *fake.Platform
	shop     *fake.Shop
	owner    desk.Who
	store    int64
}

func newPushed(t *testing.T, address string) *pushed {
	t.Helper()
	s := &pushed{t: t, clock: &wound{now: start, moved: make(chan struct{})}}
	s.platform = fake.New(fake.Options{Now: s.clock.Now})
	s.shop = s.platform.AddShop(fake.ShopSpec{Nick: "lanhai"})
	web := httptest.NewServer(s.platform)
	t.Cleanup(web.Close)
	s.Desk = s.node(address, newDesk(t, storetest.Open(t, address, s.clock.Now), s.clock).Options)
	s.owner = desk.Who{MemberID: addMember(t, s.Desk, "Lin", "owner", nil), Name: "Lin", Role: "owner", AllStores: true, Locale: "zh", Zone: "Asia/Shanghai"}
	view, err := s.AddStore(t.Context(), s.owner, desk.StoreInput{
		Company: "Lanhai", Connector: "taobao", Name: "蓝海", Settings: map[string]string{
			"app_key": s.shop.AppKey, "app_secret": s.shop.Secret, "session_key": s.shop.Session, "seller_nick": s.shop.Nick, "address": web.URL,
			"allow_private": "true", "calls_per_second": "0", "message_group": s.shop.Group, "message_address": "ws" + strings.TrimPrefix(web.URL, "http"),
		},
	})
	check(t, err)
	s.store = view.ID
	return s
}

// node is one more program on the same database.
func (s *pushed) node(address string, o desk.Options) *desk.Desk {
	open := webclient.Options{AllowPrivate: true}
	w := o.World
	w.Dial = webclient.NewDial(open)
	w.Pause = func(ctx context.Context, d time.Duration) error {
		s.clock.Wait(ctx, s.clock.Now().Add(d), nil)
		return ctx.Err()
	}
	o.World, o.Private, o.Clock = w, &w, s.clock
	o.DB = storetest.Open(s.t, address, s.clock.Now)
	o.Connectors = map[string]connector.Connector{"taobao": taobao.New()}
	return desk.New(o)
}

// run lets a node work until the function it gives is called.
func (s *pushed) run(d *desk.Desk) (stop func()) {
	ctx, cancel := context.WithCancel(s.t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = d.Run(ctx) }()
	stop = func() { cancel(); <-ended }
	s.t.Cleanup(stop)
	return stop
}

// eventually waits until something is so; meanwhile each is done again and again.
func (s *pushed) eventually(what string, is func() bool, each func()) {
	s.t.Helper()
	limit, tick := time.After(20*time.Second), time.NewTicker(10*time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
			each()
		case <-limit:
			s.t.Fatalf("never: %s", what)
		}
	}
}

func (s *pushed) nothing() {}

func (s *pushed) wait() { s.clock.Advance(10 * time.Second) }

func (s *pushed) listening() bool { return s.platform.Subscribers() == 1 }

func (s *pushed) cases() int {
	s.t.Helper()
	p, err := s.Queue(s.t.Context(), s.owner, desk.QueueQuery{})
	check(s.t, err)
	return len(p.Rows)
}

func (s *pushed) fresh() desk.Freshness {
	s.t.Helper()
	a, err := s.Around(s.t.Context(), s.owner)
	check(s.t, err)
	return a.Freshness[0]
}

func (s *pushed) ask() *fake.Refund {
	return s.shop.Ask(s.shop.Sell(fake.TradeSpec{Title: "降噪耳机", Price: 45900, Sent: true}), fake.RefundSpec{Reason: "质量问题"})
}

func pushedOnEach(t *testing.T, play func(s *pushed, address string)) {
	t.Helper()
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			at := address(t)
			play(newPushed(t, at), at)
		})
	}
}

// TestAMessageMakesTheDeskReadAtOnce: no time passes, so that no reading of its own rhythm can have found the refund.
func TestAMessageMakesTheDeskReadAtOnce(t *testing.T) {
	pushedOnEach(t, func(s *pushed, _ string) {
		s.run(s.Desk)
		s.eventually("the connection", s.listening, s.nothing)
		s.eventually("the first reading", func() bool { return !s.fresh().LastOKAt.IsZero() }, s.nothing)
		r := s.ask()
		s.eventually("the case", func() bool { return s.cases() == 1 }, s.nothing)
		s.eventually("the confirmation", func() bool { return s.shop.Unconfirmed() == 0 }, s.nothing)
		check(s.t, r.Withdraw())
		s.eventually("its end", func() bool { return s.cases() == 0 }, s.nothing)
		if f := s.fresh(); f.HeardSince.IsZero() || !f.UnheardSince.IsZero() {
			s.t.Errorf("the store says %+v", f)
		}
	})
}

// TestAFallenConnectionIsShownAndOpenedAgain: what arose meanwhile comes over the next one.
func TestAFallenConnectionIsShownAndOpenedAgain(t *testing.T) {
	pushedOnEach(t, func(s *pushed, _ string) {
		s.run(s.Desk)
		s.eventually("the connection", s.listening, s.nothing)
		s.platform.Bar(true)
		s.platform.Hangup()
		s.eventually("the trouble", func() bool { return !s.fresh().UnheardSince.IsZero() }, s.wait)
		if f := s.fresh(); f.UnheardKey != "fault.taobao.messages_refused" || f.UnheardKind != "unauthorised" || !f.HeardSince.IsZero() || !f.FailingSince.IsZero() {
			s.t.Errorf("the store says %+v", f)
		}
		if h := s.Health(s.t.Context()); !h.Stores[0].Unheard {
			s.t.Errorf("health %+v", h.Stores)
		}
		s.ask()
		s.platform.Bar(false)
		s.eventually("the connection again", s.listening, s.wait)
		s.eventually("the end of the trouble", func() bool { return s.fresh().UnheardSince.IsZero() }, s.nothing)
		s.eventually("the case", func() bool { return s.cases() == 1 && s.shop.Unconfirmed() == 0 }, s.nothing)
	})
}

// TestAPausedStoreHasNoConnection, nor one whose settings want none.
func TestAPausedStoreHasNoConnection(t *testing.T) {
	pushedOnEach(t, func(s *pushed, _ string) {
		s.run(s.Desk)
		silent := func() bool { return s.platform.Subscribers() == 0 }
		forgotten := func() bool {
			all, err := s.DB.Subscriptions(s.t.Context())
			check(s.t, err)
			return len(all) == 0
		}
		s.eventually("the connection", s.listening, s.nothing)
		check(s.t, s.SetStoreState(s.t.Context(), s.owner, s.store, "paused"))
		s.eventually("its end", silent, s.nothing)
		s.eventually("nothing is said of it", forgotten, s.nothing)
		check(s.t, s.SetStoreState(s.t.Context(), s.owner, s.store, "active"))
		s.eventually("the connection again", s.listening, s.nothing)
		view, err := s.StoreOf(s.t.Context(), s.owner, s.store)
		check(s.t, err)
		view.Settings["message_group"] = ""
		_, err = s.UpdateStore(s.t.Context(), s.owner, s.store, 0, desk.StoreInput{Company: view.Company, Name: view.Name, Settings: view.Settings})
		check(s.t, err)
		s.eventually("its end", silent, s.nothing)
		s.eventually("nothing is said of it", forgotten, s.nothing)
	})
}

// TestOneNodeKeepsAConnection, and another takes it over when that one stops.
func TestOneNodeKeepsAConnection(t *testing.T) {
	address := storetest.Postgres(t)
	s := newPushed(t, address)
	other := s.node(address, s.Options)
	stop := s.run(s.Desk)
	s.eventually("the connection", s.listening, s.nothing)
	s.run(other)
	s.clock.Advance(40 * time.Second) // both look at their leases again
	s.ask()
	s.eventually("the case", func() bool { return s.cases() == 1 }, s.nothing)
	if n := s.platform.Subscribers(); n != 1 {
		t.Errorf("%d connections", n)
	}
	stop()
	if n := s.platform.Subscribers(); n > 1 {
		t.Errorf("%d connections after one node stopped", n)
	}
	s.eventually("the connection of the other", s.listening, s.wait)
	s.ask()
	s.eventually("the next message is confirmed", func() bool { return s.shop.Unconfirmed() == 0 }, s.nothing)
}
