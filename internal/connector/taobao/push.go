package taobao

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/alibaba/wire"
	"parley/internal/fault"
)

// longestRepeat is how old a message may be. What is older was found by asking in the meantime.
const longestRepeat = 72 * time.Hour

// Receive takes a message that a program of the seller's own passes on to the desk. The platform itself posts nothing to an address: it
// hands messages out over a connection (tmc.go) or to whoever asks (taobao.tmc.messages.consume), and this way is our own arrangement for
// sellers whose program does that already. The body is one tmc_message as that method gives it; Authorization is the lower-case hex
// HMAC-SHA256, by the app's secret, over the app's key and the raw body.
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
		return connector.Push{Topic: text(m, "topic")}, fault.New(fault.Garbled, "fault.taobao.push_unreadable").Because(err)
	}
	if age := now.Sub(at); age > longestRepeat || age < -longestRepeat {
		return connector.Push{}, fault.New(fault.Unauthorised, "fault.taobao.push_age")
	}
	content, _ := contentOf(m) // an unreadable one is about nothing
	said := notice{id: id(m, "id"), topic: text(m, "topic"), nick: text(m, "user_nick"), content: content}
	return said.push(account.Settings), nil
}

// notice is a message of the platform, however it came.
type notice struct {
	id, topic, nick string
	content         wire.Value
	body            []byte // of one that came over a connection: its content as it came, unpacked where that can be done
}

// noticeOf reads a message that came over a connection. It is an error where the content of a topic we follow cannot be read.
func noticeOf(f frame) (notice, error) {
	n := notice{id: strconv.FormatInt(f.get("id").number, 10), topic: f.get("topic").text, nick: f.get("nick").text}
	inner, err := f.get("content").content()
	if err != nil {
		n.body = []byte(f.get("content").text)
	} else {
		n.body = []byte(inner)
		n.content, err = wire.Parse(n.body)
	}
	if !n.followed() {
		err = nil
	}
	return n, err
}

// contentOf is what a message tells, which stands in it as an object or as the text of one.
func contentOf(m wire.Value) (wire.Value, error) {
	if content := m.Get("content"); content.IsObject() {
		return content, nil
	}
	return wire.Parse([]byte(m.Get("content").Text()))
}

// push says what a message is about for a shop of these settings. Messages of an application's other shops give a push about nothing.
func (n notice) push(settings map[string]string) connector.Push {
	p := connector.Push{ID: n.id, Topic: n.topic}
	if n.another(strings.TrimSpace(settings["seller_nick"])) {
		return p
	}
	refund, order := id(n.content, "refund_id"), id(n.content, "tid")
	switch {
	case !n.followed():
		p.Unknown = connector.UnknownTopic
	case digits(refund) && n.aboutRefunds():
		kind := refundKind
		if strings.TrimSpace(settings["shop_kind"]) == tmallShop && n.aboutExchange() {
			kind = exchangeKind
		}
		p.Refs = []connector.Ref{{Kind: kind, ID: refund, Order: order}}
	case digits(order) && n.aboutParcels():
		p.Orders = []string{order}
	default:
		p.Unknown = connector.UnknownRecord
	}
	return p
}

// another tells whether a message is about another shop than that of a nick.
func (n notice) another(ours string) bool { return ours != "" && n.nick != "" && n.nick != ours }

func (n notice) followed() bool { return n.aboutRefunds() || n.aboutParcels() }

func (n notice) aboutParcels() bool { return strings.HasPrefix(n.topic, "taobao_logistics_") }

// claimsOfExchange are the values of biz_claim_type that stand for an exchange.
var claimsOfExchange = set("4 6")

// aboutExchange tells an exchange from a refund: by its topic, or by the words of its content.
func (n notice) aboutExchange() bool {
	return strings.HasPrefix(n.topic, "taobao_dispute_Exchange") || text(n.content, "bill_type") == "replace_bill" || claimsOfExchange[id(n.content, "biz_claim_type")]
}

// aboutRefunds: the topics about refunds, in their old and new names.
func (n notice) aboutRefunds() bool {
	for _, prefix := range []string{"taobao_refund_", "taobao_dispute_", "tmall_refund_"} {
		if strings.HasPrefix(n.topic, prefix) {
			return true
		}
	}
	return false
}
