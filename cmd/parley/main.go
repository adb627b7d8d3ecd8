// Command parley is the after-sales desk: one program that serves the web and the JSON interface, and does the same work from the
// command line. Every verb is a few lines over package app and the desk; the texts it prints and its help stand in
// internal/texts/LANGUAGE/cli.yaml.
//
// The exit status is 0 when the work is done, 1 when it was refused or failed, 2 when the command line is wrong.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // zones, on machines that have none installed

	"github.com/alecthomas/kong"

	"parley/internal/texts"
)

// globals are the flags every verb takes.
type globals struct {
	Data  string `env:"PARLEY_DATA" type:"path" placeholder:"DIR" help:"${help_data}"`
	DB    string `env:"PARLEY_DB" placeholder:"URL" help:"${help_db}"`
	Key   string `env:"PARLEY_KEY" hidden:""`
	Files string `env:"PARLEY_FILES" type:"path" placeholder:"DIR" help:"${help_files}"`
	Lang  string `env:"PARLEY_LANG" placeholder:"en|es|zh" help:"${help_lang}"`
	As    string `env:"PARLEY_AS" placeholder:"EMAIL" help:"${help_as}"`
	JSON  bool   `help:"${help_json}"`

	PublicURL    string `env:"PARLEY_PUBLIC_URL" placeholder:"URL" help:"${help_public_url}"`
	AllowPrivate bool   `env:"PARLEY_ALLOW_PRIVATE" help:"${help_allow_private}"`

	Log bool `help:"${help_log}"`
}

type commands struct {
	globals
	Demo      demoVerb      `cmd:"" help:"${help_demo}"`
	Serve     serveVerb     `cmd:"" help:"${help_serve}"`
	Queue     queueVerb     `cmd:"" help:"${help_queue}"`
	Case      caseVerbs     `cmd:"" help:"${help_case}"`
	Store     storeVerbs    `cmd:"" help:"${help_store}"`
	Tracker   trackerVerbs  `cmd:"" help:"${help_tracker}"`
	Net       netVerbs      `cmd:"" help:"${help_net}"`
	Limits    limitsVerbs   `cmd:"" help:"${help_limits}"`
	Decisions decisionVerbs `cmd:"" help:"${help_decisions}"`
	Sync      syncVerb      `cmd:"" help:"${help_sync}"`
	Import    importVerb    `cmd:"" help:"${help_import}"`
	Member    memberVerbs   `cmd:"" help:"${help_member}"`
	Token     tokenVerbs    `cmd:"" help:"${help_token}"`
	Notify    notifyVerbs   `cmd:"" help:"${help_notify}"`
	Policy    policyVerbs   `cmd:"" help:"${help_policy}"`
	Connector connectorVerb `cmd:"" help:"${help_connector}"`
	Fake      fakeVerb      `cmd:"" help:"${help_fake}"`
	Sim       simVerb       `cmd:"" help:"${help_sim}"`
	Fill      fillVerb      `cmd:"" help:"${help_fill}"`
	Backup    backupVerbs   `cmd:"" help:"${help_backup}"`
	Restore   restoreVerb   `cmd:"" help:"${help_restore}"`
	Migrate   migrateVerb   `cmd:"" help:"${help_migrate}"`
	Doctor    doctorVerb    `cmd:"" help:"${help_doctor}"`
	Version   versionVerb   `cmd:"" help:"${help_version}"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// left is how kong's own help ends the program; run turns it into a status.
type left int

// run does what the arguments say and gives the exit status.
func run(ctx context.Context, args []string, env func(string) string, out, errs io.Writer) (status int) {
	book, err := texts.Load()
	if err != nil {
		_, _ = io.WriteString(errs, err.Error()+"\n") // nowhere else to say it
		return 1
	}
	defer func() {
		switch why := recover().(type) {
		case nil:
		case left:
			status = int(why)
		default:
			panic(why)
		}
	}()
	words := book.In(language(args, env))
	var c commands
	parser := kong.Must(&c, kong.Name("parley"), kong.Description(words.T("cli.help.parley")), helpIn(words), kong.Writers(out, errs),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.Exit(func(code int) { panic(left(code)) }))
	if len(args) == 0 {
		args = []string{"--help"}
	}
	t := &terminal{ctx: ctx, globals: &c.globals, words: words, out: out, errs: errs}
	parsed, err := parser.Parse(args)
	if err != nil {
		t.complain("cli.usage", "error", err.Error())
		return 2
	}
	if err := parsed.Run(t); err != nil {
		if !errors.Is(err, errSaid) {
			t.fail(err)
		}
		return 1
	}
	return 0
}

// helpIn gives kong the help texts of a language: ${help_x} is cli.help.x.
func helpIn(words *texts.Reader) kong.Vars {
	vars := kong.Vars{}
	for _, key := range words.Keys() {
		if name, ok := strings.CutPrefix(key, "cli.help."); ok {
			vars["help_"+name] = words.T(key)
		}
	}
	return vars
}

// language is needed before the flags are parsed, for the help: --lang, PARLEY_LANG, or the language of the machine.
func language(args []string, env func(string) string) string {
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--lang="); ok {
			return value
		}
		if arg == "--lang" && i+1 < len(args) {
			return args[i+1]
		}
	}
	for _, name := range []string{"PARLEY_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := env(name); value != "" {
			return strings.NewReplacer("_", "-", ".", "-").Replace(value)
		}
	}
	return "en"
}
