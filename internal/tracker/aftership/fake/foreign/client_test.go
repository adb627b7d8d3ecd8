package foreign

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	"parley/internal/tracker/aftership/fake"
)

// client is AfterShip's client, running, that makes one call at a time.
type client struct {
	t   *testing.T
	in  io.Writer
	out *bufio.Scanner
}

type answer struct {
	OK            bool
	Data          json.RawMessage
	Code, Message string
}

func start(t *testing.T, address, key string) *client {
	t.Helper()
	if _, err := os.Stat("node_modules/@aftership"); err != nil {
		t.Fatalf("the npm client is not installed: run `npm ci` in internal/tracker/aftership/fake/foreign (%v)", err)
	}
	command := exec.CommandContext(t.Context(), "node", "client.mjs")
	command.Env = append(os.Environ(), "AFTERSHIP_ADDRESS="+address, "AFTERSHIP_KEY="+key)
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	must(t, err)
	out, err := command.StdoutPipe()
	must(t, err)
	must(t, command.Start())
	t.Cleanup(func() {
		_ = in.Close() // ends the client; waiting tells how it went
		if err := command.Wait(); err != nil && t.Context().Err() == nil {
			t.Errorf("the npm client ended badly: %v", err)
		}
	})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 4<<20)
	return &client{t, in, lines}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (c *client) call(name string, args ...any) answer {
	c.t.Helper()
	line, err := json.Marshal(map[string]any{"call": name, "args": append([]any{}, args...)})
	must(c.t, err)
	_, err = c.in.Write(append(line, '\n'))
	must(c.t, err)
	if !c.out.Scan() {
		c.t.Fatalf("%s: the client gave no answer: %v", name, c.out.Err())
	}
	var got answer
	must(c.t, json.Unmarshal(c.out.Bytes(), &got))
	return got
}

// good makes a call that has to work.
func (c *client) good(into any, name string, args ...any) {
	c.t.Helper()
	got := c.call(name, args...)
	if !got.OK {
		c.t.Fatalf("%s: %s: %s", name, got.Code, got.Message)
	}
	must(c.t, json.Unmarshal(got.Data, into))
}

type tracking struct {
	ID          string
	Slug        string
	Number      string `json:"tracking_number"`
	Tag, Subtag string
	Active      bool
	Checkpoints []struct{ Subtag string }
}

func TestAfterShipsClientWatchesAParcel(t *testing.T) {
	s := fake.New(fake.Options{})
	a := s.AddAccount(fake.AccountSpec{})
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	c := start(t, web.URL, a.Key)
	var made, got tracking
	c.good(&made, "create", map[string]any{"tracking_number": "RR123456785CN", "destination_country_region": "ESP"})
	if made.ID == "" || made.Slug != "china-post" || !made.Active {
		t.Fatalf("made %+v", made)
	}
	for name, bad := range map[string]struct {
		code string
		a    answer
	}{
		"twice":       {"TRACKING_ALREADY_EXIST", c.call("create", map[string]any{"tracking_number": "RR123456785CN"})},
		"no number":   {"TRACKING_NUMBER_REQUIRED", c.call("create", map[string]any{"slug": "ups"})},
		"a bad one":   {"TRACKING_NUMBER_INVALID", c.call("create", map[string]any{"tracking_number": "x!"})},
		"no carrier":  {"BAD_COURIER", c.call("create", map[string]any{"tracking_number": "987654"})},
		"none such":   {"TRACKING_DOES_NOT_EXIST", c.call("get", "0000")},
		"still going": {"INACTIVE_RETRACK_NOT_ALLOWED", c.call("retrack", made.ID)},
	} {
		if bad.a.OK || bad.a.Code != bad.code {
			t.Errorf("%s: %+v", name, bad.a)
		}
	}
	s.Parcel("RR123456785CN").Scan(fake.Checkpoint{Subtag: "InTransit_002", Country: "CHN"})
	var list struct{ Trackings []tracking }
	if c.good(&list, "list", map[string]any{"tracking_numbers": "RR123456785CN,X"}); len(list.Trackings) != 1 || len(list.Trackings[0].Checkpoints) != 1 {
		t.Errorf("list %+v", list)
	}
	s.Advance(31 * 24 * time.Hour)
	if c.good(&got, "get", made.ID); got.Tag != "Expired" || got.Active {
		t.Errorf("after a month %+v", got)
	}
	c.good(&got, "retrack", made.ID)
	if c.good(&got, "get", made.ID); got.Tag != "InTransit" || !got.Active {
		t.Errorf("taken up again %+v", got)
	}
	c.good(&got, "drop", made.ID)
	if no := c.call("get", made.ID); no.Code != "TRACKING_DOES_NOT_EXIST" {
		t.Errorf("deleted: %+v", no)
	}
	a.Revoke()
	if no := c.call("list", map[string]any{}); no.Code != "API_KEY_INVALID" {
		t.Errorf("a revoked key: %+v", no)
	}
}
