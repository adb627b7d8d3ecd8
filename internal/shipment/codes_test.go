package shipment_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/dispute"
	"parley/internal/shipment"
)

// statuses and reasons of the glossary; package policy/words holds them and may not be asked from here.
var (
	statuses = words("not_found info_received accepted origin_processing export_customs departed_origin transit_country in_transit arrived_destination import_customs " +
		"destination_processing out_for_delivery attempt_failed available_for_pickup delivered returning returned lost damaged destroyed cancelled unknown")
	reasons = words("customs_hold customs_info_required customs_duty_unpaid customs_prohibited security_rejected address recipient_unreachable refused unclaimed carrier_fault unknown")
)

func words(list string) []string { return strings.Fields(list) }

func TestEveryCodeMeansAWordOfTheGlossary(t *testing.T) {
	least := map[string]int{shipment.SeventeenTrack: 30, shipment.AfterShip: 45, shipment.EMSEVT: 25, shipment.Cainiao: 115}
	for name, n := range least {
		codes := shipment.Codes(name)
		if len(codes) < n {
			t.Errorf("%s: only %d codes", name, len(codes))
		}
		for code, m := range codes {
			if !slices.Contains(statuses, m.Status) || (m.Why != "" && !slices.Contains(reasons, m.Why)) || (m.Home != "" && !slices.Contains(statuses, m.Home)) {
				t.Errorf("%s %s: %+v", name, code, m)
			}
			if m.Says == "" || !slices.Contains([]string{"doc", "seen", "unsure"}, m.From) {
				t.Errorf("%s %s: no origin: %+v", name, code, m)
			}
		}
	}
}

func TestMean(t *testing.T) {
	for _, c := range []struct {
		vocabulary, code, status, why string
		proof                         int
		known                         bool
	}{
		{shipment.Cainiao, "GTMS_SIGNED", "delivered", "", 0, true},
		{shipment.Cainiao, "GTMS_STA_SIGNED", "available_for_pickup", "", 3, true},
		{shipment.Cainiao, "SIGNED", "origin_processing", "", 0, true},
		{shipment.Cainiao, "CC_TRANS＿START", "transit_country", "", 0, true}, // full-width, as one SDK prints it
		{shipment.Cainiao, " gtms_delivering ", "out_for_delivery", "", 0, true},
		{shipment.Cainiao, "GTMS_BRAND_NEW", "", "", 0, false},
		{shipment.EMSEVT, "EMI", "delivered", "", 0, true},
		{shipment.EMSEVT, "EME", "import_customs", "customs_hold", 0, true},
		{shipment.AfterShip, "Delivered_003", "delivered", "", 4, true},
		{shipment.AfterShip, "Exception_099", "unknown", "unknown", 0, true},
		{shipment.AfterShip, "Delivered_099", "delivered", "", 0, true},
		{shipment.SeventeenTrack, "DeliveryFailure_Pandemic", "attempt_failed", "unknown", 0, true},
		{shipment.SeventeenTrack, "Teleported", "", "", 0, false},
		{"morse", "SOS", "", "", 0, false},
	} {
		m, ok := shipment.Mean(c.vocabulary, c.code)
		if ok != c.known || m.Status != c.status || m.Why != c.why || m.Proof != c.proof {
			t.Errorf("%s %s: %+v, %v", c.vocabulary, c.code, m, ok)
		}
	}
}

var day = time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)

func told(days int, code, country string) dispute.Scan {
	return dispute.Scan{At: day.AddDate(0, 0, days), Raw: code, Country: country}
}

