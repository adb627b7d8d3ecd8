package foreign

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/internal/connector/taobao/fake"
)

// client is a running npm client that makes one call at a time.
type client struct {
	t       *testing.T
	in      io.Writer
	out     *bufio.Scanner
	address string
	shop    *fake.Shop
}

type answer struct {
	OK                 bool
	Data               json.RawMessage
	Code, Sub, Message string
}

type params map[string]string

var names = []string{"topsdk", "node-taobao-topclient"}

func start(t *testing.T, name, address string, shop *fake.Shop) *client {
	t.Helper()
	if _, err := os.Stat("node_modules/" + name); err != nil {
		t.Fatalf("the npm client %s is not installed: run `npm ci` in internal/connector/taobao/fake/foreign (%v)", name, err)
	}
	command := exec.CommandContext(t.Context(), "node", "clients.mjs", name)
	command.Env = append(os.Environ(), "TZ=Asia/Shanghai") // these clients send their local time
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	must(t, err)
	out, err := command.StdoutPipe()
	must(t, err)
	must(t, command.Start())
	t.Cleanup(func() {
		_ = in.Close() // ends the client; waiting tells how it went
		if err := command.Wait(); err != nil && t.Context().Err() == nil {
			t.Errorf("the npm client %s ended badly: %v", name, err)
		}
	})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	return &client{t: t, in: in, out: lines, address: address, shop: shop}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// call makes a call with the shop's keys and, where file is not empty, a picture under that name.
func (c *client) call(method string, p params, file string) answer {
	c.t.Helper()
	ask := map[string]any{"address": c.address, "key": c.shop.AppKey, "secret": c.shop.Secret, "session": c.shop.Session, "method": method, "params": p}
	if file != "" {
		var b bytes.Buffer
		must(c.t, png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 2, 2))))
		ask["file"], ask["content"] = file, base64.StdEncoding.EncodeToString(b.Bytes())
	}
	line, err := json.Marshal(ask)
	must(c.t, err)
	_, err = c.in.Write(append(line, '\n'))
	must(c.t, err)
	if !c.out.Scan() {
		c.t.Fatalf("%s: the client gave no answer: %v", method, c.out.Err())
	}
	var got answer
	must(c.t, json.Unmarshal(c.out.Bytes(), &got))
	return got
}

// good makes a call that has to work and gives its answer as text.
func (c *client) good(method string, p params) string {
	c.t.Helper()
	got := c.call(method, p, "")
	if !got.OK {
		c.t.Fatalf("%s: %s %s: %s", method, got.Code, got.Sub, got.Message)
	}
	return string(got.Data)
}

// each runs a test with every client against a platform of its own.
func each(t *testing.T, spec fake.ShopSpec, test func(t *testing.T, shop *fake.Shop, c *client)) {
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			// These clients take the time of their machine, which is the platform's time then.
			p := fake.New(fake.Options{Now: time.Now})
			shop := p.AddShop(spec)
			web := httptest.NewServer(p)
			t.Cleanup(web.Close)
			test(t, shop, start(t, name, web.URL, shop))
		})
	}
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func holds(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s is missing in %s", part, text)
		}
	}
}

