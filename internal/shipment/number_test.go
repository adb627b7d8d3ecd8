package shipment_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"parley/internal/shipment"
)

// TestTheOpenDataIsReadAsItMeans: every test number of the data is known, and none of its wrong ones.
func TestTheOpenDataIsReadAsItMeans(t *testing.T) {
	files, err := filepath.Glob("formats/*.json")
	if err != nil || len(files) < 7 {
		t.Fatalf("%v, %v", files, err)
	}
	count := 0
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Code    string `json:"courier_code"`
			Numbers []struct {
				Name string                            `json:"name"`
				Test struct{ Valid, Invalid []string } `json:"test_numbers"`
			} `json:"tracking_numbers"`
		}
		if err := json.Unmarshal(raw, &file); err != nil {
			t.Fatal(err)
		}
		for _, n := range file.Numbers {
			for _, number := range n.Test.Valid {
				count++
				if !known(number, file.Code) {
					t.Errorf("%s: %s is not known: %+v", n.Name, number, shipment.Carriers(number))
				}
			}
			for _, number := range n.Test.Invalid {
				count++
				if known(number, file.Code) {
					t.Errorf("%s: %s is taken", n.Name, number)
				}
			}
		}
	}
	if count < 60 {
		t.Errorf("only %d test numbers", count)
	}
}

func known(number, courier string) bool {
	return slices.ContainsFunc(shipment.Carriers(number), func(m shipment.Match) bool { return m.Courier == courier })
}

func TestCarriersRanksWhatTheNumberTells(t *testing.T) {
	for _, c := range []struct {
		number, courier, country string
		checked                  bool
	}{
		{"RR123456785CN", "s10", "CN", true},
		{"rr 123456785 es", "s10", "ES", true},
		{"EB000000005CN", "s10", "CN", true},
		{"1Z5R89390357567127", "ups", "", true},
		{"LP00000000000001", "cainiao", "CN", false},
		{"RS0814398526Y", "cainiao", "CN", false},
		{"YT2118221266000001", "yunexpress", "CN", false},
	} {
		found := shipment.Carriers(c.number)
		if len(found) == 0 || found[0].Courier != c.courier || found[0].Country != c.country || found[0].Checked != c.checked {
			t.Errorf("%s: %+v", c.number, found)
		}
	}
	for _, wrong := range []string{"", "RB123456786US", "EB000000006CN", "RB123456785XX", "LP0000000000000", "hello", "1Z1111111111111111", strings.Repeat("1", 5000)} {
		if found := shipment.Carriers(wrong); len(found) > 0 {
			t.Errorf("%.30s: %+v", wrong, found)
		}
	}
}

func TestAPostalNumberSaysItsServiceAndHowFarItIsTracked(t *testing.T) {
	if m := shipment.Carriers("RR123456785CN"); m[0].Service != "Letter Post Registered" || !strings.Contains(m[0].Name, "China") {
		t.Errorf("%+v", m)
	}
	for number, want := range map[string]string{
		"RR123456785CN": shipment.LevelFull, "LB123456785CN": shipment.LevelFull, "UA123456785CN": shipment.LevelHandover,
		"MA123456785CN": shipment.LevelUnknown, "1Z5R89390357567127": shipment.LevelUnknown, "": shipment.LevelUnknown,
	} {
		if got := shipment.Tracked(number); got != want {
			t.Errorf("%s: %q, want %q", number, got, want)
		}
	}
}

func FuzzCarriers(f *testing.F) {
	for _, s := range []string{"RR123456785CN", "1Z5R89390357567127", "LP00000000000001", "0307 1790 0005 2348 3741", "４２０", "\x00", "-\f\xb7", "\v-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, number string) {
		for _, m := range shipment.Carriers(number) {
			if m.Courier == "" || m.Name == "" {
				t.Errorf("%q: %+v", number, m)
			}
		}
		if n := shipment.Number(number); shipment.Number(n) != n {
			t.Errorf("%q changes again: %q", number, n)
		}
	})
}
