package api_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"parley/internal/api"
	"parley/internal/desk"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

func TestOnlyTokensOpenTheDoor(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	who := h.member("viewer", nil)
	session, _, err := h.desk.SignIn(t.Context(), who.Email, password, "", "")
	if err == nil {
		t.Fatal("a member without a password signed in", session)
	}
	for _, header := range []string{"", "Bearer", "Bearer ", "Bearer pat_wrong", "Basic " + h.tokens["viewer"], h.tokens["viewer"]} {
		a := h.call("", "GET", "/api/v1/cases", nil, "Authorization", header)
		a.wantProblem(401, "fault.token.unknown")
		if !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%q: no challenge", header)
		}
	}
	h.call("", "GET", "/api/v1/cases", nil, "Authorization", "bearer "+h.tokens["viewer"]).want(200)
	h.call("", "GET", "/api/v1/nowhere", nil).wantProblem(401, "fault.token.unknown")
}

func TestUnknownPathsAndMethods(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.member("viewer", nil)
	h.get("viewer", "/api/v1/nowhere").wantProblem(404, "fault.not_found")
	a := h.call("viewer", "DELETE", "/api/v1/cases", nil)
	a.wantProblem(405, "fault.input")
	if a.header.Get("Allow") != "GET" {
		t.Errorf("Allow is %q", a.header.Get("Allow"))
	}
	for _, id := range []string{"x", "0", "-1", "99999999999999999999"} {
		if p := h.get("viewer", "/api/v1/cases/"+id).wantProblem(422, "fault.input"); p.Field != "id" {
			t.Errorf("%s: %+v", id, p)
		}
	}
	h.get("viewer", "/api/v1/cases/12345").wantProblem(404, "fault.not_found")
}

// TestRightsByRole walks every operation that changes something in the name of every role that may not.
func TestRightsByRole(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	shop := h.shop("Norte")
	id := h.cases(shop, 1)[0]
	for _, role := range []string{"viewer", "agent", "lead", "owner"} {
		h.member(role, nil)
	}
	invite := desk.InviteInput{Email: "x@shop.test", Role: "agent"}
	rank := map[string]int{"viewer": 1, "agent": 2, "lead": 3, "owner": 4}
	for _, c := range []struct {
		least, method, path string
		body                any
	}{
		{"agent", "POST", "/cases/%d/notes", map[string]string{"text": "x"}}, {"agent", "POST", "/cases/%d/assignee", map[string]int64{"member_id": 0}},
		{"agent", "POST", "/cases/%d/decisions", desk.Choice{Option: "accept"}}, {"agent", "POST", "/cases/%d/preview", desk.Choice{Option: "accept"}},
		{"agent", "POST", "/cases/%d/acts", map[string]string{"did": "ask_carrier"}}, {"agent", "POST", "/effects/e1/resolution", map[string]string{"outcome": "happened", "reason": "seen"}},
		{"lead", "POST", "/stores", desk.StoreInput{Connector: "aliexpress", Name: "N", Settings: map[string]string{}}},
		{"lead", "POST", "/stores/1/test", nil}, {"lead", "POST", "/stores/1/state", map[string]string{"state": "paused"}},
		{"owner", "POST", "/members", invite}, {"owner", "PUT", "/members/1", invite}, {"owner", "DELETE", "/members/1", nil},
		{"owner", "POST", "/members/1/invitation", nil},
	} {
		path := "/api/v1" + c.path
		if strings.Contains(path, "%d") {
			path = fmt.Sprintf(path, id)
		}
		for role, r := range rank {
			if r < rank[c.least] {
				h.call(role, c.method, path, c.body).wantProblem(403, "fault.role")
			}
		}
	}
}

