package aliexpress

import "strings"

// standing is where reverse_detail_status says a case stands, in states and parties of the glossary.
type standing struct{ state, owner string }

// standings holds every documented value of reverse_detail_status (contract of October 2026). A value that is not here,
// or no value, leaves the state open: a case may be with the platform seconds after it was opened.
var standings = map[string]standing{
	"wait_for_seller_response":           {"wait_seller", "seller"},
	"wait_for_your_response":             {"wait_seller", "seller"},
	"wait_for_buyer_response":            {"negotiating", "buyer"},
	"wait_for_your_evidence":             {"platform", "seller"},
	"wait_for_AE_feedback":               {"platform", "platform"},
	"wait_for_final_solution":            {"platform", "platform"},
	"wait_ae_final_feedback":             {"platform", "platform"},
	"wait_for_seller_set_return_address": {"wait_buyer_return", "seller"},
	"wait_for_buyer_return":              {"wait_buyer_return", "buyer"},
	"wait_for_service_provider_response": {"wait_seller_goods", "carrier"},
	"wait_for_seller_confirmation":       {"wait_seller_goods", "seller"},
	"wait_for_warehouse_confirmation":    {"wait_seller_goods", "platform"},
	"wait_for_warehouse_quality_check":   {"wait_seller_goods", "platform"},
	"return_success":                     {"refunded", ""},
	"refund_success":                     {"refunded", ""},
	"refund_reject":                      {"refused", ""},
	"ae_feedback_finish":                 {"closed", ""},
}

// The three values of issue_status.
const (
	processing = "processing"
	canceled   = "canceled_issue"
	finish     = "finish"
)

// timeouts are the documented values of timeout_type.
var timeouts = map[string]bool{
	"WAIT_SOLUTION_TIMEOUT":            true,
	"WAIT_SELLER_FILL_ADDRESS_TIMEOUT": true,
	"WAIT_RECEIVE_ITEM_TIMEOUT":        true,
}

// proposalKinds maps solution_type.
var proposalKinds = map[string]string{"refund": "refund", "return_and_refund": "return_refund"}

// owners maps solution_owner and the owner of an attachment.
var owners = map[string]string{"buyer": "buyer", "seller": "staff", "platform": "platform"}

// members maps submit_member_type; platform is not documented but sent.
var members = map[string]string{
	"buyer": "buyer", "seller": "staff", "waiter": "platform", "system": "platform", "platform": "platform",
}

// solutionStatuses holds every documented status of a solution and whether it still waits for somebody's yes.
var solutionStatuses = map[string]bool{
	"wait_buyer_and_seller_accept":    true,
	"wait_buyer_accept":               true,
	"wait_seller_accept":              true,
	"reached":                         false,
	"buyer_refused":                   false,
	"seller_accept_and_buyer_refused": false,
	"reach_cancle":                    false,
	"perform":                         false,
}

// reachedTypes are the documented ways in which a plan comes about, beside the seller's silence.
var reachedTypes = map[string]bool{"negotiation_consensus": true, "platform_arbitrate": true}

// notReceived is the only numbered reason with a witness: 115 in a captured answer, whose buyer wrote "not receive good".
const notReceived = "115"

// reasonWords are the reasons the rules know by the platform's English words.
var reasonWords = map[string]bool{
	"tracking abnormal": true, "invalid waybill": true, "in transit": true, "not received": true,
	"promised time passed": true, "delivered, not received": true, "detention by customs": true,
	"parcel returned": true, "refusal to accept": true, "dispatched to wrong address": true,
	"shipping method changed": true, "differences": true, "quality problem": true, "does not work": true,
	"goods damaged": true, "short shipment": true, "quantity shortage": true, "sale of fake products": true,
	"dislike, unwanted": true,
}

// plainReason writes "Quality_problem@3rdIssueReason" as "quality problem".
func plainReason(raw string) string {
	word, _, _ := strings.Cut(raw, "@")
	return strings.ToLower(strings.TrimSpace(strings.ReplaceAll(word, "_", " ")))
}

// acts maps the action types of a process entry that always mean one act of the glossary. What depends on the rest of
// the record is decided in history.go; what is only a step of the platform keeps its own word.
var acts = map[string]string{
	"cancel":                     "cancelled_case",
	"buyer_modify_solution":      "changed_claim",
	"buyer_initiate_arbitration": "escalated",
	"fpl_authenticate":           "took_over",
	"platform_give_solution":     "gave_solution",
}

// steps are known actions without an act of the glossary.
var steps = map[string]bool{
	"initiate": true, "buyer_accept": true, "buyer_refuse": true, "buyer_create_solution": true,
	"buyer_delete_solution": true, "seller_delete_solution": true, "perform_solution": true,
	"platform_perform_solution": true, "platform_force_reach": true,
}
