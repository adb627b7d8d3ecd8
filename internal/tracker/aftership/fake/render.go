package fake

import (
	"strings"
	"time"
)

// json is a tracking as the interface shows it. Members nobody needs are left null.
func (t *track) json() object {
	checkpoints := []object{}
	tag, subtag := "Pending", "Pending_001"
	for _, e := range t.seen() {
		checkpoints = append(checkpoints, e.json(t.slug))
		tag, _, _ = strings.Cut(e.Subtag, "_")
		subtag = e.Subtag
	}
	if !t.stopped.IsZero() && tag != "Delivered" && subtag != "Exception_011" {
		tag, subtag = "Expired", "Expired_001"
	}
	o := object{
		"id": t.id, "legacy_id": t.id[:24], "created_at": t.created.Format(time.RFC3339), "updated_at": t.created.Format(time.RFC3339),
		"tracking_number": t.parcel.Number, "slug": t.slug, "active": t.stopped.IsZero(), "tag": tag, "subtag": subtag, "subtag_message": subtag,
		"origin_country_region": nil, "destination_country_region": nil, "shipment_weight": nil, "signed_by": nil, "source": "api", "title": t.parcel.Number,
		"tracked_count": len(checkpoints), "checkpoints": checkpoints, "last_mile": nil, "proof_of_delivery": nil, "order_number": nil,
		"return_to_sender": subtag == "Exception_010" || subtag == "Exception_011", "custom_fields": nil,
	}
	if tag == "Delivered" && t.parcel.SignedBy != "" {
		o["signed_by"] = t.parcel.SignedBy
	}
	if tag == "Delivered" && t.parcel.Proof != "" {
		o["proof_of_delivery"] = []object{{"type": "image", "url": t.parcel.Proof}}
	}
	if t.parcel.LastMile != "" {
		o["last_mile"] = object{"tracking_number": t.parcel.LastMile, "slug": "usps", "transit_time": nil, "source": "SYSTEM_DETECTED"}
	}
	if t.parcel.WeightKg > 0 {
		o["shipment_weight"] = object{"unit": "kg", "value": t.parcel.WeightKg}
	}
	return o
}

func (c Checkpoint) json(slug string) object {
	tag, _, _ := strings.Cut(c.Subtag, "_")
	at := c.At.Format(time.RFC3339)
	if c.Local {
		at = c.At.Format("2006-01-02T15:04:05")
	}
	return object{
		"created_at": c.At.Format(time.RFC3339), "slug": slug, "checkpoint_time": at, "location": orNull(c.Place), "city": orNull(c.Place), "state": nil,
		"postal_code": nil, "coordinate": nil, "country_region": orNull(c.Country), "country_region_name": nil, "message": c.Message, "tag": tag, "subtag": c.Subtag,
		"subtag_message": c.Message, "raw_tag": nil, "events": []object{}, "source": "carrier", "hash": at + c.Subtag,
	}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
