package desk_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/money"
)

// answered is a dispute over a parcel whose buyer was told about it an hour ago: the next update is due 48 hours after that.
func (s *scene) answered() int64 {
	s.t.Helper()
	s.dispute(nil)
	s.sync()
	id := s.queue(desk.QueueQuery{})[0].ID
	s.must(s.Record(context.Background(), s.owner, id, desk.RecordInput{Did: "sent_reply", Step: "first_logistics_reply", Reference: "chat"}))
	s.pass(time.Hour)
	return id
}

func (s *scene) nextUpdate(id int64) time.Time {
	s.t.Helper()
	for _, d := range s.page(id).Verdict.Deadlines {
		if d.Kind == "next_update" {
			return d.At
		}
	}
	s.t.Fatal("no update is due")
	return time.Time{}
}

func TestAStoreTightensANumber(t *testing.T) {
	onEach(t, func(s *scene) {
		ctx := context.Background()
		id := s.answered()
		said := s.clock.Now().Add(-time.Hour)
		if got := s.nextUpdate(id); !got.Equal(said.Add(48 * time.Hour)) {
			s.t.Fatalf("update due %v, want 48 hours after %v", got, said)
		}
		p, err := s.PreviewParameter(ctx, s.owner, s.store, "next_update_hours", 24)
		s.must(err)
		if p.Was != 48 || p.Looked != 1 || p.Changed != 1 || p.More || len(p.Cases) != 1 {
			s.t.Fatalf("preview %+v", p)
		}
		c := p.Cases[0]
		if c.CaseID != id || c.Store != "Casa Norte" || len(c.Changes) != 1 || c.Changes[0].What != "deadline.next_update" ||
			!strings.HasPrefix(c.Changes[0].After, said.Add(24*time.Hour).Format(time.RFC3339)) {
			s.t.Errorf("previewed %+v", c)
		}
		if got := s.nextUpdate(id); !got.Equal(said.Add(48 * time.Hour)) {
			s.t.Error("looking changed the case")
		}
		earlier := s.again(id)
		s.must(s.SetParameter(ctx, s.owner, s.store, "next_update_hours", 24))
		s.must(s.Settle(ctx))
		if got := s.nextUpdate(id); !got.Equal(said.Add(24 * time.Hour)) {
			s.t.Errorf("update due %v, want 24 hours after %v", got, said)
		}
		if n := s.again(id) - earlier; n != 1 {
			s.t.Errorf("%d lines say that the case was judged again, want 1", n)
		}
		s.must(s.SetParameter(ctx, s.owner, s.store, "next_update_hours", 48))
		s.must(s.Settle(ctx))
		if got := s.nextUpdate(id); !got.Equal(said.Add(48 * time.Hour)) {
			s.t.Errorf("taken back: due %v", got)
		}
		view, err := s.StoreOf(ctx, s.owner, s.store)
		s.must(err)
		if len(view.Parameters) != 0 {
			s.t.Errorf("the pack's own number is kept as the store's: %v", view.Parameters)
		}
		s.must(s.SetParameter(ctx, s.owner, s.store, "silent_messages", 2))
		s.must(s.Settle(ctx))
		if n := s.again(id) - earlier; n != 2 {
			s.t.Errorf("%d lines say that the case was judged again, want 2: the last number changes nothing here", n)
		}
	})
}

// again counts how often the case was judged again.
func (s *scene) again(id int64) int {
	s.t.Helper()
	events, err := s.Events(context.Background(), s.owner, id, 0, 50)
	s.must(err)
	n := 0
	for _, e := range events {
		if e.Kind == "judged_again" {
			n++
		}
	}
	return n
}

func TestAStoreLoosensNothing(t *testing.T) {
	onEach(t, func(s *scene) {
		ctx := context.Background()
		for _, c := range []struct {
			name  string
			value int64
			key   string
		}{
			{"next_update_hours", 72, "fault.rule_only_lower"}, {"alarm_before_hours", 2, "fault.rule_only_higher"},
			{"seller_response_days", 2, "fault.rule_fixed"}, {"nobody_knows", 1, "fault.input"}, {"next_update_hours", -1, "fault.rule_only_lower"},
		} {
			_, err := s.PreviewParameter(ctx, s.owner, s.store, c.name, c.value)
			for _, err := range []error{s.SetParameter(ctx, s.owner, s.store, c.name, c.value), err} {
				if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || f.Key != c.key {
					s.t.Errorf("%s = %d gives %v, want %s", c.name, c.value, err, c.key)
				}
			}
		}
		lead := desk.Who{MemberID: addMember(s.t, s.Desk, "Bo", "lead", nil), Role: "lead", AllStores: true}
		if err := s.SetParameter(ctx, lead, s.store, "next_update_hours", 24); !fault.Is(err, fault.Forbidden) {
			s.t.Errorf("a lead gets %v", err)
		}
		other := desk.Who{MemberID: 9, Role: "owner", Stores: []int64{}}
		if _, err := s.PreviewParameter(ctx, other, s.store, "next_update_hours", 24); !fault.Is(err, fault.NotFound) {
			s.t.Errorf("an owner of other stores gets %v", err)
		}
	})
}