func TestProblemsDoNotRepeatWhatPeopleWrote(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.member("agent", nil)
	id := h.cases(h.shop("Norte"), 1)[0]
	path := fmt.Sprintf("/api/v1/cases/%d/notes", id)
	for _, body := range []string{
		`{"text":"Ana Ruiz, calle Mayor 7","colour":1}`, `{"text":["Ana Ruiz"]}`, `{"note":"Ana Ruiz"}`, `{"text":"Ana Ruiz`, `["Ana Ruiz"]`,
		`{"text":"` + strings.Repeat("Ana Ruiz ", 1000) + `"}`, `"Ana Ruiz"`,
	} {
		a := h.call("agent", "POST", path, body)
		if a.code != 422 && a.code != 400 {
			t.Errorf("%.60s gives %d", body, a.code)
		}
		a.wantProblem(a.code, "fault.input")
		if strings.Contains(string(a.body), "Ruiz") {
			t.Errorf("%.60s comes back in %s", body, a.body)
		}
	}
	a := h.call("agent", "POST", path, `{"text":""}`).wantProblem(422, "fault.input")
	if a.Field != "text" || a.Allowed == "" {
		t.Errorf("%+v", a)
	}
	big := h.call("agent", "POST", path, `{"text":"`+strings.Repeat("x", 2<<20)+`"}`)
	big.wantProblem(413, "fault.input")
	deep := strings.Repeat("[", 100000)
	if c := h.call("agent", "POST", path, deep).code; c != 400 && c != 422 {
		t.Errorf("deep JSON gives %d", c)
	}
	h.call("agent", "POST", path, `{"text":"x"}`, "Content-Type", "text/yaml").wantProblem(415, "fault.input")
}

func TestProblemsSpeakTheMembersLanguage(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	en := h.call("", "GET", "/api/v1/me", nil, "Accept-Language", "en-GB").wantProblem(401, "fault.token.unknown")
	zh := h.call("", "GET", "/api/v1/me", nil, "Accept-Language", "zh-CN,en;q=0.5").wantProblem(401, "fault.token.unknown")
	if en.Detail == zh.Detail || en.Detail == en.Key {
		t.Errorf("%q and %q", en.Detail, zh.Detail)
	}
}

func TestNotesAssigneeAndEvents(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	who := h.member("agent", nil)
	id := h.cases(h.shop("Norte"), 1)[0]
	path := fmt.Sprintf("/api/v1/cases/%d", id)
	h.call("agent", "POST", path+"/notes", map[string]string{"text": "called the carrier"}).want(204)
	h.call("agent", "POST", path+"/assignee", map[string]int64{"member_id": who.MemberID}).want(204)
	h.call("agent", "POST", path+"/assignee", map[string]int64{"member_id": 4711}).wantProblem(422, "fault.input")
	var events struct{ Items []api.Event }
	h.get("agent", path+"/events").want(200).into(&events)
	kinds := ""
	for _, e := range events.Items {
		kinds += e.Kind + " "
		if e.MemberID != who.MemberID || !e.At.Equal(start) || e.ID == 0 {
			t.Errorf("%+v", e)
		}
	}
	if !strings.Contains(kinds, "note") || !strings.Contains(kinds, "assigned") {
		t.Errorf("events: %s", kinds)
	}
	h.get("agent", path+fmt.Sprintf("/events?before=%d&limit=1", events.Items[0].ID)).want(200).into(&events)
	if len(events.Items) != 1 {
		t.Errorf("one more event: %+v", events.Items)
	}
}

func TestMeAndMembersAndTokens(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	owner := h.member("owner", nil)
	var me api.Me
	h.get("owner", "/api/v1/me").want(200).into(&me)
	if me.ID != owner.MemberID || me.Role != "owner" || !me.AllStores {
		t.Errorf("%+v", me)
	}
	var link api.Invitation
	h.call("owner", "POST", "/api/v1/members", desk.InviteInput{Email: "bo@shop.test", Role: "agent"}).want(201).into(&link)
	if !strings.HasPrefix(link.Link, "http://desk.test/join/inv_") {
		t.Errorf("%+v", link)
	}
	h.call("owner", "POST", "/api/v1/members", desk.InviteInput{Email: "bo@shop.test", Role: "agent"}).wantProblem(409, "fault.member.exists")
	if p := h.call("owner", "POST", "/api/v1/members", `{"email":"bo2@shop.test","role":"boss"}`).wantProblem(422, "fault.input"); p.Field != "role" || p.Value != "boss" {
		t.Errorf("%+v", p)
	}
	var members struct{ Items []desk.MemberView }
	h.get("owner", "/api/v1/members").want(200).into(&members)
	if len(members.Items) != 2 {
		t.Errorf("%+v", members)
	}
	h.call("owner", "DELETE", fmt.Sprintf("/api/v1/members/%d", owner.MemberID), nil).wantProblem(422, "fault.member.last_owner")

	var made api.NewToken
	h.call("owner", "POST", "/api/v1/tokens", map[string]string{"name": "export"}).want(201).into(&made)
	h.tokens["new"] = made.Secret
	h.get("new", "/api/v1/me").want(200)
	listed := h.get("owner", "/api/v1/tokens").want(200)
	if strings.Contains(string(listed.body), made.Secret) || !strings.Contains(string(listed.body), "export") {
		t.Errorf("%s", listed.body)
	}
	h.call("owner", "DELETE", fmt.Sprintf("/api/v1/tokens/%d", made.ID), nil).want(204)
	h.get("new", "/api/v1/me").wantProblem(401, "fault.token.unknown")
}

