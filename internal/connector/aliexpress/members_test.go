package aliexpress

import (
	"slices"
	"testing"
)

// TestMembersNobodyDocumentsAreShown with their place, in issues, rows of the list and orders.
func TestMembersNobodyDocumentsAreShown(t *testing.T) {
	const strange = `"moon_phase":{"deep":"full"}`
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"issue": {`{"result_object":{"id":1,"order_id":"81","issue_status":"processing",` + strange + `,
			"buyer_solution_list":{"solution_api_dto":[{"id":7,"solution_type":"refund",` + strange + `}]},
			"process_dto_list":{"api_issue_process_dto":[{"action_type":"initiate",` + strange + `}]}}}`,
			[]string{"buyer_solution_list[0].moon_phase", "process_dto_list[0].moon_phase", "moon_phase"}},
		"list": {`{"total_item":1,"data_list":[{"issue_id":7,"order_id":81,"issue_status":"processing",` + strange + `}]}`,
			[]string{"data_list[0].moon_phase"}},
		"order": {`{"target":{"id":81,"order_status":"FINISH",` + strange + `}}`, []string{"moon_phase"}},
	} {
		snaps, err := New().Import([]byte(c.file), nil)
		if err != nil || len(snaps) != 1 {
			t.Fatalf("%s: %v %v", name, snaps, err)
		}
		var fields []string
		for _, u := range snaps[0].Facts.Unknown {
			if u.Value != `{"deep":"full"}` {
				t.Errorf("%s: unknown %+v", name, u)
			}
			fields = append(fields, u.Field)
		}
		if !slices.Equal(fields, c.want) {
			t.Errorf("%s: unknown %q, want %q", name, fields, c.want)
		}
	}
	everything := `{"result_object":{"id":1,"order_id":"81","issue_status":"processing","issue_type":"x","after_sale_warranty":false,"timeout_type":"WAIT_SOLUTION_TIMEOUT"}}`
	snaps, err := New().Import([]byte(everything), nil)
	if err != nil || len(snaps[0].Facts.Unknown) > 0 {
		t.Errorf("documented members are unknown: %+v %v", snaps, err)
	}
}
