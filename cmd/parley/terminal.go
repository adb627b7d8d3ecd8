package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"parley/internal/app"
	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/texts"
)

// terminal is what a verb works with: the flags of all verbs, the reader's language, and where to print.
type terminal struct {
	*globals
	ctx       context.Context
	words     *texts.Reader
	out, errs io.Writer
}

// errSaid ends a verb whose failure was already printed.
var errSaid = errors.New("said")

// config is how a desk is opened with the flags of all verbs.
func (t *terminal) config() app.Config {
	c := app.Config{
		Data: t.Data, DB: t.DB, Key: t.Key, Files: t.Files, Out: t.out, AllowPrivate: t.AllowPrivate,
		Addr: "127.0.0.1:8080", PublicURL: strings.TrimRight(t.PublicURL, "/"), // for the links printed
	}
	if c.Data == "" {
		c.Data = "parley-data"
	}
	if t.Log {
		c.Log = slog.New(slog.NewTextHandler(t.errs, nil))
	}
	return c
}

// desk opens the desk without serving it, does something in the name of a member, and closes it. Where a verb only looks, a data
// folder that is not there is an error instead of a new desk.
func (t *terminal) desk(fresh bool, do func(*app.App, desk.Who) error) (err error) {
	c := t.config()
	if _, missing := os.Stat(c.Data); missing != nil && !fresh && c.DB == "" {
		return fault.New(fault.NotFound, "fault.cli.no_desk", "path", c.Data).Because(missing)
	}
	a, err := app.New(t.ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Stop()) }()
	who, err := a.Desk.Operator(t.ctx, t.As)
	if err != nil {
		return err
	}
	return do(a, who)
}

// say prints a line of the texts.
func (t *terminal) say(key string, pairs ...string) { fmt.Fprintln(t.out, t.words.T(key, pairs...)) }

// complain prints a line of the texts where errors go.
func (t *terminal) complain(key string, pairs ...string) {
	fmt.Fprintln(t.errs, t.words.T(key, pairs...))
}

// fail says an error in the reader's language; what has no text is printed as it is.
func (t *terminal) fail(err error) {
	f := fault.Of(err)
	if f == nil || !t.words.Has(f.Key) {
		fmt.Fprintln(t.errs, "parley: "+err.Error())
		return
	}
	params := map[string]string{"field": f.Field, "value": f.Value, "allowed": f.Allowed}
	maps.Copy(params, f.Params)
	fmt.Fprintln(t.errs, "parley: "+t.words.P(f.Key, params))
	if t.Log {
		fmt.Fprintln(t.errs, err.Error())
	}
}

// data prints JSON, indented for people's eyes and fit for programs.
func (t *terminal) data(v any) error {
	e := json.NewEncoder(t.out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// table prints rows in columns.
func (t *terminal) table(rows [][]string) error {
	w := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, plain(strings.Join(row, "\t")))
	}
	return w.Flush()
}

// plain takes control characters out of what others wrote, so that a buyer's message cannot move the cursor.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if (r < ' ' && r != '\t') || (r >= 0x7f && r < 0xa0) || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069) {
			return ' '
		}
		return r
	}, text)
}

// readFile reads a file named on the command line, up to a size in bytes.
func readFile(path string, most int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fault.New(fault.NotFound, "fault.cli.file", "path", path).Because(err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && int64(len(data)) > most {
		err = fault.New(fault.Invalid, "fault.file_too_large", "max", fmt.Sprint(most>>20, " MB"), "path", filepath.Base(path))
	}
	return data, err
}
