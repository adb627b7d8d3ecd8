package shipment_test

import (
	"slices"
	"testing"
	"time"

	"parley/internal/dispute"
	"parley/internal/shipment"
)

func scans(words ...string) *dispute.Shipment {
	s := &dispute.Shipment{}
	start := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	for i := 0; i+2 < len(words); i += 3 {
		s.Events = append(s.Events, dispute.Scan{At: start.Add(time.Duration(i) * time.Hour), Status: words[i], Why: words[i+1], Country: words[i+2]})
	}
	return s
}

func TestWhyItComesBack(t *testing.T) {
	for _, c := range []struct {
		name string
		s    *dispute.Shipment
		want string
	}{
		{"never exported", scans("accepted", "", "CN", "export_customs", "", "CN", "returned", "", "CN"), shipment.BackNotExported},
		{"not collected", scans("accepted", "", "CN", "available_for_pickup", "", "PT", "returning", "", "PT"), shipment.BackUnclaimed},
		{"papers", scans("accepted", "", "CN", "arrived_destination", "", "BR", "import_customs", "customs_info_required", "BR", "returning", "", "BR"), shipment.BackPapers},
		{"customs, cause not told", scans("accepted", "", "CN", "arrived_destination", "", "BR", "import_customs", "customs_hold", "BR", "returning", "", "BR"), shipment.BackSecurity},
		{"refused", scans("accepted", "", "CN", "out_for_delivery", "", "ES", "returning", "refused", "ES"), shipment.BackRefused},
		{"cause learnt later", scans("accepted", "", "CN", "arrived_destination", "", "ES", "returning", "", "ES", "returning", "refused", "ES"), shipment.BackRefused},
		{"label cancelled before export", scans("accepted", "", "CN", "cancelled", "", "CN"), shipment.BackNotExported},
		{"delivered is not back", scans("accepted", "", "CN", "delivered", "", "ES"), ""},
	} {
		if got := shipment.Fold(c.s, "ES").BackWhy; got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestDeliveredOnTheWayBackIsWithTheSender(t *testing.T) {
	p := shipment.Fold(scans("accepted", "", "CN", "arrived_destination", "", "ES", "returning", "", "ES", "delivered", "", "CN"), "ES")
	if p.Delivered || !p.Back {
		t.Errorf("%+v", p)
	}
}

func TestDeclarationInAdvanceHoldsNothing(t *testing.T) {
	p := shipment.Fold(scans("import_customs", "", "", "accepted", "", "CN", "departed_origin", "", "CN"), "ES")
	if p.CustomsOpen || p.Arrived {
		t.Errorf("%+v", p)
	}
}

func TestLabelDataIsNoScan(t *testing.T) {
	if p := shipment.Fold(scans("info_received", "", "CN", "not_found", "", ""), ""); p.Scanned || p.Proof != 1 {
		t.Errorf("%+v", p)
	}
}

func TestOrderOfTheListDoesNotMatter(t *testing.T) {
	s := scans("accepted", "", "CN", "departed_origin", "", "CN", "arrived_destination", "", "ES", "available_for_pickup", "", "ES", "returning", "unclaimed", "ES")
	want := shipment.Fold(s, "ES")
	slices.Reverse(s.Events)
	if got := shipment.Fold(s, "ES"); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestDomesticReturnIsNotUnexported(t *testing.T) {
	s := scans("accepted", "", "ES", "attempt_failed", "recipient_unreachable", "ES", "returning", "recipient_unreachable", "ES")
	s.Domestic = true
	if p := shipment.Fold(s, "ES"); p.BackWhy != shipment.BackAbsent {
		t.Errorf("%+v", p)
	}
}

func FuzzFold(f *testing.F) {
	f.Add("accepted", "returning", "refused", "CN", int64(5))
	f.Fuzz(func(t *testing.T, a, b, why, country string, gap int64) {
		s := &dispute.Shipment{Events: []dispute.Scan{{At: time.Unix(gap, 0), Status: a, Country: country}, {Status: b, Why: why, Country: country}}}
		p := shipment.Fold(s, country)
		if p.Delivered && p.GoingBack || p.Delivered && p.DeliveredAt.IsZero() && !p.Since.IsZero() {
			t.Errorf("%+v", p)
		}
	})
}
