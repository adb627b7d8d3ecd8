package wire_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"parley/internal/connector/alibaba/wire"
)

func parse(t *testing.T, text string) wire.Value {
	t.Helper()
	v, err := wire.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func TestListsInEveryShape(t *testing.T) {
	for text, want := range map[string][]string{
		`{"l":["a","b"]}`:                        {"a", "b"},
		`{"l":{"dto":["a","b"]}}`:                {"a", "b"},
		`{"l":{"new":{},"dto":[{"x":1}]}}`:       {`{"x":1}`},
		`{"l":{"dto":["a"],"id":1}}`:             {`{"dto":["a"],"id":1}`},
		`{"l":{"dto":[],"more":[]}}`:             {`{"dto":[],"more":[]}`},
		`{"l":{"details":[{"x":1}]}}`:            {`{"x":1}`},
		`{"l":{"dto":{"id":1,"n":2}}}`:           {`{"id":1,"n":2}`},
		`{"l":{"id":1,"n":2}}`:                   {`{"id":1,"n":2}`},
		`{"l":{}}`:                               nil,
		`{"l":[]}`:                               nil,
		`{"l":{"dto":[]}}`:                       nil,
		`{"l":null}`:                             nil,
		`{"l":"text"}`:                           nil,
		`{}`:                                     nil,
		`{"l":[1,2.5,true,null]}`:                {"1", "2.5", "true", "null"},
		" {\n\t\"l\" : [ \"a\" , \"b\" ]\r\n } ": {"a", "b"},
	} {
		got := parse(t, text).Get("l").List()
		if len(got) != len(want) {
			t.Errorf("%s: %d elements, want %d", text, len(got), len(want))
			continue
		}
		for n := range got {
			if s := got[n].Text(); s != want[n] && string(got[n].Raw()) != want[n] {
				t.Errorf("%s: element %d is %s", text, n, got[n].Raw())
			}
		}
	}
}

func TestTexts(t *testing.T) {
	for text, want := range map[string]string{
		`"plain"`:                    "plain",
		`"a\n\t\"\\\/\b\f\r"`:        "a\n\t\"\\/\b\f\r",
		`"\u00e9\u4e2d\ud83d\ude00"`: "é中😀",
		`"\ud83d"`:                   "\uFFFD",
		`"\ud83dx"`:                  "\uFFFDx",
		`"\udc00\ud83d"`:             "\uFFFD\uFFFD",
		`"wait\u0000"`:               "wait",
		"\"wait\x00\"":               "wait",
		"\"a\x01\"":                  "a\x01",
		"\"\xff\"":                   "\uFFFD",
		`"شكرا ‮evil"`:               "شكرا ‮evil",
		`8200000000028888`:           "8200000000028888",
		`-2`:                         "-2",
		`12.90`:                      "12.90",
		`1e3`:                        "1e3",
		`true`:                       "true",
		`null`:                       "",
		`[1]`:                        "",
		`{"a":1}`:                    "",
	} {
		if got := parse(t, `{"v":`+text+`}`).Get("v").Text(); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestTruthAndNumbersWrittenAsText(t *testing.T) {
	v := parse(t, `{"a":true,"b":"true","c":1,"d":"false","e":"perhaps","n":"12","m":12,"x":"1.5"}`)
	for name, want := range map[string][2]bool{"a": {true, true}, "b": {true, true}, "c": {true, true}, "d": {false, true}, "e": {false, false}, "none": {false, false}} {
		if got, known := v.Get(name).Bool(); got != want[0] || known != want[1] {
			t.Errorf("%s: %v, %v", name, got, known)
		}
	}
	for name, want := range map[string]int64{"n": 12, "m": 12} {
		if got, ok := v.Get(name).Int(); !ok || got != want {
			t.Errorf("%s: %d", name, got)
		}
	}
	if _, ok := v.Get("x").Int(); ok {
		t.Error("1.5 is a whole number")
	}
}

func TestUnwrapped(t *testing.T) {
	for _, text := range []string{
		`{"a_b_response":{"x":1}}`, `{"a_b_response":{"x":1},"request_id":"7"}`, `{"request_id":"7","a_b_response":{"x":1}}`, `{"x":1}`,
	} {
		if got := parse(t, text).Unwrapped().Get("x").Text(); got != "1" {
			t.Errorf("%s: %q", text, got)
		}
	}
}

func TestStrict(t *testing.T) {
	for text, want := range map[string]bool{`{"a":1}`: true, "{\"a\":\"\x00\"}": false, "\x00{}": false, "\ufeff{}": false} {
		if got := parse(t, text).Strict(); got != want {
			t.Errorf("%q: strict %v", text, got)
		}
	}
}

func TestRubbish(t *testing.T) {
	for _, text := range []string{
		"", " ", "{", "[", `{"a"`, `{"a":`, `{"a":1`, `{"a":1,}`, `[1,]`, `[1 2]`, `{"a" 1}`, `{a:1}`, `"abc`, `"\x"`, `"\u12"`, `"\`,
		"01", "1.", "-", "1e", "nul", "tru", "<html>", `{} {}`, `{"a":1}}`, "\xef\xbb", `'a'`,
	} {
		if v, err := wire.Parse([]byte(text)); err == nil {
			t.Errorf("%q was read as %s", text, v.Raw())
		}
	}
}

func TestHostile(t *testing.T) {
	deep := func(n int, open, close string) string {
		return strings.Repeat(open, n) + "1" + strings.Repeat(close, n)
	}
	for name, text := range map[string]string{
		"200 deep arrays":     deep(200, "[", "]"),
		"200 deep objects":    deep(200, `{"a":`, "}"),
		"a million brackets":  strings.Repeat("[", 1<<20),
		"50 MB of zeros":      "[" + strings.Repeat("0,", 25<<20) + "0]",
		"50 MB without end":   `{"a":"` + strings.Repeat("x", 50<<20),
		"50 MB of open lists": strings.Repeat(`[[],`, 12<<20),
	} {
		began := time.Now()
		if _, err := wire.Parse([]byte(text)); err == nil {
			t.Errorf("%s was read", name)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
	big := parse(t, `{"a":"`+strings.Repeat("x", 50<<20)+`","b":1}`)
	if big.Get("b").Text() != "1" || len(big.Get("a").Text()) != 50<<20 {
		t.Error("a long text was not read whole")
	}
}

// FuzzParse: the reader never panics, and agrees with encoding/json on what is JSON and what its texts say.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,2,{"b":"\u0041\ud83d\ude00"}],"c":null,"d":true}`, "\"\x00\"", `[[[[]]]]`, `{"":{"":""}}`, "-0.1e-5", "\"\xff\"", `{"a":1,"a":2}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := wire.Parse(data)
		valid := json.Valid(data)
		if err != nil {
			if valid && !tooDeep(data) {
				t.Fatalf("%q is JSON and was refused: %v", data, err)
			}
			return
		}
		if v.Strict() != valid {
			t.Fatalf("%q: strict %v, valid %v", data, v.Strict(), valid)
		}
		walk(t, v, 0)
		var text string
		if valid && json.Unmarshal(data, &text) == nil && len(data) > 0 && data[0] == '"' {
			if want := strings.ReplaceAll(text, "\x00", ""); once(v.Text()) != once(want) {
				t.Fatalf("%q: %q, want %q", data, v.Text(), want)
			}
		}
	})
}

// once writes a run of replacement characters as one: how many stand for broken bytes does not matter.
func once(s string) string {
	for strings.Contains(s, "\uFFFD\uFFFD") {
		s = strings.ReplaceAll(s, "\uFFFD\uFFFD", "\uFFFD")
	}
	return s
}

func tooDeep(data []byte) bool {
	return strings.Count(string(data), "[")+strings.Count(string(data), "{") > wire.MaxDepth
}

func walk(t *testing.T, v wire.Value, depth int) {
	if depth > wire.MaxDepth+1 {
		t.Fatal("the tree has a loop")
	}
	v.Text()
	v.Bool()
	v.Int()
	for _, name := range v.Members() {
		walk(t, v.Get(name), depth+1)
	}
	if !v.IsObject() {
		for _, e := range v.List() {
			walk(t, e, depth+1)
		}
	}
}