func TestNumbersSurviveTheStoreForm(t *testing.T) {
	onEach(t, func(s *scene) {
		ctx := context.Background()
		s.must(s.SetParameter(ctx, s.owner, s.store, "silent_messages", 2))
		view, err := s.UpdateStore(ctx, s.owner, s.store, 0, s.input(s.shop))
		s.must(err)
		if view.Parameters["silent_messages"] != 2 || view.Settings["rule.silent_messages"] != "" {
			s.t.Errorf("parameters %v, settings %v", view.Parameters, view.Settings)
		}
		list, err := s.Numbers(ctx, s.owner, "house@2026")
		s.must(err)
		if len(list) != 1 || list[0].Now["silent_messages"] != 2 || !list[0].Moved["silent_messages"] || list[0].Now["next_update_hours"] != 48 || list[0].Moved["next_update_hours"] {
			s.t.Errorf("numbers %+v", list)
		}
		if list, err := s.Numbers(ctx, s.owner, "taobao@2025"); err != nil || len(list) != 0 {
			s.t.Errorf("a pack that no store uses: %+v, %v", list, err)
		}
	})
}

func TestLongestReplyIsTheStores(t *testing.T) {
	onEach(t, func(s *scene) {
		ctx := context.Background()
		s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		long := func() bool {
			p, err := s.Preview(ctx, s.owner, id, desk.Choice{Option: "counter_amount", Amount: money.Amount{Minor: 500, Currency: "USD"}, Text: strings.Repeat("Vemos su pedido. ", 20), Basis: s.page(id).Basis})
			s.must(err)
			for _, f := range p.Findings {
				if f.Check == "too_long" {
					return true
				}
			}
			return false
		}
		if long() {
			s.t.Fatal("60 words are too long for 200")
		}
		s.must(s.SetParameter(ctx, s.owner, s.store, "reply_max_words", 30))
		if !long() {
			s.t.Error("60 words are not too long for 30")
		}
	})
}

func TestFiredCountsCasesByTheirFirstReason(t *testing.T) {
	onEach(t, func(s *scene) {
		s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		why := s.page(id).Verdict.Why[0]
		got, err := s.Fired(context.Background(), s.owner, why.Pack)
		s.must(err)
		if got.Open != 1 || got.Ended != 0 || got.Count[why.Rule] != 1 || len(got.Cases[why.Rule]) != 1 || got.Cases[why.Rule][0].ID != id {
			s.t.Errorf("%s fired %+v", why.Rule, got)
		}
		nobody := desk.Who{MemberID: 9, Role: "viewer", Stores: []int64{}}
		if got, err := s.Fired(context.Background(), nobody, why.Pack); err != nil || got.Open != 0 || len(got.Count) != 0 {
			s.t.Errorf("a stranger sees %+v, %v", got, err)
		}
	})
}

func TestReplayUnderAnotherVersion(t *testing.T) {
	onEach(t, func(s *scene) {
		ctx := context.Background()
		s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		s.decide(id, desk.Choice{Option: "accept", Basis: s.page(id).Basis})
		s.sync()
		s.dispute(nil)
		s.sync()
		if p := s.page(id); p.Row.Open {
			s.t.Fatalf("the first case has not ended: %+v", p.Row)
		}
		replay := func(in desk.ReplayInput) (out []desk.Replayed, total desk.ReplayTotal, err error) {
			total, err = s.Replay(ctx, s.owner, in, func(r desk.Replayed) error { out = append(out, r); return nil })
			return out, total, err
		}
		list, total, err := replay(desk.ReplayInput{Pack: "aliexpress@2011"})
		s.must(err)
		if total != (desk.ReplayTotal{Looked: 2, Changed: 2}) || !list[0].Open || list[1].Open || list[1].CaseID != id {
			s.t.Fatalf("%+v %+v", total, list)
		}
		for _, r := range list {
			due := map[string]bool{}
			for _, c := range r.Changes {
				due[c.What] = true
			}
			if r.Open && (!due["deadline.platform_steps_in"] || r.Before.State != "wait_seller" || r.At != s.clock.Now()) {
				s.t.Errorf("the open case gives %+v", r)
			}
			// What the platform said of its end would have ended every deadline.
			if !r.Open && (!due["deadline.seller_response_reference"] || !r.At.Before(s.clock.Now())) {
				s.t.Errorf("the past case gives %+v", r)
			}
		}
		if list, total, err := replay(desk.ReplayInput{Pack: "aliexpress@2017"}); err != nil || len(list) != 0 || total.Looked != 2 {
			s.t.Errorf("the same version: %+v %+v %v", list, total, err)
		}
		if _, total, err := replay(desk.ReplayInput{Pack: "aliexpress@2011", Limit: 1}); err != nil || total != (desk.ReplayTotal{Looked: 1, Changed: 1, More: true}) {
			s.t.Errorf("one case: %+v %v", total, err)
		}
		list, _, err = replay(desk.ReplayInput{Parameters: map[string]int64{"alarm_before_hours": 48}})
		s.must(err)
		if len(list) == 0 || list[0].Changes[0].What != "warnings" {
			s.t.Errorf("an earlier alarm changes %+v", list)
		}
		for _, in := range []desk.ReplayInput{{}, {Pack: "aliexpress@1999"}, {Parameters: map[string]int64{"nobody_knows": 1}}, {Parameters: map[string]int64{"next_update_hours": 99}}, {Pack: "aliexpress@2011", Limit: -1}} {
			if _, _, err := replay(in); !fault.Is(err, fault.Invalid) {
				s.t.Errorf("%+v gives %v", in, err)
			}
		}
	})
}
