package mirakl_test

import (
	"os"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/connectortest"
	"parley/internal/connector/mirakl"
)

// FuzzAnswers: whatever the marketplace answers, and whatever cursor was kept.
func FuzzAnswers(f *testing.F) {
	cursor := `{"orders":1772000000000,"returns":0,"threads":5,"full":0,"latest":{},"open":{"incident/M1-A-1#1":{"o":"M1-A","l":"M1-A-1"},"return/r":{}},"waiting":{"M1-A":1}}`
	for _, name := range []string{"order.json", "thread.json", "return.json"} {
		raw, err := os.ReadFile("testdata/" + name)
		must(f, err)
		f.Add(200, raw, cursor)
		f.Add(200, []byte(`{"orders":[`+string(raw)+`],"data":[`+string(raw)+`,5,null],"total_count":999999999,"next_page_token":"x"}`), cursor)
	}
	f.Add(200, []byte(`{"orders":[{"order_id":"M1-A","order_lines":[{"order_line_id":"M1-A-1","order_line_state":"INCIDENT_OPEN"}]}],"data":[],"order_documents":[],"reasons":[]}`), cursor)
	f.Add(200, []byte(`{"return_errors":[{"id":null}],"return_success":[{"id":"r"}],"errors_count":1,"order_documents":[{"errors":[{"code":5}]}],"message_id":"m"}`), cursor)
	incident := connector.Ref{Kind: "incident", ID: "M1-A-1#1", Order: "M1-A", Line: "M1-A-1"}
	back := connector.Ref{Kind: "return", ID: "r", Order: "M1-A"}
	connectortest.Answers(f, connectortest.Answering{
		New:     func() connector.Connector { return mirakl.New() },
		Account: connector.Account{StoreID: 1, Settings: map[string]string{"operator": "pccomponentes", "address": "https://m.example.com", "api_key": "a-key-of-a-shop", "poll_minutes": "0"}},
		Now:     time.Date(2026, 11, 5, 9, 0, 0, 0, time.UTC), Cursor: cursor,
		Acts: []connector.Effect{{ID: "a", Do: "refund", Ref: incident, Amount: eur(100)}, {ID: "b", Do: "send_message", Ref: incident, Text: "Hola"},
			{ID: "c", Do: "contest_goods", Ref: back}, {ID: "d", Do: "upload_evidence", Ref: incident, File: &connector.Attachment{Name: "a.jpg", Bytes: []byte("JPG")}}},
	})
}
