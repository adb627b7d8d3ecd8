package main

import (
	"strings"

	"parley/internal/connector/skeleton"
)

type connectorNew struct {
	Name string `arg:"" help:"${help_connector_new_name}"`
	Dir  string `default:"." type:"path" placeholder:"DIR" help:"${help_connector_new_dir}"`
}

// Run writes the folder of a new platform into a checkout and tells what was written and what is left to be done by hand.
func (v *connectorNew) Run(t *terminal) error {
	root, err := skeleton.Root(v.Dir)
	if err != nil {
		return err
	}
	done, err := skeleton.New(root, v.Name)
	if err != nil {
		return err
	}
	if t.JSON {
		return t.data(done)
	}
	for _, file := range done.Written {
		t.say("cli.connector.written", "file", file)
	}
	for _, file := range done.Changed {
		t.say("cli.connector.changed", "file", file)
	}
	for _, l := range done.ByHand {
		t.say("cli.connector.by_hand", "file", l.File, "line", strings.TrimSpace(l.Text))
	}
	t.say("cli.connector.next", "name", v.Name)
	return nil
}
