package shopify

import "strings"

// standing is where a status says a case stands, in states and parties of the glossary.
type standing struct {
	state, owner string
	ended        bool
}

// returnStandings holds every ReturnStatus. An open return was approved: the customer sends the goods. What closed without money back
// is only closed.
var returnStandings = map[string]standing{
	"REQUESTED": {"wait_seller", "seller", false},
	"OPEN":      {"wait_buyer_return", "buyer", false},
	"CLOSED":    {"closed", "", true},
	"DECLINED":  {"refused", "", true},
	"CANCELED":  {"cancelled", "", true},
}

// disputeStandings holds every DisputeStatus, the deprecated one too. Whoever accepts or loses has paid.
var disputeStandings = map[string]standing{
	"NEEDS_RESPONSE":  {"wait_seller", "seller", false},
	"UNDER_REVIEW":    {"platform", "platform", false},
	"WON":             {"refused", "", true},
	"LOST":            {"refunded", "", true},
	"ACCEPTED":        {"refunded", "", true},
	"CHARGE_REFUNDED": {"refunded", "", true},
	"PREVENTED":       {"closed", "", true},
}

// disputeReasons holds every ShopifyPaymentsDisputeReason; which class each points to stands in the pack.
var disputeReasons = words(`BANK_CANNOT_PROCESS CREDIT_NOT_PROCESSED CUSTOMER_INITIATED DEBIT_NOT_AUTHORIZED DUPLICATE FRAUDULENT GENERAL
	INCORRECT_ACCOUNT_DETAILS INSUFFICIENT_FUNDS NONCOMPLIANT PRODUCT_NOT_RECEIVED PRODUCT_UNACCEPTABLE SUBSCRIPTION_CANCELLED UNRECOGNIZED`)

// networks maps the card brand of a payment to the network whose rules apply.
var networks = map[string]string{
	"visa": "visa", "mastercard": "mastercard", "american express": "amex", "amex": "amex", "american_express": "amex", "discover": "discover",
}

// unfulfilled are the states of a fulfilment order in which goods are still to be sent; done are those in which nothing is.
var (
	unfulfilled = words("OPEN IN_PROGRESS SCHEDULED ON_HOLD INCOMPLETE")
	done        = words("CLOSED CANCELLED")
)

// scans maps FulfillmentEventStatus, and the same words of displayStatus, to shipment statuses of the glossary.
var scans = map[string]string{
	"LABEL_PURCHASED": "info_received", "LABEL_PRINTED": "info_received", "CONFIRMED": "info_received", "CARRIER_PICKED_UP": "accepted",
	"IN_TRANSIT": "in_transit", "DELAYED": "in_transit", "OUT_FOR_DELIVERY": "out_for_delivery", "READY_FOR_PICKUP": "available_for_pickup",
	"ATTEMPTED_DELIVERY": "attempt_failed", "DELIVERED": "delivered", "FAILURE": "unknown",
}

// evidenceKinds maps the platform's own headings for files to kinds of proof, where one fits.
var evidenceKinds = map[string]string{
	"SHIPPING_DOCUMENTATION_FILE": "tracking_page", "CUSTOMER_COMMUNICATION_FILE": "request_log",
}

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}