func TestTheyListAndReadRefunds(t *testing.T) {
	each(t, fake.ShopSpec{}, func(t *testing.T, shop *fake.Shop, c *client) {
		r := shop.Ask(shop.Sell(fake.TradeSpec{Title: "充电宝", Price: 12900, Sent: true}), fake.RefundSpec{Reason: "未收到货", Desc: "一直没有收到", Picture: "https://img.example.invalid/a.jpg"})
		list := c.good("taobao.refunds.receive.get", params{"fields": "refund_id,status,refund_fee", "status": "WAIT_SELLER_AGREE", "page_size": "10"})
		holds(t, list, `"status":"WAIT_SELLER_AGREE"`, `"refund_fee":"129.00"`, `"total_results"`)
		if strings.Contains(list, "buyer_nick") {
			t.Errorf("a field that was not asked for: %s", list)
		}
		holds(t, c.good("taobao.refund.get", params{"fields": "refund_id,reason,refund_version,refund_remind_timeout", "refund_id": number(r.ID)}), "未收到货", "refund_version", "exist_timeout")
		holds(t, c.good("taobao.refund.messages.get", params{"fields": "id,content,pic_urls,owner_role", "refund_id": number(r.ID)}), "一直没有收到", `"owner_role":"1"`, "a.jpg")
		holds(t, c.good("taobao.trade.fullinfo.get", params{"fields": "tid,orders,payment", "tid": number(r.Trade().ID)}), "充电宝", `"payment":"129.00"`)
		holds(t, c.good("taobao.logistics.trace.search", params{"tid": number(r.Trade().ID), "seller_nick": shop.Nick}), "transit_step_info", "揽收")
	})
}

func TestTheyAgreeAndRefuse(t *testing.T) {
	each(t, fake.ShopSpec{}, func(t *testing.T, shop *fake.Shop, c *client) {
		sell := func() *fake.Trade { return shop.Sell(fake.TradeSpec{Price: 5005, Sent: true}) }
		paid, stale, refused, back := shop.Ask(sell(), fake.RefundSpec{}), shop.Ask(sell(), fake.RefundSpec{}), shop.Ask(sell(), fake.RefundSpec{}), shop.Ask(sell(), fake.RefundSpec{GoodsBack: true})
		infos := fmt.Sprintf("%d|5005|%d|onsale,%d|5005|1464764980000|onsale", paid.ID, paid.See().Version, stale.ID)
		holds(t, c.good("taobao.rp.refunds.agree", params{"refund_infos": infos}), "SOME_OP_SUCC", "refund_mapping_result")
		if paid.See().Status != "SUCCESS" || stale.See().Status != "WAIT_SELLER_AGREE" {
			t.Errorf("paid %+v, stale %+v", paid.See(), stale.See())
		}
		holds(t, c.good("taobao.refund.refusereason.get", params{"refund_id": number(refused.ID), "refund_phase": "onsale", "fields": "reason_id,reason_text"}), "reason_id")
		holds(t, c.good("taobao.refund.refuse", params{"refund_id": number(refused.ID), "refuse_message": "包裹已签收"}), "SELLER_REFUSE_BUYER")
		if again := c.call("taobao.refund.refuse", params{"refund_id": number(refused.ID), "refuse_message": "包裹已签收"}, ""); again.OK || again.Sub != "isv.refund-status-error" {
			t.Errorf("refused twice: %+v", again)
		}
		c.good("taobao.rp.returngoods.agree", params{"refund_id": number(back.ID), "name": "退货组", "address": "民治大道2号", "post": "518131", "tel": "0755-1", "mobile": "138", "seller_address_id": number(shop.ReturnAddress())})
		if back.See().Status != "WAIT_BUYER_RETURN_GOODS" {
			t.Errorf("return: %+v", back.See())
		}
	})
}

func TestTmallWantsMore(t *testing.T) {
	each(t, fake.ShopSpec{Tmall: true}, func(t *testing.T, shop *fake.Shop, c *client) {
		r := shop.Ask(shop.Sell(fake.TradeSpec{Price: 5005, Sent: true}), fake.RefundSpec{})
		version := number(r.See().Version)
		infos := params{"refund_infos": number(r.ID) + "|5005|" + version + "|onsale"}
		holds(t, c.good("taobao.rp.refunds.agree", infos), "OP_FAILURE_UE")
		c.good("taobao.rp.refund.review", params{"refund_id": number(r.ID), "operator": "客服", "refund_phase": "onsale", "refund_version": version, "message": "同意", "result": "true"})
		holds(t, c.good("taobao.rp.refunds.agree", infos), "OP_SUCC")
		if r.See().Status != "SUCCESS" {
			t.Errorf("%+v", r.See())
		}
	})
}

