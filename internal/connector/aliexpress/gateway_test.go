package aliexpress

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/alibaba"
	"parley/internal/fault"
	"parley/internal/webclient"
)

// answering is a session against a server that always answers the same.
func answering(t *testing.T, gateway string, status int, body string) (*Session, *http.Request, *url.Values) {
	t.Helper()
	var got http.Request
	var form url.Values
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = *r
		r.ParseForm()
		form = r.Form
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	s := openAt(t, gateway, server.URL)
	return s, &got, &form
}

func openAt(t testing.TB, gateway, address string) *Session {
	t.Helper()
	s, err := New().Open(connector.Account{
		StoreID: 1,
		Settings: map[string]string{
			"gateway": gateway, "address": address, "app_key": "123456", "app_secret": "helloworld", "allow_private": "true", "calls_per_second": "0",
		},
		Token: connector.Token{Access: "token-access", Refresh: "token-refresh", RefreshExpiresAt: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
	}, connector.World{
		HTTP:  webclient.New(webclient.Options{AllowPrivate: true}),
		Now:   func() time.Time { return time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC) },
		Log:   slog.New(slog.DiscardHandler),
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s.(*Session)
}

// TestSignatureVectors: the first, fifth and sixth are printed in the platform's documentation, the others were
// recorded from clients in use.
func TestSignatureVectors(t *testing.T) {
	item := "app_key=12345678|method=taobao.item.seller.get|fields=num_iid,title,nick,price,num|num_iid=11223344|session=test|timestamp=2016-01-01 12:00:00|v=2.0|format=json|sign_method="
	for _, c := range []struct{ method, path, params, want string }{
		{"md5", "", item + "md5", "66987CB115214E59E6EC978214934FB8"},
		{"hmac", "", item + "hmac", "D56D7858309C31B6251083A874D48273"},
		{"hmac-sha256", "", item + "hmac-sha256", "04DB15AD0774D5CFCE2C837DE43E3FCEA9011ED74F3038FB6AB5F3C4CEA119E8"},
		{"sha256", "", "app_key=12345678|method=aliexpress.affiliate.category.get|sign_method=sha256|timestamp=1517820392000", "F3ABBAB059750C3CD6D341A2FDA939ECB0FA892120E9196270ED67D6EC1511DD"},
		{"sha256", "", "access_token=test|aliexpress_category_id=200135143|app_key=123456|method=aliexpress.logistics.redefining.getonlinelogisticsinfo|sign_method=sha256|timestamp=1517820392000", "F7F7926B67316C9D1E8E15F7E66940ED3059B1638C497D77973F30046EFB5BBB"},
		{"sha256", "/auth/token/create", "app_key=12345678|code=3_500102_JxZ05Ux3cnnSSUm6dCxYg6Q26|sign_method=sha256|timestamp=1517820392000", "35607762342831B6A417A0DED84B79C05FEFBF116969C48AD6DC00279A9F4D81"},
		{"sha256", "/order/get", "access_token=test|app_key=123456|order_id=1234|sign_method=sha256|timestamp=1517820392000", "4190D32361CFB9581350222F345CB77F3B19F0E31D162316848A2C1FFD5FAB4A"},
		{"sha256", "", `method=aliexpress.issue.issuelist.get|app_key=123456|partner_id=iop-sdk-java-20181207|v=2.0|session=test-session|format=json|sign_method=sha256|simplify=true|timestamp=1795302438103|query_dto={"current_page":1,"issue_status":"processing","page_size":50}`, "E1522AC668A7B283E085C1C313B87447600AF416F0DE8C6043F5E5CCDC4D14A6"},
		{"sha256", "/auth/token/refresh", "app_key=123456|partner_id=iop-sdk-java-20181207|sign_method=sha256|timestamp=1795302438463|refresh_token=bad", "588A753CF505DC88C0BC962521C9F2F63AB6EF734A15C96C4456FA746DBCE54C"},
		{"sha256", "/orders/1234", "access_token=test-session|app_key=123456|partner_id=iop-sdk-java-20181207|sign_method=sha256|timestamp=1795302438512", "28892DA90AD996B219B03AAF204E4CC6A5DB6A6A121C247EB6B2CD003AC4C31E"},
		{"md5", "", `timestamp=2026-11-22 07:07:19|format=json|app_key=123456|v=2.0|sign_method=md5|session=s1|query_dto={"current_page":1,"page_size":50}|method=aliexpress.issue.issuelist.get`, "00DC03BAD5AFC1A3679132E952C97496"},
	} {
		var params []param
		for _, p := range strings.Split(c.params, "|") {
			name, value, _ := strings.Cut(p, "=")
			params = append(params, param{name, value})
		}
		if got := alibaba.Sign(c.method, "helloworld", c.path, params); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.method, c.params, got, c.want)
		}
	}
}

