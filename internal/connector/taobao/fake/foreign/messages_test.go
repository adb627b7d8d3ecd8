package foreign

import (
	"bufio"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"parley/internal/connector/taobao/fake"
)

// said is one message as the client wrote it.
type said struct {
	ID, Topic, Content, Nick string
	Token                    string
}

// listen starts the npm client at the message service; what it writes comes over the channel. stop ends it.
func listen(t *testing.T, address string, shop *fake.Shop, more ...string) (got <-chan said, stop func()) {
	t.Helper()
	if _, err := os.Stat("node_modules/ali-topsdk"); err != nil {
		t.Fatalf("the npm client ali-topsdk is not installed: run `npm ci` in internal/connector/taobao/fake/foreign (%v)", err)
	}
	command := exec.CommandContext(t.Context(), "node", append([]string{"messages.mjs", address, shop.AppKey, shop.Secret, shop.Group}, more...)...)
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	must(t, err)
	out, err := command.StdoutPipe()
	must(t, err)
	must(t, command.Start())
	all := make(chan said, 100)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var one said
			if strings.HasPrefix(lines.Text(), "{") && json.Unmarshal(lines.Bytes(), &one) == nil {
				all <- one
			}
		}
	}()
	stop = func() {
		_ = in.Close() // it ends then; waiting tells how it went
		<-ended
		if err := command.Wait(); err != nil && t.Context().Err() == nil {
			t.Errorf("the npm client ali-topsdk ended badly: %v", err)
		}
	}
	return all, stop
}

func next(t *testing.T, what string, from <-chan said) said {
	t.Helper()
	select {
	case one := <-from:
		return one
	case <-time.After(30 * time.Second):
		t.Fatalf("never: %s", what)
	}
	return said{}
}

// TestTheyTakeMessagesOverAConnection: a message that is not confirmed comes again to the next client, one that is confirmed does not, and
// a client whose connection fell finds back by itself.
func TestTheyTakeMessagesOverAConnection(t *testing.T) {
	p := fake.New(fake.Options{Now: time.Now})
	shop := p.AddShop(fake.ShopSpec{Group: "parley"})
	web := httptest.NewServer(p)
	t.Cleanup(web.Close)
	address := "ws" + strings.TrimPrefix(web.URL, "http") + "/"
	start(t, "topsdk", web.URL, shop).good("taobao.tmc.user.permit", nil)

	r := shop.Ask(shop.Sell(fake.TradeSpec{Title: "充电宝"}), fake.RefundSpec{})
	careless, stop := listen(t, address, shop, "keep")
	first := next(t, "the message", careless)
	holds(t, first.Content, number(r.ID), `"refund_fee"`)
	if first.Topic != "taobao_refund_RefundCreated" || first.Nick != shop.Nick || first.Token == "" {
		t.Errorf("%+v", first)
	}
	stop()
	if n := shop.Unconfirmed(); n != 1 {
		t.Fatalf("%d messages wait, want the one that was not confirmed", n)
	}

	careful, stop := listen(t, address, shop)
	defer stop()
	if again := next(t, "the message again", careful); again.ID != first.ID {
		t.Errorf("%+v came before %+v was confirmed", again, first)
	}
	confirmed(t, shop)
	p.Hangup()
	must(t, r.Withdraw())
	if last := next(t, "the message after the connection fell", careful); last.Topic != "taobao_refund_RefundClosed" || last.ID == first.ID {
		t.Errorf("%+v", last)
	}
	confirmed(t, shop)
}

// confirmed waits until no message of the shop's application waits to be confirmed.
func confirmed(t *testing.T, shop *fake.Shop) {
	t.Helper()
	limit, tick := time.After(30*time.Second), time.NewTicker(10*time.Millisecond)
	defer tick.Stop()
	for shop.Unconfirmed() > 0 {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("%d messages are not confirmed", shop.Unconfirmed())
		}
	}
}
