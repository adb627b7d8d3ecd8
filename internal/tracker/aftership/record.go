package aftership

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"

	"golang.org/x/text/language"

	"parley/internal/dispute"
	"parley/internal/shipment"
	"parley/internal/tracker"
)

// record is a tracking of an answer.
type record struct {
	ID          tracker.Text             `json:"id"`
	Number      tracker.Text             `json:"tracking_number"`
	Slug        tracker.Text             `json:"slug"`
	Tag         tracker.Text             `json:"tag"`
	Subtag      tracker.Text             `json:"subtag"`
	Active      *bool                    `json:"active"`
	SignedBy    tracker.Text             `json:"signed_by"`
	Checkpoints tracker.List[checkpoint] `json:"checkpoints"`
	LastMile    *leg                     `json:"last_mile"`
	Weight      *weight                  `json:"shipment_weight"`
	Unit        tracker.Text             `json:"shipment_weight_unit"` // beside a plain weight, in older versions
	Proofs      tracker.List[proof]      `json:"proof_of_delivery"`
	raw         json.RawMessage
	strange     []dispute.Unknown // what had another shape than expected
}

type leg struct {
	Number tracker.Text `json:"tracking_number"`
}

type weight struct {
	Value tracker.Text `json:"value"`
	Unit  tracker.Text `json:"unit"`
}

type proof struct {
	URL tracker.Text `json:"url"`
}

type checkpoint struct {
	Time    tracker.Text `json:"checkpoint_time"`
	Created tracker.Text `json:"created_at"`
	Message tracker.Text `json:"message"`
	Tag     tracker.Text `json:"tag"`
	Subtag  tracker.Text `json:"subtag"`
	Place   tracker.Text `json:"location"`
	City    tracker.Text `json:"city"`
	Country tracker.Text `json:"country_region"`
	Older   tracker.Text `json:"country_iso3"` // the same in older versions
}

// UnmarshalJSON reads a weight with its unit, or a plain number as older versions write it. What is neither is no weight.
func (w *weight) UnmarshalJSON(data []byte) error {
	var now struct {
		Value tracker.Text `json:"value"`
		Unit  tracker.Text `json:"unit"`
	}
	if json.Unmarshal(data, &now) == nil {
		w.Value, w.Unit = now.Value, now.Unit
		return nil
	}
	return json.Unmarshal(data, &w.Value)
}

// readRecord reads a tracking, which older versions put into a member of its own. What has another shape in part is read as far as it goes;
// nil where no parcel is named.
func readRecord(raw json.RawMessage) *record {
	var older struct {
		Tracking json.RawMessage `json:"tracking"`
	}
	if json.Unmarshal(raw, &older) == nil && len(older.Tracking) > 0 && older.Tracking[0] == '{' {
		raw = older.Tracking
	}
	var r record
	var shape *json.UnmarshalTypeError
	if err := json.Unmarshal(raw, &r); (err != nil && !errors.As(err, &shape)) || (r.ID == "" && r.Number == "") {
		return nil
	}
	if shape != nil {
		r.strange = []dispute.Unknown{{Field: shape.Field, Value: shape.Value}}
	}
	if r.Weight != nil && r.Weight.Unit == "" {
		r.Weight.Unit = r.Unit
	}
	r.raw = raw
	return &r
}

// report is what the tracking says in the desk's words.
func (r *record) report(ref tracker.Ref) tracker.Report {
	out := tracker.Report{Ref: tracker.Ref{Number: ref.Number, Carrier: string(r.Slug), ID: string(r.ID)}, Raw: r.raw, WeightG: r.Weight.grams(), Unknown: r.strange}
	out.Stopped = r.Tag == "Expired" || (r.Active != nil && !*r.Active)
	if r.LastMile != nil {
		if n := shipment.Number(string(r.LastMile.Number)); n != "" && n != ref.Number {
			out.Next = []string{n}
		}
	}
	var scans []dispute.Scan
	for i, c := range r.Checkpoints {
		scan, ok := c.scan()
		if !ok {
			out.Unknown = append(out.Unknown, dispute.Unknown{
				Field: "checkpoints[" + strconv.Itoa(i) + "].checkpoint_time", Value: tracker.Shortened(string(c.Time+" "+c.Message), 500),
			})
			continue
		}
		scans = append(scans, scan)
	}
	out.Events = r.proved(shipment.Translate(shipment.AfterShip, scans))
	return out
}

// scan is one checkpoint; ok is false where its time cannot be read. Some carriers tell a local time without its zone: it is taken as UTC,
// which is wrong by some hours and keeps the order.
func (c *checkpoint) scan() (dispute.Scan, bool) {
	at, ok := tracker.Instant(string(c.Time))
	if !ok {
		at, ok = tracker.Local(string(c.Time))
	}
	code := c.Subtag
	if code == "" {
		code = c.Tag
	}
	country := c.Country
	if country == "" {
		country = c.Older
	}
	place := c.Place
	if place == "" {
		place = c.City
	}
	return dispute.Scan{
		At: at, Raw: string(code), Place: tracker.Shortened(string(place), 200), Country: tracker.Country(string(country)),
		Note: tracker.Shortened(string(c.Message), 500), Via: kind,
	}, ok
}

// proved raises the proof of the delivery by what stands beside the checkpoints: a name, or a picture.
func (r *record) proved(events []dispute.Scan) []dispute.Scan {
	level := 0
	if r.SignedBy != "" {
		level = 4
	}
	for _, p := range r.Proofs {
		if p.URL != "" {
			level = 5
		}
	}
	for i := len(events) - 1; i >= 0 && level > 0; i-- {
		if events[i].Status == "delivered" {
			events[i].Proof = max(events[i].Proof, level)
			break
		}
	}
	return events
}

// unitGrams are the units of weight.
var unitGrams = map[tracker.Text]float64{"g": 1, "kg": 1000, "oz": 28.349523125, "lb": 453.59237}

// grams of a weight; 0 where it is not told or cannot be.
func (w *weight) grams() int {
	if w == nil {
		return 0
	}
	n, err := strconv.ParseFloat(string(w.Value), 64)
	g := n * unitGrams[w.Unit]
	if err != nil || g <= 0 || g > 100_000_000 {
		return 0
	}
	return int(math.Round(g))
}

// alpha3 gives the three letters of a country; empty for what is none.
func alpha3(country string) string {
	region, err := language.ParseRegion(country)
	if err != nil || !region.IsCountry() {
		return ""
	}
	return region.ISO3()
}
