package fake_test

import (
	"bufio"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

	"parley/internal/connector/mail/fake"
)

func now() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }

// TestAProviderRunsAlone and lets in whom it says.
func TestAProviderRunsAlone(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	in, out := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- fake.Main(ctx, "127.0.0.1:0", nil, out, now) }()
	lines := bufio.NewScanner(in)
	lines.Scan()
	address, ok := strings.CutPrefix(lines.Text(), "listening on imap://")
	if !ok {
		t.Fatalf("first line %q", lines.Text())
	}
	lines.Scan()
	lines.Scan()
	if !strings.Contains(lines.Text(), "user=help@shop.test password=secret") {
		t.Errorf("third line %q", lines.Text())
	}
	c, err := imapclient.DialInsecure(address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Login("help@shop.test", "wrong").Wait(); err == nil {
		t.Error("a wrong password was taken")
	}
	if err := c.Login("help@shop.test", "secret").Wait(); err != nil {
		t.Fatal(err)
	}
	box, err := c.Select(fake.Inbox, nil).Wait()
	if err != nil || box.NumMessages != 3 {
		t.Errorf("inbox %+v, %v", box, err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAScenarioIsReadStrictly(t *testing.T) {
	for _, text := range []string{"mailboxes: [{user: a, pasword: b}]", "mailboxes: [{user: a, mails: [{ago: soon}]}]", "{"} {
		if err := fake.New(fake.Options{Now: now}).Load(strings.NewReader(text)); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}
