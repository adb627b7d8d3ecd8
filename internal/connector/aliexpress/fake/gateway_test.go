package fake

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestEveryWayToSend(t *testing.T) {
	w := newWorld(t, Options{})
	issue := w.open(IssueSpec{Text: "where is it"})
	business := map[string]string{"issue_id": issue.ID(), "buyer_login_id": issue.Buyer()}
	for _, how := range []string{"md5", "hmac", "hmac-sha256", "sha256"} {
		for _, path := range []string{"/sync", "/router/rest"} {
			out := w.post(path, w.sign(w.system("aliexpress.issue.detail.get", how, business), ""))
			if out["aliexpress_issue_detail_get_response"] == nil {
				t.Errorf("%s %s: %v", path, how, out)
			}
		}
	}
	params := w.sign(w.system("aliexpress.issue.detail.get", "sha256", business), "")
	query := url.Values{}
	for name, value := range params {
		query.Set(name, value)
	}
	address := w.address + "/sync?method=aliexpress.issue.detail.get&" + query.Encode()
	get, err := http.Get(address)
	must(t, err)
	post, err := http.Post(address, "application/json", strings.NewReader(`{"issue_id":"`+issue.ID()+`"}`))
	must(t, err)
	for _, answer := range []*http.Response{get, post} {
		body, err := io.ReadAll(answer.Body)
		must(t, err)
		if !strings.Contains(string(body), "aliexpress_issue_detail_get_response") {
			t.Errorf("%s", body)
		}
	}
}

func TestTimestamps(t *testing.T) {
	w := newWorld(t, Options{})
	now := w.platform.Now()
	for text, want := range map[string]string{
		now.In(gateZone).Format(wallLayout):                  "",
		now.UTC().Format(time.RFC3339):                       "",
		now.Add(-9 * time.Minute).UTC().Format(time.RFC3339): "",
		now.UTC().Format(wallLayout):                         "31",
		now.Add(11 * time.Minute).UTC().Format(time.RFC3339): "31",
		"yesterday": "31",
		"":          "30",
	} {
		params := w.system("aliexpress.merchant.profile.get", "md5", map[string]string{"timestamp": text})
		expect(t, text, codeOf(w.post("/router/rest", w.sign(params, ""))), want)
	}
	params := w.system("aliexpress.merchant.profile.get", "sha256", map[string]string{"timestamp": now.Add(-119 * time.Minute).UTC().Format(time.RFC3339)})
	expect(t, "new gateway takes two hours", problem(w.post("/sync", w.sign(params, ""))), "")
}

func codeOf(out map[string]any) string {
	envelope, ok := out["error_response"].(map[string]any)
	if !ok {
		return ""
	}
	return plainText(envelope["code"])
}

func TestGatewayErrors(t *testing.T) {
	w := newWorld(t, Options{})
	cases := []struct {
		name, field, value string
		top, iop           string
		wrongSign          bool
	}{
		{"unknown method", "method", "aliexpress.no.such", "22", "InvalidApiPath", false},
		{"no method", "method", "", "21", "MissingParameter", false},
		{"no key", "app_key", "", "28", "MissingParameter", false},
		{"unknown key", "app_key", "777", "29", "InvalidAppKey", false},
		{"no session", "session", "", "26", "IllegalAccessToken", false},
		{"wrong session", "session", "nobody", "27", "IllegalAccessToken", false},
		{"bad signature", "v", "2.0", "25", "IncompleteSignature", true},
		{"bad signature before bad session", "session", "nobody", "25", "IncompleteSignature", true},
		{"missing argument", "issue_id", "", "40", "MissingParameter", false},
		{"bad argument", "issue_id", "abc", "41", "InvalidParameter", false},
	}
	for _, c := range cases {
		for path, want := range map[string]string{"/router/rest": c.top, "/sync": c.iop} {
			params := w.system("aliexpress.issue.detail.get", "hmac-sha256", map[string]string{"issue_id": "1", "buyer_login_id": "x"})
			params[c.field] = c.value
			w.sign(params, "")
			if c.wrongSign {
				params["sign"] = strings.Repeat("0", 64)
			}
			expect(t, c.name+" "+path, codeOf(w.post(path, params)), want)
		}
	}
}

func TestExpiredToken(t *testing.T) {
	w := newWorld(t, Options{})
	w.shop.ExpireToken()
	out := w.call("aliexpress.merchant.profile.get", nil)
	expect(t, "new gateway", problem(out), "IllegalAccessToken")
	params := w.sign(w.system("aliexpress.merchant.profile.get", "md5", nil), "")
	expect(t, "old gateway", problem(w.post("/router/rest", params)), "session-expired")
}

