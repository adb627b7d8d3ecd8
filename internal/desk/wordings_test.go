package desk_test

import (
	"slices"
	"strings"
	"testing"

	"parley/internal/desk"
	"parley/internal/fault"
)

// TestAnAnswerMayStartFromAnyTemplate whose facts are on record: those made for the case and the act come first, in the buyer's language and in
// English, and one that lacks a fact says which.
func TestAnAnswerMayStartFromAnyTemplate(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		page := s.onlyCase()
		all, err := s.Wordings(bg, s.owner, page.ID, "contest_with_evidence")
		s.must(err)
		languages, filled, lacking := map[string]bool{}, 0, 0
		for i, w := range all {
			languages[w.Language] = true
			if w.To == "supplier" || w.To == "platform" {
				s.t.Errorf("%s goes to the %s", w.Name, w.To)
			}
			if w.Fits && i > 0 && !all[i-1].Fits {
				s.t.Errorf("%s fits and comes after %s", w.Name, all[i-1].Name)
			}
			if (w.Text == "") != (len(w.Missing) > 0) || strings.Contains(w.Text, "{{") {
				s.t.Errorf("%s: %q, missing %v", w.Name, w.Text, w.Missing)
			}
			if filled++; w.Text == "" {
				filled, lacking = filled-1, lacking+1
			}
		}
		if len(all) == 0 || !all[0].Fits || filled == 0 || lacking == 0 || !languages["en"] {
			s.t.Errorf("%d filled, %d lack facts: %+v", filled, lacking, all)
		}
		named := func(name string) func(desk.Wording) bool {
			return func(w desk.Wording) bool { return w.Name == name }
		}
		if i := slices.IndexFunc(all, named("settlement_offer")); i < 0 || all[i].Fits {
			s.t.Error("an offer of a part is made for a refusal")
		}
		if none, err := s.Wordings(bg, s.owner, page.ID, "accept"); err != nil || none != nil {
			s.t.Errorf("an act without words: %+v, %v", none, err)
		}
		if _, err := s.Wordings(bg, s.owner, page.ID, "dance"); !fault.Is(err, fault.NotFound) {
			s.t.Errorf("an unknown act: %v", err)
		}
		stranger := desk.Who{MemberID: addMember(s.t, s.Desk, "Eva", "agent", nil), Name: "Eva", Role: "agent"}
		if _, err := s.Wordings(bg, stranger, page.ID, "contest_with_evidence"); !fault.Is(err, fault.NotFound) {
			s.t.Errorf("who does not see the case: %v", err)
		}
	})
}
