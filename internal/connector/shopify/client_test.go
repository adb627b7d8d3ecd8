package shopify_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"parley/internal/connector"
	"parley/internal/connector/connectortest"
	"parley/internal/connector/shopify"
	"parley/internal/connector/shopify/fake"
	"parley/internal/fault"
)

// A small bucket is no reason to give up: the session waits until it holds what the next query costs.
func TestASmallBucketOnlyTakesLonger(t *testing.T) {
	s := newScene(t)
	s.platform = fake.New(fake.Options{Now: s.clock.Now, Points: 1000})
	s.server.Config.Handler = s.platform
	s.shop = s.platform.AddShop(fake.ShopSpec{Name: "Casa Norte", Domain: "casa-norte", Country: "ES", Currency: "EUR"})
	s.account.Settings["access_token"] = s.shop.Token
	for range 40 {
		s.disputed()
		s.returned()
	}
	m := connectortest.Memory{}
	p, err := s.open(t).Pull(t.Context(), "", m.Known, m.Take)
	if err != nil || p.Partial || len(m) != 80 {
		t.Errorf("%d records, %+v, %v", len(m), p.Partial, err)
	}
}

// answering serves one fixed answer.
func answering(t *testing.T, status int, body string) connector.Session {
	t.Helper()
	s := newScene(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	s.account.Settings["address"] = server.URL
	return s.open(t)
}

func TestWhatAnswersMean(t *testing.T) {
	act := connector.Effect{ID: "e", Do: "accept_return", Ref: connector.Ref{Kind: "return", ID: "gid://shopify/Return/1"}}
	for name, c := range map[string]struct {
		status      int
		body        string
		read, acted fault.Kind
	}{
		"throttled inside a 200": {200, `{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],"extensions":{"cost":{"requestedQueryCost":9000,"throttleStatus":{"maximumAvailable":2000,"currentlyAvailable":40,"restoreRate":100}}}}`, fault.Limited, fault.Limited},
		"a scope is missing":     {200, `{"data":{"shop":null},"errors":[{"message":"Access denied for shop field.","extensions":{"code":"ACCESS_DENIED"}}]}`, fault.Unauthorised, fault.Unauthorised},
		"an error of its own":    {200, `{"errors":[{"message":"Internal error","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`, fault.Unavailable, fault.Unknown},
		"an error as a text":     {200, `{"errors":"Not Found"}`, fault.Refused, fault.Refused},
		"nothing":                {200, `{}`, fault.Garbled, fault.Unknown},
		"another thing":          {200, `[1]`, fault.Garbled, fault.Unknown},
		"too deep":               {200, strings.Repeat(`{"data":`, 20000), fault.Garbled, fault.Unknown},
		"userErrors in a 200":    {200, `{"data":{"shop":null,"returnApproveRequest":{"return":null,"userErrors":[{"field":null,"message":"no","code":"INVALID_STATE"}]}}}`, fault.Garbled, fault.Refused},
		"neither yes nor no":     {200, `{"data":{"shop":null,"returnApproveRequest":{"return":null,"userErrors":[]}}}`, fault.Garbled, fault.Unknown},
		"frozen":                 {402, `{"errors":"Unavailable Shop"}`, fault.Unauthorised, fault.Unauthorised},
		"another version":        {404, `{"errors":"Not Found"}`, fault.Invalid, fault.Invalid},
		"down":                   {502, `<html>`, fault.Unavailable, fault.Unknown},
	} {
		if _, err := answering(t, c.status, c.body).Check(t.Context()); !fault.Is(err, c.read) {
			t.Errorf("%s: reading gave %v, want %s", name, err, c.read)
		}
		if _, err := answering(t, c.status, c.body).Execute(t.Context(), act); !fault.Is(err, c.acted) {
			t.Errorf("%s: acting gave %v, want %s", name, err, c.acted)
		}
	}
}

// A field the app may not see is null beside an error; the rest is read, and what is missing is shown.
func TestWhatMayNotBeSeenIsShownAsMissing(t *testing.T) {
	session := answering(t, 200, `{"data":{"node":{"id":"gid://shopify/Order/1","name":"#9","customer":null,"processedAt":"2026-11-01T00:00:00Z"}},
		"errors":[{"message":"This app is not approved to access the Customer object.","path":["node","customer"],"extensions":{"code":"ACCESS_DENIED"}}]}`)
	o, err := session.Order(t.Context(), connector.Ref{ID: "gid://shopify/Order/1"})
	if err != nil || o.Order.ID != "#9" || len(o.Unknown) != 1 || !strings.Contains(o.Unknown[0].Value, "Customer") {
		t.Errorf("%+v, %+v, %v", o.Order, o.Unknown, err)
	}
}

func TestARecordThatIsGone(t *testing.T) {
	s := newScene(t)
	_, err := s.open(t).Fetch(t.Context(), connector.Ref{Kind: "return", ID: "gid://shopify/Return/1"})
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
	if _, err := s.open(t).Order(t.Context(), connector.Ref{Kind: "order", ID: `#1' OR name:'#2`, Order: `#1' OR name:'#2`}); !fault.Is(err, fault.NotFound) {
		t.Errorf("an order nobody placed: %v", err)
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add(`{"data":{"nodes":[{"__typename":"Return","id":"gid://shopify/Return/1","status":"REQUESTED"}]}}`)
	f.Add(`{"data":{"nodes":[null]},"errors":[{"path":[1,"a"]}]}`)
	f.Add(`{"data":{"orders":{"nodes":[{"returns":{"nodes":[{"id":1}]}}],"pageInfo":{"hasNextPage":true,"endCursor":"x"}},"disputes":{"nodes":[{}]},"fulfillmentOrders":{"nodes":[]},"nodes":[{}]}}`)
	var body string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
	f.Cleanup(server.Close)
	s := newScene(f)
	s.account.Settings["address"] = server.URL
	f.Fuzz(func(t *testing.T, text string) {
		body = text
		session, err := shopify.New().Open(s.account, s.world)
		if err != nil {
			t.Fatal(err)
		}
		m := connectortest.Memory{}
		ref := connector.Ref{Kind: "return", ID: "gid://shopify/Return/1"}
		_, _ = session.Fetch(t.Context(), ref)
		_, _ = session.Order(t.Context(), ref)
		_, _ = session.Execute(t.Context(), connector.Effect{ID: "e", Do: "refund", Ref: ref, Amount: euro(1)})
		_, _ = session.Pull(t.Context(), "", m.Known, m.Take)
	})
}
