package desk_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/notify/notifytest"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/texts"
)

// feed is a program that hears events of cases.
func (s *scene) feed(in desk.ChannelInput) (hook *notifytest.Receiver, channel desk.ChannelView) {
	s.t.Helper()
	if s.Channels["webhook"] == nil {
		s.ways(s.Desk)
	}
	hook = notifytest.NewReceiver(s.t, hookSecret)
	in.Kind, in.Settings = "webhook", map[string]string{"url": hook.URL, "secret": hookSecret}
	channel, err := s.AddChannel(s.t.Context(), s.owner, true, in)
	s.must(err)
	return hook, channel
}

// happenings are the events a program heard, each once, in the order in which they came first.
func happenings(t testing.TB, hook *notifytest.Receiver) (out []desk.Happening) {
	t.Helper()
	said := map[string]string{}
	for _, d := range hook.Deliveries() {
		var h desk.Happening
		if !strings.HasPrefix(d.Type, "event.") {
			continue
		}
		check(t, json.Unmarshal(d.Data, &h))
		if before, twice := said[d.ID]; twice {
			if before != string(d.Data) {
				t.Errorf("%s says %s, then %s", d.ID, before, d.Data)
			}
			continue
		}
		said[d.ID] = string(d.Data)
		if d.Type != "event."+h.Kind || !strings.HasPrefix(d.ID, "evt_"+strconv.FormatInt(h.ID, 10)+"_") || h.Version != 1 {
			t.Errorf("%s %s: %s", d.ID, d.Type, d.Data)
		}
		out = append(out, h)
	}
	return out
}

// sameAsHistory compares what a program heard of a case with its history.
func (s *scene) sameAsHistory(id int64, heard []desk.Happening, kinds ...string) {
	s.t.Helper()
	history, err := s.Events(bg, s.owner, id, 0, 200)
	s.must(err)
	slices.Reverse(history)
	history = slices.DeleteFunc(history, func(e store.Event) bool { return kinds != nil && !slices.Contains(kinds, e.Kind) })
	heard = slices.DeleteFunc(slices.Clone(heard), func(h desk.Happening) bool { return h.CaseID != id })
	if len(heard) != len(history) {
		s.t.Fatalf("heard %d of %d events: %+v", len(heard), len(history), heard)
	}
	for i, e := range history {
		h := heard[i]
		if h.ID != e.ID || h.Kind != e.Kind || !h.At.Equal(e.At) || h.Actor != e.Actor || h.MemberID != e.MemberID || !sameJSON(h.Data, e.Data) {
			s.t.Errorf("event %d: heard %+v, the history has %+v", i, h, e)
		}
		if h.URL != "http://desk.test/cases/"+strconv.FormatInt(id, 10) {
			s.t.Errorf("page %q", h.URL)
		}
	}
}

func sameJSON(a, b []byte) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return string(a) == string(b)
	}
	return string(must1(json.Marshal(x))) == string(must1(json.Marshal(y)))
}

