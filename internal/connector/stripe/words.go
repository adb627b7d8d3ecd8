package stripe

// standing is what one of Stripe's words for the status of a dispute means.
type standing struct {
	state, owner string // of the glossary
	ended        bool
}

// standings are the eight statuses. A warning_… is an inquiry: the bank asks, no money was withdrawn yet.
var standings = map[string]standing{
	"warning_needs_response": {"wait_seller", "seller", false},
	"warning_under_review":   {"platform", "platform", false},
	"warning_closed":         {"closed", "platform", true},
	"needs_response":         {"wait_seller", "seller", false},
	"under_review":           {"platform", "platform", false},
	"won":                    {"refused", "platform", true},
	"lost":                   {"refunded", "platform", true},
	"prevented":              {"closed", "platform", true},
}

var (
	reasons = set("bank_cannot_process check_returned credit_not_processed customer_initiated debit_not_authorized duplicate fraudulent general " +
		"incorrect_account_details insufficient_funds noncompliant product_not_received product_unacceptable subscription_canceled unrecognized")
	caseTypes = set("block chargeback compliance inquiry resolution")
	networks  = set("amex cartes_bancaires diners discover eftpos_au interac jcb link mastercard unionpay visa unknown")
	methods   = set("amazon_pay card klarna paypal")
)

// telling are the networks' own reason codes that say more than Stripe's word for them, because the rules of the network
// know them. Every other code is kept beside Stripe's word.
var telling = map[string]map[string]bool{
	"visa":       set("10.4 12.6 13.1 13.3 13.4 13.6 13.7"),
	"mastercard": set("4834 4837"),
	"amex":       set("C02 C08 C31 C32 F29 P05 P08"),
}

// refundsCounted are the statuses of a refund that is paid or on its way; failed, canceled and requires_action are not.
var refundsCounted = set("succeeded pending")
