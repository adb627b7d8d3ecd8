package api_test

import (
	"fmt"
	"testing"
	"time"

	"parley/internal/api"
	"parley/internal/desk"
	"parley/internal/money"
	"parley/internal/store/storetest"
)

func TestANetOverTheAPI(t *testing.T) {
	h, _, id := dispute(t, storetest.SQLite(t))
	var c api.Case
	h.get("owner", fmt.Sprintf("/api/v1/cases/%d", id)).want(200).into(&c)
	path := fmt.Sprintf("/api/v1/stores/%d/net", c.Store.ID)
	h.call("owner", "PUT", path, map[string]any{"rules": []any{map[string]any{"do": "accept", "margin": 5}}}).wantProblem(422, "fault.input")
	rules := []desk.NetRule{{Class: "logistics.*", Do: "accept", Margin: 90}}
	h.call("owner", "PUT", path, api.Net{Rules: rules}).want(204)
	var net api.Net
	h.get("owner", path).want(200).into(&net)
	if len(net.Rules) != 1 || net.Rules[0] != rules[0] {
		t.Errorf("the net is %+v", net)
	}
	h.settle()
	h.get("owner", fmt.Sprintf("/api/v1/cases/%d", id)).want(200).into(&c)
	if c.Net == nil || c.Net.Do != "accept" || !c.Net.At.Equal(c.DueAt.Add(-90*time.Minute)) {
		t.Errorf("the case shows %+v", c.Net)
	}
	var replay desk.NetReplay
	h.call("owner", "POST", path+"/replay", map[string]any{"rules": rules, "days": 30}).want(200).into(&replay)
	if replay.Looked != 1 || replay.Days != 30 {
		t.Errorf("the dry run gives %+v", replay)
	}
}

func TestASignatureOverTheAPI(t *testing.T) {
	h, p, id := dispute(t, storetest.SQLite(t))
	h.member("agent", nil)
	limits := desk.Limits{Second: []money.Amount{}, Ceilings: []desk.Ceiling{{Role: "agent", Amount: money.Amount{Minor: 100, Currency: "USD"}}}}
	h.call("agent", "PUT", "/api/v1/limits", limits).want(403)
	h.call("owner", "PUT", "/api/v1/limits", limits).want(204)
	var d api.Decided
	h.call("agent", "POST", fmt.Sprintf("/api/v1/cases/%d/decisions", id), desk.Choice{Option: "accept"}).want(202).into(&d)
	if d.State != "to_sign" || d.Status != "waiting" {
		t.Fatalf("decided %+v", d)
	}
	var waiting struct{ Items []desk.Pending }
	h.get("owner", "/api/v1/decisions").want(200).into(&waiting)
	if len(waiting.Items) != 1 || waiting.Items[0].ID != d.DecisionID || !waiting.Items[0].MayFree {
		t.Fatalf("waiting %+v", waiting)
	}
	h.call("agent", "POST", "/api/v1/decisions/"+d.DecisionID+"/release", nil).wantProblem(403, "fault.sign_own")
	h.call("owner", "POST", "/api/v1/decisions/"+d.DecisionID+"/release", nil).want(200).into(&d)
	h.settle()
	if d.State != "open" || sent(p) != 1 {
		t.Errorf("released %+v, %d sent", d, sent(p))
	}
}

func TestAPreparedDecisionOverTheAPI(t *testing.T) {
	h, p, id := dispute(t, storetest.SQLite(t))
	var d api.Decided
	h.call("owner", "POST", fmt.Sprintf("/api/v1/cases/%d/prepared", id), desk.Choice{Option: "accept"}).want(201).into(&d)
	var c api.Case
	h.get("owner", fmt.Sprintf("/api/v1/cases/%d", id)).want(200).into(&c)
	if c.Pending == nil || c.Pending.ID != d.DecisionID || c.Net == nil || c.Net.Do != "prepared" {
		t.Fatalf("pending %+v, net %+v", c.Pending, c.Net)
	}
	h.call("owner", "POST", "/api/v1/decisions/"+d.DecisionID+"/decline", map[string]string{"reason": "the buyer wrote"}).want(204)
	h.call("owner", "POST", "/api/v1/decisions/"+d.DecisionID+"/release", nil).wantProblem(409, "fault.decision_not_waiting")
	h.settle()
	if sent(p) != 0 {
		t.Errorf("%d sent", sent(p))
	}
}

func TestErasingOverTheAPI(t *testing.T) {
	h, _, id := dispute(t, storetest.SQLite(t))
	path := fmt.Sprintf("/api/v1/cases/%d/erasure", id)
	h.call("owner", "POST", path, map[string]string{"reason": "asked for it"}).wantProblem(422, "fault.erase_open")
	h.call("owner", "PUT", "/api/v1/retention", api.Retention{Days: 3}).want(422)
	h.call("owner", "PUT", "/api/v1/retention", api.Retention{Days: 365}).want(204)
	var r api.Retention
	if h.get("owner", "/api/v1/retention").want(200).into(&r); r.Days != 365 {
		t.Errorf("retention %+v", r)
	}
}
