package main

import (
	"errors"
	"fmt"
	"os"

	"parley/internal/app"
	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/policy"
	"parley/internal/policy/scenario"
	"parley/internal/reply"
	"parley/packs"
)

type policyVerbs struct {
	Test    policyTest    `cmd:"" help:"${help_policy_test}"`
	Lint    policyLint    `cmd:"" help:"${help_policy_lint}"`
	Explain policyExplain `cmd:"" help:"${help_policy_explain}"`
	Replay  policyReplay  `cmd:"" help:"${help_policy_replay}"`
}

type policyTest struct {
	Paths []string `arg:"" type:"existingpath" help:"${help_policy_paths}"`
}

// Run checks the built-in packs against scenario files; the last line is "N passed, M failed".
func (v *policyTest) Run(t *terminal) error {
	library, err := policy.Load(packs.Files)
	if err != nil {
		return err
	}
	runner := scenario.Runner{Library: library, Checker: reply.Checks{}, Out: t.out}
	if t.JSON {
		runner.Out = t.errs
	}
	result := runner.Run(v.Paths...)
	if t.JSON {
		if err := t.data(map[string]int{"passed": result.Passed, "failed": result.Failed}); err != nil {
			return err
		}
	}
	if result.Failed > 0 {
		return errSaid
	}
	return nil
}

type policyLint struct {
	Paths []string `arg:"" type:"existingpath" help:"${help_policy_lint_paths}"`
}

// Run loads packs as the program would, together with the built-in ones, and prints each mistake with its place.
func (v *policyLint) Run(t *terminal) error {
	tree, err := withPacks(v.Paths)
	if err != nil {
		return err
	}
	var wrong policy.Problems
	if _, err = policy.Load(tree); err == nil || !errors.As(err, &wrong) {
		return err
	}
	if t.JSON {
		return errors.Join(t.data(map[string]any{"items": wrong}), errSaid)
	}
	fmt.Fprintln(t.out, wrong.Error())
	return errSaid
}

type policyExplain struct {
	Case int64 `arg:"" help:"${help_case_id}"`
}

// Run prints the verdict on a case with every rule that was asked.
func (v *policyExplain) Run(t *terminal) error {
	return t.desk(false, func(a *app.App, who desk.Who) error {
		page, err := a.Desk.Peek(t.ctx, who, v.Case)
		if err != nil {
			return err
		}
		c, err := a.DB.Case(t.ctx, v.Case)
		if err != nil {
			return err
		}
		rules, err := a.Desk.Library.For(c.Packs)
		if err != nil {
			return err
		}
		verdict := rules.Explain(&page.Facts, a.Desk.Now())
		if t.JSON {
			return t.data(verdict)
		}
		return t.explained(verdict)
	})
}

func (t *terminal) explained(v policy.Verdict) error {
	rows := [][]string{t.head("rule", "pack", "gives", "reason")}
	for _, s := range v.Trace {
		rows = append(rows, []string{s.Rule, s.Pack, s.Gives, s.Reason})
	}
	return t.table(rows)
}

func missingFile(path string, err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return fault.New(fault.NotFound, "fault.cli.file", "path", path).Because(err)
	}
	return err
}