func TestStoresAndConnectors(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	owner := h.member("owner", nil)
	_, _, id := h.platform(owner)
	var stores struct{ Items []api.Store }
	a := h.get("owner", "/api/v1/stores").want(200)
	a.into(&stores)
	if len(stores.Items) != 1 || stores.Items[0].ID != id || len(stores.Items[0].Secrets) == 0 || strings.Contains(string(a.body), `app_secret":"`) {
		t.Errorf("%s", a.body)
	}
	var who api.Identity
	h.call("owner", "POST", fmt.Sprintf("/api/v1/stores/%d/test", id), nil).want(200).into(&who)
	if who.Name == "" && who.ID == "" {
		t.Errorf("%+v", who)
	}
	h.call("owner", "POST", fmt.Sprintf("/api/v1/stores/%d/sync", id), nil).want(202)
	h.call("owner", "POST", "/api/v1/stores/999/test", nil).wantProblem(404, "fault.not_found")
	h.call("owner", "POST", fmt.Sprintf("/api/v1/stores/%d/state", id), map[string]string{"state": "paused"}).want(204)
	bad := desk.StoreInput{Company: "N", Connector: "aliexpress", Name: "N", Settings: map[string]string{"app_key": "1"}}
	if p := h.call("owner", "POST", "/api/v1/stores", bad).wantProblem(422, "fault.input"); !strings.HasPrefix(p.Field, "settings.") {
		t.Errorf("%+v", p)
	}
	var kinds struct{ Items []api.Connector }
	h.get("owner", "/api/v1/connectors").want(200).into(&kinds)
	if len(kinds.Items) == 0 || kinds.Items[0].Kind != "aliexpress" || len(kinds.Items[0].Settings) == 0 {
		t.Errorf("%+v", kinds)
	}
}

func TestHealthAndMetrics(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.member("viewer", nil)
	h.cases(h.shop("Norte"), 3)
	var health struct {
		Status string
		Parts  map[string]string
	}
	h.get("", "/healthz").want(200).into(&health)
	if health.Status != "ok" || health.Parts["database"] != "ok" {
		t.Errorf("%+v", health)
	}
	text := string(h.get("", "/metrics").want(200).body) // from the machine itself
	for _, line := range []string{"parley_database_up 1", `parley_cases_open{view="to_answer"} 3`, `parley_sync_age_seconds{connector="aliexpress",store="1"} -1`, "parley_timers_late 0"} {
		if !strings.Contains(text, line) {
			t.Errorf("no %s in the figures", line)
		}
	}
	h.call("", "GET", "/metrics", nil, "X-Forwarded-For", "203.0.113.9").wantProblem(401, "fault.token.unknown")
	h.call("viewer", "GET", "/metrics", nil, "X-Forwarded-For", "203.0.113.9").want(200)
}

func TestHealthWithoutADatabase(t *testing.T) {
	clock := &hand{now: start}
	db, err := store.Open(t.Context(), storetest.SQLite(t), store.Options{Now: clock.Now})
	check(t, err)
	h := houseOn(t, db, clock)
	h.member("viewer", nil)
	check(t, db.Close())
	var health struct{ Parts map[string]string }
	h.get("", "/healthz").want(503).into(&health)
	if health.Parts["database"] != "gone" {
		t.Errorf("%+v", health)
	}
	if text := string(h.get("", "/metrics").want(200).body); !strings.Contains(text, "parley_database_up 0") {
		t.Errorf("figures: %.300s", text)
	}
}

