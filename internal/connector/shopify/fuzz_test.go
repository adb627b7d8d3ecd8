package shopify_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/shopify"
	"parley/internal/fault"
)

// FuzzReceive: nothing that is not signed gets through; what is signed names records or is refused.
func FuzzReceive(f *testing.F) {
	const secret = "client-secret"
	now := time.Date(2026, 11, 5, 9, 0, 0, 0, time.UTC)
	f.Add("returns/request", "1", now.Format(time.RFC3339), "AAAA", []byte(`{"id":1,"admin_graphql_api_id":"gid://shopify/Return/1","name":"#1-R1"}`))
	f.Add("orders/updated", "", "", "", []byte(`{"id":9007199254740993,"name":"#1001"}`))
	f.Add("disputes/", "\x00", "0001-01-01T00:00:00Z", "%%", []byte(`{"id":"1e400"}`))
	f.Add("REFUNDS/CREATE", "1", "", "", []byte(`{"return":{"id":{}}}`))
	account := connector.Account{Settings: map[string]string{"client_secret": secret}}
	f.Fuzz(func(t *testing.T, topic, id, at, signature string, body []byte) {
		h := http.Header{}
		for name, value := range map[string]string{"Topic": topic, "Webhook-Id": id, "Triggered-At": at, "Hmac-Sha256": signature} {
			h.Set("X-Shopify-"+name, value)
		}
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		good := base64.StdEncoding.EncodeToString(mac.Sum(nil))
		if _, err := shopify.New().Receive(account, connector.Delivery{Header: h, Body: body}, now); signature != good && !fault.Is(err, fault.Unauthorised) {
			t.Fatalf("got through: %v", err)
		}
		h.Set("X-Shopify-Hmac-Sha256", good)
		push, err := shopify.New().Receive(account, connector.Delivery{Header: h, Body: body}, now)
		if err != nil {
			return
		}
		for _, ref := range push.Refs {
			if ref.Kind == "" || len(ref.ID) <= len("gid://shopify/") {
				t.Fatalf("%+v", ref)
			}
		}
	})
}
