package aftership

import (
	"testing"

	"parley/internal/tracker"
)

// TestOlderVersionsAreRead: older answers put the tracking into a member of its own, write a weight as a plain number and a country under
// another name. What has another shape is told, and loses nothing else.
func TestOlderVersionsAreRead(t *testing.T) {
	r := readRecord([]byte(`{"tracking":{"id":"5b","tracking_number":"111111111111","slug":"fedex","tag":"Delivered","subtag":"Delivered_001","active":false,
		"shipment_weight":4,"shipment_weight_unit":"kg","signed_by":"KOSUTOKO","last_mile":"new","checkpoints":[
		{"checkpoint_time":"2018-07-23T16:58:00+08:00","tag":"InTransit","subtag":"InTransit_002","country_iso3":"CHN","location":"DONGGUAN CN"},
		{"checkpoint_time":"2018-07-25T10:10:00+09:00","tag":"Delivered","subtag":"Delivered_001","country_iso3":"JPN","location":"TOKYO JP"}]}}`))
	if r == nil {
		t.Fatal("not read")
	}
	got := r.report(tracker.Ref{Number: "111111111111"})
	if len(got.Events) != 2 || got.WeightG != 4000 || !got.Stopped || len(got.Raw) == 0 {
		t.Fatalf("%+v", got)
	}
	if last := got.Events[1]; last.Status != "delivered" || last.Country != "JP" || last.Proof != 4 {
		t.Errorf("%+v", last)
	}
	if u := got.Unknown; len(u) != 1 || u[0].Field != "last_mile" {
		t.Errorf("%+v", u)
	}
	for _, w := range []string{`{"value":2,"unit":"lb"}`, `"907"`, `[]`} {
		if readRecord([]byte(`{"id":"a","shipment_weight":`+w+`}`)) == nil {
			t.Errorf("%s loses the parcel", w)
		}
	}
}