func must1(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func TestAProgramHearsWhatHappensToACase(t *testing.T) {
	onEach(t, func(s *scene) {
		hook, _ := s.feed(desk.ChannelInput{Events: []string{"*"}})
		s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		s.must(s.Note(bg, s.owner, []int64{id}, "asked the carrier"))
		s.decide(id, desk.Choice{Option: "accept", Basis: s.page(id).Basis})
		heard := happenings(t, hook)
		s.sameAsHistory(id, heard)
		var kinds []string
		for _, h := range heard {
			kinds = append(kinds, h.Kind)
		}
		for _, want := range []string{"case_opened", "note", "decided", "case_ended", "effect_confirmed"} {
			if !slices.Contains(kinds, want) {
				t.Errorf("did not hear of %s: %v", want, kinds)
			}
		}
		if n := len(hook.Deliveries()); n != len(heard) || hook.Forged() != 0 {
			t.Errorf("%d deliveries for %d events, %d forged", n, len(heard), hook.Forged())
		}
	})
}

func TestAProgramHearsOnlyTheKindsAndStoresItWants(t *testing.T) {
	onEach(t, func(s *scene) {
		other := s.offline("Casa Norte S.L.", "Another shop")
		ends, _ := s.feed(desk.ChannelInput{Events: []string{"decided", "case_ended"}, Stores: []int64{s.store}})
		elsewhere, _ := s.feed(desk.ChannelInput{Events: []string{"*"}, Stores: []int64{other}})
		both, _ := s.feed(desk.ChannelInput{Events: []string{"case_opened"}, Reasons: []string{"left_72h"}})
		s.dispute(nil)
		s.sync()
		row := s.queue(desk.QueueQuery{})[0]
		s.until(row.DueAt.Add(-72 * time.Hour).Add(time.Minute))
		s.decide(row.ID, desk.Choice{Option: "accept", Basis: s.page(row.ID).Basis})
		s.sameAsHistory(row.ID, happenings(t, ends), "decided", "case_ended")
		if n := len(elsewhere.Deliveries()); n != 0 {
			t.Errorf("%d deliveries about another store", n)
		}
		var types []string
		for _, d := range both.Deliveries() {
			types = append(types, d.Type)
		}
		if !slices.Equal(types, []string{"event.case_opened", "notice.left_72h"}) {
			t.Errorf("heard %v", types)
		}
		if n := len(ends.Deliveries()); n != 2 {
			t.Errorf("%d deliveries: events without reasons bring no notices", n)
		}
	})
}

// A program that refuses what concerns one case holds what follows in that case, and no other case.
func TestEventsOfACaseComeInOrderThoughTheFirstHasToBeRepeated(t *testing.T) {
	onEach(t, func(s *scene) {
		hook, _ := s.feed(desk.ChannelInput{Events: []string{"*"}})
		s.dispute(nil)
		s.sync()
		stuck := s.queue(desk.QueueQuery{})[0].ID
		before := len(happenings(t, hook))
		away := true
		hook.AnswerTo(func(d notifytest.Delivery, w http.ResponseWriter) {
			var h desk.Happening
			if json.Unmarshal(d.Data, &h) == nil && h.CaseID == stuck && away {
				w.WriteHeader(http.StatusInternalServerError)
			}
		})
		for _, text := range []string{"one", "two", "three"} {
			s.must(s.Note(bg, s.owner, []int64{stuck}, text))
			s.pass(time.Second)
		}
		s.dispute(nil)
		s.pass(3 * time.Minute)
		var free int64
		for _, r := range s.queue(desk.QueueQuery{}) {
			free = max(free, r.ID)
		}
		s.sameAsHistory(free, happenings(t, hook))
		if n := len(ofCase(happenings(t, hook), stuck)); n != before+1 { // the first note, again and again
			t.Errorf("heard %d events of the case whose first is not taken", n)
		}
		away = false
		for range 6 {
			s.pass(30 * time.Second)
		}
		s.sameAsHistory(stuck, happenings(t, hook))
	})
}

func ofCase(all []desk.Happening, id int64) []desk.Happening {
	return slices.DeleteFunc(slices.Clone(all), func(h desk.Happening) bool { return h.CaseID != id })
}

// Answers get lost, and two desks share the work: what is repeated has the id it had.
func TestAnEventIsRepeatedUnderItsOwnID(t *testing.T) {
	onEach(t, func(s *scene) {
		hook, _ := s.feed(desk.ChannelInput{Events: []string{"*"}})
		hook.Answer(func(n int, w http.ResponseWriter) {
			if n%3 == 1 {
				panic(http.ErrAbortHandler) // taken, and the answer is lost
			}
		})
		second := s.another()
		for range 5 {
			s.dispute(nil)
		}
		s.sync()
		rows := s.queue(desk.QueueQuery{})
		for i := range 4 {
			for _, r := range rows {
				s.must(s.Note(bg, s.owner, []int64{r.ID}, "note "+strconv.Itoa(i)))
			}
			s.clock.Advance(20 * time.Second)
			together(s, s.Desk, second)
		}
		for range 20 {
			s.clock.Advance(time.Minute)
			together(s, s.Desk, second)
		}
		heard := happenings(t, hook)
		for _, r := range rows {
			s.sameAsHistory(r.ID, heard)
		}
		if len(hook.Deliveries()) == len(heard) {
			t.Error("nothing was repeated")
		}
	})
}

// A desk dies after it sent and before it noted that: whoever goes on sends it again under the same id.
func TestADeskThatDiesWhileItTellsLosesNoEvent(t *testing.T) {
	onEach(t, func(s *scene) {
		hook, _ := s.feed(desk.ChannelInput{Events: []string{"case_opened"}})
		s.dispute(nil)
		ctx, die := context.WithCancel(t.Context())
		hook.Answer(func(n int, _ http.ResponseWriter) {
			if n == 1 {
				die()
			}
		})
		s.clock.Advance(61 * time.Second)
		_ = s.Settle(ctx) // it dies
		if n := len(hook.Deliveries()); n != 1 {
			t.Fatalf("%d deliveries before it died", n)
		}
		second := s.another()
		s.clock.Advance(3 * time.Minute)
		s.must(second.Settle(bg))
		got := hook.Deliveries()
		if len(got) != 2 || got[0].ID != got[1].ID || len(happenings(t, hook)) != 1 {
			t.Errorf("%d deliveries: %+v", len(got), got)
		}
		s.clock.Advance(time.Hour)
		s.must(second.Settle(bg))
		if n := len(hook.Deliveries()); n != 2 {
			t.Errorf("%d deliveries in the end", n)
		}
	})
}

func TestWhatNobodyHearsAnyMoreIsNotSent(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		s.reach(s.owner.MemberID, always())
		gone, goneID := s.feed(desk.ChannelInput{Events: []string{"*"}})
		gone.Answer(func(_ int, w http.ResponseWriter) { w.WriteHeader(http.StatusGone) })
		paused, c := s.feed(desk.ChannelInput{Events: []string{"*"}})
		_, err := s.UpdateChannel(bg, s.owner, c.ID, desk.ChannelInput{Events: []string{"*"}, Paused: true})
		s.must(err)
		dropped, drop := s.feed(desk.ChannelInput{Events: []string{"*"}})
		s.must(s.DropChannel(bg, s.owner, drop.ID))
		s.dispute(nil)
		s.sync()
		id := s.queue(desk.QueueQuery{})[0].ID
		s.must(s.Note(bg, s.owner, []int64{id}, "more"))
		s.pass(time.Minute)
		if n := len(gone.Deliveries()); n != 1 || broken(box) != 1 {
			t.Errorf("%d deliveries to one that is gone, its owner told %d times", n, broken(box))
		}
		if n := len(paused.Deliveries()) + len(dropped.Deliveries()); n != 0 {
			t.Errorf("%d deliveries to nobody", n)
		}
		left, err := s.DB.NextFeed(bg)
		if s.must(err); !left.IsZero() {
			t.Errorf("something waits until %s", left)
		}
		all, err := s.ChannelList(bg, s.owner, true)
		s.must(err)
		i := slices.IndexFunc(all, func(v desk.ChannelView) bool { return v.ID == goneID.ID })
		if !all[i].Paused || !slices.Equal(all[i].Events, []string{"*"}) {
			t.Errorf("%+v", all[i])
		}
	})
}

