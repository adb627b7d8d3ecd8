package foreign

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"parley/internal/connector/aliexpress/fake"
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
	OK        bool
	Data      any
	Code, Sub string
	Message   string
}

func start(t *testing.T, name, address string, shop *fake.Shop) *client {
	t.Helper()
	if _, err := os.Stat("node_modules/" + name); err != nil {
		t.Fatalf("the npm client %s is not installed: run `npm ci` in internal/connector/aliexpress/fake/foreign (%v)", name, err)
	}
	command := exec.CommandContext(t.Context(), "node", "clients.mjs", name)
	command.Env = append(os.Environ(), "TZ=Asia/Shanghai") // the old gateway's clients send their local time
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

// call makes a call with the shop's keys; secret replaces its secret unless empty.
func (c *client) call(method, secret string, params map[string]string) answer {
	c.t.Helper()
	if secret == "" {
		secret = c.shop.Secret
	}
	line, err := json.Marshal(map[string]any{"address": c.address, "key": c.shop.Key, "secret": secret,
		"token": c.shop.Token, "method": method, "params": params})
	must(c.t, err)
	_, err = c.in.Write(append(line, '\n'))
	must(c.t, err)
	if !c.out.Scan() {
		c.t.Fatalf("the client gave no answer: %v", c.out.Err())
	}
	var got answer
	decoder := json.NewDecoder(bytes.NewReader(c.out.Bytes()))
	decoder.UseNumber()
	must(c.t, decoder.Decode(&got))
	return got
}

func (c *client) good(method string, params map[string]string) any {
	c.t.Helper()
	got := c.call(method, "", params)
	if !got.OK {
		c.t.Fatalf("%s: %+v", method, got)
	}
	return got.Data
}

// dig goes down a path of field names; "0" is the first element of a list.
func dig(t *testing.T, value any, path string) any {
	t.Helper()
	for _, name := range strings.Split(path, ".") {
		switch inner := value.(type) {
		case map[string]any:
			value = inner[name]
		case []any:
			if name != "0" || len(inner) == 0 {
				t.Fatalf("no element %s in %v", name, inner)
			}
			value = inner[0]
		default:
			t.Fatalf("no %s of %s in %v", name, path, value)
		}
	}
	return value
}

func text(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	case bool:
		if value {
			return "true"
		}
		return "false"
	}
	return ""
}

// buyer has a login whose numbers are even: JavaScript keeps even numbers of this size exactly, odd ones it rounds.
var buyer = fake.Buyer{Login: "evenbuyer4", First: "Ana", Country: "BR"}

func newPlatform(t *testing.T) (platform *fake.Platform, shop *fake.Shop, address string) {
	t.Helper()
	platform = fake.New(fake.Options{Now: time.Now})
	shop = platform.AddShop(fake.ShopSpec{Name: "Casa Norte", Country: "ES", Currency: "EUR"})
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	return platform, shop, server.URL
}

func openIssue(t *testing.T, platform *fake.Platform, shop *fake.Shop) *fake.Issue {
	t.Helper()
	order := shop.PlaceOrder(fake.OrderSpec{Buyer: buyer, Lines: []fake.LineSpec{{Product: "Phone cage",
		Price: fake.Money{Minor: 40747, Currency: "BRL"}, Dollars: fake.Money{Minor: 6665, Currency: "USD"}}}})
	issue, err := platform.OpenIssue(order, fake.IssueSpec{Text: "not receive good"})
	must(t, err)
	return issue
}

// npmClients are the clients of the business calls with the form in which answers reach them.
var npmClients = []struct {
	name             string
	rows, plans      string // where list rows and the buyer's plans are
	badSign, expired string // codes
	limited, missing string
}{
	{"ae_sdk", "data_list", "result_object.buyer_solution_list", "IncompleteSignature", "IllegalAccessToken", "ApiCallLimit", "MissingParameter"},
	{"topsdk", "data_list.issue_api_issue_dto", "result_object.buyer_solution_list.solution_api_dto", "25", "27", "7", "40"},
	{"node-taobao-topclient", "data_list.issue_api_issue_dto", "result_object.buyer_solution_list.solution_api_dto", "25", "27", "7", "40"},
}

