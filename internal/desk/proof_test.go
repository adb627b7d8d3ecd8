package desk_test

import (
	"slices"
	"testing"

	"parley/internal/connector"
	"parley/internal/desk"
	"parley/internal/dispute"
)

// TestProofThatThePlatformHandsOverIsShown beside our own, which is not shown twice.
func TestProofThatThePlatformHandsOverIsShown(t *testing.T) {
	onEach(t, func(s *scene) {
		store := s.offline("Norte SL", "A")
		id := s.take(store, record("1", "marketplace", func(sn *connector.Snapshot) {
			sn.Facts.Evidence = []dispute.Evidence{
				{ID: "file/ab12", At: start, From: "buyer", Kind: "photo", File: &dispute.File{URL: "https://img.example/broken.jpg", Kind: "photo"}},
				{At: start, From: "buyer", Kind: "video", File: &dispute.File{URL: "https://img.example/broken.mp4", Kind: "video"}},
			}
		}))
		_, err := s.AddEvidence(s.t.Context(), s.owner, id, desk.EvidenceInput{Kind: "own_test", Text: "N-1"})
		s.must(err)
		var kinds []string
		for _, e := range s.page(id).Evidence {
			kinds = append(kinds, e.Kind)
		}
		if !slices.Equal(kinds, []string{"own_test", "photo", "video"}) {
			s.t.Errorf("shown are %v", kinds)
		}
	})
}
