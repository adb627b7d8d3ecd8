package aftership

import (
	"encoding/json"
	"testing"

	"parley/internal/tracker"
)

// FuzzRecord reads records without a network between, which is a hundred times faster than whole answers.
func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"id":"a","tracking_number":"RR123456785CN","tag":"Delivered","signed_by":"X","shipment_weight":{"unit":"lb","value":2},"checkpoints":[{"checkpoint_time":"2026-08-05T02:00:00","subtag":"Delivered_001","country_region":"ESP"}]}`))
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
