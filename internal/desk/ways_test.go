package desk_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/notify/notifytest"
)

// room is a chat on loopback: it keeps what was said to it, whichever chat's words it came in, and answers as it is told.
type room struct {
	*httptest.Server
	mu     sync.Mutex
	said   []string
	answer func(w http.ResponseWriter)
}

func newRoom(t testing.TB) *room {
	t.Helper()
	r := &room{answer: func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"ok":true,"errcode":0,"code":0}`) }}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		raw, _ := io.ReadAll(q.Body)
		var body struct {
			Text    any
			Content any
		}
		_ = json.Unmarshal(raw, &body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.said = append(r.said, textOf(body.Text)+textOf(body.Content))
		r.answer(w)
	}))
	t.Cleanup(r.Close)
	return r
}

// textOf reads "text", {"content": "text"} and {"text": "text"}.
func textOf(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case map[string]any:
		return textOf(x["content"]) + textOf(x["text"])
	}
	return ""
}

func (r *room) heard() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.said)
}

func (r *room) answers(with func(w http.ResponseWriter)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = with
}

// chats are the settings by which each kind of chat is reached at a room, its own and those that all share.
func chats(r *room) map[string][2]map[string]string {
	at := map[string]string{"server": r.URL}
	return map[string][2]map[string]string{
		"telegram": {{"token": "123:abc", "chat": "-100"}, at}, "slack": {{"url": r.URL + "/services/x"}, nil}, "wecom": {{"key": "k-1"}, at},
		"dingtalk": {{"token": "tok", "secret": "SEC1"}, at}, "feishu": {{"token": "tok", "secret": "SEC1"}, at},
	}
}

// in joins a member to a chat.
func (s *scene) in(r *room, kind string, member int64) desk.ChannelView {
	s.t.Helper()
	set := chats(r)[kind]
	if set[1] != nil {
		s.must(s.SetShared(s.t.Context(), s.owner, kind, set[1]))
	}
	c, err := s.AddChannel(s.t.Context(), s.who(member), false, desk.ChannelInput{Kind: kind, Settings: set[0]})
	s.must(err)
	return c
}

func TestEveryChatIsToldOnceThroughTheDesk(t *testing.T) {
	onEach(t, func(s *scene) {
		s.ways(s.Desk)
		agent := addMember(t, s.Desk, "ana", "agent", nil)
		s.must(s.SetNoticePlan(t.Context(), s.who(agent), always()))
		rooms := map[string]*room{}
		for kind := range chats(&room{Server: &httptest.Server{}}) {
			rooms[kind] = newRoom(t)
			c := s.in(rooms[kind], kind, agent)
			s.must(s.TestChannel(t.Context(), s.who(agent), c.ID))
			if said := rooms[kind].heard(); len(said) != 1 || !strings.Contains(said[0], "This is a test") {
				t.Errorf("%s: the test says %q", kind, said)
			}
		}
		s.dispute(nil)
		second := s.another()
		for range 3 * 24 { // past the step of three days before the deadline
			s.clock.Advance(time.Hour)
			together(s, s.Desk, second)
		}
		for kind, r := range rooms {
			said := r.heard()[1:]
			if len(said) == 0 || !strings.Contains(said[0], "Desk lamp") || !strings.Contains(said[0], "http://desk.test/cases/") {
				t.Errorf("%s: %q", kind, said)
			}
			if slices.Sort(said); len(slices.Compact(slices.Clone(said))) != len(said) {
				t.Errorf("%s: told twice: %q", kind, said)
			}
		}
	})
}

// A chat knows no ids of ours: what perhaps arrived is not said again, and the member's own list tells so.
func TestWhatPerhapsArrivedInAChatIsNotSaidAgain(t *testing.T) {
	onEach(t, func(s *scene) {
		s.ways(s.Desk)
		agent := addMember(t, s.Desk, "ana", "agent", nil)
		s.must(s.SetNoticePlan(t.Context(), s.who(agent), always()))
		r := newRoom(t)
		c := s.in(r, "telegram", agent)
		r.answers(func(http.ResponseWriter) { panic(http.ErrAbortHandler) }) // taken, and the answer is lost
		s.dispute(nil)
		s.sync()
		row := s.queue(desk.QueueQuery{})[0]
		s.until(row.DueAt.Add(-70 * time.Hour))
		if n := len(r.heard()); n != 1 {
			t.Errorf("said %d times", n)
		}
		told, err := s.ToldOf(t.Context(), s.owner, row.ID)
		s.must(err)
		if !slices.ContainsFunc(told, func(o desk.Told) bool { return o.Channel == "telegram" && o.State == "unclear" }) {
			t.Errorf("told %+v", told)
		}
		if err := s.TestChannel(t.Context(), s.who(agent), c.ID); !fault.Is(err, fault.Unknown) {
			t.Errorf("the test says %v", err)
		}
	})
}

// A chat that says "too many" is asked again later and says yes then.
func TestAChatThatIsTooBusyIsToldLater(t *testing.T) {
	onEach(t, func(s *scene) {
		s.ways(s.Desk)
		agent := addMember(t, s.Desk, "ana", "agent", nil)
		s.must(s.SetNoticePlan(t.Context(), s.who(agent), always()))
		r := newRoom(t)
		s.in(r, "wecom", agent)
		r.answers(func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"errcode":45009}`) })
		s.dispute(nil)
		s.sync()
		s.until(s.queue(desk.QueueQuery{})[0].DueAt.Add(-72 * time.Hour).Add(10 * time.Minute))
		busy := len(r.heard())
		r.answers(func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"errcode":0}`) })
		s.until(s.clock.Now().Add(2 * time.Hour))
		if n := len(r.heard()); busy == 0 || n != busy+1 {
			t.Errorf("%d calls while it was busy, %d in all", busy, n)
		}
	})
}

// The only channel of somebody does not work: they would not hear of it, so the owners do.
func TestTheOnlyChannelOfSomebodyBreaks(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		s.reach(s.owner.MemberID, always())
		agent := addMember(t, s.Desk, "ana", "agent", nil)
		s.must(s.SetNoticePlan(t.Context(), s.who(agent), always()))
		r := newRoom(t)
		s.in(r, "feishu", agent)
		r.answers(func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"code":19001}`) }) // a bot that was removed
		s.dispute(nil)
		s.sync()
		s.until(s.queue(desk.QueueQuery{})[0].DueAt.Add(-70 * time.Hour))
		got := box.Mails()
		if len(got) != 1 || got[0].To != "lucía@shop.test" || !strings.Contains(got[0].Subject, "does not work") || !strings.Contains(got[0].Subject, "ana") {
			t.Errorf("told %v", subjects(got))
		}
	})
}

