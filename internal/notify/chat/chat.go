// Package chat writes messages into chats through the bots and webhooks of Telegram, Slack, Discord, Teams, WeCom, DingTalk and Feishu.
//
// None of them knows a message by an id of ours, so what perhaps arrived is never sent again. bots.go holds what differs: where to call,
// what to say, and how each of them says no.
package chat

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"parley/internal/fault"
	"parley/internal/notify"
)

// Channel is the way out to one kind of chat.
type Channel struct {
	bot
	http *http.Client
	now  func() time.Time
}

// All gives a channel for each kind of chat. The client is one of package webclient.
func All(client *http.Client, now func() time.Time) map[string]notify.Channel {
	out := map[string]notify.Channel{}
	for _, b := range bots() {
		out[b.kind] = Channel{b, client, now}
	}
	return out
}

// About tells what people fill in. A chat that is reached at one known host may be reached at another: an own gateway, or the host of
// another region.
func (c Channel) About() notify.About {
	a := notify.About{Kind: c.kind, Settings: c.settings}
	if c.host != "" {
		a.Shared = []notify.Setting{{Name: "server", Optional: true}}
	}
	return a
}

// Check refuses settings that cannot work.
func (c Channel) Check(t notify.Target) (string, error) {
	for _, s := range c.settings {
		if s.Name == "url" {
			u, err := notify.CheckURL("url", t["url"])
			if err != nil {
				return "", err
			}
			return u.Host, nil
		}
		if strings.ContainsAny(t[s.Name], " \t\r\n/?#") {
			return "", fault.Input(s.Name, "", "letters, digits, - _ : @ =")
		}
	}
	return t[c.shown], nil
}

// CheckShared refuses an address that is none.
func (c Channel) CheckShared(t notify.Target) error {
	if t["server"] == "" {
		return nil
	}
	_, err := notify.CheckURL("server", t["server"])
	return err
}

// Send says the message once.
func (c Channel) Send(ctx context.Context, t notify.Target, m notify.Message) error {
	server := strings.TrimSuffix(t["server"], "/")
	if server == "" {
		server = c.host
	}
	address, body := c.ask(server, t, short(m, c.most), c.now())
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(raw))
	if err != nil {
		return fault.Input("url", "", "https://example.com/path")
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("User-Agent", "Parley")
	answer, err := notify.Call(c.http, r)
	if err != nil {
		return c.slower(err, answer)
	}
	if c.verdict == nil {
		return nil
	}
	return c.verdict(answer)
}

// slower reads how long to wait where a chat says so in the body.
func (c Channel) slower(err error, answer []byte) error {
	f := fault.Of(err)
	var said struct {
		Parameters struct {
			RetryAfter float64 `json:"retry_after"` // Telegram, seconds
		} `json:"parameters"`
		RetryAfter float64 `json:"retry_after"` // Discord, seconds
	}
	if f != nil && f.Kind == fault.Limited && f.After == 0 && json.Unmarshal(answer, &said) == nil {
		f.After = min(time.Duration(max(said.Parameters.RetryAfter, said.RetryAfter, 0)*float64(time.Second)), time.Hour)
	}
	return err
}

// short is the message in at most so many bytes, cut between characters; the link stays.
func short(m notify.Message, most int) string {
	text := m.Text
	if !strings.HasPrefix(text, "• "+m.Subject) {
		text = m.Subject + "\n\n" + text
	}
	if len(text) <= most {
		return text
	}
	end := "…\n" + m.Link
	cut := max(most-len(end), 0)
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + end
}
