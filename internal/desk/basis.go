package desk

import (
	"encoding/base64"
	"encoding/json"
	"sort"
	"strings"

	"parley/internal/dispute"
	"parley/internal/fault"
)

// basis is what a decision rests on: were any of it different, the person might have decided otherwise. Messages and scans are not
// part of it; what is asked, what is on the table, and where the case stands are.
type basis struct {
	Status    string   `json:"status"`
	Claim     string   `json:"claim"`
	Return    bool     `json:"return"`
	Ended     bool     `json:"ended"`
	Proposals []string `json:"proposals"`
}

// basisOf takes the material part of the facts. Our own proposals are left out: they change by our own acts.
func basisOf(f *dispute.Facts) basis {
	b := basis{Proposals: []string{}}
	if f.Case != nil {
		b.Status, b.Ended = f.Case.Reported.Status, f.Case.Reported.Ended
		b.Claim, b.Return = f.Case.Claim.Amount.String(), f.Case.Claim.ReturnGoods
	}
	for _, p := range f.Proposals {
		if p.By != "staff" && p.Open {
			b.Proposals = append(b.Proposals, p.By+" "+p.Kind+" "+p.Amount.String())
		}
	}
	sort.Strings(b.Proposals)
	return b
}

// pack writes a basis as a text that faces hand back.
func (b basis) pack() string {
	raw, err := json.Marshal(b)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

func unpackBasis(text string) (basis, error) {
	var b basis
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(raw, &b)
	}
	if err != nil {
		return b, fault.Input("basis", text, "the basis given with the case page")
	}
	return b, nil
}

// changed tells what differs between the basis a person saw and the present one, as a conflict; nil if nothing does.
func (b basis) changed(now basis) *fault.Fault {
	diff := map[string][2]string{}
	note := func(field, was, is string) {
		if was != is {
			diff[field] = [2]string{was, is}
		}
	}
	note("status", b.Status, now.Status)
	note("claim", b.Claim, now.Claim)
	note("return", yesNo(b.Return), yesNo(now.Return))
	note("ended", yesNo(b.Ended), yesNo(now.Ended))
	note("proposals", strings.Join(b.Proposals, "; "), strings.Join(now.Proposals, "; "))
	if len(diff) == 0 {
		return nil
	}
	fields := make([]string, 0, len(diff))
	f := fault.New(fault.Conflict, "fault.case_changed")
	f.Params = map[string]string{}
	for field, pair := range diff {
		fields = append(fields, field)
		f.Params[field+".before"], f.Params[field+".after"] = pair[0], pair[1]
	}
	sort.Strings(fields)
	f.Params["changed"] = strings.Join(fields, ", ")
	return f
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
