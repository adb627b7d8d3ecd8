package aliexpress_test

import (
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/aliexpress"
	"parley/internal/connector/connectortest"
	"parley/internal/money"
)

// FuzzAnswers: whatever the gateway answers, and whatever cursor was kept.
func FuzzAnswers(f *testing.F) {
	cursor := `{"newest":5,"open":["1"]}`
	for _, text := range []string{
		`{"aliexpress_issue_issuelist_get_response":{"result":{"data_list":{"issue_api_issue_dto":[{"issue_id":1,"order_id":2,"issue_status":"processing","gmt_create":"2026-02-24 15:00:51"}]},"total_item":99999999,"current_page":1}}}`,
		`{"result":{"data_list":[{"issue_id":1,"issue_status":"\u0000","gmt_modified":"2026-13-40"}],"total_item":1},"code":"0"}`,
		`{"aliexpress_issue_detail_get_response":{"result_object":{"id":1,"issue_status":"processing","order_id":2,"process_dto_list":{"api_issue_process_dto":[{"action_type":"initiate"}]}}}}`,
		`{"error_response":{"code":7,"sub_code":"ApiCallLimit","sub_msg":"This ban will last for 31062 more seconds"}}`,
		`{"code":"IllegalAccessToken","message":"x","type":"ISV"}`,
	} {
		f.Add(200, []byte(text), cursor)
	}
	at := connector.Ref{Kind: "issue", ID: "1", Buyer: "br1002", Order: "2", Line: "3"}
	connectortest.Answers(f, connectortest.Answering{
		New: func() connector.Connector { return aliexpress.New() },
		Account: connector.Account{StoreID: 1, Settings: map[string]string{"gateway": "iop", "address": "https://a.example.com", "app_key": "123456", "app_secret": "secret-of-a-shop", "calls_per_second": "0"},
			Token: connector.Token{Access: "a", Refresh: "r"}},
		Now: time.Date(2026, 3, 5, 9, 0, 0, 0, time.UTC), Cursor: cursor,
		Acts: []connector.Effect{{ID: "a", Do: "accept", Ref: at}, {ID: "b", Do: "counter_amount", Ref: at, Amount: money.Amount{Minor: 100, Currency: "USD"}, Text: "x"},
			{ID: "c", Do: "upload_evidence", Ref: at, File: &connector.Attachment{Name: "a.jpg", Bytes: []byte("JPG")}}},
	})
}
