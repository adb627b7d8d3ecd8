package desk_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/internal/desk"
	"parley/internal/notify/chat"
	"parley/internal/notify/mail"
	"parley/internal/notify/notifytest"
	"parley/internal/notify/push"
	"parley/internal/notify/webhook"
	"parley/internal/store"
	"parley/internal/webclient"
)

const hookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="

// ways gives the desk real channels.
func (s *scene) ways(d *desk.Desk) {
	client := webclient.New(webclient.Options{AllowPrivate: true, Now: s.clock.Now})
	d.Channels = chat.All(client, s.clock.Now)
	d.Channels["mail"], d.Channels["webhook"], d.Channels["push"] = mail.New(5*time.Second), webhook.New(client, s.clock.Now), push.New(client)
}

// office are the working hours of the tests: 09:00 to 18:00 in Madrid, every day, no lists.
func office() desk.Plan {
	return desk.Plan{From: "09:00", Until: "18:00", QuietFrom: "22:00", QuietUntil: "07:00"}
}

func (s *scene) who(id int64) desk.Who {
	s.t.Helper()
	m, err := s.DB.Member(context.Background(), id)
	s.must(err)
	return desk.Who{MemberID: m.ID, Name: m.Name, Email: m.Email, Role: m.Role, AllStores: m.AllStores, Stores: m.Stores, Locale: m.Locale, Zone: m.Zone}
}

// postbox gives the desk a mail server.
func (s *scene) postbox() *notifytest.Postbox {
	s.t.Helper()
	s.ways(s.Desk)
	box := notifytest.NewPostbox(s.t, "")
	s.must(s.SetShared(context.Background(), s.owner, "mail", map[string]string{"server": box.URL, "from": "Parley <desk@parley.test>"}))
	s.must(s.SetNoticePlan(context.Background(), s.owner, office()))
	list, err := s.ChannelList(context.Background(), s.owner, false)
	s.must(err)
	if len(list) != 1 || list[0].Shown != "Lucía@shop.test" {
		s.t.Fatalf("once mail can be sent, everybody has it: %+v", list)
	}
	s.must(s.DropChannel(context.Background(), s.owner, list[0].ID))
	return box
}

// reach gives a member hours and a mail channel.
func (s *scene) reach(id int64, plan desk.Plan) desk.ChannelView {
	s.t.Helper()
	who := s.who(id)
	s.must(s.SetNoticePlan(context.Background(), who, plan))
	c, err := s.AddChannel(context.Background(), who, false, desk.ChannelInput{Kind: "mail", Settings: map[string]string{"address": strings.ToLower(who.Email)}})
	s.must(err)
	return c
}

func (s *scene) hook(id int64) *notifytest.Receiver {
	s.t.Helper()
	r := notifytest.NewReceiver(s.t, hookSecret)
	_, err := s.AddChannel(context.Background(), s.who(id), false, desk.ChannelInput{Kind: "webhook", Settings: map[string]string{"url": r.URL, "secret": hookSecret}})
	s.must(err)
	return r
}

// until lets time pass in steps of ten minutes.
func (s *scene) until(at time.Time) {
	s.t.Helper()
	for s.clock.Now().Before(at) {
		s.pass(min(10*time.Minute, at.Sub(s.clock.Now())))
	}
}

func subjects(mails []notifytest.Mail) (out []string) {
	for _, m := range mails {
		out = append(out, m.To+": "+m.Subject)
	}
	return out
}

func TestDeadlineIsToldAtEveryStepInsideTheHours(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		agent := addMember(t, s.Desk, "ana", "agent", nil)
		s.reach(agent, office())
		s.dispute(nil)
		s.sync()
		c := s.queue(desk.QueueQuery{})[0]
		var at []string
		for s.clock.Now().Before(c.DueAt.Add(-10 * time.Minute)) {
			before := len(box.Mails())
			s.pass(10 * time.Minute)
			for _, m := range box.Mails()[before:] {
				at = append(at, s.clock.Now().In(madrid(t)).Format("02 15:04"))
				if m.To != "ana@shop.test" || !strings.Contains(m.Text, "http://desk.test/cases/"+strconv.FormatInt(c.ID, 10)) {
					t.Errorf("mail %+v", m)
				}
			}
		}
		// Opened Mon 2 March 17:00 Madrid, due five days later at 17:01: steps at 72, 48 (of the rules), 24 and 6 hours fall into the hours
		// or wait for them; the last hour is said as it comes.
		if len(at) < 4 || len(at) > 6 {
			t.Errorf("due %s, told at %v: %v", c.DueAt, at, subjects(box.Mails()))
		}
		for _, text := range at[:len(at)-1] {
			if clock := text[3:]; clock < "09:00" || clock > "18:00" {
				t.Errorf("told at %s, outside the hours", text)
			}
		}
	})
}

func madrid(t testing.TB) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Europe/Madrid")
	check(t, err)
	return z
}