// TestCustomsOnEitherSide: one word of the source, two meanings by where the parcel is; newest first, as sources send it.
// TestEventsOfThePostAmongOthers: whoever hands events of postal operators on leaves their codes as they are.
func TestEventsOfThePostAmongOthers(t *testing.T) {
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	events := []dispute.Scan{{At: at, Raw: "PU_PICKUP_SUCCESS"}, {At: at.Add(1), Raw: "EME"}, {At: at.Add(2), Raw: "emi"}, {At: at.Add(3), Raw: "EM"}, {At: at.Add(4), Raw: "BRAND_NEW"}}
	var got []string
	for _, e := range shipment.Translate(shipment.Cainiao, events) {
		got = append(got, e.Status)
	}
	if want := []string{"accepted", "import_customs", "delivered", "unknown", "unknown"}; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

func TestCustomsOnEitherSide(t *testing.T) {
	got := shipment.Translate(shipment.SeventeenTrack, []dispute.Scan{
		told(15, "InTransit_CustomsProcessing", ""), told(12, "InTransit_Arrival", "BR"), told(9, "InTransit_Departure", "CN"),
		told(6, "InTransit_CustomsReleased", "CN"), told(5, "InTransit_CustomsProcessing", "CN"), told(1, "InTransit_PickedUp", "CN"), told(16, "Warp_Drive", "BR"),
	})
	var have []string
	for _, e := range got {
		have = append(have, e.Status)
	}
	want := words("accepted export_customs origin_processing departed_origin arrived_destination import_customs unknown")
	if !slices.Equal(have, want) {
		t.Errorf("%v, want %v", have, want)
	}
	if last := got[len(got)-1]; last.Raw != "Warp_Drive" {
		t.Errorf("the unknown code is not kept: %+v", last)
	}
	if p := shipment.Fold(&dispute.Shipment{Events: got}, "BR"); !p.CustomsOpen || !p.Arrived {
		t.Errorf("%+v", p)
	}
}

func TestJoinTellsEachEventOnce(t *testing.T) {
	at := func(min int) time.Time { return day.Add(time.Duration(min) * time.Minute) }
	market := []dispute.Scan{
		{At: at(0), Status: "accepted", Raw: "GOT"}, {At: at(600), Status: "unknown", Raw: "X1"}, {At: at(5000), Status: "in_transit", Raw: "TD", Country: "ES"},
	}
	tracker := []dispute.Scan{
		{At: at(2), Status: "accepted", Raw: "InTransit_PickedUp", Place: "Shenzhen", Country: "CN", Via: "seventeentrack"},
		{At: at(601), Status: "departed_origin", Raw: "InTransit_Departure", Via: "seventeentrack"},
		{At: at(5000), Status: "in_transit", Country: "FR", Via: "seventeentrack"},
		{At: at(9000), Status: "delivered", Proof: 4, Via: "seventeentrack"},
	}
	got := shipment.Join(market, tracker)
	if len(got) != 5 {
		t.Fatalf("%d events: %+v", len(got), got)
	}
	if e := got[0]; e.Raw != "GOT" || e.Place != "Shenzhen" || e.Via != "" {
		t.Errorf("the marketplace's event: %+v", e)
	}
	if e := got[1]; e.Status != "departed_origin" || e.Via != "seventeentrack" {
		t.Errorf("what one source has no word for: %+v", e)
	}
	if again := shipment.Join(market, tracker, tracker); !slices.Equal(again, got) {
		t.Errorf("a third list of the same: %+v", again)
	}
}

func FuzzJoin(f *testing.F) {
	f.Add("delivered", "unknown", int64(0), int64(100), int64(4000))
	f.Fuzz(func(t *testing.T, a, b string, x, y, z int64) {
		one := []dispute.Scan{{At: time.Unix(x%1e9, 0), Status: a}, {At: time.Unix(y%1e9, 0), Status: b}}
		two := []dispute.Scan{{At: time.Unix(z%1e9, 0), Status: a, Raw: b}, {At: time.Unix(x%1e9, 0), Status: a, Country: "ES"}}
		got := shipment.Join(one, two)
		if len(got) < 1 || len(got) > 4 || !slices.IsSortedFunc(got, func(a, b dispute.Scan) int { return a.At.Compare(b.At) }) {
			t.Errorf("%+v", got)
		}
	})
}
