package desk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/desk"
	"parley/internal/dispute"
	"parley/internal/fault"
)

// told is a record that tells of people wherever a record can.
func told(s *scene, shop int64) int64 {
	s.t.Helper()
	return s.take(shop, record("1", "marketplace", func(r *connector.Snapshot) {
		r.Raw = []byte(`{"buyer":"Zenobia Quispe"}`)
		r.Facts.Buyer = &dispute.Buyer{ID: "zq1", Name: "Zenobia", Surname: "Quispe", Country: "PE", Language: "es"}
		r.Facts.Case.ReasonNote = "Zenobia says"
		r.Facts.Messages = []dispute.Message{{At: start, From: "buyer", Text: "Soy Zenobia", Files: []dispute.File{{URL: "http://x.test/zenobia.png"}}}}
		r.Facts.Proposals = []dispute.Proposal{{ID: "p1", By: "buyer", Kind: "refund", Amount: usd(3000), Text: "Zenobia wants", At: start}}
		r.Facts.Unknown = []dispute.Unknown{{Field: "x", Value: "Zenobia"}}
	}))
}

func (s *scene) finish(shop int64) {
	s.t.Helper()
	s.take(shop, record("1", "marketplace", func(r *connector.Snapshot) {
		r.Open, r.Fingerprint, r.Raw = false, "ended", []byte(`{"buyer":"Zenobia Quispe"}`)
		r.Facts.Buyer = &dispute.Buyer{ID: "zq1", Name: "Zenobia", Surname: "Quispe", Country: "PE", Language: "es"}
		r.Facts.Messages = []dispute.Message{{At: start, From: "buyer", Text: "Soy Zenobia"}}
		r.Facts.Case.Reported = dispute.Reported{Ended: true, EndedAt: s.clock.Now(), Paid: usd(0)}
	}))
}

// speaks tells which rows of a case still hold the name or number of the buyer.
func (s *scene) speaks(id int64) []string {
	s.t.Helper()
	c, err := s.DB.Case(bg, id)
	s.must(err)
	rows := map[string]any{"case": c, "own": string(c.Own)}
	sources, err := s.DB.SourcesOfCases(bg, []int64{id})
	s.must(err)
	for _, src := range sources[id] {
		raw, err := s.DB.SourceRaw(bg, src.ID)
		s.must(err)
		rows["facts"], rows["raw"] = string(src.Facts), string(raw)
	}
	events, err := s.DB.Events(bg, id, 0, 1000)
	s.must(err)
	for _, e := range events {
		rows["event "+e.Kind] = string(e.Data)
	}
	rows["evidence"], err = s.DB.EvidenceOf(bg, id)
	s.must(err)
	if order, err := s.DB.OrderOf(bg, c.StoreID, c.OrderNo); err == nil {
		rows["order"] = string(order.Facts)
	}
	var out []string
	for name, row := range rows {
		if text := fmt.Sprintf("%+v", row); strings.Contains(text, "Zenobia") || strings.Contains(text, "zq1") {
			out = append(out, name)
		}
	}
	return out
}

func TestAnErasedCaseTellsOfNobody(t *testing.T) {
	onEach(t, func(s *scene) {
		shop := s.offline("Norte SL", "shop")
		id := told(s, shop)
		s.must(s.Note(bg, s.owner, []int64{id}, "Zenobia called"))
		ev, err := s.AddEvidence(bg, s.owner, id, desk.EvidenceInput{Kind: "photo", Name: "Zenobia.png", Content: picture(), Note: "from Zenobia"})
		s.must(err)
		if err := s.Erase(bg, s.owner, id, "asked for it"); !fault.Is(err, fault.Refused) {
			s.t.Fatalf("an open case was erased: %v", err)
		}
		s.finish(shop)
		if rows := s.queue(desk.QueueQuery{Search: "zenobia"}); len(rows) != 1 {
			s.t.Fatalf("%d found by name", len(rows))
		}
		s.must(s.Erase(bg, s.owner, id, "asked for it"))
		if left := s.speaks(id); len(left) != 0 {
			s.t.Errorf("the name still stands in %v", left)
		}
		if rows := s.queue(desk.QueueQuery{Search: "zenobia"}); len(rows) != 0 {
			s.t.Error("still found by name")
		}
		if rows := s.queue(desk.QueueQuery{Search: "order-of-1"}); len(rows) != 1 {
			s.t.Error("no longer found by its order")
		}
		page := s.page(id)
		if page.Stake != usd(3000) || page.Facts.Case == nil || s.events(id, "erased") != 1 {
			s.t.Errorf("what has to stay is gone: %+v", page.Row)
		}
		if _, _, err := s.EvidenceFile(bg, s.owner, ev.ID); !fault.Is(err, fault.NotFound) {
			s.t.Errorf("the file is still there: %v", err)
		}
	})
}

func TestRetentionErasesWhatEndedLongAgo(t *testing.T) {
	onEach(t, func(s *scene) {
		if f := fault.Of(s.SetRetention(bg, s.owner, 5)); f == nil || f.Field != "days" {
			s.t.Errorf("five days gave %v", f)
		}
		s.must(s.SetRetention(bg, s.owner, 60))
		shop := s.offline("Norte SL", "shop")
		id := told(s, shop)
		s.finish(shop)
		s.pass(59 * 24 * time.Hour)
		if s.events(id, "erased") != 0 {
			s.t.Fatal("erased too early")
		}
		s.pass(3 * 24 * time.Hour)
		if left := s.speaks(id); len(left) != 0 || s.events(id, "erased") != 1 {
			s.t.Errorf("the name still stands in %v, %d events", left, s.events(id, "erased"))
		}
		s.pass(2 * 24 * time.Hour)
		if s.events(id, "erased") != 1 {
			s.t.Error("erased again")
		}
	})
}
