// Package connectortest is what every connector must do, whatever its platform: a suite that runs a connector against
// its own simulator. A connector's test makes a Harness and calls Run.
//
// The suite knows no platform. What it asks of a simulator is a Stage: a few sources, a way to let the other side act,
// a count of calls, and troubles that can be switched on.
package connectortest

import (
	"context"
	"errors"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
	"parley/internal/money"
)

// Trouble is a way in which a platform or the network fails.
type Trouble string

// The troubles a stage can make.
const (
	Down       Trouble = "down"        // answers 5xx, nothing is done
	Garbled    Trouble = "garbled"     // answers something unreadable, whatever was done
	Limited    Trouble = "limited"     // refuses for an hour because of too many calls
	Revoked    Trouble = "revoked"     // the token is good no more
	LostAnswer Trouble = "lost_answer" // carries out, then the connection ends
)

// Harness is a connector and how to set up its simulator afresh.
type Harness struct {
	Connector connector.Connector
	Start     func(t *testing.T) *Stage
}

// Stage is a running simulator with one store, whose setting "address" says where it is. At the start it has Open open sources (at least three) and at least one
// that ended lately, and nothing happens but by these functions.
type Stage struct {
	Account connector.Account
	World   connector.World
	Secrets []string // what must not appear in errors, receipts and raw requests
	Open    int
	Change  func() connector.Ref    // the other side changes an open source
	End     func() connector.Ref    // an open source ends without us
	Act     func() connector.Effect // an act the platform takes now, on an open source
	Foolish func() connector.Effect // an act that reaches the platform and is refused there
	Calls   func() int              // calls that came in so far
	Trouble func(Trouble)           // from now on, for every call
	Peace   func()                  // no trouble any more
	Further                         // what only some platforms can do
}

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	t.Run("about", func(t *testing.T) { about(t, h) })
	t.Run("open refuses what is missing", func(t *testing.T) { openRefuses(t, h) })
	t.Run("check", func(t *testing.T) { check(t, h) })
	t.Run("first pull has everything", func(t *testing.T) { firstPull(t, h) })
	t.Run("nothing new costs nothing", func(t *testing.T) { nothingNew(t, h) })
	t.Run("a change comes once", func(t *testing.T) { change(t, h) })
	t.Run("an end is found", func(t *testing.T) { end(t, h) })
	t.Run("known is asked page by page", func(t *testing.T) { knownByPage(t, h) })
	t.Run("several at a time", func(t *testing.T) { severalAtATime(t, h) })
	t.Run("a limit keeps us away", func(t *testing.T) { staysAway(t, h) })
	t.Run("yield stops the pull", func(t *testing.T) { yieldStops(t, h) })
	t.Run("a cancelled context stops the pull", func(t *testing.T) { cancelled(t, h) })
	t.Run("a broken cursor is a first pull", func(t *testing.T) { brokenCursor(t, h) })
	t.Run("fetch says what pull said", func(t *testing.T) { fetch(t, h) })
	t.Run("order", func(t *testing.T) { order(t, h) })
	t.Run("an act is done and read back", func(t *testing.T) { act(t, h) })
	t.Run("a refused act is refused", func(t *testing.T) { foolish(t, h) })
	t.Run("an unknown act is invalid", func(t *testing.T) { unknownAct(t, h) })
	t.Run("troubles of reading", func(t *testing.T) { readingTroubles(t, h) })
	t.Run("troubles of acting", func(t *testing.T) { actingTroubles(t, h) })
	t.Run("nobody there", func(t *testing.T) { nobodyThere(t, h) })
	t.Run("raw records import", func(t *testing.T) { imports(t, h) })
	t.Run("import refuses rubbish", func(t *testing.T) { rubbish(t, h) })
	further(t, h)
}

func open(t *testing.T, h Harness, s *Stage) connector.Session {
	t.Helper()
	session, err := h.Connector.Open(s.Account, s.World)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return session
}

// Memory is what a desk would know: the last snapshot of each source.
type Memory map[string]connector.Snapshot

// Known answers as a desk does.
func (m Memory) Known(_ context.Context, kind string, ids []string) (map[string]string, error) {
	out := map[string]string{}
	for _, id := range ids {
		if s, ok := m[kind+"/"+id]; ok {
			out[id] = s.Fingerprint
		}
	}
	return out, nil
}

// Take keeps what a pull yields.
func (m Memory) Take(batch []connector.Snapshot) error {
	for _, s := range batch {
		m[s.Ref.Kind+"/"+s.Ref.ID] = s
	}
	return nil
}

