package paypal

// PayPal's own words, as its open specification of the Customer Disputes API (1.10) and its documentation list them. A word that is not
// here is kept as it is and listed as unknown.

func words(list ...string) map[string]bool {
	known := make(map[string]bool, len(list))
	for _, w := range list {
		known[w] = true
	}
	return known
}

// The overall status of a dispute.
const (
	statusOpen     = "OPEN"
	waitsForBuyer  = "WAITING_FOR_BUYER_RESPONSE"
	waitsForSeller = "WAITING_FOR_SELLER_RESPONSE"
	underReview    = "UNDER_REVIEW"
	resolved       = "RESOLVED"
	inquiry        = "INQUIRY" // the only stage in which the two sides negotiate
)

var (
	statuses = words(statusOpen, waitsForBuyer, waitsForSeller, underReview, resolved, "OTHER")
	stages   = words(inquiry, "CHARGEBACK", "PRE_ARBITRATION", "ARBITRATION")
	channels = words("INTERNAL", "EXTERNAL", "ALERT")
	reasons  = words(
		"MERCHANDISE_OR_SERVICE_NOT_RECEIVED", "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED", "UNAUTHORISED", "CREDIT_NOT_PROCESSED",
		"DUPLICATE_TRANSACTION", "INCORRECT_AMOUNT", "PAYMENT_BY_OTHER_MEANS", "CANCELED_RECURRING_BILLING", "PROBLEM_WITH_REMITTANCE", "OTHER")
	disputeStates = words("OPEN_INQUIRIES", "REQUIRED_ACTION", "REQUIRED_OTHER_PARTY_ACTION", "UNDER_PAYPAL_REVIEW", "APPEALABLE", "RESOLVED")
	transactions  = words("COMPLETED", "UNCLAIMED", "DENIED", "FAILED", "HELD", "PENDING", "PARTIALLY_REFUNDED", "REFUNDED", "REVERSED", "CANCELLED")
	offerEvents   = words("PROPOSED", "ACCEPTED", "DENIED")
	movements     = words("DISPUTE_SETTLEMENT", "DISPUTE_SETTLEMENT_FEE", "DISPUTE_FEE", "CHARGEBACK_FEE")
)

// standing is a state and a party of the glossary.
type standing struct{ state, owner string }

// outcomes are the ends of a dispute. NONE and words we do not know end it without saying how.
var outcomes = map[string]string{
	"RESOLVED_BUYER_FAVOUR":  "refunded",
	"RESOLVED_SELLER_FAVOUR": "refused",
	"RESOLVED_WITH_PAYOUT":   "refunded",
	"CANCELED_BY_BUYER":      "cancelled",
	"ACCEPTED":               "refunded",
	"DENIED":                 "refused",
	"NONE":                   "closed",
}

// actors maps who wrote or offered something.
var actors = map[string]string{"BUYER": "buyer", "SELLER": "staff", "ARBITER": "platform"}

// sources maps who handed in a proof. REQUESTED_FROM_… is a wish of PayPal's and no proof.
var sources = map[string]string{
	"SUBMITTED_BY_BUYER": "buyer", "SUBMITTED_BY_SELLER": "staff", "SUBMITTED_BY_PARTNER": "platform",
	"REQUESTED_FROM_BUYER": "", "REQUESTED_FROM_SELLER": "",
}

// rulings maps the types of an adjudication.
var rulings = map[string]string{
	"DENY_BUYER": "ruled_for_seller", "PAYOUT_TO_SELLER": "ruled_for_seller",
	"PAYOUT_TO_BUYER": "ruled_for_buyer", "RECOVER_FROM_SELLER": "ruled_for_buyer",
}