func TestCallsCarryWhatEachGatewayWants(t *testing.T) {
	for gateway, want := range map[string]struct{ path, stamp, method string }{
		"iop": {"/sync", "1795309323000", "sha256"},
		"top": {"/router/rest", "2026-11-22 09:02:03", "md5"},
	} {
		s, got, form := answering(t, gateway, 200, `{"aliexpress_issue_issuelist_get_response":{"total_item":0,"data_list":{}}}`)
		if _, err := s.list(t.Context(), query{page: 1, size: 50, status: processing}); err != nil {
			t.Fatal(err)
		}
		f := *form
		if got.URL.Path != want.path || f.Get("timestamp") != want.stamp || f.Get("sign_method") != want.method || f.Get("session") != "token-access" {
			t.Errorf("%s: %s %v", gateway, got.URL.Path, f)
		}
		if f.Get("query_dto") != `{"current_page":1,"page_size":50,"issue_status":"processing"}` {
			t.Errorf("%s: object parameter %s", gateway, f.Get("query_dto"))
		}
	}
}

func TestRefreshOnTOP(t *testing.T) {
	s, got, form := answering(t, "top", 200, `{"access_token":"new","w1_valid":1,"expire_time":1826845323000,"user_id":"1"}`)
	token, err := s.Renew(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if got.URL.Path != "/token" || (*form).Get("grant_type") != "refresh_token" || (*form).Get("refresh_token") != "token-refresh" {
		t.Errorf("%s %v", got.URL.Path, *form)
	}
	want := connector.Token{
		Access: "new", Refresh: "token-refresh", ExpiresAt: time.UnixMilli(1826845323000).UTC(),
		RefreshExpiresAt: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	if token != want {
		t.Errorf("%+v", token)
	}
}

// TestTokenNumbersAsText: documentation prints numbers as text, and instants that are none.
func TestTokenNumbersAsText(t *testing.T) {
	s, _, _ := answering(t, "iop", 200, `{"refresh_token_valid_time":"1500","code":"0","expire_time":"1500","access_token":"a","refresh_token":"r","refresh_expires_in":"60","expires_in":"10"}`)
	token, err := s.Renew(t.Context(), "code")
	now := s.world.Now()
	if err != nil || !token.ExpiresAt.Equal(now.Add(10*time.Second)) || !token.RefreshExpiresAt.Equal(now.Add(time.Minute)) {
		t.Errorf("%+v, %v", token, err)
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	for _, c := range []struct {
		body        string
		read, write fault.Kind
		key         string
		after       time.Duration
	}{
		{`{"error_response":{"type":"ISV","code":"IllegalAccessToken","msg":"The specified access token is invalid or expired"}}`, fault.Unauthorised, fault.Unauthorised, "fault.aliexpress.token", 0},
		{`{"error_response":{"code":27,"msg":"Invalid session","sub_code":"sessionkey-not-generated-by-server"}}`, fault.Unauthorised, fault.Unauthorised, "fault.aliexpress.token", 0},
		{`{"error_response":{"code":25,"msg":"Invalid signature"}}`, fault.Unauthorised, fault.Unauthorised, "fault.aliexpress.signature", 0},
		{`{"type":"ISV","code":"IncompleteSignature","message":"no","request_id":"1"}`, fault.Unauthorised, fault.Unauthorised, "fault.aliexpress.signature", 0},
		{`{"error_response":{"code":"29","msg":"Invalid app Key","sub_code":"isv.appkey-not-exists"}}`, fault.Unauthorised, fault.Unauthorised, "fault.aliexpress.app_key", 0},
		{`{"error_response":{"code":22,"msg":"Invalid Method"}}`, fault.Invalid, fault.Invalid, "fault.aliexpress.gateway", 0},
		{`{"error_response":{"code":31,"msg":"Invalid Timestamp"}}`, fault.Invalid, fault.Invalid, "fault.aliexpress.clock", 0},
		{`{"error_response":{"code":11,"msg":"Insufficient ISV permissions","sub_code":"isv.permission-api-package-limit"}}`, fault.Unauthorised, fault.Unauthorised, "fault.aliexpress.permission", 0},
		{`{"error_response":{"code":"ApiCallLimit","msg":"Api access frequency exceeds the limit. this ban will last 1 seconds"}}`, fault.Limited, fault.Limited, "fault.limited", time.Second},
		{`{"error_response":{"code":7,"msg":"App Call Limited","sub_code":"accesscontrol.limited-by-app-access-count","sub_msg":"This ban will last for 31062 more seconds"}}`, fault.Limited, fault.Limited, "fault.limited", 31062 * time.Second},
		{`{"error_response":{"code":15,"msg":"Remote service error"}}`, fault.Unavailable, fault.Unknown, "fault.aliexpress.busy", 0},
		{`{"error_response":{"code":15,"msg":"Remote service error","sub_code":"isp.top-remote-connection-timeout"}}`, fault.Unavailable, fault.Unknown, "fault.aliexpress.busy", 0},
		{`{"error_response":{"code":"15","msg":"Remote service error","sub_code":"isv.50002","sub_msg":"don&apos;t"}}`, fault.Refused, fault.Refused, "fault.aliexpress.refused", 0},
		{`{"error_response":{"type":"ISP","code":"SomethingNew","msg":"?"}}`, fault.Unavailable, fault.Unknown, "fault.aliexpress.busy", 0},
		{`{"error_response":{"type":"ISV","code":"SomethingNew","msg":"?"}}`, fault.Refused, fault.Refused, "fault.aliexpress.refused", 0},
		{`{"error_response":{"code":10,"msg":"Service Currently Unavailable"}}`, fault.Unavailable, fault.Unknown, "fault.aliexpress.busy", 0},
		{`{"error_response":{"code":40,"msg":"Missing required arguments:issue_id"}}`, fault.Refused, fault.Refused, "fault.aliexpress.arguments", 0},
		{`{"error_response":`, fault.Garbled, fault.Unknown, "fault.aliexpress.answer_unreadable", 0},
		{`<html>maintenance</html>`, fault.Garbled, fault.Unknown, "fault.aliexpress.answer_unreadable", 0},
		{``, fault.Garbled, fault.Unknown, "fault.aliexpress.answer_unreadable", 0},
	} {
		for acting, want := range map[bool]fault.Kind{false: c.read, true: c.write} {
			_, err := unwrapped([]byte(c.body), acting)
			f := fault.Of(err)
			if f == nil || f.Kind != want || f.Key != c.key || f.After != c.after {
				t.Errorf("acting %v: %s\ngives %v", acting, c.body, err)
			}
		}
	}
}

func TestMessagesOfThePlatformAreUnescaped(t *testing.T) {
	_, err := unwrapped([]byte(`{"error_response":{"code":"15","sub_code":"isv.1","sub_msg":"don&apos;t &lt;b&gt;"}}`), true)
	if got := fault.Of(err).Params["message"]; got != "don't <b>" {
		t.Errorf("message %q", got)
	}
}

func TestStatusesOutsideTheEnvelope(t *testing.T) {
	for status, want := range map[int][2]fault.Kind{
		404: {fault.Invalid, fault.Invalid}, 503: {fault.Unavailable, fault.Unknown}, 429: {fault.Limited, fault.Limited}, 302: {fault.Invalid, fault.Invalid},
	} {
		s, _, _ := answering(t, "iop", status, "<html></html>")
		_, err := s.read(t.Context(), "a.b")
		if !fault.Is(err, want[0]) {
			t.Errorf("%d on a read: %v", status, err)
		}
		s, _, _ = answering(t, "iop", status, "<html></html>")
		if _, err = s.act(t.Context(), "a.b", nil, nil); !fault.Is(err, want[1]) {
			t.Errorf("%d on a write: %v", status, err)
		}
	}
}

func TestErrorsNameNoSecret(t *testing.T) {
	s := openAt(t, "iop", "http://127.0.0.1:1")
	_, err := s.read(t.Context(), "a.b", param{"p", "v"})
	if !fault.Is(err, fault.Unavailable) || strings.Contains(err.Error(), "token-access") || strings.Contains(err.Error(), "sign=") {
		t.Errorf("%v", err)
	}
}

func TestCancelledWhileSendingIsUnknown(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { stop(); <-r.Context().Done() }))
	defer server.Close()
	s := openAt(t, "iop", server.URL)
	if _, err := s.act(ctx, "a.b", nil, nil); !fault.Is(err, fault.Unknown) {
		t.Errorf("%v", err)
	}
}

func TestSettings(t *testing.T) {
	good := map[string]string{"app_key": "123456", "app_secret": "s"}
	for name, c := range map[string]struct{ field, value, complaint string }{
		"defaults":               {"gateway", "", ""},
		"a gateway nobody knows": {"gateway", "russia", "gateway"},
		"md5 on iop":             {"sign_method", "md5", "sign_method"},
		"a path in the address":  {"address", "https://host/path", "address"},
		"a name in the address":  {"address", "https://me:pw@host", "address"},
		"another protocol":       {"address", "ftp://host", "address"},
		"a slash at the end":     {"address", "https://host/", ""},
		"a broken key":           {"app_key", "12 34", "app_key"},
		"a rate in words":        {"calls_per_second", "many", "calls_per_second"},
	} {
		set := map[string]string{}
		for k, v := range good {
			set[k] = v
		}
		set[c.field] = c.value
		_, err := New().Open(connector.Account{Settings: set}, connector.World{})
		if f := fault.Of(err); (c.complaint == "") != (err == nil) || (f != nil && (f.Field != c.complaint || f.Kind != fault.Invalid)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
