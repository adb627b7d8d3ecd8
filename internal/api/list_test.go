package api_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/api"
	"parley/internal/store/storetest"
)

func (h *house) list(role, query string) api.CaseList {
	h.t.Helper()
	var page api.CaseList
	h.get(role, "/api/v1/cases?"+query).want(200).into(&page)
	return page
}

func idsOf(page api.CaseList) []int64 {
	var ids []int64
	for _, r := range page.Items {
		ids = append(ids, r.ID)
	}
	return ids
}

func TestListByDeadline(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.member("viewer", nil)
	ids := h.cases(h.shop("Norte"), 120)
	var got []int64
	var firstPage api.CaseList
	next := ""
	for range 10 {
		page := h.list("viewer", "order=deadline&limit=50&cursor="+url.QueryEscape(next))
		if next == "" {
			firstPage = page
		}
		got = append(got, idsOf(page)...)
		if next = page.Next; next == "" {
			break
		}
		if len(page.Items) != 50 {
			t.Fatalf("%d on a full page", len(page.Items))
		}
	}
	if !slices.Equal(got, ids) {
		t.Errorf("walked %d of %d, or in another order", len(got), len(ids))
	}
	second := h.list("viewer", "limit=50&cursor="+url.QueryEscape(firstPage.Next))
	back := h.list("viewer", "limit=50&cursor="+url.QueryEscape(second.Prev))
	if !slices.Equal(idsOf(back), idsOf(firstPage)) {
		t.Errorf("prev does not lead back: %v", idsOf(back))
	}
}

func TestListIsWrittenAsDescribed(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.member("viewer", nil)
	h.cases(h.shop("Norte"), 1)
	var page struct {
		Items []map[string]any `json:"items"`
	}
	a := h.get("viewer", "/api/v1/cases").want(200)
	a.into(&page)
	row := page.Items[0]
	if row["title"] != "Lamp <b>& co</b>" || row["due_at"] != "2026-03-02T17:00:00Z" || row["level"] != "red" {
		t.Errorf("%v", row)
	}
	stake, _ := json.Marshal(row["stake"])
	if string(stake) != `{"currency":"USD","minor":100}` {
		t.Errorf("money is %s", stake)
	}
	if strings.Contains(string(a.body), "$schema") || a.header.Get("Content-Type") != "application/json" || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v %.100s", a.header, a.body)
	}
	h.get("viewer", "/api/v1/cases?view=ended").into(&page)
	if page.Items == nil || len(page.Items) != 0 {
		t.Errorf("an empty list is %v", page.Items)
	}
}

func TestListKeepsToTheMembersStores(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	north, south := h.shop("Norte"), h.shop("Sur")
	mine, other := h.cases(north, 3), h.cases(south, 2)
	h.member("agent", []int64{north})
	h.member("lead", nil)
	if got := idsOf(h.list("agent", "")); !slices.Equal(got, mine) {
		t.Errorf("sees %v", got)
	}
	if got := h.list("agent", fmt.Sprintf("store=%d", south)); len(got.Items) != 0 {
		t.Errorf("sees the other store by its number: %v", idsOf(got))
	}
	if got := h.list("lead", fmt.Sprintf("store=%d,%d", north, south)); len(got.Items) != len(mine)+len(other) {
		t.Errorf("two stores by comma: %v", idsOf(got))
	}
	for _, path := range []string{"", "/events"} {
		h.get("agent", fmt.Sprintf("/api/v1/cases/%d%s", other[0], path)).wantProblem(404, "fault.case_not_found")
	}
}

func TestListFilters(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	who := h.member("lead", nil)
	ids := h.cases(h.shop("Norte"), 5)
	h.must(h.desk.Assign(t.Context(), who, ids[:2], who.MemberID))
	for query, want := range map[string]int{
		"assignee=me": 2, "assignee=0": 3, fmt.Sprintf("assignee=%d", who.MemberID): 2, "view=mine": 2, "view=unassigned": 3, "class=logistics.lost": 0,
		"class=logistics.lost,logistics.not_received": 5, "connector=aliexpress": 5, "ask=refund_part": 0, "recommended=accept": 5,
		"due_before=" + start.Add(3*time.Hour).Format(time.RFC3339): 2, "due_before=2026-03-02T20:00:00%2B01:00": 2, "limit=3": 3, "view=to_answer": 5,
		"view=platform": 0,
	} {
		if got := h.list("lead", query); len(got.Items) != want {
			t.Errorf("%s gives %d, want %d", query, len(got.Items), want)
		}
	}
	if got := idsOf(h.list("lead", "order=money")); !slices.Equal(got, []int64{ids[4], ids[3], ids[2], ids[1], ids[0]}) {
		t.Errorf("by money: %v", got)
	}
}