// TestPicturesGoUp with the client that can send files.
func TestPicturesGoUp(t *testing.T) {
	p := fake.New(fake.Options{Now: time.Now})
	shop := p.AddShop(fake.ShopSpec{Tmall: true})
	web := httptest.NewServer(p)
	t.Cleanup(web.Close)
	c := start(t, "topsdk", web.URL, shop)
	r := shop.Ask(shop.Sell(fake.TradeSpec{Sent: true}), fake.RefundSpec{})
	if got := c.call("taobao.refund.message.add", params{"refund_id": number(r.ID), "content": "见图"}, "image"); !got.OK || r.See().Pictures != 1 {
		t.Errorf("%+v, %+v", got, r.See())
	}
	got := c.call("taobao.refund.refuse", params{"refund_id": number(r.ID), "refuse_message": "见底单", "refund_phase": "onsale", "refund_version": number(r.See().Version)}, "refuse_proof")
	if !got.OK || r.See().Status != "SELLER_REFUSE_BUYER" || r.See().Pictures != 2 {
		t.Errorf("%+v, %+v", got, r.See())
	}
}

func TestTheyTakeMessages(t *testing.T) {
	each(t, fake.ShopSpec{}, func(t *testing.T, shop *fake.Shop, c *client) {
		c.good("taobao.tmc.user.permit", nil)
		shop.Ask(shop.Sell(fake.TradeSpec{}), fake.RefundSpec{})
		got := c.good("taobao.tmc.messages.consume", params{"quantity": "10"})
		holds(t, got, "taobao_refund_RefundCreated", "tmc_message", `refund_fee`)
		var all struct {
			Messages struct {
				Message []struct {
					ID json.RawMessage `json:"id"`
				} `json:"tmc_message"`
			}
		}
		must(t, json.Unmarshal([]byte(got), &all))
		if c.t.Name() == "TestTheyTakeMessages/node-taobao-topclient" {
			return // it rounds the numbers of messages, so that it cannot confirm them
		}
		c.good("taobao.tmc.messages.confirm", params{"s_message_ids": strings.Trim(string(all.Messages.Message[0].ID), `"`)})
		if again := c.good("taobao.tmc.messages.consume", params{}); strings.Contains(again, "RefundCreated") {
			t.Errorf("it comes again: %s", again)
		}
	})
}

func TestTheyMeetTheDocumentedErrors(t *testing.T) {
	each(t, fake.ShopSpec{}, func(t *testing.T, shop *fake.Shop, c *client) {
		for name, e := range map[string]struct {
			do        func() answer
			code, sub string
		}{
			"a wrong secret":  {func() answer { return c.with(func(s *fake.Shop) { s.Secret = "other" }) }, "25", ""},
			"a wrong key":     {func() answer { return c.with(func(s *fake.Shop) { s.AppKey = "999999" }) }, "29", "isv.appkey-not-exists"},
			"a wrong session": {func() answer { return c.with(func(s *fake.Shop) { s.Session = "61000" }) }, "27", "invalid-sessionkey"},
			"no such refund":  {func() answer { return c.call("taobao.refund.get", params{"fields": "refund_id", "refund_id": "1"}, "") }, "15", "isv.refund-not-exist"},
			"too large a page": {func() answer {
				return c.call("taobao.refunds.receive.get", params{"fields": "refund_id", "page_size": "40", "page_no": "0", "status": "NONE"}, "")
			}, "41", "isv.invalid-parameter:status"},
		} {
			if got := e.do(); got.OK || got.Code != e.code || got.Sub != e.sub {
				t.Errorf("%s: %+v", name, got)
			}
		}
	})
}

// with makes a call as another shop would.
func (c *client) with(change func(*fake.Shop)) answer {
	other := fake.Shop{AppKey: c.shop.AppKey, Secret: c.shop.Secret, Session: c.shop.Session}
	change(&other)
	return (&client{c.t, c.in, c.out, c.address, &other}).call("taobao.refunds.receive.get", params{"fields": "refund_id"}, "")
}