// What was erased before it went out is not told.
func TestAnErasedCaseIsToldWithoutPeople(t *testing.T) {
	onEach(t, func(s *scene) {
		shop := s.offline("Casa Norte S.L.", "Another shop")
		hook, _ := s.feed(desk.ChannelInput{Events: []string{"*"}})
		id := s.take(shop, record("1", "marketplace", nil))
		s.must(s.Note(bg, s.owner, []int64{id}, "Zenobia called"))
		s.finish(shop)
		s.must(s.Erase(bg, s.owner, id, "asked for"))
		s.pass(time.Minute)
		heard := happenings(t, hook)
		s.sameAsHistory(id, heard)
		for _, d := range hook.Deliveries() {
			if strings.Contains(string(d.Body), "Zenobia") {
				t.Errorf("%s", d.Body)
			}
		}
		if len(heard) < 4 {
			t.Errorf("heard %d", len(heard))
		}
	})
}

// What a restored desk does not know to have gone out goes out again, under the same ids.
func TestARestoredDeskTellsEventsAgainUnderTheirIDs(t *testing.T) {
	s := newScene(t, storetest.SQLite(t))
	hook, _ := s.feed(desk.ChannelInput{Events: []string{"*"}})
	hook.Answer(func(_ int, w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) })
	s.dispute(nil)
	s.sync()
	taken := s.clock.Now()
	old := s.backup()
	hook.Answer(func(int, http.ResponseWriter) {})
	s.pass(time.Minute)
	told := happenings(t, hook)
	sent := len(hook.Deliveries())
	s.clock.Advance(time.Hour)
	s.restore(old, taken)
	s.must(old.Settle(bg))
	if again := happenings(t, hook); len(told) < 1 || len(again) != len(told) || len(hook.Deliveries()) != sent+len(told) {
		t.Errorf("%d events in %d deliveries by the old desk, then %d in %d", len(told), sent, len(again), len(hook.Deliveries()))
	}
}

