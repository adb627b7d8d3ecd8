// Package reply reads a draft before it is sent: does it say only what is on record, does it keep to the rules of the
// step, is it kind, short, in the right language, and does it hold what it must hold? It also fills reply templates from
// facts on record.
//
// Check is a pure function of facts, verdict, draft and an instant. What words mean stands in package lexicon, one file
// per language; what a check does with the meanings stands here. A finding names the check of the glossary, the words
// of the draft it is about, the rule it comes from, and a text key of an honest way to say it. A language whose lexicon
// is thin, or that has none, gives a finding that says so instead of silence.
package reply

import (
	"cmp"
	"slices"
	"time"

	"parley/internal/dispute"
	"parley/internal/policy"
	"parley/internal/reply/lexicon"
)

// NotJudged is the code of a finding that stops nothing: the draft, or a part of the checks, could not be judged.
const NotJudged = "not_judged"

// Finding is one objection to a draft, a setting, an action or an upload.
type Finding struct {
	Check string `json:"check"` // checks of the glossary, or NotJudged
	Rule  string `json:"rule"`  // where the check comes from, such as X1 or 004-06
	// Start and End are bytes of the draft's text; both 0 when the whole draft is meant.
	Start int `json:"start"`
	End   int `json:"end"`
	// Point names what is missing or wrong in one word, such as "apology" for a missing apology; may be empty.
	Point   string `json:"point,omitempty"`
	Blocks  bool   `json:"blocks"`
	Instead string `json:"instead"` // text key of an honest way to say it
	Unsure  bool   `json:"unsure,omitempty"`
}

// Limits are the numbers of the store and the house that a draft is measured by.
type Limits struct {
	MaxWords int // longest reply in words; 0 = 200, our own number
}

const defaultMaxWords = 200

// rules names the source of every check, as the glossary does.
var rules = map[string]string{
	"cause_without_evidence": "X1", "enquiry_not_logged": "X2", "claimed_action_not_recorded": "X3", "delivery_promise": "X4",
	"hidden_settlement": "X5", "money_for_cancelling": "X6", "automatic_refusal": "X7", "partial_refund_first": "X8",
	"withdrawal_questioned": "X9", "false_cause": "X10", "emotional_manipulation": "X12", "accusation": "X13",
	"escalation_discouraged": "X14", "early_cancel_request": "X15", "personal_data_in_code": "X16", "identity_masking": "X17",
	"supplier_fault_silenced": "X18", "sensitive_number_exposed": "X19", "survey_before_refund": "X20",
	"supplier_limit_told": "X21", "rights_denied": "X22", "early_close": "X23", "dispute_mentioned": "001-17",
	"update_without_news": "001-15", "required_content_missing": "3b", "one_route_only": "004-18",
	"unannounced_charge": "004-25", "wrong_language": "004-06", "too_long": "004-04", "unkind_tone": "004-03",
	"no_case_facts": "004-05", "outside_channel": "004-07", "channel_not_permitted": "001-24", "address_not_validated": "002-20",
	"double_refund": "C28", "platform_pays": "001-21", "file_too_large": "003-14",
}

// Check reads a draft against everything that stops drafts and gives the objections in the order of the text. An empty
// answer means that nothing is known against sending it.
func Check(facts dispute.Facts, verdict policy.Verdict, draft policy.Draft, now time.Time, limits Limits) []Finding {
	lib, err := lexicon.Load()
	if err != nil {
		return []Finding{{Check: NotJudged, Rule: "004-06", Instead: "reply.not_judged.instead", Unsure: true}}
	}
	c := newChecker(lib, &facts, &verdict, &draft, now, limits)
	c.judgeLanguage()
	for _, r := range c.readings {
		c.readingChecks(r)
	}
	c.wholeChecks()
	return c.findings()
}

// readingChecks are those that look for words; they run over every language the draft may be in.
func (c *checker) readingChecks(r *reading) {
	c.causes(r)
	c.places(r)
	c.enquiry(r)
	c.claimedActs(r)
	c.promises(r)
	c.statistics(r)
	c.hiddenSettlement(r)
	c.moneyForCancelling(r)
	c.partialFirst(r)
	c.withdrawalQuestioned(r)
	c.manipulation(r)
	c.accusation(r)
	c.escalation(r)
	c.earlyCancel(r)
	c.masking(r)
	c.survey(r)
	c.rights(r)
	c.disputeMentioned(r)
	c.charge(r)
	c.tone(r)
	c.outsideChannel(r)
}

// wholeChecks look at the draft as a whole; the main reading is enough.
func (c *checker) wholeChecks() {
	c.settlementForm()
	c.wrongLanguage()
	c.tooLong()
	c.sensitiveNumbers()
	c.personalCode()
	c.attachments()
	if c.main == nil {
		return
	}
	c.routes()
	c.caseFacts()
	c.news()
	c.contract()
}

// add notes an objection against a span of the draft.
func (c *checker) add(check, point string, start, end int) {
	for i := range c.out {
		if old := &c.out[i]; old.Check == check && old.Start == start && old.Point == point {
			return
		}
	}
	c.out = append(c.out, Finding{Check: check, Rule: rules[check], Start: start, End: end, Point: point, Blocks: true, Instead: "reply." + check + ".instead"})
}

// against notes an objection against the sentence of a match.
func (c *checker) against(check, point string, r *reading, m lexicon.Match) {
	start, end := r.Span(m.Sentence)
	c.add(check, point, start, end)
}

func (c *checker) findings() []Finding {
	slices.SortStableFunc(c.out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Check, b.Check))
	})
	return c.out
}

// Blocked gives the codes of the findings that stop something, each once, in alphabetical order.
func Blocked(findings []Finding) []string {
	var out []string
	for _, f := range findings {
		if f.Blocks {
			out = append(out, f.Check)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