// agreed are reasons of an adjudication that only carry out what the two sides agreed on.
var agreed = words(
	"INQUIRY_OFFER_ITEM_REPLACED", "INQUIRY_OFFER_PARTIAL_REFUND", "INQUIRY_OFFER_REFUND_WITH_ITEM_RETURN", "INQUIRY_OFFER_REFUND_WITH_REPLACEMENT",
	"PARTIAL_REFUND_OFFER_ACCEPTED", "SELLER_AGREED_REFUND_WITHOUT_RETURN", "SELLER_AGREED_TO_ISSUE_CREDIT", "SELLER_ISSUED_REFUND",
	"SELLER_ISSUED_CREDIT_TO_BUYER")

// offerKinds maps the types of an offer to kinds of a proposal.
var offerKinds = map[string]string{
	"REFUND": "refund", "REFUND_WITH_RETURN": "return_refund", "REFUND_WITH_REPLACEMENT": "REFUND_WITH_REPLACEMENT",
	"REPLACEMENT_WITHOUT_REFUND": "REPLACEMENT_WITHOUT_REFUND",
}

// proofKinds maps types of a proof to evidence_kinds of the glossary; the others keep PayPal's word.
var proofKinds = map[string]string{
	"PROOF_OF_FULFILLMENT": "tracking_page", "ONLINE_TRACKING_INFORMATION": "tracking_page", "ADDITIONAL_TRACKING_INFORMATION": "tracking_page",
	"PROOF_OF_REFUND": "refund_proof", "PROOF_OF_REFUND_OUTSIDE_PAYPAL": "refund_proof", "PROOF_OF_INSTORE_REFUND": "refund_proof",
	"PROOF_OF_DELIVERY_SIGNATURE": "signature", "DELIVERY_RECEIPT": "signature",
	"PHOTOS_OF_SHIPPED_ITEM": "photo", "PROOF_OF_DAMAGE": "photo", "PROOF_OF_MISSING_ITEMS": "photo",
	"CUSTOMS_DOCUMENT": "customs_notice", "PROOF_OF_DENIAL_BY_CARRIER": "carrier_ticket",
	"PROOF_OF_RETURN": "return_proof", "ADDITIONAL_PROOF_OF_RETURN": "return_proof", "RETURN_TRACKING_INFORMATION": "return_proof",
	"ITEM_DESCRIPTION": "listing_snapshot", "LISTING_URL": "listing_snapshot",
}

