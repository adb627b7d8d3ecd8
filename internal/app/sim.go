package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"parley/internal/blob"
	aliexpress "parley/internal/connector/aliexpress/fake/insim"
	mirakl "parley/internal/connector/mirakl/fake/insim"
	paypal "parley/internal/connector/paypal/fake/insim"
	shopify "parley/internal/connector/shopify/fake/insim"
	stripe "parley/internal/connector/stripe/fake/insim"
	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/policy"
	"parley/internal/reply"
	"parley/internal/sim"
	"parley/internal/store"
	"parley/internal/texts"
	"parley/internal/vault"
	"parley/packs"
	"parley/templates"
)

// besideSimulation are the platforms that a simulation can run beside, by the names of their connectors. A new one is one line here.
var besideSimulation = map[string]func(now func() time.Time, seed uint64) sim.Platform{
	"aliexpress": aliexpress.New,
	"mirakl":     mirakl.New,
	"paypal":     paypal.New,
	"stripe":     stripe.New,
	"shopify":    shopify.New,
}

// Simulated are the names of the platforms that a simulation can run beside, in order.
func Simulated() []string { return slices.Sorted(maps.Keys(besideSimulation)) }

// mixed is how shops are spread over the platforms where nobody names any: people sell at one marketplace for the most part.
var mixed = []string{
	"aliexpress", "paypal", "aliexpress", "shopify", "aliexpress", "stripe", "aliexpress", "mirakl",
	"aliexpress", "aliexpress", "aliexpress", "aliexpress", "aliexpress", "aliexpress", "aliexpress", "aliexpress",
}

// Simulation makes options of a simulation complete: the program's own rules, templates and connectors, a key and a folder below dir
// that go with it, and a database there where none is named.
func Simulation(dir string, o sim.Options) (sim.Options, error) {
	library, err := policy.Load(packs.Files)
	if err != nil {
		return o, err
	}
	letters, err := reply.LoadTemplates(templates.Files)
	if err != nil {
		return o, err
	}
	key := filepath.Join(dir, "key")
	if err := vault.Create(key); err != nil {
		return o, err
	}
	ring, err := vault.Open(key)
	if err != nil {
		return o, err
	}
	blobs, err := blob.Dir(filepath.Join(dir, "files"), maxEvidence)
	if err != nil {
		return o, err
	}
	if o.DB == "" {
		o.DB = "sqlite:" + filepath.Join(dir, "parley.db")
	}
	if len(o.Kinds) == 0 {
		o.Kinds = mixed
	}
	for _, kind := range o.Kinds {
		if besideSimulation[kind] == nil {
			return o, fault.Input("platforms", kind, strings.Join(Simulated(), ", "))
		}
	}
	said, err := texts.Load()
	if err != nil {
		return o, err
	}
	o.Platforms = besideSimulation
	o.Connectors, o.Stopwatch = Connectors, time.Now
	o.Desk = desk.Options{Library: library, Templates: letters, Vault: ring, Blobs: blobs, Texts: said}
	return o, nil
}

// rarely lets the memory of a simulation grow to five times what is in use before it is swept.
const rarely = 400

// Simulate runs one simulation. Its files go to a temporary folder, in memory where the machine has such a folder; on PostgreSQL it works
// in a database of its own beside the one named.
func Simulate(ctx context.Context, o sim.Options) (report sim.Report, err error) {
	defer debug.SetGCPercent(debug.SetGCPercent(rarely)) // it is one thread, and what it keeps grows with every case
	base := "/dev/shm"
	if _, serr := os.Stat(base); serr != nil {
		base = ""
	}
	dir, err := os.MkdirTemp(base, "parley-sim-*")
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if o.DB != "" {
		address, drop, ferr := store.Fresh(ctx, o.DB, fmt.Sprintf("parley_sim_%d_%d", os.Getpid(), o.Seed))
		if ferr != nil {
			return report, ferr
		}
		o.DB = address
		defer func() { err = errors.Join(err, drop(context.WithoutCancel(ctx))) }()
	}
	if o, err = Simulation(dir, o); err != nil {
		return report, err
	}
	return sim.Run(ctx, o)
}

// ShrinkSimulation makes the script of a failed simulation as short as it gets; nil where the failure does not come again.
func ShrinkSimulation(ctx context.Context, o sim.Options, failed sim.Report) (*sim.Script, error) {
	return sim.Shrink(failed, func(s sim.Script) (sim.Report, error) {
		again := o
		again.Script, again.First = &s, true
		return Simulate(ctx, again)
	})
}
