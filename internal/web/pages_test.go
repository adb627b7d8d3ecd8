package web_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"parley/internal/desk"
	"parley/internal/texts"
	"parley/internal/web"
)

// pages are all pages that a member can look at.
var pages = []string{
	"/queue", "/queue?view=open&group=store&sort=money", "/queue?q=lamp", "/queue?q=nothing", "/cases/1", "/cases/4", "/cases/5", "/cases/11",
	"/cases/1/options/contest_with_evidence", "/cases/1/options/counter_amount", "/cases/1/options/accept", "/cases/1/options/extend_protection",
	"/decisions/d1", "/decisions/dec_to_sign", "/decisions/dec_prepared", "/decisions", "/cases/2", "/cases/12", "/cases/1/options/refund", "/stores/1/net", "/settings", "/effects", "/playbooks", "/playbooks/aliexpress@2017", "/playbooks/house@2026", "/playbooks/house@2026/parameters/next_update_hours?store=1&value=24", "/stores", "/stores/new", "/stores/1", "/trackers", "/trackers?kind=seventeentrack", "/import", "/members", "/me", "/notices", "/me/notices", "/nowhere",
}

var shownKey = regexp.MustCompile(`>[a-z]+\.[a-z_]+(\.[a-z_]+)*<`)

func TestEveryPageSpeaksEveryLanguage(t *testing.T) {
	for _, lang := range texts.Languages() {
		s := newScene(t)
		s.desk.Member.Locale = lang
		for _, path := range pages {
			_, body := s.get(path)
			for _, m := range shownKey.FindAllString(body, -1) {
				if !strings.HasPrefix(path, "/playbooks/") && !strings.Contains(m, ">ae") && !strings.Contains(m, ">class.p") && !strings.Contains(m, ".png") && !strings.Contains(m, ".jpg") {
					t.Errorf("%s %s shows the key %s", lang, path, m)
				}
			}
			if strings.Contains(body, "%!") {
				t.Errorf("%s %s holds a broken format", lang, path)
			}
		}
	}
}

func TestQueueShowsWhatARowNeeds(t *testing.T) {
	s := newScene(t)
	code, body := s.get("/queue")
	if code != 200 {
		t.Fatal(code)
	}
	s.has(body, "Past due", "35\u00a0m late", "Within 4 hours", "1\u00a0h 12\u00a0m", "today 23:40", "€23.90", "Held by customs", "Reject with proof", "2 values not known",
		"Undecided, a person has to look", `aria-label="Tick order`, "Works, used wrongly", "In doubt", "the platform counts 5 open cases, the desk 4")
	if strings.Index(body, "Phone case") > strings.Index(body, "LED strip") {
		t.Error("what is past due does not come first")
	}
}

func TestForeignTextIsEscapedAndIsolated(t *testing.T) {
	s := newScene(t)
	_, body := s.get("/cases/3")
	if strings.Contains(body, "<b>Please</b>") {
		t.Error("a buyer's text is markup")
	}
	s.has(body, "&lt;b&gt;Please&lt;/b&gt;")
	_, body = s.get("/cases/7")
	s.has(body, `dir="auto" lang="ar"`)
}

func TestUnknownValuesAreShownRaw(t *testing.T) {
	s := newScene(t)
	_, body := s.get("/cases/4")
	s.has(body, "Values we do not know", "issue_status", "negotiating_v2", "seller_ai_reply")
}

func TestDecisionGoesFromFormToPreviewToResult(t *testing.T) {
	s := newScene(t)
	form := []string{"amount", "7.20", "currency", "EUR", "text", "We offer a part.", "basis", "b1"}
	code, body := s.read(s.post("/cases/1/options/counter_amount", form...))
	if code != 200 {
		t.Fatal(code)
	}
	s.has(body, "This is exactly what will be sent", "€7.20", "We offer a part.", "Confirm and send", `value="b2"`)
	got := s.post("/cases/1/decisions", append(form, "option", "counter_amount")...)
	if got.StatusCode != 303 || got.Header.Get("Location") != "/decisions/d1" || len(s.desk.Sent) != 1 || s.desk.Sent[0].Amount.Minor != 720 {
		t.Errorf("%d %q %+v", got.StatusCode, got.Header.Get("Location"), s.desk.Sent)
	}
	_, body = s.get("/decisions/d1")
	s.has(body, "Done, and read back from the platform", "Confirmed")
}

