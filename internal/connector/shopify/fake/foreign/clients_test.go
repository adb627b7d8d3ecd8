package foreign

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"parley/internal/connector/shopify"
	"parley/internal/connector/shopify/fake"
)

// client is the running npm program that makes one call at a time.
type client struct {
	t   *testing.T
	in  io.Writer
	out *bufio.Scanner
}

func start(t *testing.T) *client {
	t.Helper()
	for _, name := range []string{"@shopify/shopify-api", "@shopify/dev-mcp", "graphql"} {
		if _, err := os.Stat("node_modules/" + name); err != nil {
			t.Fatalf("%s is not installed: run `npm ci` in internal/connector/shopify/fake/foreign (%v)", name, err)
		}
	}
	command := exec.CommandContext(t.Context(), "node", "clients.mjs")
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	must(t, err)
	out, err := command.StdoutPipe()
	must(t, err)
	must(t, command.Start())
	t.Cleanup(func() {
		_ = in.Close() // ends the program; waiting tells how it went
		if err := command.Wait(); err != nil && t.Context().Err() == nil {
			t.Errorf("the npm program ended badly: %v", err)
		}
	})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 8<<20)
	return &client{t, in, lines}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// call makes a call and puts its data into into; it gives the complaint of a failed one.
func (c *client) call(into any, name string, args ...any) string {
	c.t.Helper()
	line, err := json.Marshal(map[string]any{"call": name, "args": args})
	must(c.t, err)
	_, err = c.in.Write(append(line, '\n'))
	must(c.t, err)
	if !c.out.Scan() {
		c.t.Fatalf("no answer: %v", c.out.Err())
	}
	var got struct {
		OK      bool
		Data    json.RawMessage
		Message string
	}
	must(c.t, json.Unmarshal(c.out.Bytes(), &got))
	if !got.OK {
		return got.Message
	}
	must(c.t, json.Unmarshal(got.Data, into))
	return ""
}

// Every query and mutation of the connector is valid under the schema Shopify publishes, and the schema does complain.
func TestTheConnectorsDocumentsAreValid(t *testing.T) {
	c := start(t)
	documents := shopify.Documents()
	if len(documents) < 10 {
		t.Fatalf("only %d documents", len(documents))
	}
	documents["wrong"] = `query Wrong($id: ID!) { return(id: $id) { id deadline } }`
	for name, document := range documents {
		var complaints []string
		if message := c.call(&complaints, "validate", document); message != "" {
			t.Errorf("%s: %s", name, message)
		}
		if name == "wrong" != (len(complaints) > 0) {
			t.Errorf("%s: %v", name, complaints)
		}
	}
}

func platform(t *testing.T) (*fake.Platform, *fake.Shop, *fake.Order) {
	t.Helper()
	// Shopify's library asks the real clock whether a webhook is young enough.
	p := fake.New(fake.Options{Now: time.Now})
	shop := p.AddShop(fake.ShopSpec{Name: "Casa Norte", Domain: "casa-norte", Country: "ES", Currency: "EUR"})
	order := shop.PlaceOrder(fake.OrderSpec{
		Customer: fake.Customer{First: "Ana", Country: "ES"}, Lines: []fake.LineSpec{{Title: "Desk lamp", Price: 3990, Quantity: 1}},
	})
	return p, shop, order
}

// Shopify's own library takes the signatures of the simulated webhooks, and no other.
func TestShopifysLibraryTakesTheWebhooks(t *testing.T) {
	c := start(t)
	p, shop, order := platform(t)
	shop.Subscribe("https://desk.example.com/hooks/1")
	shop.RequestReturn(order, fake.ReturnSpec{ReasonHandle: "defective", CustomerSay: "No enciende ñ"})
	shop.OpenDispute(order, fake.DisputeSpec{Reason: "FRAUDULENT"})
	list := p.Pending()
	if len(list) != 2 {
		t.Fatalf("%d deliveries", len(list))
	}
	for _, d := range list {
		headers := map[string]string{}
		for name := range d.Header {
			headers[name] = d.Header.Get(name)
		}
		check := func(secret, body string) (got struct {
			Valid                 bool
			Reason, Topic, Domain string
		}) {
			if message := c.call(&got, "webhook", secret, headers, body); message != "" {
				t.Fatal(message)
			}
			return got
		}
		if got := check(shop.Secret, string(d.Body)); !got.Valid || got.Domain != "casa-norte.myshopify.com" || got.Topic == "" {
			t.Errorf("%s: %+v", headers["X-Shopify-Topic"], got)
		}
		if got := check(shop.Secret, string(d.Body)+" "); got.Valid {
			t.Error("a changed body is valid")
		}
		if got := check("another secret", string(d.Body)); got.Valid {
			t.Error("another secret is valid")
		}
	}
}

// Shopify's own client talks to the simulated API.
func TestShopifysClientTalksToTheSimulator(t *testing.T) {
	c := start(t)
	p, shop, order := platform(t)
	shop.RequestReturn(order, fake.ReturnSpec{ReasonHandle: "defective"})
	server := httptest.NewServer(p)
	defer server.Close()
	var got struct {
		Data map[string]any
		Cost struct {
			ThrottleStatus struct{ MaximumAvailable, CurrentlyAvailable, RestoreRate float64 }
		}
	}
	query := `query($q: String) { orders(first: 5, query: $q) { edges { cursor node { name returns(first: 2) { nodes { id status } } } } pageInfo { hasNextPage } } }`
	if message := c.call(&got, "request", server.URL, shop.Secret, shop.Token, query, map[string]any{"q": "return_status:return_requested"}); message != "" {
		t.Fatal(message)
	}
	raw, err := json.Marshal(got.Data)
	must(t, err)
	if !strings.Contains(string(raw), `"status":"REQUESTED"`) || !strings.Contains(string(raw), order.Name) || got.Cost.ThrottleStatus.RestoreRate != 100 {
		t.Errorf("data %s, cost %+v", raw, got.Cost)
	}
	var none any
	if message := c.call(&none, "request", server.URL, shop.Secret, "wrong", "{ shop { name } }", nil); !strings.Contains(message, "401") && !strings.Contains(message, "Unauthorized") {
		t.Errorf("a wrong token gave %q", message)
	}
	if message := c.call(&none, "request", server.URL, shop.Secret, shop.Token, "{ shop { nope } }", nil); !strings.Contains(message, "nope") {
		t.Errorf("an unknown field gave %q", message)
	}
}