func (m Memory) open() (n int) {
	for _, s := range m {
		if s.Open {
			n++
		}
	}
	return n
}

func pull(t *testing.T, s connector.Session, from connector.Cursor, m Memory) (connector.Pulled, []connector.Snapshot) {
	t.Helper()
	var got []connector.Snapshot
	p, err := s.Pull(t.Context(), from, m.Known, func(b []connector.Snapshot) error {
		got = append(got, b...)
		return m.Take(b)
	})
	if err != nil {
		t.Fatalf("pull: %v", err)
	}
	return p, got
}

func about(t *testing.T, h Harness) {
	a := h.Connector.About()
	if a.Kind == "" || len(a.Mark) != 2 || len(a.Packs) == 0 {
		t.Errorf("about %+v lacks kind, mark of two letters or packs", a)
	}
	if _, err := time.LoadLocation(a.Zone); err != nil || a.Zone == "" {
		t.Errorf("zone %q: %v", a.Zone, err)
	}
	names := map[string]bool{}
	for _, s := range a.Settings {
		if s.Name == "" || names[s.Name] {
			t.Errorf("setting %q comes twice or has no name", s.Name)
		}
		names[s.Name] = true
		if s.Default != "" && len(s.Options) > 0 && !strings.Contains(" "+strings.Join(s.Options, " ")+" ", " "+s.Default+" ") {
			t.Errorf("default %q of %s is no option", s.Default, s.Name)
		}
	}
}

func openRefuses(t *testing.T, h Harness) {
	stage := h.Start(t)
	for _, s := range h.Connector.About().Settings {
		if !s.Required {
			continue
		}
		account := stage.Account
		account.Settings = map[string]string{}
		for k, v := range stage.Account.Settings {
			account.Settings[k] = v
		}
		delete(account.Settings, s.Name)
		_, err := h.Connector.Open(account, stage.World)
		if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || f.Field != s.Name {
			t.Errorf("without %s: %v", s.Name, err)
		}
	}
	if stage.Calls() != 0 {
		t.Error("opening a session made a call")
	}
}

func check(t *testing.T, h Harness) {
	stage := h.Start(t)
	who, err := open(t, h, stage).Check(t.Context())
	if err != nil || who.ID == "" {
		t.Errorf("check gave %+v, %v", who, err)
	}
}

func firstPull(t *testing.T, h Harness) {
	stage, m := h.Start(t), Memory{}
	p, got := pull(t, open(t, h, stage), "", m)
	if m.open() != stage.Open || len(p.Listed) != stage.Open || (p.Count >= 0 && p.Count != stage.Open) {
		t.Errorf("%d open, %d listed, count %d; want %d", m.open(), len(p.Listed), p.Count, stage.Open)
	}
	if len(m) <= stage.Open {
		t.Error("nothing of what ended lately")
	}
	if len(got) != len(m) {
		t.Errorf("%d snapshots for %d sources", len(got), len(m))
	}
	for _, s := range m {
		sound(t, s)
	}
}

// sound checks what every readable snapshot must have.
func sound(t *testing.T, s connector.Snapshot) {
	t.Helper()
	if s.Problem != nil {
		t.Errorf("%s has a problem: %v", s.Ref.ID, s.Problem)
		return
	}
	if s.Ref.Kind == "" || s.Ref.ID == "" || s.Fingerprint == "" || len(s.Raw) == 0 {
		t.Errorf("snapshot without kind, id, fingerprint or raw: %+v", s.Ref)
	}
	f := s.Facts
	if f.Store.ID != "" || f.Company != nil || f.Overrides != nil {
		t.Errorf("%s fills what is the desk's", s.Ref.ID)
	}
	for _, p := range f.Ledger {
		if p.Source == "" || !p.Amount.Known() || p.Did != "refund" {
			t.Errorf("%s: payment %+v needs a source, an amount and to be a refund", s.Ref.ID, p)
		}
	}
	if f.Case == nil && len(f.Messages) == 0 && f.Order == nil {
		t.Errorf("%s has neither case nor messages nor order", s.Ref.ID)
	}
	if c := f.Case; c != nil && (c.OpenedAt.IsZero() || c.OpenedAt.Location() != time.UTC || c.Via == "" || c.Reported.Ended == s.Open) {
		t.Errorf("%s: case %+v, open %v", s.Ref.ID, c, s.Open)
	}
	last := time.Time{}
	for _, a := range f.History {
		if a.At.Before(last) || a.Who == "" || a.Did == "" {
			t.Errorf("%s: act %+v after %v", s.Ref.ID, a, last)
		}
		last = a.At
	}
	for _, p := range f.Proposals {
		soundMoney(t, s.Ref.ID, p.Amount)
		if p.By == "" || p.ID == "" {
			t.Errorf("%s: proposal %+v", s.Ref.ID, p)
		}
	}
}

