package sim_test

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"parley/internal/app"
	"parley/internal/sim"
	"parley/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func run(t *testing.T, o sim.Options) sim.Report {
	t.Helper()
	r, err := app.Simulate(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func good(t *testing.T, r sim.Report) {
	t.Helper()
	if !r.Good() || r.Lapsed+r.PaidTwice+r.Lost+r.ToldTwice+r.Untold > 0 {
		t.Errorf("seed %d on %s: %v", r.Seed, r.Engine, r.Violated)
		for _, v := range r.Violations {
			t.Logf("%s at %s: %s\n%v", v.Invariant, v.At, v.Text, v.Trace)
		}
	}
	if r.Cases == 0 || r.Decisions == 0 || r.Told == 0 || r.Heard == 0 {
		t.Errorf("nothing happened: %d cases, %d decisions, %d told, %d heard", r.Cases, r.Decisions, r.Told, r.Heard)
	}
}

func TestNothingIsLostByOneNode(t *testing.T) {
	for seed := uint64(1); seed <= 3; seed++ {
		good(t, run(t, sim.Options{Seed: seed, Days: 20, Stores: 6, Faults: sim.Kinds(), Rough: 3}))
	}
}

func TestNothingIsLostByThreeNodes(t *testing.T) {
	server := storetest.Postgres(t)
	good(t, run(t, sim.Options{Seed: 4, Days: 20, Stores: 6, Cases: 30, Nodes: 3, DB: server, Faults: sim.Kinds(), Rough: 6}))
}

// What was bought at one platform and paid at another is paid back once, whichever of them the buyer asks.
func TestAPurchaseThatTwoPlatformsKnowIsPaidBackOnce(t *testing.T) {
	r := run(t, sim.Options{Seed: 2, Days: 25, Stores: 12, Kinds: []string{"paypal", "shopify", "stripe"}, Faults: sim.Kinds(), Rough: 2})
	good(t, r)
	if r.Shared == 0 {
		t.Error("no two matters are about the same money")
	}
}

func TestNothingIsLostAtAnOperatorsMarketplace(t *testing.T) {
	good(t, run(t, sim.Options{Seed: 3, Days: 20, Stores: 6, Kinds: []string{"mirakl"}, Faults: sim.Kinds(), Rough: 3}))
}

// A platform that knows a call by its key does it once, however often the wire brings it.
func TestWhatTheWireDoublesIsDoneOnce(t *testing.T) {
	r := run(t, sim.Options{Seed: 1, Days: 12, Stores: 2, Cases: 30, Kinds: []string{"stripe"}, Faults: []string{"twice"}, Rough: 60})
	good(t, r)
	if r.Faults["twice"] < 10 || r.Acts != r.Effects["confirmed"] {
		t.Errorf("%d calls came twice; %d acts for %d effects", r.Faults["twice"], r.Acts, r.Effects["confirmed"])
	}
}

func TestTheSameSeedGivesTheSameRun(t *testing.T) {
	o := sim.Options{Seed: 5, Days: 14, Stores: 4, Faults: sim.Kinds(), Rough: 3}
	a, b := run(t, o), run(t, o)
	a.WallSeconds, b.WallSeconds = 0, 0
	if !reflect.DeepEqual(a, b) {
		t.Errorf("two runs of one seed differ:\n%+v\n%+v", a, b)
	}
}

// A failure made up of two incidents among many, about one of fifty matters, is found again with just these.
func TestAFailureShrinksToWhatItNeeds(t *testing.T) {
	needs := func(s sim.Script) bool {
		first, second := false, false
		for _, in := range s.Incidents {
			first, second = first || in.Skip == 7, second || in.Skip == 23
		}
		return first && second && (len(s.Matters) == 0 || slices.Contains(s.Matters, 31))
	}
	drawn := sim.Script{Seed: 1, Days: 30, Length: 30, Stores: 2, Nodes: 1, Cases: 50}
	for i := range 40 {
		drawn.Incidents = append(drawn.Incidents, sim.Incident{What: "crash", Skip: i})
	}
	failed := sim.Failed(drawn, sim.Violation{Invariant: "lapsed", Matter: 12, At: drawn.Start})
	got, err := sim.Shrink(failed, func(s sim.Script) (sim.Report, error) {
		if needs(s) {
			return sim.Failed(s, sim.Violation{Invariant: "lapsed"}), nil
		}
		return sim.Report{}, nil
	})
	if err != nil || got == nil || len(got.Incidents) != 2 || len(got.Matters) != 1 || !needs(*got) {
		t.Errorf("%+v, %v", got, err)
	}
}
