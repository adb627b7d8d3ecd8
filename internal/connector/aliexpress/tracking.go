package aliexpress

import (
	"context"
	"slices"
	"strings"
	"time"

	"parley/internal/connector/alibaba/wire"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/shipment"
)

// parcel is one element of logistic_info_list.
type parcel struct {
	number    string
	service   string // key of the line, such as CAINIAO_STANDARD
	name      string // its name for people
	sent      time.Time
	received  bool
	warehouse bool // sent by a warehouse of the platform
}

// line is what is known about a shipping line of the platform (seller pages of the lines; only lines named there).
type line struct {
	service    string // services of the glossary
	registered bool   // tracked to the door
	insured    bool   // the platform answers for what gets lost ("worry-free")
}

var lines = map[string]line{
	"CAINIAO_STANDARD":      {"standard", true, true},
	"CAINIAO_PREMIUM":       {"express", true, true},
	"CAINIAO_ECONOMY":       {"economy", false, true},
	"CAINIAO_SUPER_ECONOMY": {"economy", false, false},
	"AE_CN_SUPER_ECONOMY_G": {"economy", false, false},
	"CPAM":                  {"standard", true, false},
	"YANWEN_JYT":            {"economy", false, false},
	"SGP_OMP":               {"economy", false, false},
	"SUNYOU_ECONOMY":        {"economy", false, false},
	"EMS_ZX_ZX_US":          {"standard", true, false},
}

// shipment gives what the order tells about the parcel; lines that are not known stay open.
func (p parcel) shipment() *dispute.Shipment {
	s := &dispute.Shipment{Number: p.number, Carrier: first(p.name, p.service), ShippedAt: p.sent}
	if l, known := lines[p.service]; known {
		s.Service, s.Registered, s.InsuredByPlatform, s.ArrangedBy = l.service, &l.registered, l.insured, "platform"
	}
	if p.warehouse || strings.HasPrefix(p.service, "CAINIAO_") || strings.HasPrefix(p.service, "AE_") {
		s.ArrangedBy = "platform"
	}
	return s
}

// track reads the events of the parcel. "No such number" and the like is no failure: the parcel then has no scans.
func (s *Session) track(ctx context.Context, o *purchase, p parcel, order string) error {
	if p.number == "" {
		return nil
	}
	a, err := s.read(ctx, "aliexpress.logistics.redefining.querytrackingresult",
		param{"logistics_no", p.number}, param{"origin", "ESCROW"}, param{"out_ref", order},
		param{"service_name", p.service}, param{"to_area", o.country})
	if err != nil {
		if fault.Is(err, fault.Refused) || notOurs(err) || fault.Is(err, fault.Garbled) || fault.Is(err, fault.Unavailable) {
			o.note("querytrackingresult", fault.Of(err).Params["code"])
			return nil
		}
		return err
	}
	o.facts.Shipment.Events = o.scans(a.Value)
	return nil
}

// scans reads tracking events, oldest first.
func (o *purchase) scans(v wire.Value) []dispute.Scan {
	var out []dispute.Scan
	for n, e := range firstOnes(v.Get("details").List()) {
		o.in("details", n)
		code := text(e, "action_code")
		event := dispute.Scan{
			At: o.at(e, "event_date"), Status: "unknown", Place: text(e, "address"), Note: text(e, "event_desc"), Raw: code,
		}
		if known, ok := shipment.Listed(shipment.Cainiao, code); ok {
			event.Status, event.Why = known.Status, known.Why
		} else if code != "" {
			o.note("action_code", code)
		}
		out = append(out, event)
	}
	o.in("", 0)
	slices.SortStableFunc(out, func(a, b dispute.Scan) int { return a.At.Compare(b.At) })
	return out
}