func soundMoney(t *testing.T, id string, a money.Amount) {
	t.Helper()
	if a.Known() && (a.Minor < 0 || len(a.Currency) != 3) {
		t.Errorf("%s: amount %+v", id, a)
	}
}

func nothingNew(t *testing.T, h Harness) {
	stage, m := h.Start(t), Memory{}
	s := open(t, h, stage)
	first, _ := pull(t, s, "", m)
	before := stage.Calls()
	second, got := pull(t, s, first.Cursor, m)
	if len(got) != 0 {
		t.Errorf("%d snapshots although nothing changed", len(got))
	}
	if n := stage.Calls() - before; n >= len(m) {
		t.Errorf("%d calls for %d unchanged sources", n, len(m))
	}
	if len(second.Listed) != stage.Open {
		t.Errorf("%d listed, want %d", len(second.Listed), stage.Open)
	}
}

func change(t *testing.T, h Harness) {
	stage, m := h.Start(t), Memory{}
	s := open(t, h, stage)
	p, _ := pull(t, s, "", m)
	ref := stage.Change()
	before := m[ref.Kind+"/"+ref.ID]
	_, got := pull(t, s, p.Cursor, m)
	if len(got) != 1 || got[0].Ref.ID != ref.ID || got[0].Fingerprint == before.Fingerprint {
		t.Errorf("after a change of %s came %d snapshots", ref.ID, len(got))
	}
}

func end(t *testing.T, h Harness) {
	stage, m := h.Start(t), Memory{}
	s := open(t, h, stage)
	p, _ := pull(t, s, "", m)
	ref := stage.End()
	was := m[ref.Kind+"/"+ref.ID]
	p, _ = pull(t, s, p.Cursor, m)
	now := m[ref.Kind+"/"+ref.ID]
	formal := now.Facts.Case // nil: a talk ends by being answered
	if now.Open || (formal == nil && was.Facts.Case != nil) || (formal != nil && (!formal.Reported.Ended || formal.Reported.EndedAt.IsZero())) {
		t.Errorf("%s ended and is still %+v", ref.ID, now.Facts.Case)
	}
	if len(p.Listed) != stage.Open-1 {
		t.Errorf("%d listed, want %d", len(p.Listed), stage.Open-1)
	}
}

// knownByPage: what the desk has is one question a page, not one a source.
func knownByPage(t *testing.T, h Harness) {
	stage, m := h.Start(t), Memory{}
	s := open(t, h, stage)
	asked, ids := 0, map[string]bool{}
	_, err := s.Pull(t.Context(), "", func(ctx context.Context, kind string, page []string) (map[string]string, error) {
		asked++
		for _, id := range page {
			ids[kind+"/"+id] = true
		}
		return m.Known(ctx, kind, page)
	}, m.Take)
	if err != nil {
		t.Fatal(err)
	}
	if len(ids) < len(m) || asked == 0 || (len(m) > 20 && asked > len(m)/4) {
		t.Errorf("%d questions about %d ids for %d sources", asked, len(ids), len(m))
	}
}

// severalAtATime: a session is used by the sync, the page of a person and an act at once.
func severalAtATime(t *testing.T, h Harness) {
	stage, m := h.Start(t), Memory{}
	s := open(t, h, stage)
	pull(t, s, "", m)
	effect := stage.Act()
	var all sync.WaitGroup
	for _, had := range m {
		all.Go(func() {
			if _, err := s.Fetch(t.Context(), had.Ref); err != nil {
				t.Errorf("fetch: %v", err)
			}
		})
	}
	for range 3 {
		all.Go(func() {
			own := Memory{}
			if _, err := s.Pull(t.Context(), "", own.Known, own.Take); err != nil || len(own) != len(m) {
				t.Errorf("pull: %d of %d, %v", len(own), len(m), err)
			}
		})
	}
	all.Go(func() {
		if _, err := s.Execute(t.Context(), effect); err != nil {
			t.Errorf("execute: %v", err)
		}
	})
	all.Wait()
}

