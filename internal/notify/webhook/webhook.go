// Package webhook sends messages to programs as Standard Webhooks (https://www.standardwebhooks.com): JSON, signed with a secret both
// sides know, under an id that stays the same when a sending is repeated.
package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"parley/internal/fault"
	"parley/internal/notify"
)

// Channel is the way out to programs.
type Channel struct {
	http *http.Client
	now  func() time.Time
}

// New makes the channel. The client is one of package webclient, so that it has time limits and keeps out of the private network.
func New(client *http.Client, now func() time.Time) Channel { return Channel{client, now} }

// About tells what people fill in.
func (Channel) About() notify.About {
	return notify.About{Kind: "webhook", Repeats: true, Single: true, Events: true, Settings: []notify.Setting{{Name: "url"}, {Name: "secret", Secret: true, Made: true}}}
}

// Check refuses an address that is none and a secret that cannot sign.
func (Channel) Check(t notify.Target) (string, error) {
	u, err := notify.CheckURL("url", t["url"])
	if err != nil {
		return "", err
	}
	if _, err := signer(t["secret"]); err != nil {
		return "", err
	}
	return u.Scheme + "://" + u.Host + u.Path, nil
}

// CheckShared has nothing to check.
func (Channel) CheckShared(notify.Target) error { return nil }

// signer takes secrets as the specification writes them: whsec_ and 24 to 64 bytes in base64.
func signer(secret string) (*standard.Webhook, error) {
	wh, err := standard.NewWebhook(secret)
	if n := len(strings.TrimPrefix(secret, "whsec_")); err != nil || n < 32 || n > 88 {
		return nil, fault.Input("secret", "", "whsec_ and 24 to 64 bytes in base64")
	}
	return wh, nil
}

// Send posts the message's event. Any answer of 2xx is a yes.
func (c Channel) Send(ctx context.Context, t notify.Target, m notify.Message) error {
	body, err := json.Marshal(m.Event)
	if err != nil {
		return err
	}
	wh, err := signer(t["secret"])
	if err != nil {
		return err
	}
	now := c.now()
	signature, err := wh.Sign(m.ID, now, body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t["url"], bytes.NewReader(body))
	if err != nil {
		return fault.Input("url", t["url"], "https://…").Because(err)
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "Parley", standard.HeaderWebhookID: m.ID,
		standard.HeaderWebhookTimestamp: strconv.FormatInt(now.Unix(), 10), standard.HeaderWebhookSignature: signature,
	} {
		r.Header.Set(name, value)
	}
	_, err = notify.Call(c.http, r)
	return err
}

var _ notify.Channel = Channel{}
