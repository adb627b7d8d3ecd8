package paypal

import (
	"strings"
	"testing"

	"parley/internal/fault"
)

const aRow = `{"dispute_id":"PP-D-1","status":"UNDER_REVIEW","create_time":"2026-11-01T10:00:00Z","update_time":"2026-11-02T10:00:00Z"}`

// TestOneBadRowLosesNoOther: a record without a number is kept as it came, with its place and field, and every other is read.
func TestOneBadRowLosesNoOther(t *testing.T) {
	for data, place := range map[string]string{
		`{"items":[` + aRow + `,{"status":"RESOLVED","reason":"OTHER"},` + strings.Replace(aRow, "D-1", "D-2", 1) + `]}`: "items[1].dispute_id",
		`{"items":[7,` + aRow + `,` + strings.Replace(aRow, "D-1", "D-2", 1) + `]}`:                                      "items[0].dispute_id",
		`[` + aRow + `,{"new":1},{"items":[` + strings.Replace(aRow, "D-1", "D-2", 1) + `]}]`:                            "[1].dispute_id",
	} {
		all, err := New().Import([]byte(data), nil)
		if err != nil || len(all) != 3 {
			t.Fatalf("%s: %d, %v", place, len(all), err)
		}
		good, bad := 0, 0
		for _, s := range all {
			f := fault.Of(s.Problem)
			switch {
			case s.Problem == nil && strings.HasPrefix(s.Ref.ID, "PP-D-"):
				good++
			case f != nil && f.Field == place && s.Ref.ID != "" && s.Open && len(s.Raw) > 0:
				bad++
			}
		}
		again, err := New().Import([]byte(data), nil)
		if good != 2 || bad != 1 || err != nil || again[0].Ref != all[0].Ref || again[1].Ref != all[1].Ref {
			t.Errorf("%s: %d good, %d bad: %+v", place, good, bad, all)
		}
	}
	for _, data := range []string{`{"items":[{"status":"RESOLVED"}]}`, `[{"new":1}]`, `{}`, `[]`, `{"items":[]}`} {
		if _, err := New().Import([]byte(data), nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", data, err)
		}
	}
}
