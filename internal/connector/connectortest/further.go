package connectortest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
)

// Further are the stage's functions that only some platforms need: what a platform cannot do stays nil and is not asked for.
type Further struct {
	// Strange makes the platform send, from now on, a word or field nobody has documented, in the record of an open source. It gives the
	// word. It must be kept and shown, and nothing else of the record may suffer.
	Strange func() (connector.Ref, string)
	// Vanish makes the platform forget an open source.
	Vanish func() connector.Ref
	// Repeat makes the platform's pages overlap from now on: rows come again on the next page and in another order.
	Repeat func()
	// Skew moves the platform's clock against ours.
	Skew func(time.Duration)
	// Partial is an act of which the platform carries out only a part, or nothing, and answers 200 all the same.
	Partial func() connector.Effect
	// Deliver is what the platform pushes about an open source, as it would arrive now.
	Deliver func() (connector.Delivery, connector.Ref)
	// Unheard is a rightly signed delivery about something nobody has documented, and what the platform calls it. Unreadable is a rightly
	// signed one whose body has not the form that the platform documents. Both are asked for wherever Deliver is there.
	Unheard    func() (connector.Delivery, string)
	Unreadable func() connector.Delivery
	// Undated: the platform's deliveries carry no instant that is signed, so that an old one cannot be told by its age.
	Undated bool
	// Retry tells how often the platform carried out the act of this id: for platforms that take an idempotency key.
	Retry func(effectID string) int
	// Surely is what an act gives in a trouble where the platform's protocol leaves no doubt that nothing was done.
	Surely map[Trouble]fault.Kind
	// ActCalls is how many calls one act takes; 0 = one.
	ActCalls int
	// Socket is for a platform that hands messages out over a connection.
	Socket *Socket
	// Nobody are the settings that lead to where nobody listens, where that is not "address".
	Nobody map[string]string
}

func further(t *testing.T, h Harness) {
	has := h.Start(t).Further
	for name, c := range map[string]struct {
		there bool
		run   func(*testing.T, Harness)
	}{
		"an unknown word is kept":                {has.Strange != nil, strange},
		"a vanished source is not found":         {has.Vanish != nil, vanished},
		"pages that overlap give each once":      {has.Repeat != nil, repeated},
		"another clock hides nothing":            {has.Skew != nil, skewed},
		"partial success is no success":          {has.Partial != nil, partial},
		"a delivery names what it is about":      {has.Deliver != nil, delivered},
		"a forged or old delivery is refused":    {has.Deliver != nil, forged},
		"an unknown delivery is told as such":    {has.Deliver != nil, unheard},
		"an unreadable delivery is no forgery":   {has.Deliver != nil, unreadable},
		"an unknown message is handed on":        {has.Socket != nil, unheardOver},
		"the same act twice is carried out once": {has.Retry != nil, retried},
		"a message comes over a connection":      {has.Socket != nil, heard},
		"what was not kept comes again":          {has.Socket != nil, unkept},
		"a connection that fell is a fault":      {has.Socket != nil, fell},
		"a message that comes twice counts once": {has.Socket != nil, doubled},
		"who is not let in hears so":             {has.Socket != nil, barred},
	} {
		if c.there {
			t.Run(name, func(t *testing.T) { c.run(t, h) })
		}
	}
}

// strange: the word stands among what is unknown, or raw where the record has a place for raw words.
func strange(t *testing.T, h Harness) {
	stage, m := h.Start(t), Memory{}
	s := open(t, h, stage)
	pull(t, s, "", m)
	ref, word := stage.Strange()
	snap, err := s.Fetch(t.Context(), ref)
	if err != nil || snap.Problem != nil {
		t.Fatalf("fetch: %v, problem %v", err, snap.Problem)
	}
	sound(t, snap)
	if !shows(snap.Facts, word) {
		t.Errorf("%q is lost: unknown %+v, case %+v", word, snap.Facts.Unknown, snap.Facts.Case)
	}
	if !strings.Contains(string(snap.Raw), word) {
		t.Errorf("%q does not stand in the raw record", word)
	}
}

func shows(f dispute.Facts, word string) bool {
	for _, u := range f.Unknown {
		if strings.Contains(u.Value, word) || strings.Contains(u.Field, word) {
			return true
		}
	}
	if c := f.Case; c != nil && (strings.Contains(c.Reason, word) || strings.Contains(c.Reported.Status, word)) {
		return true
	}
	for _, a := range f.History {
		if strings.Contains(a.Raw, word) {
			return true
		}
	}
	return false
}

func vanished(t *testing.T, h Harness) {
	stage, m := h.Start(t), Memory{}
	s := open(t, h, stage)
	first, _ := pull(t, s, "", m)
	ref := stage.Vanish()
	if _, err := s.Fetch(t.Context(), ref); !fault.Is(err, fault.NotFound) {
		t.Errorf("fetch gave %v, want %s", err, fault.NotFound)
	}
	p, _ := pull(t, s, first.Cursor, m)
	for _, key := range p.Listed {
		if key == ref.Kind+"/"+ref.ID {
			t.Errorf("%s is listed although it is gone", key)
		}
	}
}

func repeated(t *testing.T, h Harness) {
	stage, m := h.Start(t), Memory{}
	stage.Repeat()
	p, _ := pull(t, open(t, h, stage), "", m)
	if m.open() != stage.Open || len(p.Listed) != stage.Open {
		t.Errorf("%d open, %d listed, want %d", m.open(), len(p.Listed), stage.Open)
	}
}

