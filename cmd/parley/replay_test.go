package main

import (
	"strings"
	"testing"
)

func TestReplayOverAFilledDesk(t *testing.T) {
	data := t.TempDir()
	must(t, "fill", "--cases", "300", "--data", data)
	type result struct {
		Items []struct {
			Case    int64 `json:"case"`
			Changes []struct {
				What   string `json:"what"`
				Before string `json:"before"`
				After  string `json:"after"`
			} `json:"changes"`
		} `json:"items"`
		Looked, Changed int
		More            bool
	}
	all := into[result](t, must(t, "policy", "replay", "--pack", "aliexpress@2011", "--json", "--data", data))
	if all.Looked != 300 || all.More || all.Changed == 0 || len(all.Items) != all.Changed {
		t.Fatalf("looked at %d, changed %d, printed %d", all.Looked, all.Changed, len(all.Items))
	}
	seen := map[int64]bool{}
	for _, i := range all.Items {
		if seen[i.Case] || len(i.Changes) == 0 || i.Changes[0].Before == i.Changes[0].After {
			t.Errorf("%+v", i)
		}
		seen[i.Case] = true
	}
	if none := into[result](t, must(t, "policy", "replay", "--pack", "aliexpress@2017", "--json", "--data", data)); none.Looked != 300 || none.Changed != 0 || none.Items == nil {
		t.Errorf("the version they were opened under: %+v", none)
	}
	if part := into[result](t, must(t, "policy", "replay", "--pack", "aliexpress@2011", "--limit", "7", "--json", "--data", data)); part.Looked != 7 || !part.More {
		t.Errorf("seven cases: %+v", part)
	}
	table := must(t, "policy", "replay", "--parameter", "alarm_before_hours=48", "--parameter", "red_hours=30", "--data", data, "--lang", "es")
	if !strings.Contains(table, "de 300 casos") || !strings.Contains(table, "warnings") {
		t.Errorf("%.500s", table)
	}
	for _, wrong := range [][]string{{}, {"--pack", "aliexpress@1999"}, {"--parameter", "red_hours=3"}, {"--parameter", "seller_response_days=3"}} {
		if status, _, errs := parley(t, append([]string{"policy", "replay", "--data", data}, wrong...)...); status != 1 || errs == "" || strings.Contains(errs, "fault.") {
			t.Errorf("%v: %d %s", wrong, status, errs)
		}
	}
}
