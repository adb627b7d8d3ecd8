package fake

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// notice is one message of TMC.
type notice struct {
	shop     *Shop
	id       int64
	at       time.Time
	topic    string
	content  string
	owed     bool // the shop had let its messages out when this one arose
	received bool // confirmed
	posted   bool
	holder   *socket   // the connection it went out over last
	sentAt   time.Time // when
}

// tell makes a message about a refund.
func (s *Shop) tell(topic string, r *Refund) {
	if topic == "" {
		return
	}
	defer s.platform.ring()
	bill := "refund_bill"
	if r.swapping() {
		bill = "replace_bill"
	}
	content, err := json.Marshal(object{
		"buyer_nick": r.trade.buyer, "buyer_open_uid": r.trade.uid, "seller_nick": s.Nick, "tid": r.trade.ID, "oid": r.order.ID, "refund_id": r.ID,
		"refund_fee": yuan(r.fee), "bill_type": bill, "refund_phase": r.phase, "modified": stamp(r.modified),
	})
	if err == nil {
		s.messages = append(s.messages, &notice{shop: s, id: s.platform.number(), at: s.platform.now(), topic: topic, content: string(content), owed: s.permitted})
	}
}

// Say makes a message of any topic, about nothing the simulator knows.
func (s *Shop) Say(topic, content string) {
	s.platform.mu.Lock()
	defer s.platform.mu.Unlock()
	defer s.platform.ring()
	s.messages = append(s.messages, &notice{shop: s, id: s.platform.number(), at: s.platform.now(), topic: topic, content: content, owed: s.permitted})
}

func (n *notice) record(s *Shop) object {
	return object{
		"id": n.id, "topic": n.topic, "content": n.content, "pub_time": stamp(n.at), "pub_app_key": "12497914", "user_id": 60000001, "user_nick": s.Nick,
	}
}

// consume gives messages of all shops that let the application in.
func (p *Platform) consume(c *call) (object, *refusal) {
	quantity := int64(100)
	if text := c.params["quantity"]; text != "" {
		if quantity = number(text); quantity < 10 || quantity > 200 {
			return nil, invalid("quantity")
		}
	}
	group := or(c.params["group_name"], defaultGroup)
	if !p.grouped(c.shop.AppKey, group) {
		return nil, invalid("group_name")
	}
	var out []object
	for _, s := range p.shops {
		for _, n := range s.messages {
			if s.AppKey == c.shop.AppKey && s.Group == group && n.owed && !n.received && int64(len(out)) < quantity {
				out = append(out, n.record(s))
			}
		}
	}
	return object{"messages": element("tmc_message", out)}, nil
}

func (p *Platform) confirm(c *call) (object, *refusal) {
	if no := c.needed("s_message_ids"); no != nil {
		return nil, no
	}
	ids := splitNumbers(c.params["s_message_ids"])
	if len(ids) > 200 {
		return nil, invalid("s_message_ids")
	}
	for _, s := range p.shops {
		for _, n := range s.messages {
			n.received = n.received || (s.AppKey == c.shop.AppKey && slices.Contains(ids, strconv.FormatInt(n.id, 10)))
		}
	}
	return object{"is_success": true}, nil
}

// permit lets the messages of a shop out to the application, those that arise from now on.
func (p *Platform) permit(c *call) (object, *refusal) {
	c.shop.permitted = true
	return object{"is_success": true}, nil
}

// defaultGroup is where the messages of shops come out that were put into no other.
const defaultGroup = "default"

// grouped tells whether an application has a group.
func (p *Platform) grouped(key, group string) bool {
	return group == defaultGroup || slices.ContainsFunc(p.shops, func(s *Shop) bool { return s.AppKey == key && s.Group == group })
}

// splitNumbers reads "1,2" and ["1","2"].
func splitNumbers(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return c < '0' || c > '9' })
}

// Delivery is one message as a program of the seller's own passes it on to an address, which the platform itself does not do: its body, and
// the signature that stands in Authorization.
type Delivery struct {
	Body      []byte
	Signature string
	notice    *notice
}

// Pending are the messages of a shop that were not posted yet, the oldest first.
func (s *Shop) Pending() ([]Delivery, error) {
	s.platform.mu.Lock()
	defer s.platform.mu.Unlock()
	var out []Delivery
	for _, n := range s.messages {
		if n.posted {
			continue
		}
		body, err := json.Marshal(n.record(s))
		if err != nil {
			return nil, err
		}
		out = append(out, Delivery{body, Authorization(s.AppKey, s.Secret, body), n})
	}
	return out, nil
}

// Authorization signs what is posted: the lower-case hex HMAC-SHA256, by the secret, over the app's key and the body.
func Authorization(key, secret string, body []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(key))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// Deliver is what the shops' own programs do: they post what waits to the addresses of the shops. What is not answered with 2xx waits on. It tells how many went out.
func (p *Platform) Deliver(ctx context.Context) (int, error) {
	if p.out == nil {
		return 0, nil
	}
	sent, errs := 0, []error(nil)
	for _, s := range p.Shops() {
		if s.HookURL == "" {
			continue
		}
		pending, err := s.Pending()
		errs = append(errs, err)
		for _, d := range pending {
			if err := p.post(ctx, s.HookURL, d); err != nil {
				errs = append(errs, err)
				break
			}
			sent++
		}
	}
	return sent, errors.Join(errs...)
}

func (p *Platform) post(ctx context.Context, address string, d Delivery) error {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(d.Body))
	if err != nil {
		return err
	}
	q.Header.Set("Content-Type", "application/json;charset=utf-8")
	q.Header.Set("Authorization", d.Signature)
	answer, err := p.out.Do(q)
	if err != nil {
		return err
	}
	if err := answer.Body.Close(); err != nil {
		return err
	}
	if answer.StatusCode > 299 {
		return fmt.Errorf("%s answered %s", address, answer.Status)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	d.notice.posted = true
	return nil
}
