package taobao_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/internal/connector"
	"parley/internal/connector/taobao"
	"parley/internal/connector/taobao/fake"
	"parley/internal/fault"
	"parley/internal/webclient"
)

const patience = 20 * time.Second

// taken is what came over a connection and for which store.
type taken struct {
	store int64
	push  connector.Push
}

// listening is a connection a test holds.
type listening struct {
	t     *testing.T
	opens chan struct{}
	took  chan taken
	ended chan error
	stop  context.CancelFunc
	beat  chan struct{} // each lets the connection look once more at what it looks at now and then
}

// listen opens the connection of accounts and waits until the platform let it in.
func listen(t *testing.T, world connector.World, accounts ...connector.Account) *listening {
	t.Helper()
	l := begin(t, world, accounts...)
	await(t, "let in", l.opens)
	return l
}

func begin(t *testing.T, world connector.World, accounts ...connector.Account) *listening {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	l := &listening{t, make(chan struct{}, 1), make(chan taken, 100), make(chan error, 1), stop, make(chan struct{})}
	t.Cleanup(stop)
	world.Pause = func(ctx context.Context, _ time.Duration) error {
		select {
		case <-l.beat:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	inbox := connector.Inbox{
		Open: func() { l.opens <- struct{}{} },
		Take: func(_ context.Context, store int64, push connector.Push) error {
			l.took <- taken{store, push}
			return nil
		},
	}
	go func() { l.ended <- taobao.New().Subscribe(ctx, accounts, world, inbox) }()
	return l
}

func await[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatalf("never: %s", what)
	}
	panic("not reached")
}

// TestShopsOfOneApplicationShareAConnection: each message goes to the store of its shop, and those of another group come over another
// connection.
func TestShopsOfOneApplicationShareAConnection(t *testing.T) {
	s := newScene(t, fake.ShopSpec{Nick: "first"})
	second := s.platform.AddShop(fake.ShopSpec{Nick: "second", AppKey: s.shop.AppKey, Secret: s.shop.Secret})
	apart := s.platform.AddShop(fake.ShopSpec{Nick: "apart", AppKey: s.shop.AppKey, Secret: s.shop.Secret, Group: "vip"})
	address := s.account.Settings["address"]
	accounts := []connector.Account{s.account, {StoreID: 1002, Settings: settings(second, address)}, {StoreID: 1003, Settings: settings(apart, address)}}
	c := taobao.New()
	if c.Channel(accounts[0]) != c.Channel(accounts[1]) || c.Channel(accounts[0]) == c.Channel(accounts[2]) {
		t.Fatalf("channels %q, %q, %q", c.Channel(accounts[0]), c.Channel(accounts[1]), c.Channel(accounts[2]))
	}
	together, alone := listen(t, s.world, accounts[:2]...), listen(t, s.world, accounts[2])
	sell := func(shop *fake.Shop) *fake.Refund {
		return shop.Ask(shop.Sell(fake.TradeSpec{Sent: true}), fake.RefundSpec{})
	}
	for _, c := range []struct {
		shop  *fake.Shop
		on    *listening
		store int64
	}{{second, together, 1002}, {apart, alone, 1003}, {s.shop, together, s.account.StoreID}} {
		r := sell(c.shop)
		if got := await(t, c.shop.Nick, c.on.took); got.store != c.store || len(got.push.Refs) != 1 || got.push.Refs[0].ID != ref(r).ID {
			t.Errorf("%s: %+v", c.shop.Nick, got)
		}
	}
	if len(together.took)+len(alone.took) > 0 {
		t.Error("a message came to two stores")
	}
}

// TestAnUnreadableFrameHoldsNothingUp: the one behind it comes, and the platform repeats the unreadable one later.
func TestAnUnreadableFrameHoldsNothingUp(t *testing.T) {
	s := newScene(t, fake.ShopSpec{})
	l := listen(t, s.world, s.account)
	s.platform.Garble(1)
	lost, next := s.ask(fake.RefundSpec{}), s.ask(fake.RefundSpec{})
	if got := await(t, "the readable one", l.took); got.push.Refs[0].ID != ref(next).ID {
		t.Errorf("%+v", got)
	}
	s.platform.Advance(4 * time.Minute)
	l.beat <- struct{}{}
	s.platform.Advance(2 * time.Minute)
	if got := await(t, "the repeated one", l.took); got.push.Refs[0].ID != ref(lost).ID {
		t.Errorf("%+v", got)
	}
}

// TestThePlatformIsAskedAgain: asking goes on while the connection is quiet, and the other side is found alive.
func TestThePlatformIsAskedAgain(t *testing.T) {
	s := newScene(t, fake.ShopSpec{})
	l := listen(t, s.world, s.account)
	for range 3 {
		select {
		case l.beat <- struct{}{}:
		case <-time.After(patience):
			t.Fatal("nothing is asked any more")
		}
	}
	l.stop()
	if err := await(t, "the end", l.ended); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestAStoreWithoutAGroupHasNoConnection, and bad settings open none.
func TestAStoreWithoutAGroupHasNoConnection(t *testing.T) {
	s := newScene(t, fake.ShopSpec{})
	for name, change := range map[string]map[string]string{
		"no group": {"message_group": ""}, "a bad group": {"message_group": "a b"}, "a bad address": {"message_address": "http://x"},
	} {
		other := connector.Account{Settings: settings(s.shop, s.account.Settings["address"])}
		for k, v := range change {
			other.Settings[k] = v
		}
		if got := taobao.New().Channel(other); got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
	plain := connector.Account{Settings: map[string]string{"app_key": "123456", "app_secret": "x", "message_group": "default"}}
	if got := taobao.New().Channel(plain); got != "ws://mc.api.taobao.com/ 123456 default" {
		t.Errorf("%q", got)
	}
}

// TestAHostileServerEndsTheConnection: nonsense, endless nonsense, a frame without end, silence, an address that is private.
func TestAHostileServerEndsTheConnection(t *testing.T) {
	ack := []byte{2, 1, 5, 0, 1, 0, 0, 0, 't', 0, 0}
	serve := func(does func(context.Context, *websocket.Conn)) string {
		web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ws, err := websocket.Accept(w, r, nil)
			if err != nil {
				return
			}
			defer ws.CloseNow() //nolint:errcheck // it is over either way
			if _, _, err := ws.Read(r.Context()); err == nil {
				does(r.Context(), ws)
			}
		}))
		t.Cleanup(web.Close)
		return "ws" + strings.TrimPrefix(web.URL, "http")
	}
	say := func(ctx context.Context, ws *websocket.Conn, all ...[]byte) bool {
		for _, one := range all {
			if ws.Write(ctx, websocket.MessageBinary, one) != nil {
				return false
			}
		}
		return true
	}
	for name, c := range map[string]struct {
		kind fault.Kind
		does func(context.Context, *websocket.Conn)
	}{
		"nonsense instead of an answer": {fault.Garbled, func(ctx context.Context, ws *websocket.Conn) { say(ctx, ws, []byte("hello")) }},
		"a text instead of an answer":   {fault.Garbled, func(ctx context.Context, ws *websocket.Conn) { _ = ws.Write(ctx, websocket.MessageText, []byte("{}")) }},
		"no token":                      {fault.Unauthorised, func(ctx context.Context, ws *websocket.Conn) { say(ctx, ws, []byte{2, 1, 0, 0}) }},
		"endless nonsense": {fault.Garbled, func(ctx context.Context, ws *websocket.Conn) {
			for on := say(ctx, ws, ack); on; on = say(ctx, ws, []byte{2, 2, 9, 9}) {
			}
		}},
		"a frame without end": {fault.Unavailable, func(ctx context.Context, ws *websocket.Conn) {
			say(ctx, ws, ack, make([]byte, 2<<20))
			_, _, _ = ws.Read(ctx)
		}},
	} {
		s := newScene(t, fake.ShopSpec{})
		s.account.Settings["message_address"] = serve(c.does)
		if err := await(t, name, begin(t, s.world, s.account).ended); !fault.Is(err, c.kind) {
			t.Errorf("%s: %v, want %s", name, err, c.kind)
		}
	}
	s := newScene(t, fake.ShopSpec{})
	s.world.Dial = webclient.NewDial(webclient.Options{})
	if err := await(t, "a private address", begin(t, s.world, s.account).ended); fault.Of(err) == nil || fault.Of(err).Key != "fault.address_private" {
		t.Errorf("a private address: %v", err)
	}
}

// TestAWrongSecretIsToldWithoutIt.
func TestAWrongSecretIsToldWithoutIt(t *testing.T) {
	s := newScene(t, fake.ShopSpec{})
	s.account.Settings["app_secret"] = "another-secret"
	err := await(t, "the end", begin(t, s.world, s.account).ended)
	f := fault.Of(err)
	if f == nil || f.Kind != fault.Unauthorised || f.Params["message"] != "Invalid signature" || strings.Contains(err.Error(), "another-secret") {
		t.Errorf("%v", err)
	}
}
