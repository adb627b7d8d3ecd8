package shopify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

// oldest is how long after its event a delivery is taken: the platform repeats a failed one for four hours; what is older was read by
// then. newest allows for clocks that differ.
const (
	oldest = 6 * time.Hour
	newest = 5 * time.Minute
)

// Receive checks a delivery: the Base64 HMAC-SHA256 of the raw body under the app's client secret, the shop, and the age. Then it says
// what to read again; what the body tells is not believed.
func (c *Connector) Receive(account connector.Account, d connector.Delivery, now time.Time) (connector.Push, error) {
	secret := account.Settings["client_secret"]
	if secret == "" {
		return connector.Push{}, &fault.Fault{Kind: fault.Unauthorised, Key: "fault.shopify.no_client_secret", Field: "client_secret"}
	}
	if !signed(d, secret) {
		return connector.Push{}, &fault.Fault{Kind: fault.Unauthorised, Key: "fault.shopify.signature", Field: "client_secret"}
	}
	if err := recent(d, now); err != nil {
		return connector.Push{}, err
	}
	push := connector.Push{ID: d.Header.Get("X-Shopify-Webhook-Id"), Topic: strings.ToLower(d.Header.Get("X-Shopify-Topic"))}
	if push.ID == "" {
		push.ID = d.Header.Get("X-Shopify-Event-Id")
	}
	return concerns(push, d)
}

func signed(d connector.Delivery, secret string) bool {
	given, err := base64.StdEncoding.DecodeString(d.Header.Get("X-Shopify-Hmac-Sha256"))
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(d.Body)
	return hmac.Equal(given, mac.Sum(nil))
}

// recent refuses what is too old or not yet. The header is not signed; without it the number of the delivery alone guards against
// repetition.
func recent(d connector.Delivery, now time.Time) error {
	header := d.Header.Get("X-Shopify-Triggered-At")
	if header == "" {
		return nil
	}
	at, err := time.Parse(time.RFC3339Nano, header)
	if err != nil || now.Sub(at) > oldest || at.Sub(now) > newest {
		return &fault.Fault{Kind: fault.Unauthorised, Key: "fault.shopify.delivery_age", Params: map[string]string{"at": shortened(header)}}
	}
	return nil
}

// pushed is what bodies of different topics have in common.
type pushed struct {
	ID     scalar `json:"id"`
	Global scalar `json:"admin_graphql_api_id"`
	Name   scalar `json:"name"`
	Return *struct {
		ID     scalar `json:"id"`
		Global scalar `json:"admin_graphql_api_id"`
	} `json:"return"`
	FulfilmentOrder *wireRef `json:"fulfillment_order"`
}

// concerns finds records and purchases by the topic. Refunds and parcels name their order only by a number; the platform pushes
// orders/updated beside them, which has the name, so that nothing is missing where they name no return.
func concerns(push connector.Push, d connector.Delivery) (connector.Push, error) {
	var body pushed
	if err := json.Unmarshal(d.Body, &body); err != nil {
		return push, garbled(err, false)
	}
	record := func(kind, prefix string, id, global scalar) {
		gid := global.plain()
		if gid == "" && id.plain() != "" {
			gid = "gid://shopify/" + prefix + "/" + legacy(id.plain())
		}
		if strings.HasPrefix(gid, "gid://shopify/"+prefix+"/") {
			push.Refs = append(push.Refs, connector.Ref{Kind: kind, ID: gid})
		}
	}
	named := true
	switch family, _, _ := strings.Cut(push.Topic, "/"); family {
	case "disputes":
		record(disputeKind, "ShopifyPaymentsDispute", body.ID, "")
		named = len(push.Refs) > 0
	case "returns":
		record(returnKind, "Return", body.ID, body.Global)
		named = len(push.Refs) > 0
	case "refunds", "reverse_deliveries", "reverse_fulfillment_orders":
		if body.Return != nil {
			record(returnKind, "Return", body.Return.ID, body.Return.Global)
		}
	case "orders":
		if n := body.Name.plain(); n != "" {
			push.Orders = []string{n}
		}
		named = len(push.Orders) > 0
	case "fulfillments", "fulfillment_orders", "fulfillment_events":
	default:
		push.Unknown = connector.UnknownTopic
	}
	if !named {
		push.Unknown = connector.UnknownRecord
	}
	return push, nil
}
