package seventeentrack

import (
	"strings"
	"testing"

	"parley/internal/tracker"
)

// TestAnOlderVersionIsTold: the first version told a parcel's way in another member, in letters of its own. It is not read, and said so.
func TestAnOlderVersionIsTold(t *testing.T) {
	r := readRecord([]byte(`{"number":"1234567890987654321","track":{"b":2105,"e":40,"z0":{"a":"2022-03-08 14:11","c":"Paris","z":"Arrival at Destination Post"}}}`))
	if r == nil {
		t.Fatal("not read")
	}
	got := r.report(tracker.Ref{Number: "1234567890987654321"})
	if len(got.Events) != 0 || len(got.Unknown) != 1 || got.Unknown[0].Field != "track" || !strings.Contains(got.Unknown[0].Value, "Arrival at Destination Post") {
		t.Errorf("%+v", got)
	}
}