// A crash may come at any moment, and two desks share the work: every notice goes out once.
func TestNobodyIsToldTwice(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		agent := addMember(t, s.Desk, "ana", "agent", nil)
		s.reach(agent, desk.Plan{From: "00:00", Until: "00:00", QuietFrom: "00:00", QuietUntil: "00:00"})
		hook := s.hook(agent)
		hook.Answer(func(n int, w http.ResponseWriter) {
			if n == 1 {
				panic(http.ErrAbortHandler) // taken, and the answer is lost
			}
			w.WriteHeader(http.StatusOK)
		})
		box.HangUp(1)
		for range 5 {
			s.dispute(nil)
		}
		second := s.another()
		s.clock.Advance(62 * time.Second)
		s.must(s.Settle(context.Background()))
		start := s.clock.Now()
		for s.clock.Now().Before(start.Add(75 * time.Hour)) {
			s.clock.Advance(10 * time.Minute)
			together(s, s.Desk, second)
		}
		ids := map[string]string{}
		for _, d := range hook.Deliveries() {
			if before, twice := ids[d.ID]; twice && before != string(d.Data) {
				t.Errorf("the same delivery says %s, then %s", before, d.Data)
			}
			ids[d.ID] = string(d.Data)
		}
		told := map[string]bool{}
		for _, data := range ids {
			key := data[:strings.Index(data, ",\"store_id\"")] + data[strings.Index(data, "due_kind"):]
			if told[key] {
				t.Errorf("told twice: %s", key)
			}
			told[key] = true
		}
		if len(ids) != 10 { // five cases, three days and two days before the deadline
			t.Errorf("%d different deliveries of %d", len(ids), len(hook.Deliveries()))
		}
		letters := map[string]int{}
		for _, m := range box.Mails() {
			letters[m.MessageID]++
		}
		if len(letters) != 2 {
			t.Errorf("letters %v: %v", letters, subjects(box.Mails()))
		}
	})
}

// another is a second desk on the same database and key.
func (s *scene) another() *desk.Desk {
	o := s.Options
	d := desk.New(o)
	return d
}

func together(s *scene, desks ...*desk.Desk) {
	s.t.Helper()
	errs := make(chan error)
	for _, d := range desks {
		go func() { errs <- d.Settle(context.Background()) }()
	}
	for range desks {
		s.must(<-errs)
	}
}

func TestWhoeverDidNotLookIsFollowedByTheNext(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		always := desk.Plan{From: "00:00", Until: "00:00", QuietFrom: "00:00", QuietUntil: "00:00"}
		agent, lead := addMember(t, s.Desk, "ana", "agent", nil), addMember(t, s.Desk, "leo", "lead", nil)
		for _, id := range []int64{agent, lead, s.owner.MemberID} {
			s.reach(id, always)
		}
		s.dispute(nil)
		s.dispute(nil)
		s.sync()
		rows := s.queue(desk.QueueQuery{})
		s.until(rows[0].DueAt.Add(-24 * time.Hour).Add(10 * time.Minute))
		s.must(s.SeeCase(context.Background(), s.who(agent), rows[0].ID))
		got := box.Mails()[2:] // those of three and of two days before
		if len(got) != 1 || got[0].To != "ana@shop.test" {
			t.Fatalf("first %v", subjects(got))
		}
		s.until(rows[0].DueAt.Add(-17 * time.Hour))
		got = box.Mails()[2:]
		if len(got) != 2 || got[1].To != "leo@shop.test" || !strings.Contains(got[1].Text, "ana") || strings.Count(got[1].Text, "/cases/") != 1 ||
			!strings.Contains(got[1].Text, "/cases/"+strconv.FormatInt(rows[1].ID, 10)) {
			t.Fatalf("then %v\n%s", subjects(got), got[len(got)-1].Text)
		}
		s.until(rows[0].DueAt.Add(-13 * time.Hour))
		if got = box.Mails()[2:]; len(got) != 3 || got[2].To != "lucía@shop.test" {
			t.Errorf("at last %v", subjects(got))
		}
	})
}

func TestChannelThatFailsIsToldOnTheOthers(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		agent := addMember(t, s.Desk, "ana", "agent", nil)
		s.reach(agent, desk.Plan{From: "00:00", Until: "00:00", QuietFrom: "00:00", QuietUntil: "00:00"})
		hook := s.hook(agent)
		hook.Answer(func(_ int, w http.ResponseWriter) { w.WriteHeader(http.StatusGone) })
		s.dispute(nil)
		s.sync()
		s.until(s.queue(desk.QueueQuery{})[0].DueAt.Add(-71 * time.Hour))
		if n := len(hook.Deliveries()); n != 1 {
			t.Errorf("%d deliveries to a receiver that is gone", n)
		}
		got := strings.Join(subjects(box.Mails()), "\n")
		if !strings.Contains(got, "does not work") {
			t.Errorf("mails %s", got)
		}
		list, err := s.ChannelList(context.Background(), s.who(agent), false)
		s.must(err)
		if list[1].FailingSince.IsZero() || list[1].FaultKey != "fault.notify.rejected" || list[1].Params["status"] != "410" {
			t.Errorf("channel %+v", list[1])
		}
	})
}

func TestSilentStoreIsToldOnceToThoseWhoCanMendIt(t *testing.T) {
	onEach(t, func(s *scene) {
		box := s.postbox()
		agent, lead := addMember(t, s.Desk, "ana", "agent", nil), addMember(t, s.Desk, "leo", "lead", nil)
		always := desk.Plan{From: "00:00", Until: "00:00", QuietFrom: "00:00", QuietUntil: "00:00"}
		for _, id := range []int64{agent, lead, s.owner.MemberID} {
			s.reach(id, always)
		}
		s.sync()
		s.shop.Revoke()
		s.until(s.clock.Now().Add(90 * time.Minute))
		got := subjects(box.Mails())
		if len(got) != 1 || !strings.HasPrefix(got[0], "lucía@shop.test: Casa Norte could not be read") {
			t.Errorf("mails %v", got)
		}
	})
}

func TestStoreRows(t *testing.T) {
	onEach(t, func(s *scene) {
		n := store.Notice{CaseID: 1, Reason: "r", About: "a", MemberID: 1, State: "sent", CreatedAt: start}
		for _, want := range []int{1, 0} {
			s.must(s.DB.Write(context.Background(), func(tx *store.Tx) error {
				got, err := tx.AddNotices([]store.Notice{n, n})
				if got != want {
					t.Errorf("%d new, want %d", got, want)
				}
				return err
			}))
		}
	})
}
