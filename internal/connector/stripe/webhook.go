package stripe

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

// tolerance is how old a delivery may be; Stripe's own libraries use the same (docs.stripe.com/webhooks#replay-attacks).
const tolerance = 5 * time.Minute

// Receive checks Stripe-Signature over the raw body and says which records an event is about. Stripe repeats deliveries
// and does not keep their order; the event's id tells repetitions.
func (*Connector) Receive(account connector.Account, d connector.Delivery, now time.Time) (connector.Push, error) {
	secret := strings.TrimSpace(account.Settings["webhook_secret"])
	if secret == "" {
		return connector.Push{}, &fault.Fault{Kind: fault.Unauthorised, Key: "fault.stripe.webhook_secret", Field: "webhook_secret"}
	}
	if err := signed(secret, d.Header.Get("Stripe-Signature"), d.Body, now); err != nil {
		return connector.Push{}, err
	}
	var e event
	if err := json.Unmarshal(d.Body, &e); err != nil || e.ID == "" || e.Type == "" {
		return connector.Push{Topic: string(e.Type)}, fault.New(fault.Garbled, "fault.stripe.event_unreadable").Because(err)
	}
	return e.push(), nil
}

// signed checks "t=SECONDS,v1=HEX[,v1=HEX…]": HMAC-SHA256 of "SECONDS.BODY". Several v1 stand there while a secret is
// being replaced; other schemes are ignored.
func signed(secret, header string, body []byte, now time.Time) error {
	wrong := fault.New(fault.Unauthorised, "fault.stripe.webhook_signature")
	at, given := "", []string{}
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			at = value
		case "v1":
			given = append(given, value)
		}
	}
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return wrong
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(at + "."))
	mac.Write(body)
	want := mac.Sum(nil)
	for _, one := range given {
		got, err := hex.DecodeString(one)
		if err != nil || !hmac.Equal(got, want) {
			continue
		}
		if age := now.Sub(time.Unix(seconds, 0)); age > tolerance || age < -tolerance {
			return fault.New(fault.Unauthorised, "fault.stripe.webhook_age")
		}
		return nil
	}
	return wrong
}

// push says what to read again. Events of other kinds are unknown: the seller chooses at Stripe which ones are sent.
func (e *event) push() connector.Push {
	p := connector.Push{ID: string(e.ID), Topic: string(e.Type)}
	o := e.Data.Object
	order := purchase(o.Intent, o.Charge)
	switch {
	case strings.HasPrefix(p.Topic, "charge.dispute."):
		p.Refs = named(disputeKind, string(o.ID), order)
	case strings.HasPrefix(p.Topic, "radar.early_fraud_warning."):
		p.Refs = named(warningKind, string(o.ID), order)
	case strings.HasPrefix(p.Topic, "refund."), p.Topic == "charge.refunded", p.Topic == "charge.refund.updated":
		if o.Object == "charge" {
			order = first(o.Intent.ID, string(o.ID))
		}
		if order != "" {
			p.Orders = []string{order}
		}
	default:
		p.Unknown = connector.UnknownTopic
		return p
	}
	if len(p.Refs)+len(p.Orders) == 0 {
		p.Unknown = connector.UnknownRecord
	}
	return p
}

func named(kind, id, order string) []connector.Ref {
	if id == "" {
		return nil
	}
	return []connector.Ref{{Kind: kind, ID: id, Order: order}}
}