func TestDescription(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	var doc map[string]any
	h.get("", "/api/v1/openapi.json").want(200).into(&doc)
	if v, _ := doc["openapi"].(string); !strings.HasPrefix(v, "3.1") {
		t.Errorf("openapi is %v", doc["openapi"])
	}
	paths := doc["paths"].(map[string]any)
	for _, path := range []string{"/cases", "/cases/{id}", "/cases/{id}/events", "/cases/{id}/decisions", "/cases/{id}/preview", "/cases/{id}/notes",
		"/cases/{id}/assignee", "/cases/{id}/evidence", "/decisions/{id}", "/effects/doubtful", "/effects/{id}/resolution", "/stores", "/stores/{id}/test",
		"/stores/{id}/sync", "/members", "/me", "/tokens"} {
		if paths[path] == nil {
			t.Errorf("%s is not described", path)
		}
	}
	if hear, _ := doc["webhooks"].(map[string]any); hear["event"] == nil {
		t.Error("what programs hear is not described")
	}
	schemas := doc["components"].(map[string]any)["schemas"].(map[string]any)
	if happening, _ := schemas["Happening"].(map[string]any); len(happening) == 0 || len(happening["properties"].(map[string]any)) != reflect.TypeFor[desk.Happening]().NumField() {
		t.Errorf("what an event says is described as %v", happening)
	}
	seen := map[string]bool{}
	ids := map[string]bool{}
	var walk func(where string, v any)
	walk = func(where string, v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				name, found := strings.CutPrefix(ref, "#/components/schemas/")
				if !found || schemas[name] == nil {
					t.Errorf("%s: %s leads nowhere", where, ref)
				}
				seen[name] = true
			}
			if id, ok := v["operationId"].(string); ok {
				if ids[id] {
					t.Errorf("two operations are called %s", id)
				}
				ids[id] = true
				if responses := v["responses"].(map[string]any); responses["default"] == nil {
					t.Errorf("%s does not say how it fails", id)
				}
			}
			if required, ok := v["required"].([]any); ok {
				properties, _ := v["properties"].(map[string]any)
				for _, name := range required {
					if properties[name.(string)] == nil {
						t.Errorf("%s: required %v is no property", where, name)
					}
				}
			}
			for k, x := range v {
				walk(where+"/"+k, x)
			}
		case []any:
			for i, x := range v {
				walk(fmt.Sprint(where, "/", i), x)
			}
		}
	}
	walk("", doc)
	for name := range schemas {
		if !seen[name] {
			t.Errorf("schema %s is not used", name)
		}
	}
	raw, _ := json.Marshal(doc)
	if strings.Contains(string(raw), "$schema") || strings.Contains(string(raw), "unpkg") {
		t.Error("the description leads elsewhere")
	}
	servers, _ := json.Marshal(doc["servers"])
	if string(servers) != `[{"url":"/api/v1"}]` {
		t.Errorf("servers are %s", servers)
	}
}

// TestEveryReadingIsDescribed calls the readings and compares the fields that come with those described.
func TestEveryReadingIsDescribed(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.member("owner", nil)
	h.cases(h.shop("Norte"), 2)
	var doc struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]any
				Required   []string
			}
		}
	}
	h.get("", "/api/v1/openapi.json").into(&doc)
	for path, name := range map[string]string{"/cases?limit=2": "CaseList", "/me": "Me"} {
		var got map[string]json.RawMessage
		h.get("owner", "/api/v1"+path).want(200).into(&got)
		schema := doc.Components.Schemas[name]
		for field := range got {
			if schema.Properties[field] == nil {
				t.Errorf("%s: %s is not described", path, field)
			}
		}
		for _, field := range schema.Required {
			if got[field] == nil {
				t.Errorf("%s: %s is promised and missing", path, field)
			}
		}
		if rows, ok := got["items"]; ok {
			var items []map[string]json.RawMessage
			check(t, json.Unmarshal(rows, &items))
			for field := range items[0] {
				if doc.Components.Schemas["Row"].Properties[field] == nil {
					t.Errorf("row: %s is not described", field)
				}
			}
		}
	}
}
