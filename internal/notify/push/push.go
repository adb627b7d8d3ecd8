// Package push rings browsers through Web Push (RFC 8030, 8291, 8292): the message is sealed for the one browser that asked for it, and
// handed to that browser's own push service. A browser replaces a notification of the same tag, so a repeated one is not shown twice.
package push

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/SherClockHolmes/webpush-go"

	"parley/internal/fault"
	"parley/internal/notify"
)

// Channel is the way out to browsers.
type Channel struct {
	http *http.Client
}

// New makes the channel. The client is one of package webclient.
func New(client *http.Client) Channel { return Channel{client} }

// Kind is the name of the channel.
const Kind = "push"

// About tells what a browser fills in, and the keys by which push services know this desk.
func (Channel) About() notify.About {
	return notify.About{Kind: Kind, Repeats: true, Own: true,
		Settings: []notify.Setting{{Name: "endpoint", Secret: true}, {Name: "p256dh", Secret: true}, {Name: "auth", Secret: true}},
		Shared:   []notify.Setting{{Name: "public"}, {Name: "private", Secret: true}},
	}
}

// Keys makes the pair of keys of a desk. The public one goes to the browsers.
func (Channel) Keys() (notify.Target, error) {
	private, public, err := webpush.GenerateVAPIDKeys()
	return notify.Target{"public": public, "private": private}, err
}

// Check refuses what no browser gives.
func (Channel) Check(t notify.Target) (string, error) {
	u, err := notify.CheckURL("endpoint", t["endpoint"])
	if err != nil {
		return "", err
	}
	for field, size := range map[string]int{"p256dh": 65, "auth": 16} {
		if raw, err := decode(t[field]); err != nil || len(raw) != size {
			return "", fault.Input(field, "", "a key of the browser in base64")
		}
	}
	return u.Host, nil
}

func decode(text string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(text), "="))
}

// CheckShared refuses keys that are none.
func (Channel) CheckShared(t notify.Target) error {
	for field, size := range map[string]int{"public": 65, "private": 32} {
		if raw, err := decode(t[field]); err != nil || len(raw) != size {
			return fault.Input(field, "", "a key in base64")
		}
	}
	return nil
}

// shown is what the browser shows.
type shown struct {
	Tag   string `json:"tag"`
	Title string `json:"title"`
	Body  string `json:"body"`
	Link  string `json:"link"`
}

const (
	keepFor  = 24 * time.Hour // how long the push service keeps it for a browser that is off
	bodyMost = 1000           // bytes of text; the whole must fit into 4096
)

// Send hands the message to the browser's push service.
func (c Channel) Send(ctx context.Context, t notify.Target, m notify.Message) error {
	raw, err := json.Marshal(shown{m.ID, cut(m.Subject, 200), cut(m.Text, bodyMost), m.Link})
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(m.ID))
	answer, err := webpush.SendNotificationWithContext(ctx, raw,
		&webpush.Subscription{Endpoint: t["endpoint"], Keys: webpush.Keys{Auth: t["auth"], P256dh: t["p256dh"]}},
		&webpush.Options{
			HTTPClient: doer(c), Subscriber: "parley@parley.invalid", TTL: int(keepFor / time.Second), Urgency: webpush.UrgencyHigh,
			Topic:          base64.RawURLEncoding.EncodeToString(sum[:24]), // the push service replaces what it still holds of this message
			VAPIDPublicKey: t["public"], VAPIDPrivateKey: t["private"],
		})
	if answer != nil {
		_ = answer.Body.Close() // read by the client below
	}
	if err != nil && fault.Of(err) == nil {
		return fault.New(fault.Invalid, "fault.notify.unreadable").Because(err) // the keys of the browser do not seal
	}
	return err
}

// doer sorts answers as every other channel does. A browser that is gone answers 404 or 410.
type doer struct{ http *http.Client }

// Do makes the call.
func (d doer) Do(r *http.Request) (*http.Response, error) {
	body, err := notify.Call(d.http, r)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusCreated, Body: io.NopCloser(strings.NewReader(string(body)))}, nil
}

func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