func TestClientsWork(t *testing.T) {
	for _, npm := range npmClients {
		t.Run(npm.name, func(t *testing.T) {
			platform, shop, address := newPlatform(t)
			toAgree, toRefuse := openIssue(t, platform, shop), openIssue(t, platform, shop)
			c := start(t, npm.name, address, shop)
			listed := c.good("aliexpress.issue.issuelist.get", map[string]string{"query_dto": `{"current_page":1,"page_size":50,"issue_status":"processing"}`})
			row := dig(t, listed, npm.rows+".0")
			expect(t, "newest issue", text(dig(t, row, "issue_id")), toRefuse.ID())

			plan := func(issue *fake.Issue) string {
				detail := c.good("aliexpress.issue.detail.get", map[string]string{"issue_id": issue.ID(), "buyer_login_id": buyer.Login})
				expect(t, "claim", text(dig(t, detail, npm.plans+".0.refund_money")), "407.47")
				return text(dig(t, detail, npm.plans+".0.id"))
			}
			param := `{"add_seller_solution":true,"buyer_login_id":"` + buyer.Login + `","issue_id":` + toRefuse.ID() + `,"buyer_solution_id":` +
				plan(toRefuse) + `,"refund_amount":"0.00","refund_amount_currency":"USD","solution_context":"Proof is attached."}`
			saved := c.good("aliexpress.issue.solution.save", map[string]string{"param_dto": param})
			expect(t, "saved", text(dig(t, saved, "result_object")), "true")
			agreed := c.good("aliexpress.issue.solution.agree", map[string]string{"issue_id": toAgree.ID(), "buyer_login_id": buyer.Login, "solution_id": plan(toAgree)})
			expect(t, "agreed", text(dig(t, agreed, "result_object")), "true")

			expect(t, "payouts of the agreed", len(platform.Payouts(toAgree.ID())), 1)
			expect(t, "payouts of the refused", len(platform.Payouts(toRefuse.ID())), 0)
			expect(t, "calls to save", len(platform.Calls("aliexpress.issue.solution.save")), 1)
		})
	}
}

func TestClientsMeetDocumentedErrors(t *testing.T) {
	for _, npm := range npmClients {
		t.Run(npm.name, func(t *testing.T) {
			platform, shop, address := newPlatform(t)
			issue := openIssue(t, platform, shop)
			c := start(t, npm.name, address, shop)
			const detail = "aliexpress.issue.detail.get"
			params := map[string]string{"issue_id": issue.ID(), "buyer_login_id": buyer.Login}
			expect(t, "bad signature", c.call(detail, "not the secret", params).Code, npm.badSign)

			incomplete := `{"add_seller_solution":true,"buyer_login_id":"` + buyer.Login + `","issue_id":` + issue.ID() + `}`
			expect(t, "missing argument", c.call("aliexpress.issue.solution.save", "", map[string]string{"param_dto": incomplete}).Code, npm.missing)

			platform.Limit(shop.Key, detail, 0, time.Minute, 9*time.Second)
			got := c.call(detail, "", params)
			expect(t, "rate limit", got.Code, npm.limited)
			if !strings.Contains(got.Message, "last") || !strings.Contains(got.Message, "9") {
				t.Errorf("the seconds of the ban are not in %q", got.Message)
			}
			shop.ExpireToken()
			expect(t, "expired token", c.call("aliexpress.merchant.profile.get", "", map[string]string{}).Code, npm.expired)
		})
	}
}

func TestPathClient(t *testing.T) {
	platform, shop, address := newPlatform(t)
	c := start(t, "lazada-open-platform-sdk", address, shop)
	code := platform.NewCode(shop)
	token := c.good("/auth/token/create", map[string]string{"code": code})
	expect(t, "token", text(dig(t, token, "access_token")), shop.Token)
	refreshed := c.good("/auth/token/refresh", map[string]string{"refresh_token": shop.RefreshToken})
	expect(t, "refreshed", text(dig(t, refreshed, "access_token")), shop.Token)
	expect(t, "used code", c.call("/auth/token/create", "", map[string]string{"code": code}).Code, "InvalidCode")
	expect(t, "bad signature", c.call("/auth/token/create", "wrong", map[string]string{"code": code}).Code, "IncompleteSignature")
	expect(t, "missing argument", c.call("/auth/token/create", "", map[string]string{"uuid": "1"}).Code, "MissingParameter")
	expect(t, "bad refresh token", c.call("/auth/token/refresh", "", map[string]string{"refresh_token": "x"}).Code, "IllegalRefreshToken")
	platform.Limit(shop.Key, "/auth/token/create", 0, time.Minute, time.Second)
	expect(t, "rate limit", c.call("/auth/token/create", "", map[string]string{"code": code}).Code, "ApiCallLimit")
}

func expect[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
