package policy_test

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"parley/internal/dispute"
	"parley/internal/policy"
	"parley/packs"
)

// with is the shipped file tree with one more file, or one replaced.
func with(t *testing.T, name, text string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(packs.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(packs.Files, path)
		out[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	out[name] = &fstest.MapFile{Data: []byte(text)}
	return out
}

const head = "pack: corner@2025\nkind: marketplace\nbase: [mirakl@base]\nsince: 2025-01-01\nzone: Europe/Rome\ntitle: {en: Corner, es: Corner, zh: Corner}\n"

// TestMistakesAreShownAtTheirPlace: every mistake is refused with file, line, column and, where there is one, a hint.
func TestMistakesAreShownAtTheirPlace(t *testing.T) {
	for _, c := range []struct{ name, text, place, says string }{
		{"unknown field", head + "limti: 4\n", "corner.yaml:7:1", `unknown field "limti"`},
		{"unknown code", head + "reasons:\n  lost it: logistics.losst\n", "corner.yaml:8:12", "did you mean logistics.lost?"},
		{"no source", head + "parameters:\n  first_reply_hours: {value: 24, unit: hours}\n", "corner.yaml:8:30", "no source is named"},
		{"unknown source", head + "parameters:\n  first_reply_hours: {value: 24, unit: hours, source: [ZZ99]}\n", "corner.yaml:8:56", "unknown source ZZ99"},
		{"misspelt name", head + "alerts:\n  - id: corner.a\n    alert: already_refunded\n    when: \"ledger.full && case.knwon\"\n    source: [house]\n", "corner.yaml:10:", "undeclared reference"},
		{"wrong type", head + "alerts:\n  - id: corner.a\n    alert: already_refunded\n    when: \"order.total + 1\"\n    source: [house]\n", "corner.yaml:10:11", "wanted is bool"},
		{"no loops", head + "alerts:\n  - id: corner.a\n    alert: already_refunded\n    when: \"[1, 2].all(x, x > 0)\"\n    source: [house]\n", "corner.yaml:10:", "undeclared reference"},
		{"taken id", head + "alerts:\n  - {id: al.refunded, alert: already_refunded, source: [house]}\n", "", "is taken by"},
		{"no formula", head + "deadlines:\n  - {id: corner.d, deadline: first_reply, from: case.opened_at, whose: seller, source: [house]}\n", "corner.yaml:8:10", "no formula"},
		{"two formulas", head + "deadlines:\n  - {id: corner.d, deadline: first_reply, from: case.opened_at, runs: {hours: 4, wall: 2}, whose: seller, source: [house]}\n", "corner.yaml:8:", "two formulas"},
		{"no such zone", strings.Replace(head, "Rome", "Room", 1), "corner.yaml:5:7", "no such zone"},
		{"overlap", strings.Replace(head, "corner@2025", "pccomponentes@2026", 1), "corner.yaml:1:7", "overlap"},
		{"not a machine's state", head + "machines:\n  - id: corner.m\n    track: matter\n    source: [house]\n    start: closed\n    at: \"1\"\n    states: {no_case: {owner: seller}}\n", "corner.yaml:11:12", "does not have"},
		{"anchor", head + "reasons: &a\n  x: logistics.lost\n", "corner.yaml:7:", "anchors"},
		{"sentence without Chinese", head + "alerts:\n  - {id: corner.a, alert: already_refunded, source: [house], say: {en: A, es: B}}\n", "corner.yaml:8:10", "has no zh"},
		{"broken YAML", head + "alerts: [\n", "corner.yaml:", ""},
	} {
		_, err := policy.Load(with(t, "mirakl/corner.yaml", c.text))
		var p policy.Problems
		if !errors.As(err, &p) || !strings.Contains(err.Error(), c.place) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestAnOperatorIsOnlyData: a pack written after the guide works without a line of code.
func TestAnOperatorIsOnlyData(t *testing.T) {
	lib, err := policy.Load(with(t, "mirakl/corner.yaml", head+`
parameters:
  corner_reply_hours: {value: 6, unit: hours, source: [house], tighten: lower}
reasons:
  NON_RICEVUTO: logistics.not_received
deadlines:
  - {id: corner.reply, deadline: first_reply, from: buyer.waiting_since, runs: {hours: param.corner_reply_hours}, zone: store, whose: seller, own_duty: true, silence_costs: true, source: [house]}
`))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := lib.For([]string{"corner@2025"})
	if err != nil {
		t.Fatal(err)
	}
	f := busyCase()
	f.Shipment, f.History, f.Messages, f.Case.Reason = nil, nil, nil, "NON_RICEVUTO"
	v := rules.Evaluate(f, f.Case.OpenedAt)
	if v.Class != "logistics.not_received" || v.Next == nil || v.Next.Rule != "corner.reply" || v.Next.At.Sub(f.Case.OpenedAt).Hours() != 6 || !v.Counts["incident_rate"] {
		t.Errorf("%+v", v)
	}
}

// TestVersionOfACase: a case keeps the version that was valid when it was opened.
func TestVersionOfACase(t *testing.T) {
	lib := library(t)
	for day, want := range map[string]string{"2016-12-31": "aliexpress@2014", "2017-01-01": "aliexpress@2017", "2010-01-01": ""} {
		if got := lib.At("aliexpress", date(t, day)); got != want {
			t.Errorf("%s: %q, want %q", day, got, want)
		}
	}
}

// TestSentencesAreFilled in every language of the desk.
func TestSentencesAreFilled(t *testing.T) {
	lib := library(t)
	rules, err := lib.For([]string{"aliexpress@2017"})
	if err != nil {
		t.Fatal(err)
	}
	v := rules.Evaluate(busyCase(), at("2026-02-23T00:00:00Z"))
	if len(v.Why) == 0 {
		t.Fatal("no reason is given")
	}
	for _, w := range v.Why {
		for _, lang := range []string{"en", "es", "zh", "es-MX"} {
			if s := lib.Sentence(w.Rule, lang, w.Params); s == "" || strings.ContainsAny(s, "{}") || strings.Contains(s, "?") && strings.Contains(s, " ? ") {
				t.Errorf("%s in %s: %q", w.Rule, lang, s)
			}
		}
	}
}

// TestProvisionalHolidaysAreSaid: a deadline counted on days that nobody has published yet carries an alert.
func TestProvisionalHolidaysAreSaid(t *testing.T) {
	rules, err := library(t).For([]string{"consumer-es@2022"})
	if err != nil {
		t.Fatal(err)
	}
	for delivered, want := range map[string]bool{"2026-03-02T10:00:00+01:00": false, "2029-03-02T10:00:00+01:00": true} {
		f := busyCase()
		f.Case, f.History, f.Store.Zone = nil, nil, "Europe/Madrid"
		f.Shipment.ShippedAt = at(delivered).AddDate(0, 0, -5)
		f.Shipment.Events = []dispute.Scan{{At: at(delivered), Status: "delivered", Country: "ES"}}
		f.Messages = []dispute.Message{{At: at(delivered).AddDate(0, 0, 2), From: "buyer", Asks: "withdraw"}}
		v := rules.Evaluate(f, at(delivered).AddDate(0, 0, 3))
		if v.Class != "withdrawal.legal" || slices.Contains(v.Alerts, "calendar_provisional") != want {
			t.Errorf("%s: class %s, alerts %v", delivered, v.Class, v.Alerts)
		}
	}
}