// TestAPlatformsOwnFieldGoesFromFormToPreviewToDecision, such as a code that was sent by telephone.
func TestAPlatformsOwnFieldGoesFromFormToPreviewToDecision(t *testing.T) {
	s := newScene(t)
	c := &s.desk.Cases[0]
	c.Store.Connector = "taobao"
	for i := range c.Options {
		if c.Options[i].Code == "counter_amount" {
			c.Options[i].Fields = []string{"code"}
		}
	}
	_, body := s.get("/cases/1/options/counter_amount")
	s.has(body, "Code from the telephone", `name="field.code"`, "Only when Taobao asks for it")
	form := []string{"amount", "7.20", "currency", "EUR", "text", "We offer a part.", "basis", "b1", "field.code", " 427531 "}
	_, body = s.read(s.post("/cases/1/options/counter_amount", form...))
	if n := strings.Count(body, `name="field.code" value="427531"`) + strings.Count(body, `name="field.code" maxlength="200" autocomplete="off" value="427531"`); n != 2 {
		t.Errorf("the code stands %d times in the preview, want in both forms", n)
	}
	s.post("/cases/1/decisions", append(form, "option", "counter_amount")...)
	if len(s.desk.Sent) != 1 || s.desk.Sent[0].Fields["code"] != "427531" {
		t.Errorf("%+v", s.desk.Sent)
	}
}

func TestChangedCaseKeepsWhatWasTyped(t *testing.T) {
	s := newScene(t)
	s.desk.Changed = true
	code, body := s.read(s.post("/cases/1/decisions", "option", "counter_amount", "amount", "7.20", "currency", "EUR", "text", "My long text", "basis", "b0"))
	if code != 409 || len(s.desk.Sent) != 0 {
		t.Errorf("status %d, sent %v", code, s.desk.Sent)
	}
	s.has(body, "The case changed while you were deciding", "Amount claimed", "30.00 EUR", "My long text", `value="7.20"`)
}

func TestWrongAmountsAreNamed(t *testing.T) {
	s := newScene(t)
	for _, c := range []struct {
		amount string
		want   int
		says   string
	}{
		{"abc", 400, "Amount: “abc” is not possible"}, {"7.205", 400, "7.205"}, {"99999999999999999999", 400, "9999"}, {"9,999.99", 422, "more than can still be refunded"}, {"7,20", 200, "€7.20"},
	} {
		code, body := s.read(s.post("/cases/1/options/counter_amount", "amount", c.amount, "currency", "EUR", "text", "kept text"))
		if code != c.want {
			t.Errorf("%s: %d, want %d", c.amount, code, c.want)
		}
		s.has(body, c.says, "kept text")
	}
}

func TestBlockedTextCannotBeSent(t *testing.T) {
	s := newScene(t)
	_, body := s.read(s.post("/cases/1/options/counter_amount", "amount", "5", "currency", "EUR", "text", "I promise it comes"))
	s.has(body, "Promises an arrival", "<q dir=\"auto\">promise</q>", "stops sending", "Tell the last scan")
	if strings.Contains(body, `id="confirm"`) {
		t.Error("a blocked text can be confirmed")
	}
}

func TestNotesAndAssignmentsOfMany(t *testing.T) {
	s := newScene(t)
	if got := s.post("/queue/note", "case", "1", "case", "2", "text", "call back", "back", "/queue?view=open"); got.Header.Get("Location") != "/queue?done=noted&view=open" {
		t.Errorf("back to %q", got.Header.Get("Location"))
	}
	for _, id := range []string{"1", "2"} {
		if _, body := s.get("/cases/" + id); !strings.Contains(body, "call back") {
			t.Errorf("case %s has no note", id)
		}
	}
	s.post("/queue/assign", "case", "5", "member", "2", "back", "/queue")
	if s.desk.Cases[4].Assignee == nil || s.desk.Cases[4].Assignee.ID != 2 {
		t.Error("not assigned")
	}
	if code, body := s.read(s.post("/queue/assign", "member", "2")); code != 400 || !strings.Contains(body, "No case is ticked.") {
		t.Errorf("nothing ticked: %d", code)
	}
}

