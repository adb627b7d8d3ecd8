package desk_test

import (
	"bytes"
	"net/http"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/tracker/seventeentrack/fake"
)

// deliver hands the desk a body of the service, rightly signed.
func (w *watched) deliver(body string) error {
	return w.ReceiveTracking(bg, w.tracker.ID, connector.Delivery{Header: http.Header{"Sign": {fake.Sign(w.account.Key, []byte(body))}}, Body: []byte(body)})
}

func (w *watched) unknown() map[string]desk.UnknownTopic {
	w.t.Helper()
	all, err := w.UnknownOfTracker(bg, w.owner, w.tracker.ID)
	w.must(err)
	out := map[string]desk.UnknownTopic{}
	for _, topic := range all {
		out[topic.Reason+" "+topic.Topic] = topic
	}
	return out
}

// TestWhatNobodyCanReadIsKept: a delivery of an unknown kind and one that cannot be read, as they came; of forged ones the number alone.
func TestWhatNobodyCanReadIsKept(t *testing.T) {
	onEach(t, func(s *scene) {
		w := watch(s, 0)
		w.offline("Norte SL", "shop")
		w.add()
		const odd, broken = `{"event":"MOON_PHASE","data":{"number":"LP00112233445566"}}`, `{"event":"TRACKING_UPDATED","data":"<b>\u202e"}`
		w.must(w.deliver(odd))
		w.must(w.deliver(odd)) // the same one again
		for range 2 {
			if err := w.deliver(broken); !fault.Is(err, fault.Garbled) {
				w.t.Errorf("an unreadable delivery: %v", err)
			}
		}
		forged := connector.Delivery{Header: http.Header{"Sign": {"00"}}, Body: []byte(`{"forged":true}`)}
		for range 5 {
			if err := w.ReceiveTracking(bg, w.tracker.ID, forged); !fault.Is(err, fault.Unauthorised) {
				w.t.Errorf("a forged delivery: %v", err)
			}
		}
		w.clock.Advance(time.Minute)
		_ = w.ReceiveTracking(bg, w.tracker.ID, forged) // the ones before it are written down with it
		got := w.unknown()
		if len(got) != 3 || got["topic MOON_PHASE"].Times != 1 || got["content TRACKING_UPDATED"].Times != 2 || got["signature "].Times != 6 || len(got["signature "].Messages) != 0 {
			w.t.Fatalf("%+v", got)
		}
		for reason, body := range map[string]string{"topic MOON_PHASE": odd, "content TRACKING_UPDATED": broken} {
			if len(got[reason].Messages) != 1 {
				w.t.Fatalf("%s: %+v", reason, got[reason])
			}
			m, err := w.UnknownMessage(bg, w.owner, got[reason].Messages[0].ID)
			if err != nil || string(m.Body) != body || (m.FaultKey == "fault.tracker.delivery_unreadable") != (reason != "topic MOON_PHASE") {
				w.t.Errorf("%s: %+v, %v", reason, m, err)
			}
		}
		w.pass(31 * 24 * time.Hour)
		if left := w.unknown(); len(left) != 0 {
			w.t.Errorf("after a month there is still %+v", left)
		}
	})
}

// TestUnknownMessagesAreForWhoeverSeesRawRecords, and only an owner removes them.
func TestUnknownMessagesAreForWhoeverSeesRawRecords(t *testing.T) {
	onEach(t, func(s *scene) {
		w := watch(s, 0)
		shop := w.offline("Norte SL", "shop")
		w.add()
		w.must(w.deliver(`{"event":"MOON_PHASE","data":{"number":"LP00112233445566"}}`))
		id := w.unknown()["topic MOON_PHASE"].Messages[0].ID
		lead, agent := desk.Who{MemberID: 8, Role: "lead", AllStores: true}, desk.Who{MemberID: 9, Role: "agent", AllStores: true}
		stranger := desk.Who{MemberID: 7, Role: "lead", Stores: []int64{shop + 99}}
		if _, err := w.UnknownMessage(bg, lead, id); err != nil {
			w.t.Error(err)
		}
		for who, want := range map[*desk.Who]fault.Kind{&agent: fault.Forbidden, &stranger: fault.NotFound} {
			_, err := w.UnknownMessage(bg, *who, id)
			_, err2 := w.UnknownOfTracker(bg, *who, w.tracker.ID)
			_, err3 := w.UnknownOf(bg, *who, shop)
			if !fault.Is(err, want) || !fault.Is(err2, want) || !fault.Is(err3, want) {
				w.t.Errorf("%s: %v, %v, %v", who.Role, err, err2, err3)
			}
		}
		if err := w.EraseUnknown(bg, lead, id); !fault.Is(err, fault.Forbidden) {
			w.t.Errorf("a lead removed it: %v", err)
		}
		w.must(w.EraseUnknown(bg, w.owner, id))
		if left := w.unknown()["topic MOON_PHASE"]; left.Times != 1 || len(left.Messages) != 0 {
			w.t.Errorf("%+v", left)
		}
	})
}

// TestAnErasedCaseTakesTheUnknownMessagesAboutItAlong, of the services of its company too, and no others.
func TestAnErasedCaseTakesTheUnknownMessagesAboutItAlong(t *testing.T) {
	onEach(t, func(s *scene) {
		w := watch(s, 0)
		shop := w.offline("Norte SL", "shop")
		id := told(s, shop)
		w.add()
		w.must(w.deliver(`{"event":"MOON_PHASE","data":{"number":"LP00112233445566","to":"Zenobia Quispe"}}`))
		w.must(w.deliver(`{"event":"MOON_PHASE","data":{"number":"LP00112233445567","to":"Ana"}}`))
		s.finish(shop)
		w.must(w.Erase(bg, w.owner, id, "asked for it"))
		left := w.unknown()["topic MOON_PHASE"].Messages
		if len(left) != 1 {
			w.t.Fatalf("%+v", left)
		}
		if m, err := w.UnknownMessage(bg, w.owner, left[0].ID); err != nil || !bytes.Contains(m.Body, []byte("Ana")) {
			w.t.Errorf("%s, %v", m.Body, err)
		}
	})
}