func TestBadParametersAreNamed(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.member("viewer", nil)
	for query, field := range map[string]string{
		"order=cheapest": "order", "view=nowhere": "view", "group=colour": "group", "limit=0": "limit", "limit=201": "limit", "limit=ten": "limit",
		"store=x": "store", "store=1,x": "store", "store=1&store=2": "store", "assignee=you": "assignee", "assignee=-1": "assignee",
		"due_before=soon": "due_before", "cursor=!": "cursor", "cursor=nAAAA": "cursor", "cursor=zzzz": "cursor", "ordr=deadline": "ordr", "order=%zz": "query",
		"q=" + strings.Repeat("a", 201): "q",
	} {
		p := h.get("viewer", "/api/v1/cases?"+query).wantProblem(422, "fault.input")
		if p.Field != field || p.Allowed == "" {
			t.Errorf("%s: field %q value %q allowed %q", query, p.Field, p.Value, p.Allowed)
		}
	}
}

func FuzzListParameters(f *testing.F) {
	h := newHouse(f, storetest.SQLite(f))
	h.member("viewer", nil)
	h.cases(h.shop("Norte"), 3)
	for _, seed := range []string{
		"order=deadline&limit=50", "cursor=n", "cursor=bnVsbA==", "q=%00", "q=退款&view=ended", "store=9223372036854775808", "due_before=0001-01-01T00:00:00Z",
		"due_before=9999-12-31T23:59:59Z", "a;b", "%", "assignee=999999999999999999", "q=\"*'--", "group=money&order=ended", "limit=1&cursor=pAAAA",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		if strings.ContainsAny(query, " #\x00\r\n") || !isPrintable(query) {
			t.Skip() // the client itself would not send it
		}
		h.t = t
		a := h.get("viewer", "/api/v1/cases?"+query)
		if a.code != 200 && a.code != 422 {
			t.Errorf("%q gives %d %.300s", query, a.code, a.body)
		}
	})
}

func isPrintable(s string) bool {
	for _, r := range s {
		if r < 0x20 || r == 0x7f || r == 0xfffd {
			return false
		}
	}
	return true
}

// FuzzBodies sends any body anywhere: it is taken or refused with a problem, and nothing breaks inside.
func FuzzBodies(f *testing.F) {
	h := newHouse(f, storetest.SQLite(f))
	h.member("owner", nil)
	id := h.cases(h.shop("Norte"), 1)[0]
	paths := []string{
		fmt.Sprintf("POST /api/v1/cases/%d/notes", id), fmt.Sprintf("POST /api/v1/cases/%d/assignee", id), fmt.Sprintf("POST /api/v1/cases/%d/preview", id),
		fmt.Sprintf("POST /api/v1/cases/%d/acts", id), fmt.Sprintf("POST /api/v1/cases/%d/decisions", id), "POST /api/v1/effects/e1/resolution", "POST /api/v1/stores",
		"POST /api/v1/stores/1/state", "PUT /api/v1/stores/1", "POST /api/v1/members", "PUT /api/v1/members/2", "POST /api/v1/batch", "PUT /api/v1/stores/1/net", "POST /hooks/1",
	}
	for n := range paths {
		for _, body := range []string{`{"text":"x"}`, `{"option":"accept","amount":{"minor":1e30,"currency":"EUR"}}`, `{"member_id":-1}`, `{"did":"\u0000","at":"0001-01-01T00:00:00Z"}`, `[`, `null`,
			`{"connector":"aliexpress","name":"\u202e","settings":{"app_key":""}}`, `{"rules":[{"class":"*","do":"accept","margin":-9223372036854775808}]}`, strings.Repeat(`{"a":`, 300)} {
			f.Add(n, body)
		}
	}
	f.Fuzz(func(t *testing.T, n int, body string) {
		h.t = t
		method, path, _ := strings.Cut(paths[max(0, n)%len(paths)], " ")
		if a := h.call("owner", method, path, body); a.code >= 500 {
			t.Errorf("%s %s %q gives %d %.300s", method, path, body, a.code, a.body)
		}
	})
}
