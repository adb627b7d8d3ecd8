package chat

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/fault"
	"parley/internal/notify"
)

// bot is what differs between chats.
type bot struct {
	kind     string
	host     string // where it is reached; empty = the person fills in a whole address
	settings []notify.Setting
	shown    string // the setting that may be shown
	most     int    // bytes of a text
	ask      func(server string, t notify.Target, text string, now time.Time) (address string, body any)
	verdict  func(answer []byte) error // of an answer of 2xx; nil = that is a yes
}

type object = map[string]any

func bots() []bot {
	whole := []notify.Setting{{Name: "url", Secret: true}}
	return []bot{
		// https://core.telegram.org/bots/api#sendmessage: 4096 characters
		{kind: "telegram", host: "https://api.telegram.org", most: 4000, shown: "chat", ask: telegram,
			settings: []notify.Setting{{Name: "token", Secret: true}, {Name: "chat"}}},
		// https://api.slack.com/messaging/webhooks
		{kind: "slack", most: 30000, settings: whole, ask: slack},
		// https://discord.com/developers/docs/resources/webhook#execute-webhook: 2000 characters
		{kind: "discord", most: 1990, settings: whole, ask: discord},
		// https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using: 28 KB
		{kind: "teams", most: 20000, settings: whole, ask: teams},
		// https://developer.work.weixin.qq.com/document/path/91770: 2048 bytes; 45009 = too many
		{kind: "wecom", host: "https://qyapi.weixin.qq.com", most: 2048, ask: wecom, verdict: numbered("errcode", 45009, 45033),
			settings: []notify.Setting{{Name: "key", Secret: true}}},
		// https://open.dingtalk.com/document/robots/custom-robot-access: 20,000 bytes; 130101 = too many
		{kind: "dingtalk", host: "https://oapi.dingtalk.com", most: 18000, ask: dingtalk, verdict: numbered("errcode", 130101, 410100),
			settings: []notify.Setting{{Name: "token", Secret: true}, {Name: "secret", Secret: true, Optional: true}}},
		// https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot: 20 KB; 11232 and 99991400 = too many
		{kind: "feishu", host: "https://open.feishu.cn", most: 18000, ask: feishu, verdict: numbered("code", 11232, 99991400),
			settings: []notify.Setting{{Name: "token", Secret: true}, {Name: "secret", Secret: true, Optional: true}}},
	}
}

func telegram(server string, t notify.Target, text string, _ time.Time) (string, any) {
	return server + "/bot" + t["token"] + "/sendMessage", object{"chat_id": t["chat"], "text": text, "link_preview_options": object{"is_disabled": true}}
}

// slack reads & < > as marks of its own.
func slack(_ string, t notify.Target, text string, _ time.Time) (string, any) {
	return t["url"], object{"text": strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text), "unfurl_links": false}
}

// discord must not ring everybody because a product is called @everyone.
func discord(_ string, t notify.Target, text string, _ time.Time) (string, any) {
	return t["url"], object{"content": text, "allowed_mentions": object{"parse": []string{}}}
}

func teams(_ string, t notify.Target, text string, _ time.Time) (string, any) {
	block := object{"type": "TextBlock", "text": strings.ReplaceAll(text, "\n", "\n\n"), "wrap": true}
	card := object{"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4", "body": []any{block}}
	return t["url"], object{"type": "message", "attachments": []any{object{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}}}
}

func wecom(server string, t notify.Target, text string, _ time.Time) (string, any) {
	return server + "/cgi-bin/webhook/send?" + url.Values{"key": {t["key"]}}.Encode(), object{"msgtype": "text", "text": object{"content": text}}
}

// dingtalk signs "TIME\nSECRET" with the secret; the time is in milliseconds.
func dingtalk(server string, t notify.Target, text string, now time.Time) (string, any) {
	q := url.Values{"access_token": {t["token"]}}
	if t["secret"] != "" {
		at := strconv.FormatInt(now.UnixMilli(), 10)
		q.Set("timestamp", at)
		q.Set("sign", sign(t["secret"], at+"\n"+t["secret"]))
	}
	return server + "/robot/send?" + q.Encode(), object{"msgtype": "text", "text": object{"content": text}}
}

// feishu signs nothing, with "TIME\nSECRET" as the key; the time is in seconds.
func feishu(server string, t notify.Target, text string, now time.Time) (string, any) {
	body := object{"msg_type": "text", "content": object{"text": text}}
	if t["secret"] != "" {
		at := strconv.FormatInt(now.Unix(), 10)
		body["timestamp"], body["sign"] = at, sign(at+"\n"+t["secret"], "")
	}
	return server + "/open-apis/bot/v2/hook/" + url.PathEscape(t["token"]), body
}

func sign(key, text string) string {
	mac := hmac.New(sha256.New, []byte(key))
	_, _ = mac.Write([]byte(text)) // never fails
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// numbered reads chats that say no with a number inside a yes: 0 is a yes, some numbers mean too many.
func numbered(name string, tooMany ...int64) func([]byte) error {
	return func(answer []byte) error {
		var said map[string]json.RawMessage
		if json.Unmarshal(answer, &said) != nil {
			return fault.New(fault.Unknown, "fault.notify.perhaps")
		}
		code, err := strconv.ParseInt(string(said[name]), 10, 64)
		switch {
		case err != nil:
			return fault.New(fault.Unknown, "fault.notify.perhaps")
		case code == 0:
			return nil
		case slices.Contains(tooMany, code):
			return fault.New(fault.Limited, "fault.notify.limited")
		}
		return fault.New(fault.Refused, "fault.notify.rejected", "status", strconv.FormatInt(code, 10))
	}
}
