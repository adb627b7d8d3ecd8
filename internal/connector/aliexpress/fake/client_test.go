package fake

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"
	"time"
)

// world is a platform with one shop behind a real HTTP server; its clock moves by Advance alone.
type world struct {
	t        *testing.T
	platform *Platform
	shop     *Shop
	address  string
}

func newWorld(t *testing.T, options Options) *world {
	t.Helper()
	platform := New(options)
	shop := platform.AddShop(ShopSpec{Name: "Casa Norte", Country: "ES", Currency: "EUR"})
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	return &world{t: t, platform: platform, shop: shop, address: server.URL}
}

var ana = Buyer{Login: "br1234567", First: "Ana", Last: "Souza", Country: "BR", City: "Recife", Street: "Rua A 1", Postal: "50000"}

// order places an order of BRL 407.47 = USD 66.65.
func (w *world) order() *Order {
	return w.shop.PlaceOrder(OrderSpec{Buyer: ana, Lines: []LineSpec{{Product: "Phone <cage>", Variant: "Color: black",
		Price: Money{40747, "BRL"}, Dollars: Money{6665, "USD"}}}})
}

func (w *world) open(spec IssueSpec) *Issue {
	w.t.Helper()
	issue, err := w.platform.OpenIssue(w.order(), spec)
	if err != nil {
		w.t.Fatal(err)
	}
	return issue
}

// system gives signed parameters of a call, made by the test's own code from the public description.
func (w *world) system(method, how string, business map[string]string) map[string]string {
	params := map[string]string{"app_key": w.shop.Key, "method": method, "session": w.shop.Token,
		"timestamp": strconv.FormatInt(w.platform.Now().UnixMilli(), 10), "sign_method": how, "format": "json", "v": "2.0"}
	maps.Copy(params, business)
	return params
}

func (w *world) sign(params map[string]string, prefix string) map[string]string {
	params["sign"] = signature(params["sign_method"], w.shop.Secret, prefix, params, true)
	return params
}

// post sends parameters as a form and reads the answer as JSON with numbers kept as text.
func (w *world) post(path string, params map[string]string) map[string]any {
	w.t.Helper()
	body := w.raw(path, params)
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var out map[string]any
	if err := decoder.Decode(&out); err != nil {
		w.t.Fatalf("%v in %s", err, body)
	}
	return out
}

func (w *world) raw(path string, params map[string]string) []byte {
	w.t.Helper()
	values := url.Values{}
	for name, value := range params {
		values.Set(name, value)
	}
	answer, err := http.PostForm(w.address+path, values)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		w.t.Fatalf("status %d, %v: %s", answer.StatusCode, err, body)
	}
	return body
}

// call makes a good call through /sync with simplify=true.
func (w *world) call(method string, business map[string]string) map[string]any {
	w.t.Helper()
	params := w.system(method, "sha256", business)
	params["simplify"] = "true"
	return w.post("/sync", w.sign(params, ""))
}

func (w *world) detail(issue *Issue) map[string]any {
	w.t.Helper()
	out := w.call("aliexpress.issue.detail.get", map[string]string{"issue_id": issue.ID(), "buyer_login_id": issue.Buyer()})
	result, ok := out["result_object"].(map[string]any)
	if !ok {
		w.t.Fatalf("no result_object in %v", out)
	}
	return result
}

func (w *world) agree(issue *Issue, solution string, more ...string) map[string]any {
	params := map[string]string{"issue_id": issue.ID(), "buyer_login_id": issue.Buyer(), "solution_id": solution}
	for i := 0; i+1 < len(more); i += 2 {
		params[more[i]] = more[i+1]
	}
	return w.call("aliexpress.issue.solution.agree", params)
}

// save makes a counter-offer against the buyer's claim; more overrides fields.
func (w *world) save(issue *Issue, amount, currency string, more ...any) map[string]any {
	w.t.Helper()
	param := map[string]any{"add_seller_solution": true, "buyer_login_id": issue.Buyer(), "issue_id": json.Number(issue.ID()),
		"buyer_solution_id": issue.claim().id, "refund_amount": amount, "refund_amount_currency": currency, "solution_context": "Here is our offer."}
	for i := 0; i+1 < len(more); i += 2 {
		param[more[i].(string)] = more[i+1]
	}
	text, err := json.Marshal(param)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.call("aliexpress.issue.solution.save", map[string]string{"param_dto": string(text)})
}

func (w *world) upload(issue *Issue, extension string, content []byte) map[string]any {
	w.t.Helper()
	params := w.sign(w.system("aliexpress.issue.image.upload", "sha256", map[string]string{"extension": extension,
		"issue_id": issue.ID(), "buyer_login_id": issue.Buyer()}), "")
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	for name, value := range params {
		must(w.t, form.WriteField(name, value))
	}
	part, err := form.CreateFormFile("image_bytes", "proof."+extension)
	must(w.t, err)
	_, err = part.Write(content)
	must(w.t, err)
	must(w.t, form.Close())
	answer, err := http.Post(w.address+"/sync", form.FormDataContentType(), &out)
	must(w.t, err)
	defer answer.Body.Close()
	var decoded map[string]any
	must(w.t, json.NewDecoder(answer.Body).Decode(&decoded))
	return decoded
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// problem gives the code and sub code of an error answer of /sync, "" for a success.
func problem(out map[string]any) string {
	envelope, ok := out["error_response"].(map[string]any)
	if !ok {
		return ""
	}
	code := plainText(envelope["code"])
	if sub := plainText(envelope["sub_code"]); sub != "" {
		return sub
	}
	return code
}

func list(t *testing.T, value any) []map[string]any {
	t.Helper()
	var rows []map[string]any
	for _, row := range value.([]any) {
		rows = append(rows, row.(map[string]any))
	}
	return rows
}

func at(text string) time.Time {
	instant, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return instant
}

func expect[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// try makes a call that may fail on the way and gives what went wrong, nil for a good answer.
func (w *world) try(method string, business map[string]string) error {
	values := url.Values{}
	for name, value := range w.sign(w.system(method, "sha256", business), "") {
		values.Set(name, value)
	}
	answer, err := http.PostForm(w.address+"/sync", values)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&out); err != nil {
		return err
	}
	if word := problem(out); word != "" {
		return errors.New(word)
	}
	return nil
}