func upload(t *testing.T, path string, size int) *http.Request {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.WriteField("kind", "photo"); err != nil {
		t.Fatal(err)
	}
	part, err := w.CreateFormFile("file", `..\..\evil.png`)
	if err == nil {
		_, err = part.Write(make([]byte, size))
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	r := request("POST", path, &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return r
}

func TestUploadsHaveALimitThatIsSaid(t *testing.T) {
	s := newScene(t, func(o *web.Options) { o.MaxUpload = 100_000 })
	if got := s.do(upload(t, "/cases/1/evidence", 90_000)); got.StatusCode != 303 {
		t.Errorf("allowed size: %d", got.StatusCode)
	}
	for _, size := range []int{150_000, 5_000_000} {
		code, body := s.read(s.do(upload(t, "/cases/1/evidence", size)))
		if code != 400 && code != 413 || !strings.Contains(body, "larger than 100") {
			t.Errorf("%d bytes: %d", size, code)
		}
	}
}

func TestHostileFileIsNoPage(t *testing.T) {
	s := newScene(t)
	got := s.do(request("GET", "/evidence/11", nil))
	h := got.Header
	if h.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment;") ||
		!strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v", h)
	}
}

func TestWrongStoreFieldIsNamedAndTypingKept(t *testing.T) {
	s := newScene(t)
	code, body := s.read(s.post("/stores", "connector", "aliexpress", "name", "Nueva", "zone", "Mars", "set.app_key", "5001", "set.app_secret", "s3cret"))
	if code != 400 {
		t.Errorf("status %d", code)
	}
	s.has(body, "Time zone: “Mars” is not possible", `value="Nueva"`, `value="5001"`, `aria-invalid="true"`)
	if strings.Contains(body, "s3cret") {
		t.Error("a secret is shown again")
	}
}

func TestInvitationAndPasswordFaultsKeepTheForm(t *testing.T) {
	s := newScene(t)
	code, body := s.read(s.post("/join/inv_sample", "email", "me@example.com", "name", "Me", "password", "short", "zone", "Asia/Shanghai"))
	if code != 400 {
		t.Errorf("status %d", code)
	}
	s.has(body, "at least 10 characters", `value="me@example.com"`, `value="Asia/Shanghai"`)
	if code, body := s.get("/join/other"); code != 404 || !strings.Contains(body, "ask for a new one") {
		t.Errorf("used invitation: %d", code)
	}
	if got := s.post("/join/inv_sample", "email", "me@example.com", "name", "Me", "password", "long enough words", "zone", "UTC"); got.StatusCode != 303 || len(got.Cookies()) != 1 {
		t.Errorf("accepted: %d", got.StatusCode)
	}
}

func TestFirstViewIsUnderAHundredKilobytes(t *testing.T) {
	s := newScene(t)
	sum := 0
	r := request("GET", "/queue", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	got := s.do(r)
	packed, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	sum += len(packed)
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	base := regexp.MustCompile(`/assets/[0-9a-f]+/`).FindString(string(body))
	for _, name := range []string{"desk.css", "parts.css", "desk.js", "live.js", "keys.js", "morph.js", "mark.svg"} {
		r := request("GET", base+name, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		s.h.ServeHTTP(w, r)
		if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
		sum += w.Body.Len()
	}
	t.Logf("first view: %d bytes", sum)
	if sum > 100_000 {
		t.Errorf("first view is %d bytes", sum)
	}
	for _, m := range regexp.MustCompile(`(?:src|href|action)="(https?:)?//[^"]*"`).FindAllString(string(body), -1) {
		t.Errorf("the page asks another host: %s", m)
	}
}

// BenchmarkQueueOf50 renders the whole queue page with 50 rows.
func BenchmarkQueueOf50(b *testing.B) {
	s := newScene(b)
	s.desk.Touch(func(cases []desk.CasePage) []desk.CasePage {
		for i := len(cases); i < 50; i++ {
			c := cases[i%11]
			c.ID, c.View = int64(i+1), "to_answer"
			cases = append(cases, c)
		}
		return cases
	})
	_, body := s.get("/queue?view=open")
	if n := strings.Count(body, `class="row"`); n != 50 {
		b.Fatal(fmt.Sprint(n, " rows"))
	}
	for b.Loop() {
		s.get("/queue?view=open")
	}
}

// The face is built for the real desk; the samples only stand in for it.
var _ web.Desk = (*desk.Desk)(nil)

func TestAuthorisationReachesTheDeskAndIsNotShownAgain(t *testing.T) {
	s := newScene(t)
	_, body := s.read(s.post("/stores", "connector", "aliexpress", "name", "Nueva", "zone", "Mars", "code", "3_500123_abc", "access", "tok-access", "refresh", "tok-refresh"))
	if in := s.desk.Added; in.Code != "3_500123_abc" || in.Token.Access != "tok-access" || in.Token.Refresh != "tok-refresh" {
		t.Errorf("the desk got %+v", in)
	}
	if strings.Contains(body, "tok-access") || strings.Contains(body, "tok-refresh") {
		t.Error("a token is shown again")
	}
}

// TestDecisionsThatWaitHavePages with a way on and back, and a list of those whose case has changed since.
func TestDecisionsThatWaitHavePages(t *testing.T) {
	s := newScene(t)
	for i := range s.desk.Cases {
		if p := s.desk.Cases[i].Pending; p != nil && p.ID == "dec_prepared" {
			p.Outdated = true
		}
	}
	_, whole := s.get("/decisions")
	s.has(whole, `href="/decisions?outdated=true"`, `id="d-dec_to_sign"`, `id="d-dec_prepared"`, "Case has changed", `href="/decisions" aria-current="page"`)
	if strings.Contains(whole, `class="pager"`) {
		t.Error("a list on one page has a pager")
	}
	s.desk.PageOf = 1
	_, first := s.get("/decisions")
	s.has(first, `href="/decisions?cursor=1"`, `rel="next"`)
	_, second := s.get("/decisions?cursor=1")
	s.has(second, `rel="first" href="/decisions"`)
	if strings.Contains(second, `rel="next"`) || strings.Count(first, `id="d-`)+strings.Count(second, `id="d-`) != 2 {
		t.Error("two decisions do not stand on two pages")
	}
	_, changed := s.get("/decisions?outdated=true")
	if s.has(changed, `id="d-dec_prepared"`, `href="/decisions?outdated=true" aria-current="page"`); strings.Contains(changed, `id="d-dec_to_sign"`) {
		t.Error("what has not changed stands among what has")
	}
}

// TestATextStartsFromATemplate without scripts too: what else was typed stays, and one that lacks a fact cannot be taken.
func TestATextStartsFromATemplate(t *testing.T) {
	s := newScene(t)
	_, form := s.get("/cases/1/options/counter_amount")
	s.has(form, `<optgroup label="For this case">`, `<option value="en/incident_reply" data-text="Dear Ana`, "First answer: incident · English", "our own thanks",
		"not on record: day of the dispatch back, number of the parcel back", `value="en/warranty_notice" disabled`)
	typed := []string{"amount", "7.20", "currency", "EUR", "text", "Mine.", "basis", "b1", "use", "wording"}
	code, body := s.read(s.post("/cases/1/options/counter_amount", append(typed, "wording", "en/incident_reply")...))
	if s.has(body, "Dear Ana, your parcel waits at customs in Madrid.\nWe write again tomorrow.</textarea>", `value="7.20"`, `value="en/incident_reply" selected`); code != 200 || strings.Contains(body, `id="preview"`) {
		t.Errorf("%d", code)
	}
	for _, wrong := range []string{"", "en/warranty_notice", "en/nothing"} {
		code, body := s.read(s.post("/cases/1/options/counter_amount", append(typed, "wording", wrong)...))
		if s.has(body, "Mine.</textarea>", `role="alert"`); code != 400 {
			t.Errorf("%q: %d", wrong, code)
		}
	}
	if _, accept := s.get("/cases/1/options/accept"); strings.Contains(accept, "data-wordings") {
		t.Error("an act without words offers templates")
	}
}