// skewed: the platform's clock is a day ahead, then a day behind; a change is found all the same.
func skewed(t *testing.T, h Harness) {
	for _, by := range []time.Duration{26 * time.Hour, -26 * time.Hour} {
		stage, m := h.Start(t), Memory{}
		s := open(t, h, stage)
		stage.Skew(by)
		first, _ := pull(t, s, "", m)
		ref := stage.Change()
		_, got := pull(t, s, first.Cursor, m)
		found := false
		for _, snap := range got {
			found = found || snap.Ref.ID == ref.ID
		}
		if !found {
			t.Errorf("clock off by %v: the change of %s did not come, got %d snapshots", by, ref.ID, len(got))
		}
	}
}

func partial(t *testing.T, h Harness) {
	stage := h.Start(t)
	s := open(t, h, stage)
	effect := stage.Partial()
	before, err := s.Fetch(t.Context(), effect.Ref)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Execute(t.Context(), effect); fault.Of(err) == nil {
		t.Fatalf("execute gave %v", err)
	}
	after, err := s.Fetch(t.Context(), effect.Ref)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Compare(effect, before, after); got == connector.Confirmed {
		t.Error("a part counts as the whole")
	}
}

func delivered(t *testing.T, h Harness) {
	stage := h.Start(t)
	listener, ok := h.Connector.(connector.Listener)
	if !ok || !h.Connector.About().Pushes {
		t.Fatal("the connector does not say that it listens")
	}
	d, ref := stage.Deliver()
	push, err := listener.Receive(stage.Account, d, stage.World.Now())
	if err != nil {
		t.Fatal(err)
	}
	named := false
	for _, r := range push.Refs {
		named = named || (r.Kind == ref.Kind && r.ID == ref.ID)
	}
	if !named || push.ID == "" {
		t.Errorf("the delivery about %s gives %+v", ref.ID, push)
	}
	again, err := listener.Receive(stage.Account, d, stage.World.Now())
	if err != nil || again.ID != push.ID {
		t.Errorf("the same delivery gives %q, then %q, %v", push.ID, again.ID, err)
	}
	if len(push.Refs) > 0 {
		if _, err := open(t, h, stage).Fetch(t.Context(), push.Refs[0]); err != nil {
			t.Errorf("what a delivery names cannot be read: %v", err)
		}
	}
}

func forged(t *testing.T, h Harness) {
	stage := h.Start(t)
	listener := h.Connector.(connector.Listener)
	d, _ := stage.Deliver()
	now := stage.World.Now()
	bad := connector.Delivery{Header: d.Header, Query: d.Query, Body: append([]byte(nil), d.Body...)}
	bad.Body[len(bad.Body)/2] ^= 1
	refused(t, "a changed body", listener, stage, bad, now)
	refused(t, "no headers", listener, stage, connector.Delivery{Header: http.Header{}, Body: d.Body}, now)
	refused(t, "an empty body", listener, stage, connector.Delivery{Header: d.Header, Query: d.Query}, now)
	other := stage.Account
	other.Settings = map[string]string{}
	refused(t, "a store without a secret", listener, &Stage{Account: other}, d, now)
	if !stage.Undated {
		refused(t, "an old delivery", listener, stage, d, now.Add(8*24*time.Hour))
	}
}

func refused(t *testing.T, what string, l connector.Listener, stage *Stage, d connector.Delivery, now time.Time) {
	t.Helper()
	if _, err := l.Receive(stage.Account, d, now); !fault.Is(err, fault.Unauthorised) {
		t.Errorf("%s gave %v, want %s", what, err, fault.Unauthorised)
	}
}

// unheard: what the desk has no word for is taken, called by the platform's own word, and said to be unknown, so that it is kept.
func unheard(t *testing.T, h Harness) {
	stage := h.Start(t)
	if stage.Unheard == nil {
		t.Fatal("the stage has no delivery of an unknown kind")
	}
	d, topic := stage.Unheard()
	push, err := h.Connector.(connector.Listener).Receive(stage.Account, d, stage.World.Now())
	if err != nil || push.Unknown != connector.UnknownTopic || push.Topic != topic || len(push.Refs)+len(push.Orders) > 0 {
		t.Errorf("a delivery about %s gives %+v, %v", topic, push, err)
	}
	known, _ := stage.Deliver()
	push, err = h.Connector.(connector.Listener).Receive(stage.Account, known, stage.World.Now())
	if err != nil || push.Unknown != "" || push.Topic == "" {
		t.Errorf("a delivery of a known kind gives %+v, %v", push, err)
	}
}

// unreadable: the signature is looked at first, so that only what the platform sent itself is kept.
func unreadable(t *testing.T, h Harness) {
	stage := h.Start(t)
	if stage.Unreadable == nil {
		t.Fatal("the stage has no delivery that is signed and cannot be read")
	}
	listener := h.Connector.(connector.Listener)
	d := stage.Unreadable()
	if push, err := listener.Receive(stage.Account, d, stage.World.Now()); !fault.Is(err, fault.Garbled) || push.ID != "" && len(push.Refs) > 0 {
		t.Errorf("%+v, %v, want %s", push, err, fault.Garbled)
	}
	refused(t, "an unreadable body that is not signed", listener, stage, connector.Delivery{Header: http.Header{}, Body: d.Body}, stage.World.Now())
}

func retried(t *testing.T, h Harness) {
	stage := h.Start(t)
	s := open(t, h, stage)
	effect := stage.Act()
	for range 2 {
		if _, err := s.Execute(t.Context(), effect); err != nil {
			t.Fatal(err)
		}
	}
	if n := stage.Retry(effect.ID); n != 1 {
		t.Errorf("carried out %d times", n)
	}
}
