package taobao_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/taobao"
)

// sane holds what every snapshot must keep whatever came.
func sane(t *testing.T, snap connector.Snapshot) {
	t.Helper()
	text, err := json.Marshal(snap.Facts)
	if err != nil || strings.Contains(string(text), `\u0000`) {
		t.Fatalf("facts hold NUL or cannot be written: %v, %s", err, text)
	}
	if len(snap.Raw) > 0 && !json.Valid(snap.Raw) {
		t.Fatalf("raw %q", snap.Raw)
	}
	if c := snap.Facts.Case; snap.Problem == nil && snap.Ref.Kind == "refund" && (c == nil || c.OpenedAt.IsZero() || c.Reported.Ended == snap.Open) {
		t.Fatalf("%+v", snap)
	}
	last := time.Time{}
	for _, a := range snap.Facts.History {
		if a.At.Before(last) {
			t.Fatalf("history runs backwards: %+v", snap.Facts.History)
		}
		last = a.At
	}
	for _, u := range snap.Facts.Unknown {
		if len([]rune(u.Value)) > 500 {
			t.Fatalf("unknown %+v", u)
		}
	}
}

func FuzzImport(f *testing.F) {
	f.Add(written(f, nil))
	f.Add(written(f, map[string]any{"status": "\u202e", "created": "2016-06-31 99:00:00", "refund_version": "1e9", "num": 1e30}))
	f.Add([]byte(`{"refunds_receive_get_response":{"refunds":{"refund":[{"refund_id":1,"status":"SUCCESS","created":"2016-06-01 15:09:40"},5,null]},"total_results":608}}`))
	f.Add([]byte(`{"trade_fullinfo_get_response":{"trade":{"tid":1,"orders":{"order":{"oid":2}}}}}`))
	f.Add([]byte(strings.Repeat("[", 100) + strings.Repeat("]", 100)))
	c := taobao.New()
	f.Fuzz(func(t *testing.T, data []byte) {
		snaps, err := c.Import(data, time.UTC)
		if (err == nil) == (len(snaps) == 0) {
			t.Fatalf("%d snapshots and %v", len(snaps), err)
		}
		for _, snap := range snaps {
			sane(t, snap)
		}
	})
}

func FuzzReceive(f *testing.F) {
	f.Add(message("taobao_refund_RefundCreated", "fake_seller", `{"refund_id":146535512261065}`))
	f.Add([]byte(`{"id":"\u0000","topic":"taobao_refund_","pub_time":"2026-11-20 17:10:00","content":{"refund_id":1e9}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if push, err := receive(body); err == nil && push.ID == "" {
			t.Fatal("a message without a number")
		}
	})
}

// always gives every call one answer.
type always struct {
	status int
	body   []byte
}

func (a always) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: a.status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(a.body)), Request: r}, nil
}

// FuzzAnswers gives every call the same answer and looks that reading and acting come to an end and say something sensible.
func FuzzAnswers(f *testing.F) {
	f.Add(200, written(f, nil))
	f.Add(200, []byte(`{"refunds_receive_get_response":{"refunds":{"refund":[{"refund_id":1,"status":"CLOSED","modified":"2016-06-01 15:09:40"}]},"total_results":99999999999}}`))
	f.Add(200, []byte(`{"error_response":{"code":7,"sub_code":"accesscontrol.limited-by-app-access-count","sub_msg":"This ban will last for 31062 more seconds"}}`))
	f.Add(200, []byte(`{"error_response":{"code":31}}`))
	f.Add(200, []byte(`{"rp_refunds_agree_response":{"succ":true,"results":{"refund_mapping_result":[{"succ":"false"}]}}}`))
	f.Add(429, []byte(`{`))
	f.Add(200, []byte(strings.Repeat(`{"a":`, 500)))
	f.Fuzz(func(t *testing.T, code int, body []byte) {
		world := worldAt(func() time.Time { return now })
		world.HTTP = &http.Client{Transport: always{200 + max(0, code-200)%399, body}} // no network: fuzzing needs the same way each time
		session, err := taobao.New().Open(connector.Account{StoreID: 1, Settings: map[string]string{"app_key": "123456", "app_secret": "s", "session_key": "61000000", "calls_per_second": "0"}}, world)
		must(t, err)
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		at := connector.Ref{Kind: "refund", ID: "1", Order: "2"}
		_, _ = session.Pull(ctx, `{"newest":5,"open":["9"]}`, nil, func(all []connector.Snapshot) error {
			for _, snap := range all {
				sane(t, snap)
			}
			return nil
		})
		snap, err := session.Fetch(ctx, at)
		if err == nil {
			sane(t, snap)
		}
		_, _ = session.Order(ctx, at)
		act := connector.Effect{ID: "e", Do: "confirm_goods", Ref: at, Proposal: "1464764980000/onsale"}
		receipt, _ := session.Execute(ctx, act)
		if len(receipt.Raw) > 0 && !json.Valid(receipt.Raw) {
			t.Fatalf("receipt %q", receipt.Raw)
		}
		session.Compare(act, snap, snap)
		if ctx.Err() != nil {
			t.Fatal("no end")
		}
	})
}

// FuzzAnswersOnTmall does the same in a Tmall shop, with an exchange.
func FuzzAnswersOnTmall(f *testing.F) {
	f.Add(200, captured(f, map[string]any{"refund_version": "1464764980000"}))
	f.Add(200, []byte(`{"tmall_exchange_agree_response":{"result":{"success":true,"exchange":{"dispute_id":"1","status":"2"}},"results":{"exchange":[{"dispute_id":3,"status":"1"}]},"total_results":1}}`))
	f.Add(200, []byte(`{"error_response":{"code":11,"sub_code":"isv.permission-api-package-limit"}}`))
	f.Fuzz(func(t *testing.T, code int, body []byte) {
		world := worldAt(func() time.Time { return now })
		world.HTTP = &http.Client{Transport: always{200 + max(0, code-200)%399, body}}
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		tmallSession(t, ctx, world)
		if ctx.Err() != nil {
			t.Fatal("no end")
		}
	})
}

// tmallSession reads and answers an exchange.
func tmallSession(t *testing.T, ctx context.Context, world connector.World) {
	session, err := taobao.New().Open(connector.Account{StoreID: 2, Settings: map[string]string{"app_key": "123456", "app_secret": "s", "session_key": "61000000", "calls_per_second": "0",
		"shop_kind": "tmall", "return_address_id": "1"}}, world)
	must(t, err)
	at := connector.Ref{Kind: "exchange", ID: "1", Order: "2"}
	_, _ = session.Pull(ctx, `{"newest":5,"open":["exchange/9"]}`, nil, func(all []connector.Snapshot) error {
		for _, snap := range all {
			sane(t, snap)
		}
		return nil
	})
	snap, err := session.Fetch(ctx, at)
	if err == nil {
		sane(t, snap)
	}
	for _, act := range []connector.Effect{{Do: "accept"}, {Do: "contest_goods", Text: "不"}, {Do: "replace", Tracking: "1", Carrier: "2"}, {Do: "send_message", Text: "好"}} {
		act.Ref, act.Proposal = at, "1464764980000"
		receipt, _ := session.Execute(ctx, act)
		if len(receipt.Raw) > 0 && !json.Valid(receipt.Raw) {
			t.Fatalf("receipt %q", receipt.Raw)
		}
		session.Compare(act, snap, snap)
	}
}