func TestOnlyAProgramsWebhookHearsEvents(t *testing.T) {
	s := newScene(t, storetest.SQLite(t))
	s.ways(s.Desk)
	hook := map[string]string{"url": "https://erp.example.com/x"}
	for name, c := range map[string]struct {
		installation bool
		in           desk.ChannelInput
		kind         fault.Kind
		field        string
	}{
		"a member's own":     {false, desk.ChannelInput{Kind: "webhook", Settings: hook, Events: []string{"*"}}, fault.Refused, ""},
		"a member's stores":  {false, desk.ChannelInput{Kind: "webhook", Settings: hook, Stores: []int64{s.store}}, fault.Refused, ""},
		"a chat":             {true, desk.ChannelInput{Kind: "telegram", Settings: map[string]string{"token": "1:a", "chat": "2"}, Events: []string{"note"}}, fault.Refused, ""},
		"a kind there isn't": {true, desk.ChannelInput{Kind: "webhook", Settings: hook, Events: []string{"noted"}}, fault.Invalid, "events"},
		"no such store":      {true, desk.ChannelInput{Kind: "webhook", Settings: hook, Events: []string{"*"}, Stores: []int64{99}}, fault.Invalid, "stores"},
	} {
		_, err := s.AddChannel(bg, s.owner, c.installation, c.in)
		if f := fault.Of(err); f == nil || f.Kind != c.kind || f.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	v, err := s.AddChannel(bg, s.owner, true, desk.ChannelInput{Kind: "webhook", Settings: hook, Events: []string{"note", "*"}})
	if s.must(err); !slices.Equal(v.Events, []string{"*"}) {
		t.Errorf("%+v", v)
	}
	v, err = s.UpdateChannel(bg, s.owner, v.ID, desk.ChannelInput{Events: []string{"note"}, Stores: []int64{s.store}})
	if s.must(err); !slices.Equal(v.Events, []string{"note"}) || !slices.Equal(v.Stores, []int64{s.store}) {
		t.Errorf("%+v", v)
	}
}

func TestEveryKindOfEventHasAName(t *testing.T) {
	book, err := texts.Load()
	check(t, err)
	for _, lang := range []string{"en", "es", "zh"} {
		for _, kind := range desk.EventKinds() {
			if !book.In(lang).Has("event." + kind) {
				t.Errorf("%s: event.%s", lang, kind)
			}
		}
	}
}
