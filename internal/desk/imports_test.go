package desk

import (
	"testing"
	"time"

	"parley/internal/dispute"
)

// TestScansOfAFileAreAddedToTheParcelKnown: a file that tells no number of the parcel takes none away.
func TestScansOfAFileAreAddedToTheParcelKnown(t *testing.T) {
	at := time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC)
	known := &dispute.Shipment{Number: "LB1ES", Carrier: "Correos", Events: []dispute.Scan{{At: at, Status: "in_transit"}}}
	told := &dispute.Shipment{Events: []dispute.Scan{{At: at.Add(-time.Hour), Status: "accepted"}, {At: at, Status: "in_transit"}}}
	got := travelled(known, told)
	if got.Number != "LB1ES" || len(got.Events) != 2 || got.Events[0].Status != "accepted" || len(known.Events) != 1 {
		t.Errorf("%+v of %+v", got, known)
	}
	other := &dispute.Shipment{Number: "LB2ES"}
	if travelled(known, other) != other || travelled(nil, told) != told || travelled(known, nil) != known || travelled(nil, nil) != nil {
		t.Error("a parcel with a number, or one told for the first time, does not stand as it is told")
	}
}
