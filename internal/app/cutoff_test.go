package app_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"parley/internal/app"
	"parley/internal/connector"
	"parley/internal/connector/aliexpress/fake"
	"parley/internal/desk"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

// A node is cut off in the middle of a refund: the platform has paid, the answer is lost, and so is the way to the database. Another node
// must finish it, and the buyer must be paid once, also when the first one comes back. The test is played in network namespaces where they can
// be made, one for each node and one for the database, and in any case with lines of our own that are cut.

// nodeSpec is what a node of its own process is started with.
type nodeSpec struct {
	Data, DB, Key string
	Origin        time.Time
	Speed         float64
}

const (
	nodeVariable   = "PARLEY_TEST_NODE"
	insideVariable = "PARLEY_TEST_INSIDE"
	nodeSpeed      = 20 // a lease of two minutes ends after six seconds
)

// nodeMain is a node: it works until its input ends.
func nodeMain(text string) int {
	var spec nodeSpec
	if err := json.Unmarshal([]byte(text), &spec); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	a, err := app.New(context.Background(), app.Config{
		Data: spec.Data, DB: spec.DB, KeyFile: spec.Key, Addr: "127.0.0.1:0", AllowPrivate: true, Clock: app.FastClockFrom(spec.Origin, spec.Speed),
		SyncEvery: time.Hour, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err == nil {
		err = a.Start(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = a.Stop()
	return 0
}

func TestANodeCutOffInTheMiddleOfARefund(t *testing.T) {
	if inside := os.Getenv(insideVariable); inside != "" {
		offBoth(t, func() network { return namespaces{inside} })
		return
	}
	t.Run("lines", func(t *testing.T) { offBoth(t, func() network { return newLines() }) })
	t.Run("namespaces", func(t *testing.T) {
		if os.Geteuid() != 0 || exec.Command("ip", "netns", "list").Run() != nil {
			t.Skip("network namespaces need root and ip; the same test has run over lines that are cut")
		}
		inNamespaces(t)
	})
}

// offBoth cuts the node off everything, so that the answer is lost, and off the database alone, so that it knows and cannot say.
func offBoth(t *testing.T, by func() network) {
	t.Run("off everything", func(t *testing.T) { cutOff(t, by(), true) })
	t.Run("off the database", func(t *testing.T) { cutOff(t, by(), false) })
}

func cutOff(t *testing.T, by network, everything bool) {
	origin := time.Now()
	clock := app.FastClockFrom(origin, nodeSpeed)
	g := &once{platform: fake.New(fake.Options{Now: clock.Now}), executed: make(chan struct{}), release: make(chan struct{})}
	shop := g.platform.AddShop(fake.ShopSpec{Name: "Casa Norte", Country: "ES", Currency: "EUR"})
	listener := by.platform(t)
	server := &http.Server{Handler: g}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })

	address := storetest.Postgres(t)
	here, err := app.New(t.Context(), app.Config{Data: t.TempDir(), DB: address, AllowPrivate: true, Clock: clock, SyncEvery: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = here.Stop() })
	c := &cutCase{t: t, App: here, who: owner(t, here), platform: g.platform}
	c.begin(shop, "http://"+listener.Addr().String())

	spec := nodeSpec{Key: filepath.Join(here.Data, "key"), Origin: origin, Speed: nodeSpeed}
	start := func(node string) {
		s := spec
		s.Data, s.DB = t.TempDir(), by.database(t, address, node)
		startNode(t, by.inside(node), s)
	}
	start("a")
	wait(t, "the first node pays", g.executed)
	c.until("the first node has told the database that it lives", func() bool { return c.lastSeen() < noNode })
	by.cut(t, "a", everything)
	since := clock.Now()
	answer := sync.OnceFunc(func() { close(g.release) })
	defer answer()
	if !everything {
		answer()
	}
	start("b")
	c.until("the other node confirms", func() bool { return c.effect().State == "confirmed" })
	seen := c.lastSeen()
	if seen > since.UnixMicro() {
		t.Error("the first node was not cut off: it told the database since that it lives")
	}
	by.mend(t, "a")
	answer()
	c.until("the first node is back", func() bool { return c.lastSeen() > seen })
	if e := c.effect(); e.State != "confirmed" || e.Attempts != 1 {
		t.Errorf("%s after %d attempts", e.State, e.Attempts)
	}
	c.paidOnce()
}

func count(events []store.Event, kind string) (n int) {
	for _, e := range events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// cutCase is the case that is paid.
type cutCase struct {
	*app.App
	t        *testing.T
	who      desk.Who
	platform *fake.Platform
	issue    *fake.Issue
	id       int64
	act      string
}

func owner(t *testing.T, a *app.App) desk.Who {
	t.Helper()
	if err := a.Desk.CreateOwner(t.Context(), "ana@example.com", "Ana", "a fair breeze at four"); err != nil {
		t.Fatal(err)
	}
	who, err := a.Desk.Operator(t.Context(), "ana@example.com")
	if err != nil {
		t.Fatal(err)
	}
	return who
}

// begin lets a buyer claim and a person accept.
func (c *cutCase) begin(shop *fake.Shop, address string) {
	c.t.Helper()
	must := func(err error) {
		c.t.Helper()
		if err != nil {
			c.t.Fatal(err)
		}
	}
	ctx, now := c.t.Context(), c.Clock.Now()
	price := fake.Money{Minor: 3000, Currency: "USD"}
	order := shop.PlaceOrder(fake.OrderSpec{
		Buyer: fake.Buyer{Login: "es1001", First: "Ana", Last: "Ruiz", Country: "ES", City: "Madrid"},
		Lines: []fake.LineSpec{{Product: "Desk lamp", Price: price, Dollars: price}}, PlacedAt: now.AddDate(0, 0, -22), SentAt: now.AddDate(0, 0, -20),
	})
	var err error
	c.issue, err = c.platform.OpenIssue(order, fake.IssueSpec{Reason: fake.ReasonNamed("not received"), Text: "¿Dónde está?"})
	must(err)
	_, err = c.Desk.AddStore(ctx, c.who, desk.StoreInput{
		Company: "Norte SL", Connector: "aliexpress", Name: shop.Name, Zone: "Europe/Madrid",
		Settings: map[string]string{"app_key": shop.Key, "app_secret": shop.Secret, "address": address, "allow_private": "true"},
		Token:    connector.Token{Access: shop.Token, Refresh: shop.RefreshToken, ExpiresAt: now.AddDate(1, 0, 0)},
	})
	must(err)
	must(c.Desk.Settle(ctx))
	queue, err := c.Desk.Queue(ctx, c.who, desk.QueueQuery{})
	must(err)
	c.id = queue.Rows[0].ID
	decided, err := c.Desk.Decide(ctx, c.who, c.id, desk.Choice{Option: "accept"})
	must(err)
	c.act = decided.Effects[0].ID
}

func (c *cutCase) effect() store.Effect {
	c.t.Helper()
	e, err := c.DB.Effect(context.Background(), c.act)
	if err != nil {
		c.t.Fatal(err)
	}
	return e
}

// noNode is when the first node was seen that the database knows nothing of.
const noNode = int64(math.MaxInt64)

// lastSeen adds up when the nodes last wrote that they live, so that it only grows when all of them do.
func (c *cutCase) lastSeen() int64 {
	c.t.Helper()
	nodes, err := c.DB.Nodes(context.Background())
	if err != nil {
		c.t.Fatal(err)
	}
	oldest := noNode
	for _, n := range nodes {
		oldest = min(oldest, n.SeenAt.UnixMicro())
	}
	return oldest
}

// until asks twenty times a second: the other processes tell nobody here what they keep to themselves.
func (c *cutCase) until(what string, is func() bool) {
	c.t.Helper()
	tick, limit := time.NewTicker(50*time.Millisecond), time.After(90*time.Second)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-limit:
			c.t.Fatalf("it did not happen: %s; the act is %s", what, c.effect().State)
		}
	}
}

func wait(t *testing.T, what string, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(60 * time.Second):
		t.Fatalf("it did not happen: %s", what)
	}
}

// once carries out the first agreement it is asked for, and keeps the answer back.
type once struct {
	platform          *fake.Platform
	held              sync.Once
	executed, release chan struct{}
}

func (o *once) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if !strings.Contains(r.URL.RawQuery+string(body), agree) {
		o.platform.ServeHTTP(w, r)
		return
	}
	answer := httptest.NewRecorder()
	o.platform.ServeHTTP(answer, r)
	o.held.Do(func() { close(o.executed); <-o.release })
	_, _ = answer.Body.WriteTo(w)
}

// startNode starts a process that ends with the test, or when kill is called: at once, without a word to it.
func startNode(t *testing.T, inside []string, spec nodeSpec) (kill func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(spec)
	command := append(inside, self)
	node := exec.Command(command[0], command[1:]...)
	node.Env = append(os.Environ(), nodeVariable+"="+string(text))
	node.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if os.Getenv("PARLEY_TEST_LOG") != "" {
		node.Stderr = os.Stderr
	}
	input, err := node.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = input.Close(); _ = node.Wait() })
	if line, err := bufio.NewReader(output).ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("the node says %q, %v", line, err)
	}
	return func() { _ = node.Process.Kill(); _ = node.Wait() }
}
