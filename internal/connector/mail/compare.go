package mail

import (
	"encoding/json"

	"parley/internal/connector"
)

// Compare looks for the answer by its own Message-ID. A copy that is still marked as a draft tells that it was about to go out and nothing
// more: a person looks, and nothing is sent again.
func (s *Session) Compare(act connector.Effect, _, after connector.Snapshot) connector.Outcome {
	var r record
	if after.Problem != nil || act.Do != "send_message" || json.Unmarshal(after.Raw, &r) != nil || r.Thread == "" {
		return connector.Contradicted
	}
	outcome := connector.Absent
	for _, l := range r.Letters {
		switch {
		case l.ID != s.ownID(act.ID) || !l.Ours:
		case !l.Draft:
			return connector.Confirmed
		default:
			outcome = connector.Contradicted
		}
	}
	return outcome
}
