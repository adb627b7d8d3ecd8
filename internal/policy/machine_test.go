package policy

import (
	"os"
	"testing"
	"time"

	"parley/internal/dispute"
	"parley/internal/policy/words"
)

// free are the machines of platforms that do nothing by themselves when the seller stays silent.
var free = map[string]bool{"shopify.return": true}

// TestMachinesAreWhole: every state of every machine can be reached, has exactly one owner, and is an end or is left by
// somebody's act or a lapse. A state that waits for the seller on a platform is also left by a lapse, because silence
// there costs money.
func TestMachinesAreWhole(t *testing.T) {
	lib, err := Load(os.DirFS("../../packs"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range lib.Packs() {
		each(p.body.Machines, func(m *Machine) {
			reached := map[string]bool{m.Start.Text: true}
			for range m.States {
				each(m.Moves, func(mv *Move) {
					for _, from := range mv.From {
						if reached[from.Text] || from.Text == "*" {
							reached[mv.To.Text] = true
						}
					}
				})
			}
			for name, s := range m.States {
				if !words.Known("parties", s.Owner.Text) {
					t.Errorf("%s: %s has no owner", m.ID.Text, name)
				}
				heard := name == "closed" || name == "platform" || name == "refused" // a platform may tell these at any time
				if !reached[name] && !heard {
					t.Errorf("%s: nothing leads to %s", m.ID.Text, name)
				}
				left, lapses := false, false
				each(m.Moves, func(mv *Move) {
					f := fold{machine: m, state: name}
					left = left || f.leaves(mv)
					lapses = lapses || f.leaves(mv) && mv.Late.Text != ""
				})
				if !s.End && !left && len(m.States) > 1 {
					t.Errorf("%s: %s is no end and nothing leads out of it", m.ID.Text, name)
				}
				if name == "wait_seller" && !lapses && !free[m.ID.Text] {
					t.Errorf("%s: nothing happens when the seller stays silent", m.ID.Text)
				}
			}
		})
	}
}

// TestAMachineEnds: moves that chase each other stop and leave the matter to a person.
func TestAMachineEnds(t *testing.T) {
	lib, err := Load(os.DirFS("../../packs"))
	if err != nil {
		t.Fatal(err)
	}
	always, err := lib.compile("now > 0", lib.vars["case.known"].typ)
	if err != nil {
		t.Fatal(err)
	}
	one, err := lib.compile("1", lib.vars["now"].typ)
	if err != nil {
		t.Fatal(err)
	}
	house, _ := lib.Pack("house@2026")
	move := func(from, to string) Move {
		return Move{Head: Head{when: always, pack: house}, From: []Text{{Text: from}}, To: Text{Text: to}}
	}
	m := &Machine{Start: Text{Text: "a"}, at: one, States: map[string]State{"a": {}, "b": {}}, Moves: []Move{move("a", "b"), move("b", "a")}}
	rules, err := lib.For(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := rules.newView(emptyFacts(), testNow(), Action{})
	if f := v.run(m, nil); !f.unsure {
		t.Errorf("the machine settled in %q", f.state)
	}
}

func emptyFacts() *dispute.Facts { return &dispute.Facts{} }

func testNow() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }
