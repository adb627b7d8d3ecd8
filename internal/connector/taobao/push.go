package taobao

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/alibaba/wire"
	"parley/internal/fault"
)

// longestRepeat is how old a message may be. What is older was found by asking in the meantime.
const longestRepeat = 72 * time.Hour

// Receive takes one message of TMC that was posted to the desk: the fields of tmc_message (taobao.tmc.messages.consume), signed as the
// platform signs its call-backs: Authorization is the lower-case hex HMAC-SHA256, by the app's secret, over the app's key and the raw body.
func (c *Connector) Receive(account connector.Account, d connector.Delivery, now time.Time) (connector.Push, error) {
	key, secret := strings.TrimSpace(account.Settings["app_key"]), strings.TrimSpace(account.Settings["app_secret"])
	if key == "" || secret == "" {
		return connector.Push{}, &fault.Fault{Kind: fault.Unauthorised, Key: "fault.taobao.push_secret", Field: "app_secret"}
	}
	given, err := hex.DecodeString(strings.TrimSpace(d.Header.Get("Authorization")))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(key))
	mac.Write(d.Body)
	if err != nil || !hmac.Equal(given, mac.Sum(nil)) {
		return connector.Push{}, fault.New(fault.Unauthorised, "fault.taobao.push_signature")
	}
	m, err := wire.Parse(d.Body)
	r := reading{zone: c.zone}
	at := r.at(m, "pub_time")
	if err != nil || id(m, "id") == "" || text(m, "topic") == "" || at.IsZero() {
		return connector.Push{}, fault.New(fault.Garbled, "fault.taobao.push_unreadable").Because(err)
	}
	if age := now.Sub(at); age > longestRepeat || age < -longestRepeat {
		return connector.Push{}, fault.New(fault.Unauthorised, "fault.taobao.push_age")
	}
	return pushOf(m, strings.TrimSpace(account.Settings["seller_nick"])), nil
}

// pushOf says what a message is about. Messages of an application's other shops, and other topics, give a push about nothing.
func pushOf(m wire.Value, ours string) connector.Push {
	p := connector.Push{ID: id(m, "id")}
	if nick := text(m, "user_nick"); ours != "" && nick != "" && nick != ours {
		return p
	}
	content := m.Get("content")
	if !content.IsObject() {
		inner, err := wire.Parse([]byte(content.Text()))
		if err != nil {
			return p
		}
		content = inner
	}
	topic := text(m, "topic")
	refund, order := id(content, "refund_id"), id(content, "tid")
	switch {
	case digits(refund) && followed(topic):
		p.Refs = []connector.Ref{{Kind: refundKind, ID: refund, Order: order}}
	case digits(order) && strings.HasPrefix(topic, "taobao_logistics_"):
		p.Orders = []string{order}
	}
	return p
}

// followed: the topics about refunds, in their old and new names.
func followed(topic string) bool {
	for _, prefix := range []string{"taobao_refund_", "taobao_dispute_", "tmall_refund_"} {
		if strings.HasPrefix(topic, prefix) {
			return true
		}
	}
	return false
}
