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

	"parley/internal/connector/paypal/fake"
)

// toolkit is PayPal's toolkit, running, that runs one tool at a time.
type toolkit struct {
	t   *testing.T
	in  io.Writer
	out *bufio.Scanner
}

func start(t *testing.T, address, id, secret string) *toolkit {
	t.Helper()
	if _, err := os.Stat("node_modules/@paypal/agent-toolkit"); err != nil {
		t.Fatalf("PayPal's toolkit is not installed: run `npm ci` in internal/connector/paypal/fake/foreign (%v)", err)
	}
	command := exec.CommandContext(t.Context(), "node", "client.mjs")
	command.Env = append(os.Environ(), "PAYPAL_ADDRESS="+address, "PAYPAL_ID="+id, "PAYPAL_SECRET="+secret)
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	must(t, err)
	out, err := command.StdoutPipe()
	must(t, err)
	must(t, command.Start())
	t.Cleanup(func() {
		_ = in.Close() // ends the toolkit; waiting tells how it went
		if err := command.Wait(); err != nil && t.Context().Err() == nil {
			t.Errorf("the toolkit ended badly: %v", err)
		}
	})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	return &toolkit{t, in, lines}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// run gives the answer of a tool as it stands.
func (k *toolkit) run(tool string, args map[string]any) string {
	k.t.Helper()
	line, err := json.Marshal(map[string]any{"tool": tool, "args": args})
	must(k.t, err)
	_, err = k.in.Write(append(line, '\n'))
	must(k.t, err)
	if !k.out.Scan() {
		k.t.Fatalf("the toolkit gave no answer: %v", k.out.Err())
	}
	return k.out.Text()
}

func (k *toolkit) into(v any, tool string, args map[string]any) {
	k.t.Helper()
	text := k.run(tool, args)
	if err := json.Unmarshal([]byte(text), v); err != nil {
		k.t.Fatalf("%s: %v in %s", tool, err, text)
	}
}

func TestPayPalsToolkitWorks(t *testing.T) {
	platform := fake.New(fake.Options{})
	shop := platform.AddAccount(fake.AccountSpec{Name: "Casa Norte"})
	for range 3 {
		platform.Open(shop, fake.DisputeSpec{Says: "Where is it?"})
	}
	claim := platform.Open(shop, fake.DisputeSpec{Stage: fake.Chargeback})
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	k := start(t, server.URL, shop.ClientID, shop.Secret)

	var list struct {
		Items []struct {
			ID    string `json:"dispute_id"`
			State string `json:"dispute_state"`
		}
		Links []struct{ Rel string }
	}
	k.into(&list, "list_disputes", map[string]any{"page_size": 2, "page": 1, "dispute_state": "REQUIRED_ACTION"})
	if len(list.Items) != 2 || list.Items[0].ID != claim.ID() || list.Items[0].State != "REQUIRED_ACTION" {
		t.Errorf("list: %+v", list)
	}
	next := false
	for _, l := range list.Links {
		next = next || l.Rel == "next"
	}
	if !next {
		t.Errorf("no next page in %+v", list.Links)
	}
	var got struct {
		Status string
		Amount struct{ Value string } `json:"dispute_amount"`
	}
	k.into(&got, "get_dispute", map[string]any{"dispute_id": claim.ID()})
	if got.Status != fake.WaitsForSeller || got.Amount.Value != "39.90" {
		t.Errorf("detail: %+v", got)
	}
	if text := k.run("accept_dispute_claim", map[string]any{"dispute_id": claim.ID(), "note": "accepted"}); !strings.Contains(text, `"self"`) {
		t.Errorf("accept: %s", text)
	}
	k.into(&got, "get_dispute", map[string]any{"dispute_id": claim.ID()})
	if got.Status != fake.Resolved {
		t.Errorf("after accepting: %+v", got)
	}
	if text := k.run("accept_dispute_claim", map[string]any{"dispute_id": claim.ID(), "note": "again"}); !strings.Contains(text, `"status":422`) {
		t.Errorf("a second acceptance: %s", text)
	}
}

func TestPayPalsToolkitMeetsItsErrors(t *testing.T) {
	platform := fake.New(fake.Options{})
	shop := platform.AddAccount(fake.AccountSpec{Name: "Casa Norte"})
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	if text := start(t, server.URL, shop.ClientID, "wrong").run("list_disputes", map[string]any{"page_size": 1}); !strings.Contains(text, "Client Authentication failed") {
		t.Errorf("wrong secret: %s", text)
	}
	if text := start(t, server.URL, shop.ClientID, shop.Secret).run("get_dispute", map[string]any{"dispute_id": "PP-D-0"}); !strings.Contains(text, "The specified resource does not exist") {
		t.Errorf("unknown dispute: %s", text)
	}
}
