package taobao_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/taobao"
	"parley/internal/connector/taobao/fake"
	"parley/internal/fault"
)

var pushed = connector.Account{Settings: map[string]string{"app_key": "123456", "app_secret": "helloworld", "seller_nick": "fake_seller"}}

const tenPast = "2026-11-20 17:10:00"

var now = time.Date(2026, 11, 20, 9, 12, 0, 0, time.UTC)

func message(topic, nick, content string) []byte {
	return fmt.Appendf(nil, `{"id":9000000000000001,"topic":%q,"pub_app_key":"12497914","pub_time":%q,"user_id":60000001,"user_nick":%q,"content":%q}`, topic, tenPast, nick, content)
}

func receive(body []byte) (connector.Push, error) {
	d := connector.Delivery{Header: http.Header{"Authorization": {fake.Authorization("123456", "helloworld", body)}}, Body: body}
	return taobao.New().Receive(pushed, d, now)
}

// TestWhatAMessageIsAbout: refunds under their old and new topics, parcels, and nothing.
func TestWhatAMessageIsAbout(t *testing.T) {
	const refund = `{"refund_id":146535512261065,"tid":194174061956510,"oid":194174061976510,"biz_claim_type":3}`
	for name, c := range map[string]struct {
		topic, nick, content string
		refs, orders         int
	}{
		"the old topic":    {"taobao_refund_RefundCreated", "fake_seller", refund, 1, 0},
		"the new topic":    {"taobao_dispute_RefundCreated", "", refund, 1, 0},
		"Tmall":            {"tmall_refund_RefundCreated", "fake_seller", refund, 1, 0},
		"a parcel":         {"taobao_logistics_LogsticDetailTrace", "fake_seller", `{"tid":"194174061956510"}`, 0, 1},
		"another shop":     {"taobao_refund_RefundCreated", "other_seller", refund, 0, 0},
		"another topic":    {"taobao_item_ItemUpdate", "fake_seller", `{"num_iid":1}`, 0, 0},
		"no JSON":          {"taobao_refund_RefundCreated", "fake_seller", `<xml/>`, 0, 0},
		"a foolish number": {"taobao_refund_RefundCreated", "fake_seller", `{"refund_id":"1|2"}`, 0, 0},
	} {
		push, err := receive(message(c.topic, c.nick, c.content))
		if err != nil || push.ID != "9000000000000001" || len(push.Refs) != c.refs || len(push.Orders) != c.orders {
			t.Errorf("%s: %+v, %v", name, push, err)
		}
		if len(push.Refs) == 1 && (push.Refs[0].ID != "146535512261065" || push.Refs[0].Order != "194174061956510") {
			t.Errorf("%s: %+v", name, push.Refs)
		}
	}
}

func TestARubbishMessageIsGarbled(t *testing.T) {
	for _, body := range []string{"{", `{"id":1}`, `{"id":1,"topic":"a","pub_time":"soon"}`, "[]"} {
		if _, err := receive([]byte(body)); !fault.Is(err, fault.Garbled) {
			t.Errorf("%s: %v", body, err)
		}
	}
}
