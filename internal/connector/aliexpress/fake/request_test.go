package fake

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Whatever is sent to a gateway, it answers with status 200 in the form of its gateway and never panics.
func FuzzGateways(f *testing.F) {
	platform := New(Options{})
	platform.AddShop(ShopSpec{Name: "x"})
	f.Add("/sync", "method=aliexpress.issue.detail.get&app_key=500001&timestamp=1&sign=x", "application/x-www-form-urlencoded", "a=%zz")
	f.Add("/router/rest", "format=json&simplify=true", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"image_bytes\"; filename=\"f\"\r\n\r\nx\r\n--b--")
	f.Add("/rest/auth/token/create", "&&=;", "multipart/form-data", "--")
	f.Add("/rest/2.0/orders/1", "", "application/json", `{"a":`)
	f.Fuzz(func(t *testing.T, path, query, kind, body string) {
		request := httptest.NewRequest(http.MethodPost, "/sync", strings.NewReader(body))
		for _, known := range []string{"/sync", "/router/rest", "/rest/auth/token/create", "/rest/2.0/orders/1"} {
			if path == known {
				request.URL.Path = known
			}
		}
		request.URL.RawQuery = query
		request.Header.Set("Content-Type", kind)
		answer := httptest.NewRecorder()
		platform.ServeHTTP(answer, request)
		first := answer.Body.String()[:1]
		if answer.Code != http.StatusOK || (first != "{" && first != "<") {
			t.Errorf("status %d: %s", answer.Code, answer.Body)
		}
	})
}

func TestBodyAndQueryMix(t *testing.T) {
	w := newWorld(t, Options{})
	issue := w.open(IssueSpec{})
	params := w.sign(w.system("aliexpress.issue.detail.get", "sha256", map[string]string{"issue_id": issue.ID(),
		"buyer_login_id": issue.Buyer(), "access_token": w.shop.Token, "session": ""}), "")
	in := map[string]string{}
	for _, name := range []string{"method", "app_key", "sign", "timestamp"} {
		in[name] = params[name]
		delete(params, name)
	}
	query := "method=" + in["method"] + "&app_key=" + in["app_key"] + "&sign=" + in["sign"] + "&timestamp=" + in["timestamp"] + "&method=" + in["method"]
	out := w.post("/sync?"+query, params)
	if out["aliexpress_issue_detail_get_response"] == nil {
		t.Errorf("%v", out)
	}
}
