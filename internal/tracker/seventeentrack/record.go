package seventeentrack

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"parley/internal/dispute"
	"parley/internal/shipment"
	"parley/internal/tracker"
)

// record is one accepted parcel of an answer.
type record struct {
	Number  tracker.Text `json:"number"`
	Carrier tracker.Text `json:"carrier"`
	Info    *info        `json:"track_info"`
	// Older is what version 1 tells in its place: letters and numbers of its own, which are not read.
	Older json.RawMessage `json:"track"`
	raw   json.RawMessage
}

type info struct {
	Latest struct {
		Status    tracker.Text `json:"status"`
		SubStatus tracker.Text `json:"sub_status"`
	} `json:"latest_status"`
	Event    *event `json:"latest_event"`
	Tracking struct {
		Providers tracker.List[provider] `json:"providers"`
	} `json:"tracking"`
	Misc struct {
		WeightKg    tracker.Text `json:"weight_kg"`
		LocalNumber tracker.Text `json:"local_number"`
	} `json:"misc_info"`
}

type provider struct {
	Provider struct {
		Key  tracker.Text `json:"key"`
		Name tracker.Text `json:"name"`
	} `json:"provider"`
	Sync   tracker.Text        `json:"latest_sync_status"`
	Events tracker.List[event] `json:"events"`
}

type event struct {
	ISO         tracker.Text `json:"time_iso"`
	UTC         tracker.Text `json:"time_utc"`
	Description tracker.Text `json:"description"`
	Location    tracker.Text `json:"location"`
	Stage       tracker.Text `json:"stage"`
	SubStatus   tracker.Text `json:"sub_status"`
	Raw         struct {
		Date tracker.Text `json:"date"`
		Time tracker.Text `json:"time"`
	} `json:"time_raw"`
	Address struct {
		Country tracker.Text `json:"country"`
		City    tracker.Text `json:"city"`
	} `json:"address"`
}

func readRecord(raw json.RawMessage) *record {
	var r record
	if json.Unmarshal(raw, &r) != nil || r.Number == "" {
		return nil
	}
	r.raw = raw
	return &r
}

func (r *record) carrier() string {
	if r.Carrier == "0" {
		return ""
	}
	return string(r.Carrier)
}

// report is what the record says in the desk's words. Origin and destination carrier stand side by side in it and tell some events twice.
func (r *record) report(ref tracker.Ref) tracker.Report {
	out := tracker.Report{Ref: ref, Raw: r.raw}
	if ref.Carrier == "" {
		out.Ref.Carrier = r.carrier()
	}
	if r.Info == nil {
		if len(r.Older) > 0 {
			out.Unknown = append(out.Unknown, dispute.Unknown{Field: "track", Value: tracker.Shortened(string(r.Older), 500)})
		}
		return out
	}
	out.Stopped = strings.HasPrefix(string(r.Info.Latest.Status), "Expired")
	out.WeightG = grams(string(r.Info.Misc.WeightKg))
	if n := shipment.Number(string(r.Info.Misc.LocalNumber)); n != "" && n != ref.Number {
		out.Next = []string{n}
	}
	var scans []dispute.Scan
	for i, p := range r.Info.Tracking.Providers {
		told, unread := p.scans(i)
		scans, out.Unknown = append(scans, told...), append(out.Unknown, unread...)
	}
	out.Events = r.once(shipment.Translate(shipment.SeventeenTrack, r.latest(scans)), len(r.Info.Tracking.Providers))
	return out
}

// once joins what the carriers tell twice. They were translated together, because a parcel's way goes through all of them; until here Via
// says which of them told the event.
func (r *record) once(events []dispute.Scan, providers int) []dispute.Scan {
	lists := make([][]dispute.Scan, providers)
	for _, e := range events {
		i, _ := strconv.Atoi(e.Via)
		e.Via = kind
		lists[i] = append(lists[i], e)
	}
	return shipment.Join(lists...)
}

// latest gives the last event the sub-state of the parcel, where the event tells none of its own. Other events without a stage are moves.
func (r *record) latest(events []dispute.Scan) []dispute.Scan {
	slices.SortStableFunc(events, func(a, b dispute.Scan) int { return a.At.Compare(b.At) })
	if n := len(events); n > 0 && events[n-1].Raw == "" && r.Info.Latest.SubStatus != "" && !strings.HasPrefix(string(r.Info.Latest.Status), "Expired") {
		events[n-1].Raw = string(r.Info.Latest.SubStatus)
	}
	for i := range events {
		if events[i].Raw == "" {
			events[i].Status = "in_transit"
		}
	}
	return events
}

// scans are the events of one carrier, their codes in Raw. An event whose time cannot be read is told as unknown: it has no place in the
// order.
func (p *provider) scans(n int) (out []dispute.Scan, unread []dispute.Unknown) {
	for i, e := range p.Events {
		scan := dispute.Scan{Place: place(e), Country: tracker.Country(string(e.Address.Country)), Note: tracker.Shortened(string(e.Description), 500), Raw: e.code(), Via: strconv.Itoa(n)}
		at, ok := tracker.Instant(string(e.UTC))
		if !ok {
			at, ok = tracker.Instant(string(e.ISO))
		}
		if !ok {
			at, ok = tracker.Local(string(e.Raw.Date + "T" + e.Raw.Time))
		}
		if !ok {
			unread = append(unread, dispute.Unknown{Field: "tracking.providers[" + strconv.Itoa(n) + "].events[" + strconv.Itoa(i) + "].time_iso", Value: tracker.Shortened(string(e.ISO+" "+e.Description), 500)})
			continue
		}
		scan.At = at
		out = append(out, scan)
	}
	return out, unread
}

// code is the event's own sub-state, or the milestone it stands for.
func (e *event) code() string {
	if e.SubStatus != "" {
		return string(e.SubStatus)
	}
	return string(e.Stage)
}

func place(e event) string {
	if e.Location != "" {
		return tracker.Shortened(string(e.Location), 200)
	}
	return tracker.Shortened(string(e.Address.City), 200)
}

// grams reads kilograms; 0 for what is no weight.
func grams(kg string) int {
	n, err := strconv.ParseFloat(kg, 64)
	if err != nil || n <= 0 || n > 100_000 {
		return 0
	}
	return int(math.Round(n * 1000))
}