// proofTypes are all types of a proof.
var proofTypes = words(
	"PROOF_OF_FULFILLMENT", "PROOF_OF_REFUND", "PROOF_OF_DELIVERY_SIGNATURE", "PROOF_OF_RECEIPT_COPY", "RETURN_POLICY", "BILLING_AGREEMENT",
	"PROOF_OF_RESHIPMENT", "ITEM_DESCRIPTION", "POLICE_REPORT", "AFFIDAVIT", "PAID_WITH_OTHER_METHOD", "COPY_OF_CONTRACT",
	"TERMINAL_ATM_RECEIPT", "PRICE_DIFFERENCE_REASON", "SOURCE_CONVERSION_RATE", "BANK_STATEMENT", "CREDIT_DUE_REASON",
	"REQUEST_CREDIT_RECEIPT", "PROOF_OF_RETURN", "CREATE", "CHANGE_REASON", "PROOF_OF_REFUND_OUTSIDE_PAYPAL", "RECEIPT_OF_MERCHANDISE",
	"CUSTOMS_DOCUMENT", "CUSTOMS_FEE_RECEIPT", "INFORMATION_ON_RESOLUTION", "ADDITIONAL_INFORMATION_OF_ITEM", "DETAILS_OF_PURCHASE",
	"PROOF_OF_SIGNIFICANT_DIFFERENCE", "PROOF_OF_SOFTWARE_OR_SERVICE_NOT_AS_DESCRIBED", "PROOF_OF_CONFISCATION", "PROOF_OF_DAMAGE",
	"COPY_OF_LAW_ENFORCEMENT_AGENCY_REPORT", "ADDITIONAL_PROOF_OF_SHIPMENT", "PROOF_OF_DENIAL_BY_CARRIER",
	"THIRDPARTY_PROOF_FOR_DAMAGE_OR_SIGNIFICANT_DIFFERENCE", "VALID_SUPPORTING_DOCUMENT", "LEGIBLE_SUPPORTING_DOCUMENT",
	"RETURN_TRACKING_INFORMATION", "DELIVERY_RECEIPT", "PROOF_OF_INSTORE_RECEIPT", "ADDITIONAL_TRACKING_INFORMATION",
	"PROOF_OF_SHIPMENT_POSTAGE", "ONLINE_TRACKING_INFORMATION", "PROOF_OF_INSTORE_REFUND", "PROOF_FOR_SOFTWARE_OR_SERVICE_DELIVERED",
	"RETURN_ADDRESS_FOR_SHIPPING", "COPY_OF_THE_EPARCEL_MANIFEST", "COPY_OF_SHIPPING_MANIFEST", "APPEAL_AFFIDAVIT",
	"RECEIPT_OF_REPLACEMENT", "COPY_OF_DRIVERS_LICENSE", "ACCOUNT_CHANGE_INFORMATION", "DELIVERY_ADDRESS", "CONFIRMATION_OF_RESOLUTION",
	"MERCHANT_RESPONSE", "PERMISSION_DESCRIPTION", "STATUS_OF_MERCHANDISE", "LOST_CARD_DETAILS", "LAST_VALID_TRANSACTION_DETAILS",
	"ADDITIONAL_PROOF_OF_RETURN", "DECLARATION", "PROOF_OF_MISSING_ITEMS", "PROOF_OF_EMPTY_PACKAGE_OR_DIFFERENT_ITEM",
	"PROOF_OF_ITEM_NOT_RECEIVED", "ORDER_DETAILS", "LISTING_URL", "SHIPPING_INSURANCE", "BUYER_RESPONSE", "PHOTOS_OF_SHIPPED_ITEM", "OTHER")

// The members of each object we read or know to be of no use here; any other is noted.
var (
	disputeMembers = []string{
		"dispute_id", "create_time", "update_time", "disputed_transactions", "reason", "status", "dispute_state", "dispute_amount", "dispute_asset",
		"fee_policy", "external_reason_code", "dispute_outcome", "adjudications", "money_movements", "dispute_life_cycle_stage", "dispute_channel",
		"messages", "extensions", "evidences", "buyer_response_due_date", "seller_response_due_date", "offer", "refund_details",
		"communication_details", "supporting_info", "allowed_response_options", "links",
	}
	transactionMembers = []string{
		"buyer_transaction_id", "seller_transaction_id", "reference_id", "create_time", "transaction_status", "gross_amount", "gross_asset",
		"invoice_number", "custom", "buyer", "seller", "items", "payment_processor", "seller_protection_eligible",
	}
	itemMembers = []string{
		"item_id", "item_name", "item_description", "item_quantity", "partner_transaction_id", "reason", "dispute_amount", "notes", "item_type",
		"product_details", "service_details", "booking_details", "digital_download_details", "cancellation_details", "agreed_refund_details",
	}
	messageMembers = []string{"posted_by", "time_posted", "content", "documents"}
	proofMembers   = []string{
		"evidence_type", "evidence_info", "documents", "notes", "source", "date", "item_id", "item_type", "action_info", "dispute_life_cycle_stage",
	}
	offerMembers        = []string{"buyer_requested_amount", "seller_offered_amount", "offer_type", "history"}
	offerHistoryMembers = []string{"offer_time", "actor", "event_type", "offer_type", "offer_amount", "notes", "dispute_life_cycle_stage"}
	adjudicationMembers = []string{"type", "adjudication_time", "reason", "dispute_life_cycle_stage"}
	outcomeMembers      = []string{"outcome_code", "amount_refunded", "asset_refunded"}
	movementMembers     = []string{"affected_party", "amount", "asset", "initiated_time", "type", "reason"}
	supportMembers      = []string{"notes", "documents", "source", "provided_time", "dispute_life_cycle_stage"}
)