func TestRateLimit(t *testing.T) {
	w := newWorld(t, Options{})
	w.platform.Limit(w.shop.Key, "aliexpress.merchant.profile.get", 2, time.Minute, 7*time.Second)
	expect(t, "first", problem(w.call("aliexpress.merchant.profile.get", nil)), "")
	expect(t, "second", problem(w.call("aliexpress.merchant.profile.get", nil)), "")
	out := w.call("aliexpress.merchant.profile.get", nil)
	envelope := out["error_response"].(map[string]any)
	expect(t, "code", plainText(envelope["code"]), "ApiCallLimit")
	expect(t, "text", plainText(envelope["msg"]), "Api access frequency exceeds the limit. this ban will last 7 seconds")
	old := w.post("/router/rest", w.sign(w.system("aliexpress.merchant.profile.get", "md5", nil), ""))
	envelope = old["error_response"].(map[string]any)
	expect(t, "old code", plainText(envelope["code"]), "7")
	expect(t, "old text", plainText(envelope["sub_msg"]), "This ban will last for 7 more seconds")
	w.platform.Advance(61 * time.Second)
	expect(t, "after the ban", problem(w.call("aliexpress.merchant.profile.get", nil)), "")
}

func TestShapes(t *testing.T) {
	w := newWorld(t, Options{})
	issue := w.open(IssueSpec{Text: "x", Pictures: []string{"broken-lamp"}})
	flat := w.detail(issue)
	plans := list(t, flat["buyer_solution_list"])
	expect(t, "flat plan", plainText(plans[0]["refund_money"]), "407.47")
	if empty, ok := flat["seller_solution_list"].([]any); !ok || len(empty) != 0 {
		t.Errorf("an empty flat list is %v", flat["seller_solution_list"])
	}
	wrapped := w.post("/sync", w.sign(w.system("aliexpress.issue.detail.get", "sha256",
		map[string]string{"issue_id": issue.ID(), "buyer_login_id": issue.Buyer()}), ""))
	root := wrapped["aliexpress_issue_detail_get_response"].(map[string]any)
	result := root["result_object"].(map[string]any)
	if len(result["seller_solution_list"].(map[string]any)) != 0 {
		t.Errorf("an empty wrapped list is %v", result["seller_solution_list"])
	}
	inner := result["buyer_solution_list"].(map[string]any)["solution_api_dto"].([]any)
	expect(t, "wrapped plans", len(inner), 1)
	if len(plainText(root["request_id"])) != 25 {
		t.Errorf("request_id %v", root["request_id"])
	}
}

func TestShopThatIgnoresSimplify(t *testing.T) {
	w := newWorld(t, Options{})
	w.shop = w.platform.AddShop(ShopSpec{Name: "Old program", Key: "600", Secret: "s", Wrapped: true})
	if out := w.call("aliexpress.merchant.profile.get", nil); out["aliexpress_merchant_profile_get_response"] == nil {
		t.Errorf("not wrapped: %v", out)
	}
}

func TestXML(t *testing.T) {
	w := newWorld(t, Options{NulBytes: true})
	issue := w.open(IssueSpec{Text: `<b>"hi" & bye</b>`})
	params := w.system("aliexpress.issue.detail.get", "md5", map[string]string{"issue_id": issue.ID(), "buyer_login_id": issue.Buyer()})
	delete(params, "format") // XML is the old gateway's default
	var answer struct {
		XMLName xml.Name
		Result  struct {
			Name  string `xml:"product_name"`
			Plans []struct {
				Text string `xml:"content"`
			} `xml:"buyer_solution_list>solution_api_dto"`
		} `xml:"result_object"`
	}
	must(t, xml.Unmarshal(w.raw("/router/rest", w.sign(params, "")), &answer))
	expect(t, "root", answer.XMLName.Local, "aliexpress_issue_detail_get_response")
	expect(t, "name", answer.Result.Name, "Phone <cage>")
	expect(t, "text", answer.Result.Plans[0].Text, `<b>"hi" & bye</b>`)
	params["sign"] = "00"
	var no struct {
		XMLName xml.Name `xml:"error_response"`
		Code    int      `xml:"code"`
	}
	must(t, xml.Unmarshal(w.raw("/router/rest", params), &no))
	expect(t, "code", no.Code, 25)
}

func TestRestPathsAndTokens(t *testing.T) {
	w := newWorld(t, Options{})
	code, old := w.platform.NewCode(w.shop), w.shop.Token
	create := func(code string) map[string]any {
		params := w.system("", "sha256", map[string]string{"code": code})
		delete(params, "method")
		delete(params, "session")
		return w.post("/rest/auth/token/create", w.sign(params, "/auth/token/create"))
	}
	out := create(code)
	expect(t, "code", plainText(out["code"]), "0")
	expect(t, "token", plainText(out["access_token"]), w.shop.Token)
	expect(t, "life", plainText(out["expires_in"]), "31536000")
	expect(t, "used twice", plainText(create(code)["code"]), "InvalidCode")
	expect(t, "late", func() string {
		late := w.platform.NewCode(w.shop)
		w.platform.Advance(31 * time.Minute)
		return plainText(create(late)["code"])
	}(), "InvalidCode")
	params := w.system("aliexpress.merchant.profile.get", "sha256", map[string]string{"session": old})
	expect(t, "old token", problem(w.post("/sync", w.sign(params, ""))), "IllegalAccessToken")
	bad := w.post("/rest/auth/token/create", map[string]string{"app_key": w.shop.Key, "timestamp": "1", "sign": "0", "code": "x"})
	expect(t, "root of a refusal", plainText(bad["type"]), "ISV")
}

