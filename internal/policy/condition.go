package policy

import (
	"errors"
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Limits of a condition: CEL without macros cannot loop, so its cost is bounded by its length; the cost is limited besides.
const (
	maxConditionLength = 2000
	maxConditionCost   = 10000
)

// condition is one compiled CEL expression with the names it reads.
type condition struct {
	text  string
	prog  cel.Program
	reads []string
	clock bool // reads the state or clock of a machine

	quick    asBool // the same as closures; nil if they do not cover it
	quickInt asInt
}

// newEnv declares every name a condition may use. There are no macros, hence no loops, and no function that reaches
// outside: hours, days and weeks turn a number into seconds.
func newEnv(vars map[string]*variable) (*cel.Env, error) {
	opts := []cel.EnvOption{cel.ClearMacros(), cel.ParserExpressionSizeLimit(maxConditionLength), cel.ParserRecursionLimit(40)}
	for name, v := range vars {
		opts = append(opts, cel.Variable(name, v.typ))
	}
	for name, seconds := range map[string]int64{"hours": 3600, "days": 86400} {
		opts = append(opts, cel.Function(name, cel.Overload(name+"_int", []*cel.Type{cel.IntType}, cel.IntType,
			cel.UnaryBinding(func(n ref.Val) ref.Val { return n.(types.Int) * types.Int(seconds) }))))
	}
	return cel.NewEnv(opts...)
}

// celProblem is a mistake in an expression with its place inside it.
type celProblem struct {
	column int // 0-based
	say    string
}

func (p celProblem) Error() string { return p.say }

// compile checks the expression against its wanted type and its cost.
func (l *Library) compile(text string, want *cel.Type) (*condition, error) {
	if len(text) > maxConditionLength {
		return nil, celProblem{0, fmt.Sprintf("the expression is longer than %d characters", maxConditionLength)}
	}
	ast, issues := l.env.Compile(text)
	if issues.Err() != nil {
		e := issues.Errors()[0]
		return nil, celProblem{e.Location.Column(), strings.TrimSpace(e.Message)}
	}
	if !ast.OutputType().IsExactType(want) {
		return nil, celProblem{0, fmt.Sprintf("the expression gives %s, wanted is %s", ast.OutputType(), want)}
	}
	prog, err := l.env.Program(ast, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(maxConditionCost))
	if err != nil {
		return nil, celProblem{0, err.Error()}
	}
	c := &condition{text: text, prog: prog}
	c.readNames(ast)
	s := speeder{l, ast.NativeRep()}
	if want == cel.BoolType {
		c.quick = s.bool(ast.NativeRep().Expr())
	} else {
		c.quickInt = s.int(ast.NativeRep().Expr())
	}
	return c, nil
}

// readNames lists the declared names that the expression reads.
func (c *condition) readNames(ast *cel.Ast) {
	seen := map[string]bool{}
	for _, r := range ast.NativeRep().ReferenceMap() {
		if r.Name != "" && !seen[r.Name] {
			seen[r.Name] = true
			c.reads = append(c.reads, r.Name)
			c.clock = c.clock || r.Name == "state.since" || r.Name == "state" || r.Name == "clock.opened" || r.Name == "supplier.state"
		}
	}
}

// Truth of a condition.
const (
	asked0 int8 = iota
	no
	yes
	unsure
)

// test evaluates a condition; nil is always true. An unknown fact makes it unsure and is noted.
func (v *view) test(c *condition) int8 {
	if c == nil {
		return yes
	}
	if c.quick != nil {
		return c.quick(v)
	}
	return v.slow(c)
}

// slow evaluates a condition by CEL's own interpreter.
func (v *view) slow(c *condition) int8 {
	out, _, err := c.prog.Eval(v)
	if err != nil {
		v.note(err)
		return unsure
	}
	if out == types.True {
		return yes
	}
	return no
}

// number evaluates a whole-number expression; false when a fact is missing.
func (v *view) number(c *condition) (int64, bool) {
	if c.quickInt != nil {
		return c.quickInt(v)
	}
	return v.slowNumber(c)
}

// slowNumber evaluates it by CEL's own interpreter.
func (v *view) slowNumber(c *condition) (int64, bool) {
	out, _, err := c.prog.Eval(v)
	if err != nil {
		v.note(err)
		return 0, false
	}
	n, ok := out.(types.Int)
	return int64(n), ok
}

// note keeps the path of a fact that was asked for and is not known.
func (v *view) note(err error) {
	path := "condition: " + err.Error()
	var u unknownFact
	if errors.As(err, &u) {
		path = u.path
	}
	if v.factsBad == nil {
		v.factsBad = map[string]bool{}
	}
	v.factsBad[path] = true
}
