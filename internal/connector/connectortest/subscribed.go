package connectortest

import (
	"context"
	"errors"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/fault"
)

// Socket is what a stage can do whose platform hands messages out over a connection (connector.Subscriber).
type Socket struct {
	// Tell makes the platform say something about an open source. It gives the source.
	Tell func() connector.Ref
	// Unheard makes it say something of a kind nobody has documented. It gives what the platform calls it and what it said.
	Unheard func() (topic, content string)
	// Waiting is how many messages the platform keeps because nobody acknowledged them.
	Waiting func() int
	// Cut ends all connections from the platform's side.
	Cut func()
	// Bar lets the platform refuse whoever opens a connection.
	Bar func()
	// Double lets the platform send each message twice.
	Double func()
}

// patience is how long the suite waits for something that comes over a connection.
const patience = 20 * time.Second

// subscription is a connection a test holds.
type subscription struct {
	t     *testing.T
	opens chan struct{}
	took  chan connector.Push
	ended chan error
	stop  context.CancelFunc
}

// subscribe opens the connection of the stage's account. What comes is kept unless refuse is given.
func subscribe(t *testing.T, h Harness, stage *Stage, refuse error) *subscription {
	t.Helper()
	c := h.Connector.(connector.Subscriber)
	if c.Channel(stage.Account) == "" {
		t.Fatal("the account has no channel")
	}
	ctx, stop := context.WithCancel(t.Context())
	s := &subscription{t, make(chan struct{}, 1), make(chan connector.Push, 100), make(chan error, 1), stop}
	world := stage.World
	world.Pause = func(ctx context.Context, _ time.Duration) error { <-ctx.Done(); return ctx.Err() } // what is done now and then rests
	inbox := connector.Inbox{
		Open: func() { s.opens <- struct{}{} },
		Take: func(_ context.Context, store int64, push connector.Push) error {
			if store != stage.Account.StoreID {
				t.Errorf("a message for store %d", store)
			}
			s.took <- push
			return refuse
		},
	}
	go func() { s.ended <- c.Subscribe(ctx, []connector.Account{stage.Account}, world, inbox) }()
	t.Cleanup(func() { stop() })
	return s
}

func await[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatalf("never: %s", what)
	}
	panic("not reached")
}

// end ends the subscription from our side.
func (s *subscription) end() {
	s.t.Helper()
	s.stop()
	if err := await(s.t, "the end", s.ended); !errors.Is(err, context.Canceled) {
		s.t.Errorf("ended with %v", err)
	}
}

// emptied waits until the platform keeps nothing for us any more.
func emptied(t *testing.T, stage *Stage) {
	t.Helper()
	limit, tick := time.After(patience), time.NewTicker(5*time.Millisecond)
	defer tick.Stop()
	for stage.Socket.Waiting() > 0 {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("%d messages are not acknowledged", stage.Socket.Waiting())
		}
	}
}

// heard: a message names its source once, is acknowledged, and does not come again.
func heard(t *testing.T, h Harness) {
	stage := h.Start(t)
	s := subscribe(t, h, stage, nil)
	await(t, "let in", s.opens)
	ref := stage.Socket.Tell()
	push := await(t, "the message", s.took)
	if push.ID == "" || len(push.Refs) != 1 || push.Refs[0].Kind != ref.Kind || push.Refs[0].ID != ref.ID {
		t.Errorf("the message about %+v gives %+v", ref, push)
	}
	emptied(t, stage)
	s.end()
	again := subscribe(t, h, stage, nil)
	await(t, "let in again", again.opens)
	other := stage.Socket.Tell()
	if push := await(t, "the next message", again.took); len(push.Refs) != 1 || push.Refs[0].ID != other.ID {
		t.Errorf("an acknowledged message came again: %+v", push)
	}
	if _, err := open(t, h, stage).Fetch(t.Context(), push.Refs[0]); err != nil {
		t.Errorf("what a message names cannot be read: %v", err)
	}
}

// unheardOver: a message of an unknown kind is handed on as it came, and acknowledged.
func unheardOver(t *testing.T, h Harness) {
	stage := h.Start(t)
	s := subscribe(t, h, stage, nil)
	await(t, "let in", s.opens)
	topic, content := stage.Socket.Unheard()
	push := await(t, "the message", s.took)
	if push.Unknown != connector.UnknownTopic || push.Topic != topic || string(push.Body) != content || push.ID == "" {
		t.Errorf("the message about %s gives %+v", topic, push)
	}
	emptied(t, stage)
}

// unkept: what the desk could not keep is not acknowledged and comes again, as after a crash.
func unkept(t *testing.T, h Harness) {
	stage := h.Start(t)
	broken := fault.New(fault.Unavailable, "fault.timeout")
	s := subscribe(t, h, stage, broken)
	await(t, "let in", s.opens)
	stage.Socket.Tell()
	first := await(t, "the message", s.took)
	if err := await(t, "the end", s.ended); !errors.Is(err, broken) {
		t.Errorf("ended with %v, want what the desk said", err)
	}
	if n := stage.Socket.Waiting(); n != 1 {
		t.Errorf("%d messages wait at the platform, want the one that was not kept", n)
	}
	again := subscribe(t, h, stage, nil)
	if second := await(t, "the message again", again.took); second.ID != first.ID {
		t.Errorf("first %+v, then %+v", first, second)
	}
	emptied(t, stage)
}

// fell: a connection that the platform ends is a fault; what arose meanwhile comes over the next.
func fell(t *testing.T, h Harness) {
	stage := h.Start(t)
	s := subscribe(t, h, stage, nil)
	await(t, "let in", s.opens)
	stage.Socket.Cut()
	if err := await(t, "the end", s.ended); !fault.Is(err, fault.Unavailable) {
		t.Errorf("ended with %v, want %s", err, fault.Unavailable)
	}
	ref := stage.Socket.Tell()
	again := subscribe(t, h, stage, nil)
	if push := await(t, "what arose meanwhile", again.took); len(push.Refs) != 1 || push.Refs[0].ID != ref.ID {
		t.Errorf("%+v", push)
	}
}

// doubled: a message that comes twice has one number.
func doubled(t *testing.T, h Harness) {
	stage := h.Start(t)
	stage.Socket.Double()
	s := subscribe(t, h, stage, nil)
	await(t, "let in", s.opens)
	stage.Socket.Tell()
	if a, b := await(t, "the message", s.took), await(t, "the message again", s.took); a.ID != b.ID {
		t.Errorf("%q, then %q", a.ID, b.ID)
	}
	emptied(t, stage)
}

// barred: who is not let in hears so, and nothing secret stands in it.
func barred(t *testing.T, h Harness) {
	stage := h.Start(t)
	stage.Socket.Bar()
	s := subscribe(t, h, stage, nil)
	err := await(t, "the end", s.ended)
	if !fault.Is(err, fault.Unauthorised) {
		t.Fatalf("ended with %v, want %s", err, fault.Unauthorised)
	}
	secret(t, stage, err.Error())
}
