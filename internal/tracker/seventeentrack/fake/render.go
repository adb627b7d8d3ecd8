package fake

import (
	"fmt"
	"strings"
	"time"
)

// json is a track as gettrackinfo and deliveries show it.
func (t *track) json(now time.Time) object {
	events := t.seen()
	status, sub := "NotFound", "NotFound_Other"
	var latest any
	if n := len(events); n > 0 {
		status, sub = main(events[n-1])
		latest = events[n-1].json()
	}
	if !t.stopped.IsZero() && !strings.HasPrefix(sub, "Delivered") && !strings.HasPrefix(sub, "Exception_Returned") && t.stopped.Sub(t.ends()) >= 0 {
		status, sub = "Expired", "Expired_Other"
	}
	return object{"number": t.parcel.Number, "carrier": t.carrier, "param": nil, "tag": nil, "track_info": object{
		"shipping_info": object{"shipper_address": address("", ""), "recipient_address": address("", "")},
		"latest_status": object{"status": status, "sub_status": sub, "sub_status_descr": nil},
		"latest_event":  latest,
		"time_metrics":  object{"days_after_order": 0, "days_of_transit": 0, "days_of_transit_done": 0, "days_after_last_update": 0},
		"milestone":     []object{},
		"misc_info": object{
			"risk_factor": 0, "service_type": nil, "weight_raw": nil, "weight_kg": weight(t.parcel.WeightG), "pieces": nil, "local_number": t.parcel.Local, "local_provider": "", "local_key": 0,
		},
		"tracking": object{"providers_hash": 1, "providers": t.providers(events, now)},
	}}
}

// main is the main state of an event.
func main(e Event) (status, sub string) {
	if e.SubStatus == "" {
		if e.Stage == "Delivered" {
			return "Delivered", "Delivered_Other"
		}
		return "InTransit", "InTransit_Other"
	}
	status, _, _ = strings.Cut(e.SubStatus, "_")
	return status, e.SubStatus
}

func weight(g int) any {
	if g == 0 {
		return nil
	}
	return fmt.Sprintf("%.3f", float64(g)/1000)
}

// providers lists the events by carrier, each newest first. The carrier of destination tells the deliveries that it made a second time.
func (t *track) providers(events []Event, now time.Time) []object {
	var keys []int
	lists := map[int][]object{}
	for i := len(events) - 1; i >= 0; i-- {
		key := events[i].Provider
		if key == 0 {
			key = t.carrier
		}
		if lists[key] == nil {
			keys = append(keys, key)
		}
		lists[key] = append(lists[key], events[i].json())
	}
	out := []object{}
	for _, key := range keys {
		out = append(out, object{
			"provider":     object{"key": key, "name": fmt.Sprintf("carrier %d", key), "alias": "", "tel": nil, "homepage": "", "country": ""},
			"service_type": nil, "latest_sync_status": "Success", "latest_sync_time": now.Format(time.RFC3339), "events_hash": 1, "events": lists[key],
		})
	}
	return out
}

func (e Event) json() object {
	zone := time.FixedZone("", 2*60*60)
	at := e.At.In(zone)
	o := object{
		"time_iso": at.Format(time.RFC3339), "time_utc": e.At.UTC().Format(time.RFC3339),
		"time_raw":    object{"date": at.Format("2006-01-02"), "time": at.Format("15:04:05"), "timezone": "+02:00"},
		"description": e.Description, "location": orNull(e.Place), "stage": orNull(e.Stage), "sub_status": orNull(e.SubStatus), "address": address(e.Country, e.Place),
	}
	if e.NoZone {
		o["time_iso"], o["time_utc"] = nil, nil
	}
	return o
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func address(country, city string) object {
	return object{
		"country": orNull(country), "state": nil, "city": orNull(city), "street": nil, "postal_code": nil, "coordinates": object{"longitude": nil, "latitude": nil},
	}
}
