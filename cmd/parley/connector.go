package main

import (
	"context"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"parley/internal/app"
	"parley/internal/connector/aliexpress/fake"
	dropship "parley/internal/connector/dropship/fake"
	mail "parley/internal/connector/mail/fake"
	mirakl "parley/internal/connector/mirakl/fake"
	paypal "parley/internal/connector/paypal/fake"
	shopify "parley/internal/connector/shopify/fake"
	stripe "parley/internal/connector/stripe/fake"
	taobao "parley/internal/connector/taobao/fake"
	"parley/internal/fault"
	aftership "parley/internal/tracker/aftership/fake"
	seventeentrack "parley/internal/tracker/seventeentrack/fake"
)

type connectorVerb struct {
	List connectorList `cmd:"" help:"${help_connector_list}"`
	New  connectorNew  `cmd:"" help:"${help_connector_new}"`
}

type connectorList struct{}

// Run prints the platforms this program knows.
func (connectorList) Run(t *terminal) error {
	all := app.Connectors()
	rows := [][]string{t.head("connector", "zone", "packs", "settings")}
	list := []map[string]any{}
	for _, kind := range slices.Sorted(maps.Keys(all)) {
		about := all[kind].About()
		var names []string
		for _, s := range about.Settings {
			names = append(names, s.Name)
		}
		rows = append(rows, []string{kind, about.Zone, joined(about.Packs), joined(names)})
		list = append(list, map[string]any{"kind": kind, "mark": about.Mark, "zone": about.Zone, "packs": about.Packs, "acts": about.Acts, "settings": names})
	}
	if t.JSON {
		return t.data(map[string]any{"items": list})
	}
	return t.table(rows)
}

// fakes are the simulated platforms by name. A new one is one line here.
func fakes() map[string]func(context.Context, string, io.Reader, io.Writer, func() time.Time) error {
	return map[string]func(context.Context, string, io.Reader, io.Writer, func() time.Time) error{
		"aliexpress": fake.Main,
		"dropship":   dropship.Main,
		"mail":       mail.Main,
		"mirakl":     mirakl.Main,
		"paypal":     paypal.Main,
		"shopify":    shopify.Main,
		"stripe":     stripe.Main,
		"taobao":     taobao.Main,

		"aftership":      aftership.Main,
		"seventeentrack": seventeentrack.Main,
	}
}

type fakeVerb struct {
	Name     string `arg:"" help:"${help_fake_name}"`
	Addr     string `default:"127.0.0.1:0" placeholder:"HOST:PORT" help:"${help_demo_addr}"`
	Scenario string `type:"existingfile" placeholder:"FILE" help:"${help_fake_scenario}"`
}

// Run serves one simulated platform until it is told to stop.
func (v *fakeVerb) Run(t *terminal) error {
	all := fakes()
	main, ok := all[v.Name]
	if !ok {
		return fault.Input("name", v.Name, strings.Join(slices.Sorted(maps.Keys(all)), ", "))
	}
	var scenario io.Reader
	if v.Scenario != "" {
		file, err := os.Open(v.Scenario)
		if err != nil {
			return fault.New(fault.NotFound, "fault.cli.file", "path", v.Scenario).Because(err)
		}
		defer file.Close()
		scenario = file
	}
	return main(t.ctx, v.Addr, scenario, t.out, time.Now)
}
