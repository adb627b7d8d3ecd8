package app_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"parley/internal/app"
	"parley/internal/connector/aliexpress/fake"
	"parley/internal/desk"
	"parley/internal/store"
)

// The program itself, as people run it, is killed with a signal that it cannot hear in the middle of a refund and started again: the buyer is
// paid once, and the act ends confirmed. The moments are those of which the end is seen at the first look at the platform; the others take
// minutes on a clock that nobody speeds up, and are played by TestADeskIsKilledInTheMiddleOfARefund.
func TestTheProgramIsKilledInTheMiddleOfARefund(t *testing.T) {
	binary := build(t)
	for engine, address := range addresses(t) {
		for _, m := range moments() {
			if m.method == agree && !m.executed {
				continue
			}
			t.Run(engine+"/"+m.name, func(t *testing.T) {
				t.Parallel()
				killedProgram(t, binary, m, address())
			})
		}
	}
}

// build makes the program.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "parley")
	if out, err := exec.Command("go", "build", "-o", binary, "parley/cmd/parley").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

func killedProgram(t *testing.T, binary string, at moment, address string) {
	b := &brake{platform: fake.New(fake.Options{Now: time.Now}), moment: at, holds: make(chan struct{})}
	shop := b.platform.AddShop(fake.ShopSpec{Name: "Casa Norte", Country: "ES", Currency: "EUR"})
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	here, err := app.New(t.Context(), app.Config{Data: t.TempDir(), DB: address, AllowPrivate: true, SyncEvery: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = here.Stop() })
	c := &cutCase{t: t, App: here, who: owner(t, here), platform: b.platform}
	c.begin(shop, server.URL)

	b.arm()
	p := startProgram(t, binary, here.Data, address)
	wait(t, at.name, b.holds)
	p.kill()
	if e := c.effect(); !e.EndedAt.IsZero() {
		t.Fatalf("the act had ended already: %s", e.State)
	}
	c.leaseEnds()
	p = startProgram(t, binary, here.Data, address)
	token, _, err := here.Desk.NewToken(t.Context(), c.who, "watcher of the kill")
	if err != nil {
		t.Fatal(err)
	}
	c.until("the act has ended", func() bool { return !c.effect().EndedAt.IsZero() })
	if states := p.states(token, c.id); !slices.Equal(states, []string{"confirmed"}) {
		t.Errorf("acts %v after %d attempts", states, c.effect().Attempts)
	}
	c.paidOnce()
}

// leaseEnds is what happens by itself two minutes after whoever held the act has died.
func (c *cutCase) leaseEnds() {
	c.t.Helper()
	held := c.effect()
	if !held.LeaseUntil.After(time.Now()) {
		c.t.Fatal("nobody held the act")
	}
	if err := c.DB.Write(c.t.Context(), func(tx *store.Tx) error { return tx.ReleaseEffect(held) }); err != nil {
		c.t.Fatal(err)
	}
}

// program is `parley serve` in a process of its own.
type program struct {
	t    *testing.T
	url  string
	kill func()
}

func startProgram(t *testing.T, binary, data, address string) program {
	t.Helper()
	serve := exec.Command(binary, "serve", "--data", data, "--addr", "127.0.0.1:0", "--allow-private")
	serve.Env = append(os.Environ(), "PARLEY_DB="+address, "PARLEY_LANG=en")
	serve.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if os.Getenv("PARLEY_TEST_LOG") != "" {
		serve.Stderr = os.Stderr
	}
	output, err := serve.StdoutPipe()
	if err == nil {
		err = serve.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	kill := func() { _ = serve.Process.Kill(); _ = serve.Wait() }
	t.Cleanup(kill)
	line, err := bufio.NewReader(output).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !ok {
		t.Fatalf("the program says %q, %v", line, err)
	}
	return program{t, url, kill}
}

// states are those of the acts of a case, as the program tells them.
func (p program) states(token string, caseID int64) []string {
	p.t.Helper()
	var page struct {
		Effects []desk.EffectItem `json:"effects"`
	}
	p.get(token, "/api/v1/cases/"+strconv.FormatInt(caseID, 10), &page)
	var out []string
	for _, e := range page.Effects {
		out = append(out, e.State)
	}
	return out
}

func (p program) get(token, path string, into any) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.url+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // read to its end
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil || answer.StatusCode != http.StatusOK {
		p.t.Fatalf("%s: %d, %v", path, answer.StatusCode, err)
	}
}
