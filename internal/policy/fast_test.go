package policy

import (
	"os"
	"testing"
	"testing/fstest"
	"time"

	"parley/internal/dispute"
)

// conditions lists every compiled condition of a library.
func (l *Library) conditions() []*condition {
	var out []*condition
	add := func(list ...*condition) {
		for _, c := range list {
			if c != nil {
				out = append(out, c)
			}
		}
	}
	for _, p := range l.Packs() {
		add(p.applies)
		p.body.heads(func(h *Head) { add(h.when) })
		each(p.body.Deadlines, func(x *DeadlineRule) { add(x.from, x.fixed, x.met, x.Runs.n) })
		each(p.body.Machines, func(x *Machine) { add(x.at) })
	}
	return out
}

// TestClosuresMeanWhatCELMeans compares both ways of running every shipped condition over several cases.
func TestClosuresMeanWhatCELMeans(t *testing.T) {
	lib, err := Load(os.DirFS("../../packs"))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := lib.For([]string{"aliexpress@2017", "consumer-eu@2022", "pccomponentes@2025", "paypal@2026", "tmall-dropship@2024", "taobao@2025", "aliexpress-account@2024", "visa@2025-07"})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	cases := []*dispute.Facts{
		{},
		{Store: dispute.Store{Marketplace: "taobao", Country: "US", Zone: "America/New_York"}, Buyer: &dispute.Buyer{Country: "ES", Zone: "Europe/Madrid"},
			Case:     &dispute.Case{OpenedAt: now.Add(-72 * time.Hour), Via: "paypal", Reason: "goods damaged"},
			History:  []dispute.Act{{At: now.Add(-time.Hour), Who: "buyer", Did: "escalated"}},
			Messages: []dispute.Message{{At: now.Add(-2 * time.Hour), From: "buyer", Asks: "withdraw"}}},
		{Buyer: &dispute.Buyer{}, Shipment: &dispute.Shipment{ShippedAt: now.Add(-200 * time.Hour), Events: []dispute.Scan{{At: now.Add(-100 * time.Hour), Status: "delivered"}}}},
	}
	quick := 0
	for _, f := range cases {
		v := rules.newView(f, now, Action{})
		for _, c := range lib.conditions() {
			if c.quick != nil {
				quick++
				if a, b := c.quick(v), v.slow(c); a != b {
					t.Errorf("%q gives %d as closure and %d in CEL", c.text, a, b)
				}
			}
			if c.quickInt != nil {
				a, ok := c.quickInt(v)
				b, ok2 := v.slowNumber(c)
				if ok != ok2 || (ok && a != b) {
					t.Errorf("%q gives %d, %v as closure and %d, %v in CEL", c.text, a, ok, b, ok2)
				}
			}
		}
	}
	if quick < 500 {
		t.Errorf("only %d conditions run as closures", quick)
	}
}

// TestHostileConditions: no loop, no overflow, no endless nesting gets through.
func TestHostileConditions(t *testing.T) {
	lib, err := Load(os.DirFS("../../packs"))
	if err != nil {
		t.Fatal(err)
	}
	long := "true"
	for range 1000 {
		long += " && true"
	}
	for _, text := range []string{"[1,2,3].all(x, x > 0)", "[1].map(x, x)", long, "now", "case.known + 1", "\"a\".matches(\"(\")[0]", "undeclared", "((((((((((((((((((((((((((((((((((((((((((((((((((true))))))))))))))))))))))))))))))))))))))))))))))))))"} {
		if _, err := lib.compile(text, lib.vars["case.known"].typ); err == nil {
			t.Errorf("%.60s compiles", text)
		}
	}
}

func FuzzCondition(f *testing.F) {
	lib, err := Load(os.DirFS("../../packs"))
	if err != nil {
		f.Fatal(err)
	}
	rules, err := lib.For([]string{"aliexpress@2017"})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"case.known", "now > 5 && !case.known", "days(3) + now == 9223372036854775807", "case.via in ['a', \"b\"]", "1 / 0 == 1", "true ? now > 1 : false", "'\\xff'"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		began := time.Now()
		c, err := lib.compile(text, lib.vars["case.known"].typ)
		if took := time.Since(began); took > 3*time.Second {
			t.Fatalf("compiling %q took %v", text, took)
		}
		if err != nil {
			return
		}
		v := rules.newView(&dispute.Facts{Case: &dispute.Case{Via: "marketplace"}}, time.Unix(1e9, 0), Action{})
		if c.quick != nil && c.quick(v) != v.slow(c) {
			t.Errorf("%q differs", text)
		}
	})
}

func FuzzLoad(f *testing.F) {
	for _, seed := range []string{"pack: a@1\nkind: house\nsince: 2020-01-01\n", "pack: [", "calendar: X", "pack: a@1\nclasses: [{id: x, give: y, when: 'now'}]", "a: &a [*a]", "pack: a@1\nmachines: [{id: m, states: {}}]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = Load(fstest.MapFS{"pack.yaml": {Data: data}, "calendars/x.yaml": {Data: data}})
	})
}