func TestRefreshAndTheOrderOfChecks(t *testing.T) {
	w := newWorld(t, Options{})
	refresh := func(token, prefix string) map[string]any {
		params := w.system("", "sha256", map[string]string{"refresh_token": token})
		delete(params, "method")
		return w.post("/rest/auth/token/refresh", w.sign(params, prefix))
	}
	expect(t, "wrong path signed", plainText(refresh("nonsense", "/rest/auth/token/refresh")["code"]), "IncompleteSignature")
	expect(t, "wrong token", plainText(refresh("nonsense", "/auth/token/refresh")["code"]), "IllegalRefreshToken")
	w.platform.Advance(366 * 24 * time.Hour)
	expect(t, "expired", problem(w.call("aliexpress.merchant.profile.get", nil)), "IllegalAccessToken")
	expect(t, "refreshed", plainText(refresh(w.shop.RefreshToken, "/auth/token/refresh")["access_token"]), w.shop.Token)
	expect(t, "works again", problem(w.call("aliexpress.merchant.profile.get", nil)), "")
	w.platform.Advance(365 * 24 * time.Hour)
	expect(t, "refresh token's own end", plainText(refresh(w.shop.RefreshToken, "/auth/token/refresh")["code"]), "IllegalRefreshToken")
}

func TestRestTwoLeavesTheBodyUnsigned(t *testing.T) {
	w := newWorld(t, Options{})
	order := w.order()
	params := w.system("", "sha256", nil)
	delete(params, "method")
	w.sign(params, "/orders/"+order.ID())
	query := url.Values{}
	for name, value := range params {
		query.Set(name, value)
	}
	out := w.post("/rest/2.0/orders/"+order.ID()+"?"+query.Encode(), map[string]string{"orderId": order.ID()})
	target, ok := out["target"].(map[string]any)
	if !ok || plainText(target["id"]) != order.ID() {
		t.Errorf("%v", out)
	}
}

func TestAuthorisePage(t *testing.T) {
	w := newWorld(t, Options{})
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ask := func(query string) *http.Response {
		answer, err := client.Get(w.address + "/oauth/authorize?" + query)
		must(t, err)
		answer.Body.Close()
		return answer
	}
	good := "response_type=code&client_id=" + w.shop.Key + "&redirect_uri=http%3A%2F%2F127.0.0.1%2Fback&state=s1"
	answer := ask(good)
	target, err := url.Parse(answer.Header.Get("Location"))
	must(t, err)
	if target.Query().Get("code") == "" || target.Query().Get("state") != "s1" {
		t.Errorf("redirected to %s", target)
	}
	expect(t, "no such app", ask("response_type=code&client_id=1&redirect_uri=http://a/b").StatusCode, http.StatusBadRequest)
	expect(t, "script address", ask("response_type=code&client_id="+w.shop.Key+"&redirect_uri=javascript:alert(1)").StatusCode, http.StatusBadRequest)
	w.platform.AddShop(ShopSpec{Name: "Second", Key: w.shop.Key})
	expect(t, "two shops to choose from", ask(good).StatusCode, http.StatusOK)
	expect(t, "chosen", ask(good+"&shop="+w.shop.Login).StatusCode, http.StatusFound)

	values := url.Values{"grant_type": {"authorization_code"}, "code": {target.Query().Get("code")},
		"client_id": {w.shop.Key}, "client_secret": {w.shop.Secret}}
	old, err := http.PostForm(w.address+"/token", values)
	must(t, err)
	defer old.Body.Close()
	var token map[string]any
	must(t, json.NewDecoder(old.Body).Decode(&token))
	expect(t, "old generation's token", token["access_token"].(string), w.shop.Token)
}

func TestShopsSeeOnlyTheirOwn(t *testing.T) {
	w := newWorld(t, Options{})
	issue, order := w.open(IssueSpec{}), w.order()
	first := w.shop
	w.shop = w.platform.AddShop(ShopSpec{Name: "Other", Key: first.Key})
	out := w.call("aliexpress.issue.detail.get", map[string]string{"issue_id": issue.ID(), "buyer_login_id": issue.Buyer()})
	expect(t, "detail", problem(out), "isv.issue-not-exist")
	expect(t, "order", problem(w.call("aliexpress.trade.new.redefining.findorderbyid", map[string]string{"param1": `{"order_id":` + order.ID() + `}`})), "isv.order-not-exist")
	out = w.call("aliexpress.issue.issuelist.get", map[string]string{"query_dto": `{"current_page":1,"page_size":50}`})
	expect(t, "list", plainText(out["total_item"]), "0")
}
