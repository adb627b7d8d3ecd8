package stripe

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"parley/internal/connector"
	"parley/internal/fault"
)

// The fields of Stripe's evidence form (POST /v1/disputes/{id}, 2026-08-26.dahlia) by what they hold.
var (
	// longTexts take 20,000 characters each.
	longTexts = set("access_activity_log cancellation_policy_disclosure cancellation_rebuttal duplicate_charge_explanation product_description " +
		"refund_policy_disclosure refund_refusal_explanation uncategorized_text")
	// shortTexts take 5,000.
	shortTexts = set("billing_address customer_email_address customer_name customer_purchase_ip duplicate_charge_id service_date " +
		"shipping_address shipping_carrier shipping_date shipping_tracking_number")
	// fileFields take the id of one file each.
	fileFields = []string{"cancellation_policy", "customer_communication", "customer_signature", "duplicate_charge_documentation", "receipt",
		"refund_policy", "service_documentation", "shipping_documentation", "uncategorized_file"}
	evidenceMembers = everyField()
)

const (
	longText  = 20000
	shortText = 5000
	// allTexts is the most all texts of a dispute may have together.
	allTexts = 150000
)

func everyField() map[string]bool {
	out := map[string]bool{"enhanced_evidence": true}
	for _, names := range [][]string{sortedKeys(longTexts), sortedKeys(shortTexts), fileFields} {
		for _, name := range names {
			out[name] = true
		}
	}
	return out
}

// places say which field of the form a proof belongs in, by its kind in the glossary. What is not listed is uncategorized.
var places = map[string]string{
	"tracking_page": "shipping_documentation", "signature": "shipping_documentation", "carrier_ticket": "shipping_documentation",
	"shipping_weight": "shipping_documentation", "freight_charge": "shipping_documentation", "request_log": "customer_communication",
}

// anything is the field for files of every kind.
const anything = "uncategorized_file"

// uploadField names the field a file goes to: as the act says, by the kind of proof, or the one for everything.
func uploadField(act connector.Effect) (string, error) {
	if named := act.Fields["field"]; named != "" {
		if !slices.Contains(fileFields, named) {
			return "", fault.Input("fields.field", named, strings.Join(fileFields, ", "))
		}
		return named, nil
	}
	if place := places[act.File.Kind]; place != "" {
		return place, nil
	}
	return anything, nil
}

// answerFields lays out what is said in an answer: the words of the form, the parcel, and the named fields.
func answerFields(act connector.Effect) ([]param, error) {
	said := map[string]string{}
	for name, value := range act.Fields {
		said[name] = value
	}
	put := func(field, value string) {
		if value != "" {
			said[field] = value
		}
	}
	put("uncategorized_text", act.Text)
	put("shipping_tracking_number", act.Tracking)
	put("shipping_carrier", act.Carrier)
	var out []param
	total := 0
	for _, name := range sortedKeys(said) {
		if err := fits(name, said[name]); err != nil {
			return nil, err
		}
		total += utf8.RuneCountInString(said[name])
		out = append(out, param{in("evidence", name), said[name]})
	}
	if total > allTexts {
		return nil, fault.Input("text", strconv.Itoa(total)+" characters", "at most "+strconv.Itoa(allTexts)+" in all fields together")
	}
	return out, nil
}

// fits checks one field of an answer.
func fits(name, value string) error {
	most := shortText
	switch {
	case longTexts[name]:
		most = longText
	case shortTexts[name]:
	case slices.Contains(fileFields, name) && strings.HasPrefix(value, "file_"):
		return nil
	case slices.Contains(fileFields, name):
		return fault.Input("fields."+name, shortened(value, 40), "the id of an uploaded file, such as file_1")
	default:
		return fault.Input("fields", shortened(name, 40), strings.Join(sortedKeys(evidenceMembers), ", "))
	}
	if n := utf8.RuneCountInString(value); n > most {
		return fault.Input("fields."+name, strconv.Itoa(n)+" characters", "at most "+strconv.Itoa(most))
	}
	return nil
}
