package fake

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// hook is where a shop wants to hear of a topic.
type hook struct {
	id         int64
	topic, uri string
}

// Delivery is one webhook on its way: headers and raw body as the receiver gets them.
type Delivery struct {
	URL    string
	Header http.Header
	Body   []byte
	Tries  int
}

// Subscribe lets a shop hear of topics (such as DISPUTES_CREATE; none = everything) at an address.
func (s *Shop) Subscribe(uri string, topics ...string) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if len(topics) == 0 {
		topics = []string{""}
	}
	for _, t := range topics {
		s.hooks = append(s.hooks, hook{s.p.next(), t, uri})
	}
}

func (s *Shop) subscribe(args map[string]any) any {
	in := input(args, "webhookSubscription")
	h := hook{s.p.next(), text(args, "topic"), text(in, "uri")}
	if !strings.HasPrefix(h.uri, "http") {
		return userErrors("webhookSubscription", "uri", "Address is invalid", "")
	}
	s.hooks = append(s.hooks, h)
	return made("webhookSubscription", object{"id": gid("WebhookSubscription", h.id), "topic": h.topic, "uri": h.uri, "format": "JSON"})
}

// push queues a delivery for everybody who asked for the topic.
func (s *Shop) push(topic string, body map[string]any) {
	event := s.p.next()
	if len(s.hooks) == 0 {
		return
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return
	}
	for _, h := range s.hooks {
		if h.topic != "" && h.topic != topic {
			continue
		}
		family, what, _ := cutLast(strings.ToLower(topic))
		mac := hmac.New(sha256.New, []byte(s.Secret))
		mac.Write(raw)
		header := http.Header{}
		for k, v := range map[string]string{
			"Content-Type": "application/json", "X-Shopify-Topic": family + "/" + what, "X-Shopify-Hmac-Sha256": base64.StdEncoding.EncodeToString(mac.Sum(nil)),
			"X-Shopify-Shop-Domain": s.Domain + ".myshopify.com", "X-Shopify-API-Version": "2026-10", "X-Shopify-Webhook-Id": fmt.Sprintf("wh-%d", s.p.next()),
			"X-Shopify-Event-Id": fmt.Sprintf("ev-%d", event), "X-Shopify-Triggered-At": s.p.now().UTC().Format(time.RFC3339Nano),
		} {
			header.Set(k, v)
		}
		s.p.pending = append(s.p.pending, Delivery{URL: h.uri, Header: header, Body: raw})
	}
}

// cutLast cuts DISPUTES_CREATE before its last word; topics of two words before it keep them.
func cutLast(topic string) (family, what string, found bool) {
	i := strings.LastIndexByte(topic, '_')
	if i < 0 {
		return topic, "", false
	}
	return topic[:i], topic[i+1:], true
}

// mostTries is how often a delivery is tried: once and eight times again. The real waits between (four hours in all) are left out.
const mostTries = 9

// Pending are the deliveries that wait.
func (p *Platform) Pending() []Delivery {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Delivery(nil), p.pending...)
}

// Deliver sends what waits, in order; what is not taken with a status below 300 waits for the next time.
func (p *Platform) Deliver(ctx context.Context, client *http.Client) error {
	p.mu.Lock()
	list := p.pending
	p.pending = nil
	p.mu.Unlock()
	for i, d := range list {
		if err := ctx.Err(); err != nil {
			p.again(list[i:]...)
			return err
		}
		if !send(ctx, client, d) {
			if d.Tries++; d.Tries < mostTries {
				p.again(d)
			}
		}
	}
	return nil
}

func (p *Platform) again(list ...Delivery) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pending = append(p.pending, list...)
}

func send(ctx context.Context, client *http.Client, d Delivery) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.URL, bytes.NewReader(d.Body))
	if err != nil {
		return false
	}
	r.Header = d.Header.Clone()
	answer, err := client.Do(r)
	if err != nil {
		return false
	}
	_ = answer.Body.Close() // only the status counts
	return answer.StatusCode < 300
}

func small(s string) string { return strings.ToLower(s) }

func (s *Shop) pushDispute(topic string, d *Dispute) {
	s.push(topic, map[string]any{
		"id": d.ID, "order_id": d.order.ID, "type": small(d.Type), "amount": Money{d.Amount, d.order.Currency}.Decimal(), "currency": d.order.Currency,
		"reason": small(d.Reason), "network_reason_code": orNull(d.Network), "status": small(d.Status), "evidence_due_by": stamp(d.DueBy),
		"evidence_sent_on": stamp(d.Sent), "finalized_on": stamp(d.Final), "initiated_at": stamp(d.At),
	})
}

func (s *Shop) pushReturn(topic string, r *Return) {
	s.push(topic, map[string]any{
		"id": r.ID, "admin_graphql_api_id": gid("Return", r.ID), "status": small(r.Status), "name": r.Name, "total_return_line_items": 1,
		"order": map[string]any{"id": r.order.ID, "admin_graphql_api_id": gid("Order", r.order.ID)},
		"return_line_items": []any{map[string]any{
			"id": r.LineID, "admin_graphql_api_id": gid("ReturnLineItem", r.LineID), "quantity": r.Quantity, "return_reason": r.ReasonHandle, "customer_note": r.CustomerSay,
		}},
	})
}

func (s *Shop) pushRefund(o *Order, r *refund) {
	body := map[string]any{
		"id": r.id, "admin_graphql_api_id": gid("Refund", r.id), "order_id": o.ID, "created_at": stamp(r.at), "note": orNull(r.note),
		"transactions": []any{map[string]any{"id": r.transaction, "order_id": o.ID, "kind": "refund", "status": "success", "amount": r.amount.Decimal(), "currency": o.Currency, "gateway": o.Gateway, "parent_id": o.PaymentNo}},
	}
	if r.of != nil {
		body["return"] = map[string]any{"id": r.of.ID, "admin_graphql_api_id": gid("Return", r.of.ID)}
	}
	s.push("REFUNDS_CREATE", body)
}

func (s *Shop) pushOrder(topic string, o *Order) {
	s.push(topic, map[string]any{
		"id": o.ID, "admin_graphql_api_id": gid("Order", o.ID), "name": o.Name, "order_number": o.Number, "currency": o.Currency,
		"total_price": o.Total().Decimal(), "financial_status": small(o.paid()), "updated_at": stamp(o.UpdatedAt),
	})
}
