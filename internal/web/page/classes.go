package page

import "strings"

// ClassGroups are the families of classes, in their order.
var ClassGroups = []string{"logistics", "product", "pre_shipment", "withdrawal", "warranty", "account"}

// Classes are the classes of the glossary, family by family. A test holds them against the texts.
var Classes = map[string][]string{
	"logistics": strings.Fields(`enquiry not_received tracking_missing transit_stale late delivered_not_received lost customs_hold
		customs_docs_not_provided customs_buyer_unreachable returned_unclaimed returned_in_country returned_not_exported refused_by_buyer
		wrong_address_seller wrong_address_buyer shipping_method_changed`),
	"product": strings.Fields(`not_as_described confirmed defective damaged short wrong_item counterfeit usage_misunderstanding unproven
		suspected_abuse conditional_demand`),
	"pre_shipment": strings.Fields(`out_of_stock oversize late_dispatch supplier_silent buyer_cancel address_error`),
	"withdrawal":   strings.Fields(`legal commercial campaign personal_reason`),
	"warranty":     strings.Fields(`within_30 after_30 no_fault overdue`),
	"account": strings.Fields(`order_closed fraud_check card_review profile_change access_pattern complaints_flag payment_channel unauthorised
		billing_error refund_not_processed`),
}

// known tells whether a class or the pattern of a family is in the list.
func known(class string) bool {
	family, name, _ := strings.Cut(class, ".")
	for _, c := range Classes[family] {
		if c == name || name == "*" {
			return true
		}
	}
	return false
}

// className is the word for a class, or for a pattern over a family of them.
func (f Frame) className(class string) string {
	family, name, _ := strings.Cut(class, ".")
	switch {
	case class == "":
		return f.T("net.any_class")
	case name == "*" && f.Has("class_group."+family):
		return f.T("class_group." + family)
	case f.Has("class." + class):
		return f.T("class." + class)
	}
	return class
}
