package scenario

import (
	"time"

	"parley/internal/policy/words"
)

// codeList collects codes to look up.
type codeList []struct{ group, code string }

func (l *codeList) add(group, code string) {
	if code != "" {
		*l = append(*l, struct{ group, code string }{group, code})
	}
}

// unknown gives the first code that is not in the vocabulary.
func (l codeList) unknown() string {
	for _, x := range l {
		if !words.Known(x.group, x.code) {
			return x.code
		}
	}
	return ""
}

// codes gives the first code or zone of the facts that nobody knows.
func (in *given) codes() string {
	var l codeList
	if s := in.Store; s != nil {
		l.add("marketplaces", s.Marketplace)
		for k := range s.Settings {
			l.add("settings", k)
		}
		if !zoneKnown(s.Zone) {
			return s.Zone
		}
	}
	if b := in.Buyer; b != nil && !zoneKnown(b.Zone) {
		return b.Zone
	}
	if s := in.Shipment; s != nil {
		l.add("services", s.Service)
		for _, e := range s.Events {
			l.add("shipment_statuses", e.Status)
			l.add("shipment_reasons", e.Why)
		}
	}
	if in.Order != nil {
		l.add("payment_methods", in.Order.PaidWith)
	}
	if in.Case != nil {
		l.add("case_routes", in.Case.Via)
		l.add("case_kinds", in.Case.Kind)
	}
	in.recordCodes(&l)
	return l.unknown()
}

func (in *given) recordCodes(l *codeList) {
	for _, a := range in.History {
		l.add("actors", a.Who)
		l.add("acts", a.Did)
		l.add("channels", a.Via)
		l.add("steps", a.Step)
		l.add("results", a.Result)
		l.add("charges", a.For)
	}
	for _, m := range in.Messages {
		l.add("actors", m.From)
		l.add("channels", m.Via)
		l.add("asks", m.Asks)
	}
	for _, e := range in.Evidence {
		l.add("actors", e.From)
		l.add("evidence_kinds", e.Kind)
		l.add("readings", e.Reading)
	}
	for _, p := range in.Ledger {
		l.add("ledger_entries", p.Did)
		l.add("ledger_bases", p.Base)
		l.add("payment_methods", p.Method)
	}
	for _, o := range in.DateOverrides {
		l.add("deadlines", o.Deadline)
	}
	if in.Account != nil {
		for _, n := range in.Account.Notices {
			l.add("notices", n.Code)
		}
	}
}

func zoneKnown(name string) bool {
	if name == "" {
		return true
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

// checkCodes gives the first code of a check that nobody knows.
func checkCodes(k Check) string {
	var l codeList
	if d := k.Draft; d != nil {
		l.add("recipients", d.To)
		l.add("channels", d.Via)
		l.add("steps", d.Step)
	}
	if k.Setting != nil {
		l.add("settings", k.Setting.Key)
	}
	if k.Action != nil {
		l.add("actions", k.Action.Do)
	}
	if k.Upload != nil {
		l.add("document_kinds", k.Upload.Kind)
	}
	for key, value := range k.Expect {
		group, ok := expectGroups[key]
		if !ok {
			return key
		}
		if group != "" {
			l.addAll(group, value)
		}
	}
	return l.unknown()
}

// addAll adds a code, a list of codes, or the keys of a map.
func (l *codeList) addAll(group string, value any) {
	switch v := value.(type) {
	case string:
		l.add(group, v)
	case []any:
		for _, x := range v {
			if s, ok := x.(string); ok && !(group == "advice" && words.Known("never_advised", s)) {
				l.add(group, s)
			}
		}
	case map[string]any:
		for k := range v {
			l.add(group, k)
		}
	}
}

// expectGroups are the keys of an expectation and the vocabulary of their codes; empty = no codes.
var expectGroups = map[string]string{
	"class": "classes", "factors": "classes", "owner": "parties", "state": "states", "supplier_state": "supplier_states",
	"options": "options", "not_options": "options", "supplier_options": "supplier_options", "not_supplier_options": "supplier_options",
	"buyer_options": "buyer_options", "not_buyer_options": "buyer_options", "deadlines": "deadlines", "not_deadlines": "deadlines",
	"won_by": "deadlines", "warnings": "warnings", "refund": "", "customer_cost": "", "freight_recoverable": "",
	"missing_evidence": "evidence_kinds", "advice": "advice", "not_advice": "advice", "alerts": "alerts", "not_alerts": "alerts",
	"blocked": "checks", "allowed": "checks", "counts": "metrics", "bucket": "", "metrics": "metrics", "queue": "",
}
