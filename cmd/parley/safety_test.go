package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/internal/api"
	"parley/internal/desk"
)

// TestSafetyFromTheCommandLine sets a net and limits, looks at them, runs the net dry and asks what waits.
func TestSafetyFromTheCommandLine(t *testing.T) {
	data := t.TempDir()
	at := func(args ...string) []string { return append([]string{"--data", data, "--lang=en"}, args...) }
	must(t, at("fill", "--cases", "30")...)
	stores := into[struct{ Items []api.Store }](t, must(t, at("store", "list", "--json")...))
	id := number(stores.Items[0].ID)

	file := filepath.Join(data, "net.json")
	if err := os.WriteFile(file, []byte(`{"rules": [{"class": "logistics.*", "do": "accept", "margin": 120, "most": {"minor": 2500, "currency": "EUR"}}, {"do": "escalate", "margin": 60}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := must(t, at("net", "set", id, file)...); !strings.Contains(out, "logistics.*") || !strings.Contains(out, "2 h") && !strings.Contains(out, "2\u00a0h") {
		t.Errorf("set: %s", out)
	}
	if shown := into[api.Net](t, must(t, at("net", "show", id, "--json")...)); len(shown.Rules) != 2 || shown.Rules[0].Most.Minor != 2500 {
		t.Errorf("shown %+v", shown)
	}
	if dry := into[desk.NetReplay](t, must(t, at("net", "replay", id, "--days", "30", "--json")...)); dry.Days != 30 {
		t.Errorf("dry run %+v", dry)
	}
	if status, _, errs := parley(t, at("net", "set", id, filepath.Join(data, "key"))...); status != 1 || errs == "" {
		t.Errorf("a file that is no net: %d %s", status, errs)
	}

	if out := must(t, at("limits", "set", "--agent", "50.00 EUR, 60.00 USD", "--second", "300.00 EUR")...); strings.Count(out, "\n") != 3 {
		t.Errorf("limits: %s", out)
	}
	if l := into[desk.Limits](t, must(t, at("limits", "show", "--json")...)); len(l.Ceilings) != 2 || l.Second[0].Minor != 30000 {
		t.Errorf("limits %+v", l)
	}
	if status, _, _ := parley(t, at("limits", "set", "--agent", "fifty")...); status != 1 {
		t.Error("fifty was taken for a sum")
	}

	if waiting := into[struct{ Items []desk.Pending }](t, must(t, at("decisions", "list", "--json")...)); len(waiting.Items) != 0 {
		t.Errorf("waiting %+v", waiting)
	}
	for _, args := range [][]string{{"decisions", "sign", "dec_none"}, {"decisions", "decline", "dec_none", "--reason", "no"}, {"case", "erase", "999999", "--reason", "asked for"}} {
		if status, _, errs := parley(t, at(args...)...); status != 1 || errs == "" {
			t.Errorf("%v: %d %s", args, status, errs)
		}
	}
}
