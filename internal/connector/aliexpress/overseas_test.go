package aliexpress

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

// methods is a session against a server that has one answer for each method, and refuses the right to all others.
func methods(t *testing.T, answers map[string]string) *Session {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := answers[r.URL.Query().Get("method")]
		if !ok {
			body = `{"error_response":{"code":11,"msg":"Insufficient ISV permissions","sub_code":"isv.permission-api-package-limit"}}`
		}
		io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return openAt(t, "top", server.URL)
}

func TestOverseasSellersHaveCallsOfTheirOwn(t *testing.T) {
	s := methods(t, map[string]string{
		"aliexpress.solution.merchant.profile.get": `{"aliexpress_solution_merchant_profile_get_response":{"country_code":"ES","shop_id":1234321,"shop_name":"Tienda"}}`,
		"aliexpress.solution.order.info.get": `{"aliexpress_solution_order_info_get_response":{"result":{"data":{"id":8100000000015555,"order_status":"FINISH","gmt_create":"2026-05-01 10:00:00",
			"buyer_info":{"country":"FR","login_id":"fr1"},"init_oder_amount":{"amount":"10.00","currency_code":"EUR"},
			"child_order_list":[{"id":8100000000025555,"product_name":"Lamp","product_count":1,"product_price":{"amount":"10.00","currency_code":"EUR"}}]}}}}`,
	})
	who, err := s.Check(t.Context())
	if err != nil || who != (connector.Identity{ID: "1234321", Name: "Tienda", Country: "ES"}) {
		t.Errorf("%+v, %v", who, err)
	}
	o, err := s.Order(t.Context(), connector.Ref{Kind: "issue", Order: "8100000000015555", Line: "8100000000025555"})
	if err != nil || o.Order.ID != "8100000000015555" || o.Buyer.Country != "FR" || o.Order.Goods.Minor != 1000 || !o.Order.ProtectionEndsAt.IsZero() {
		t.Errorf("%+v, %v", o.Order, err)
	}
}

func TestCheckWithoutAnyProfileAsksTheList(t *testing.T) {
	s := methods(t, map[string]string{"aliexpress.issue.issuelist.get": `{"aliexpress_issue_issuelist_get_response":{"total_item":0,"data_list":{}}}`})
	s.sellerID = "77"
	if who, err := s.Check(t.Context()); err != nil || who.ID != "77" {
		t.Errorf("%+v, %v", who, err)
	}
	if _, err := methods(t, nil).Check(t.Context()); !fault.Is(err, fault.Unauthorised) {
		t.Errorf("a store that may call nothing: %v", err)
	}
}

func TestOrderThatIsNotThere(t *testing.T) {
	s := methods(t, map[string]string{"aliexpress.trade.new.redefining.findorderbyid": `{"x_response":{"time_stamp":"1"}}`})
	if _, err := s.Order(t.Context(), connector.Ref{Order: "1"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
	if _, err := s.Order(t.Context(), connector.Ref{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a number: %v", err)
	}
}

// TestAGatewayThatKnowsNoFilter: the filter by creation is new; older gateways give all that ended, page after page.
func TestAGatewayThatKnowsNoFilter(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		if strings.Contains(r.Form.Get("query_dto"), `"processing"`) {
			io.WriteString(w, `{"total_item":0,"data_list":[]}`)
			return
		}
		if strings.Contains(r.Form.Get("param_aeop_order_query"), "IN_CANCEL") {
			io.WriteString(w, `{"result":{"success":true,"total_count":1,"target_list":[{"order_id":7,"order_status":"FINISH","gmt_update":"2025-01-05 10:00:00"}]}}`)
			return
		}
		asked++
		row := `{"issue_id":5,"issue_status":"finish","gmt_create":"2025-01-01 10:00:00","gmt_modified":"2025-01-05 10:00:00","buyer_login_id":"b"}`
		io.WriteString(w, `{"total_item":5000,"data_list":[`+strings.Repeat(row+",", 49)+row+`]}`)
	}))
	defer server.Close()
	s := openAt(t, "iop", server.URL)
	last := `{"at":` + millis(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)) + `,"open":{}}`
	_, err := s.Pull(t.Context(), connector.Cursor(last), nil, func([]connector.Snapshot) error { t.Error("an old row was read again"); return nil })
	if err != nil || asked != 2 {
		t.Errorf("%d pages of old rows were asked for, %v", asked, err)
	}
}
