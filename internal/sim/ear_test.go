package sim_test

import (
	"context"
	"strings"
	"testing"

	"parley/internal/app"
	"parley/internal/desk"
	"parley/internal/notify"
	"parley/internal/sim"
)

// cheated runs a short time without incidents, in which something becomes of the letters on their way.
func cheated(t *testing.T, on func(kind string, m notify.Message) []notify.Message) sim.Report {
	t.Helper()
	o, err := app.Simulation(t.TempDir(), sim.Options{Seed: 2, Days: 12, Stores: 6, Cases: 60, Kinds: []string{"aliexpress"}})
	if err != nil {
		t.Fatal(err)
	}
	o.Cheat(on)
	r, err := sim.Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Heard < 50 {
		t.Errorf("only %d letters were heard", r.Heard)
	}
	return r
}

// once does something to the first letter it fits, and leaves the others alone.
func once(fits func(kind string, m notify.Message) bool, do func(m notify.Message) []notify.Message) func(string, notify.Message) []notify.Message {
	done := false
	return func(kind string, m notify.Message) []notify.Message {
		if done || !fits(kind, m) {
			return []notify.Message{m}
		}
		done = true
		return do(m)
	}
}

func isEvent(m notify.Message) bool { return strings.HasPrefix(m.Event.Type, "event.") }

func notice(kind string) func(string, notify.Message) bool {
	return func(k string, m notify.Message) bool { return k == kind && !isEvent(m) }
}

func event(_ string, m notify.Message) bool { return isEvent(m) }

func vanishes(notify.Message) []notify.Message { return nil }

func twice(m notify.Message) []notify.Message { return []notify.Message{m, m} }

func twiceAsNew(m notify.Message) []notify.Message {
	again := m
	again.ID = "msg_by_hand"
	return []notify.Message{m, again}
}

// laterThanNext holds the second event of a case back until the one after it has come.
func laterThanNext() func(string, notify.Message) []notify.Message {
	seen := map[int64]int{}
	var held *notify.Message
	var of int64
	return func(_ string, m notify.Message) []notify.Message {
		if !isEvent(m) {
			return []notify.Message{m}
		}
		id := m.Event.Data.(desk.Happening).CaseID
		seen[id]++
		switch {
		case of == 0 && seen[id] == 2:
			of, held = id, &m
			return nil
		case held != nil && of == id:
			last := *held
			held = nil
			return []notify.Message{m, last}
		}
		return []notify.Message{m}
	}
}

func TestTheEarsCatchWhatIsToldWrongly(t *testing.T) {
	for name, c := range map[string]struct {
		on    func(string, notify.Message) []notify.Message
		shows string
	}{
		"a second letter to a person":             {once(notice("mail"), twiceAsNew), "told_twice"},
		"a second letter to a program":            {once(notice("webhook"), twiceAsNew), "told_twice"},
		"a repetition to who cannot tell it":      {once(notice("mail"), twice), "told_twice"},
		"a letter that never arrives":             {once(notice("mail"), vanishes), "untold"},
		"an event that never arrives":             {once(event, vanishes), "untold"},
		"an event after the next one of its case": {laterThanNext(), "out_of_order"},
	} {
		t.Run(name, func(t *testing.T) {
			r := cheated(t, c.on)
			if r.Violated[c.shows] != 1 || len(r.Violated) != 1 {
				t.Errorf("%v, not once %s: %+v", r.Violated, c.shows, r.Violations)
			}
		})
	}
}

func TestAProgramMayHearALetterAgainUnderItsID(t *testing.T) {
	r := cheated(t, once(notice("webhook"), twice))
	if !r.Good() || r.HeardAgain != 1 {
		t.Errorf("heard again %d, %v", r.HeardAgain, r.Violated)
	}
}

func TestTroubleHitsLetters(t *testing.T) {
	r := run(t, sim.Options{
		Seed: 3, Days: 20, Stores: 6, Cases: 100, Kinds: []string{"aliexpress"}, Faults: []string{"letter_lost", "letter_unclear"}, Rough: 20,
	})
	good(t, r)
	if r.Faults["letter_lost"] == 0 || r.Faults["letter_unclear"] == 0 || r.HeardAgain == 0 {
		t.Errorf("no trouble: %v, %d of %d heard again", r.Faults, r.HeardAgain, r.Heard)
	}
}