// staysAway: after the platform said for how long, it is not called again before, by no session of the store.
func staysAway(t *testing.T, h Harness) {
	stage, m := h.Start(t), Memory{}
	stage.Trouble(Limited)
	if _, err := open(t, h, stage).Pull(t.Context(), "", m.Known, m.Take); !fault.Is(err, fault.Limited) {
		t.Fatalf("pull: %v", err)
	}
	before := stage.Calls()
	if _, err := open(t, h, stage).Pull(t.Context(), "", m.Known, m.Take); !fault.Is(err, fault.Limited) {
		t.Errorf("second pull: %v", err)
	}
	if stage.Calls() != before {
		t.Errorf("%d calls during the ban", stage.Calls()-before)
	}
}

func yieldStops(t *testing.T, h Harness) {
	stage := h.Start(t)
	full := errors.New("the disk is full")
	_, err := open(t, h, stage).Pull(t.Context(), "", Memory{}.Known, func([]connector.Snapshot) error { return full })
	if !errors.Is(err, full) {
		t.Errorf("pull gave %v", err)
	}
}

func cancelled(t *testing.T, h Harness) {
	stage := h.Start(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err := open(t, h, stage).Pull(ctx, "", Memory{}.Known, Memory{}.Take)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("pull gave %v", err)
	}
}

func brokenCursor(t *testing.T, h Harness) {
	stage, m := h.Start(t), Memory{}
	if pull(t, open(t, h, stage), "{\x00 no cursor", m); m.open() != stage.Open {
		t.Errorf("%d open, want %d", m.open(), stage.Open)
	}
}

func fetch(t *testing.T, h Harness) {
	stage, m := h.Start(t), Memory{}
	s := open(t, h, stage)
	pull(t, s, "", m)
	for _, had := range m {
		now, err := s.Fetch(t.Context(), had.Ref)
		if err != nil {
			t.Fatalf("fetch %s: %v", had.Ref.ID, err)
		}
		if now.Ref != had.Ref || now.Open != had.Open || (now.Facts.Case == nil) != (had.Facts.Case == nil) {
			t.Errorf("fetch gives %+v, pull gave %+v", now.Ref, had.Ref)
		}
		sound(t, now)
	}
}

func order(t *testing.T, h Harness) {
	stage, m := h.Start(t), Memory{}
	s := open(t, h, stage)
	pull(t, s, "", m)
	for _, had := range m {
		o, err := s.Order(t.Context(), had.Ref)
		if fault.Is(err, fault.NotFound) && had.Facts.Order != nil {
			continue // the record itself tells all the platform knows of the purchase
		}
		if err != nil {
			t.Fatalf("order of %s: %v", had.Ref.ID, err)
		}
		if o.Order == nil || o.Order.ID != had.Ref.Order || o.Buyer == nil || len(o.Order.Items) == 0 || o.Order.PlacedAt.IsZero() {
			t.Errorf("order of %s: %+v, buyer %+v", had.Ref.ID, o.Order, o.Buyer)
		}
	}
}

func act(t *testing.T, h Harness) {
	stage := h.Start(t)
	s := open(t, h, stage)
	effect := stage.Act()
	before, err := s.Fetch(t.Context(), effect.Ref)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Compare(effect, before, before); got != connector.Absent {
		t.Errorf("before the act: %s", got)
	}
	receipt, err := s.Execute(t.Context(), effect)
	if err != nil {
		t.Fatalf("execute: %v", err)
	}
	if receipt.At.IsZero() || len(receipt.Request) == 0 || len(receipt.Raw) == 0 {
		t.Errorf("receipt %+v", receipt)
	}
	secret(t, stage, string(receipt.Request))
	after, err := s.Fetch(t.Context(), effect.Ref)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Compare(effect, before, after); got != connector.Confirmed {
		t.Errorf("after the act: %s", got)
	}
	if got := s.Compare(effect, before, connector.Snapshot{Ref: effect.Ref, Problem: errors.New("unreadable")}); got == connector.Absent {
		t.Error("what could not be read counts as absent, so it would be sent again")
	}
}

func foolish(t *testing.T, h Harness) {
	stage := h.Start(t)
	_, err := open(t, h, stage).Execute(t.Context(), stage.Foolish())
	if !fault.Is(err, fault.Refused) {
		t.Errorf("got %v, want a refusal", err)
	}
}

