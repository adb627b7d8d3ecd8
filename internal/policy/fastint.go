package policy

import (
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// int gives the closure of a whole-number expression; nil if it is not covered. Numbers beyond 2^53 do not occur in
// instants or money; an expression that could overflow is left to CEL, which reports it.
func (s speeder) int(e celast.Expr) asInt {
	switch e.Kind() {
	case celast.LiteralKind:
		if n, ok := e.AsLiteral().(types.Int); ok {
			return func(*view) (int64, bool) { return int64(n), true }
		}
	case celast.IdentKind, celast.SelectKind:
		return s.intName(e)
	case celast.CallKind:
		return s.intCall(e.AsCall())
	}
	return nil
}

func (s speeder) intName(e celast.Expr) asInt {
	x, ok := s.name(e)
	if !ok {
		return nil
	}
	return func(v *view) (int64, bool) {
		switch got := x.get(v).(type) {
		case types.Int:
			return int64(got), true
		case *types.Err:
			v.note(got)
		}
		return 0, false
	}
}

// limit keeps arithmetic far from overflow: beyond it a result is not known.
const limit = int64(1) << 53

func (s speeder) intCall(c celast.CallExpr) asInt {
	args := c.Args()
	switch c.FunctionName() {
	case operators.Add:
		return arithmetic(s.int(args[0]), s.int(args[1]), func(a, b int64) int64 { return a + b })
	case operators.Subtract:
		return arithmetic(s.int(args[0]), s.int(args[1]), func(a, b int64) int64 { return a - b })
	case operators.Conditional:
		return chooseInt(s.bool(args[0]), s.int(args[1]), s.int(args[2]))
	case "hours", "days":
		seconds := int64(3600)
		if c.FunctionName() == "days" {
			seconds = 86400
		}
		return arithmetic(s.int(args[0]), func(*view) (int64, bool) { return seconds, true }, scale)
	}
	return nil
}

// scale multiplies; what is too large gives a number beyond the limit, so that the result is not known.
func scale(a, b int64) int64 {
	if a > limit/b || a < -limit/b {
		return 2 * limit
	}
	return a * b
}

func arithmetic(a, b asInt, do func(a, b int64) int64) asInt {
	if a == nil || b == nil {
		return nil
	}
	return func(v *view) (int64, bool) {
		x, ok := a(v)
		y, ok2 := b(v)
		if !ok || !ok2 || x > limit || y > limit || x < -limit || y < -limit {
			return 0, false
		}
		z := do(x, y)
		return z, z <= limit && z >= -limit
	}
}

func chooseInt(when asBool, then, other asInt) asInt {
	if when == nil || then == nil || other == nil {
		return nil
	}
	return func(v *view) (int64, bool) {
		switch when(v) {
		case yes:
			return then(v)
		case no:
			return other(v)
		}
		return 0, false
	}
}
