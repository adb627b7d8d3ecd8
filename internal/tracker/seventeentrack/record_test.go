package seventeentrack

import (
	"encoding/json"
	"testing"

	"parley/internal/tracker"
)

// FuzzRecord reads records without a network between, which is a hundred times faster than whole answers.
func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"number":"RR123456785CN","carrier":3011,"track_info":{"latest_status":{"status":"InTransit","sub_status":"InTransit_Other"},"misc_info":{"weight_kg":"0.2"},"tracking":{"providers":[{"events":[{"time_utc":"2026-08-05T02:00:00Z","sub_status":null},{"time_iso":"x","stage":"PickedUp"}]}]}}}`))
	f.Add([]byte(`{"number":[],"id":{},"checkpoints":{},"track_info":{"tracking":{"providers":[5,{"events":[[]]}]}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) {
			return // the envelope is read before
		}
		r := readRecord(raw)
		if r == nil {
			return
		}
		for _, e := range r.report(tracker.Ref{Number: "RR123456785CN"}).Events {
			if e.Status == "" || e.At.IsZero() || e.Via != kind {
				t.Errorf("%+v", e)
			}
		}
	})
}
