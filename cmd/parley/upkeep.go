package main

import (
	"fmt"
	"runtime"
	"time"

	"parley/internal/app"
	"parley/internal/desk"
	"parley/internal/store/fill"
)

type fillVerb struct {
	Cases int    `required:"" placeholder:"N" help:"${help_fill_cases}"`
	Seed  uint64 `default:"1" placeholder:"N" help:"${help_fill_seed}"`
}

// Run fills the database with realistic cases for load tests.
func (v *fillVerb) Run(t *terminal) error {
	return t.desk(true, func(a *app.App, _ desk.Who) error {
		began := time.Now()
		if err := fill.Cases(t.ctx, a.DB, v.Cases, v.Seed, a.Desk.Now()); err != nil {
			return err
		}
		took := time.Since(began).Round(time.Millisecond)
		if t.JSON {
			return t.data(map[string]any{"cases": v.Cases, "seconds": took.Seconds()})
		}
		t.say("cli.filled", "cases", t.words.Number(int64(v.Cases)), "took", took.String())
		return nil
	})
}

type versionVerb struct{}

// Run prints the version of the program.
func (versionVerb) Run(t *terminal) error {
	if t.JSON {
		return t.data(map[string]string{"version": app.Version(), "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH})
	}
	_, err := fmt.Fprintln(t.out, "parley", app.Version(), runtime.Version(), runtime.GOOS+"/"+runtime.GOARCH)
	return err
}