func unknownAct(t *testing.T, h Harness) {
	stage := h.Start(t)
	_, err := open(t, h, stage).Execute(t.Context(), connector.Effect{Do: "bribe_the_buyer"})
	if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || f.Field != "do" {
		t.Errorf("got %v", err)
	}
}

func readingTroubles(t *testing.T, h Harness) {
	for trouble, want := range map[Trouble]fault.Kind{
		Down: fault.Unavailable, Garbled: fault.Garbled, Limited: fault.Limited, Revoked: fault.Unauthorised,
	} {
		stage, m := h.Start(t), Memory{}
		s := open(t, h, stage)
		stage.Trouble(trouble)
		_, err := s.Pull(t.Context(), "", m.Known, m.Take)
		if f := fault.Of(err); f == nil || f.Kind != want || (want == fault.Limited && f.After <= 0) {
			t.Errorf("%s: pull gave %v, want %s", trouble, err, want)
		} else {
			secret(t, stage, err.Error())
		}
	}
}

func actingTroubles(t *testing.T, h Harness) {
	for trouble, want := range map[Trouble]fault.Kind{
		Down: fault.Unknown, Garbled: fault.Unknown, Limited: fault.Limited, Revoked: fault.Unauthorised, LostAnswer: fault.Unknown,
	} {
		stage := h.Start(t)
		s := open(t, h, stage)
		effect := stage.Act()
		stage.Trouble(trouble)
		before := stage.Calls()
		_, err := s.Execute(t.Context(), effect)
		if sure, ok := stage.Surely[trouble]; ok {
			want = sure
		}
		if !fault.Is(err, want) {
			t.Errorf("%s: execute gave %v, want %s", trouble, err, want)
		} else {
			secret(t, stage, err.Error())
		}
		if n := stage.Calls() - before; n > max(1, stage.ActCalls) {
			t.Errorf("%s: %d calls for one act", trouble, n)
		}
	}
}

// nobodyThere: a port nobody listens on; nothing can have been done.
func nobodyThere(t *testing.T, h Harness) {
	stage := h.Start(t)
	effect := stage.Act()
	account := stage.Account
	account.Settings = map[string]string{}
	for k, v := range stage.Account.Settings {
		account.Settings[k] = v
	}
	account.Settings["address"] = "http://127.0.0.1:1"
	maps.Copy(account.Settings, stage.Nobody)
	s, err := h.Connector.Open(account, stage.World)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Execute(t.Context(), effect); !fault.Is(err, fault.Unavailable) {
		t.Errorf("execute gave %v, want %s", err, fault.Unavailable)
	}
}

func secret(t *testing.T, stage *Stage, text string) {
	t.Helper()
	for _, s := range stage.Secrets {
		if s != "" && strings.Contains(text, s) {
			t.Errorf("a secret stands in %q", text)
		}
	}
}

func imports(t *testing.T, h Harness) {
	stage, m := h.Start(t), Memory{}
	pull(t, open(t, h, stage), "", m)
	for _, had := range m {
		again, err := h.Connector.Import(had.Raw, time.UTC)
		if err != nil || len(again) != 1 {
			t.Fatalf("import of %s: %d, %v", had.Ref.ID, len(again), err)
		}
		now := again[0]
		if now.Ref != had.Ref || now.Open != had.Open || !sameClaim(now.Facts, had.Facts) || !sameHistory(now.Facts, had.Facts) {
			t.Errorf("import gives %+v, pull gave %+v", now.Ref, had.Ref)
		}
	}
}

func sameClaim(a, b dispute.Facts) bool {
	if a.Case == nil || b.Case == nil {
		return a.Case == b.Case
	}
	return a.Case.Claim == b.Case.Claim
}

func sameHistory(a, b dispute.Facts) bool {
	if len(a.History) != len(b.History) {
		return false
	}
	for i := range a.History {
		if a.History[i] != b.History[i] {
			return false
		}
	}
	return true
}

func rubbish(t *testing.T, h Harness) {
	for _, data := range []string{
		"", "{", "null", "[]", "{}", "<html></html>", "\x00\x00", `{"a":1}`, `"text"`, "12", "true",
		strings.Repeat("[", 200), strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200), "\xff\xfe\x00",
	} {
		snaps, err := h.Connector.Import([]byte(data), time.UTC)
		if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || len(snaps) != 0 {
			t.Errorf("import of %.20q gave %d snapshots, %v", data, len(snaps), err)
		}
	}
}