// A program that listens is gone: owners are told, not agents, who could not mend it.
func TestAProgramThatIsGoneIsToldToTheOwners(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		agent := addMember(t, s.Desk, "ana", "agent", nil)
		for _, id := range []int64{agent, s.owner.MemberID} {
			s.reach(id, always())
		}
		hook := notifytest.NewReceiver(t, hookSecret)
		hook.Answer(func(_ int, w http.ResponseWriter) { w.WriteHeader(http.StatusGone) })
		_, err := s.AddChannel(t.Context(), s.owner, true, desk.ChannelInput{Kind: "webhook", Settings: map[string]string{"url": hook.URL, "secret": hookSecret}})
		s.must(err)
		s.dispute(nil)
		s.sync()
		s.until(s.queue(desk.QueueQuery{})[0].DueAt.Add(-71 * time.Hour))
		var told []string
		for _, m := range box.Mails() {
			if strings.Contains(m.Subject, "does not work") {
				told = append(told, m.To)
			}
		}
		if !slices.Equal(told, []string{"lucía@shop.test"}) {
			t.Errorf("told %v of %v", told, subjects(box.Mails()))
		}
	})
}

// A browser is rung by a push that only it can open and that the desk has signed with the key the page was given.
func TestABrowserIsRungOnce(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		agent := addMember(t, s.Desk, "ana", "agent", nil)
		s.reach(agent, always())
		key, err := s.PushKey(t.Context(), s.who(agent))
		s.must(err)
		b := notifytest.NewBrowser(t)
		_, err = s.AddChannel(t.Context(), s.who(agent), false, desk.ChannelInput{Kind: "push", Settings: b.Subscription()})
		s.must(err)
		s.dispute(nil)
		s.sync()
		row := s.queue(desk.QueueQuery{})[0]
		second := s.another()
		for s.clock.Now().Before(row.DueAt.Add(-70 * time.Hour)) {
			s.clock.Advance(10 * time.Minute)
			together(s, s.Desk, second)
		}
		pushes := b.Pushes()
		if len(pushes) != 1 || len(b.Forged()) != 0 {
			t.Fatalf("%d pushes, %v", len(pushes), b.Forged())
		}
		var shown struct{ Title, Link string }
		s.must(json.Unmarshal(pushes[0].Body, &shown))
		if !strings.Contains(shown.Title, "Desk lamp") || !strings.HasPrefix(shown.Link, "http://desk.test/cases/") || !strings.HasSuffix(pushes[0].Header.Get("Authorization"), "k="+key) {
			t.Errorf("%+v %v", shown, pushes[0].Header)
		}
		b.Answer(http.StatusGone)
		s.until(row.DueAt.Add(-20 * time.Hour))
		if got := strings.Join(subjects(box.Mails()), "\n"); !strings.Contains(got, "does not work") {
			t.Errorf("the browser is gone, told %s", got)
		}
	})
}
