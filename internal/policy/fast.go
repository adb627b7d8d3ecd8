package policy

import (
	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// CEL checks every condition; most are then run as closures over the view, which is several times as fast as CEL's own
// interpreter and keeps its meaning: an unknown fact is unsure, "false && unsure" is false, "true || unsure" is true.
// What the closures do not cover (any function beyond comparison, arithmetic and membership) runs in CEL itself under
// its cost limit. A test compares both on every condition of the shipped packs.
type (
	asBool func(*view) int8          // no, yes, unsure
	asInt  func(*view) (int64, bool) // false = a fact is missing
	asText func(*view) (string, bool)
)

// speeder turns one checked expression into closures.
type speeder struct {
	lib  *Library
	tree *celast.AST
}

// name is the declared name that an identifier or a dotted selection stands for.
func (s speeder) name(e celast.Expr) (*variable, bool) {
	ref, ok := s.tree.ReferenceMap()[e.ID()]
	if !ok || ref.Name == "" {
		return nil, false
	}
	v, ok := s.lib.vars[ref.Name]
	return v, ok
}

func (s speeder) typeOf(e celast.Expr) *cel.Type { return s.tree.GetType(e.ID()) }

// bool gives the closure of a yes-or-no expression; nil if it is not covered.
func (s speeder) bool(e celast.Expr) asBool {
	switch e.Kind() {
	case celast.LiteralKind:
		if b, ok := e.AsLiteral().(types.Bool); ok {
			return fixed(b == types.True)
		}
	case celast.IdentKind, celast.SelectKind:
		return s.boolName(e)
	case celast.CallKind:
		return s.boolCall(e.AsCall())
	}
	return nil
}

func fixed(b bool) asBool {
	is := truth(b)
	return func(*view) int8 { return is }
}

func truth(b bool) int8 {
	if b {
		return yes
	}
	return no
}

func (s speeder) boolName(e celast.Expr) asBool {
	x, ok := s.name(e)
	if !ok {
		return nil
	}
	return func(v *view) int8 {
		switch got := x.get(v).(type) {
		case types.Bool:
			return truth(bool(got))
		case *types.Err:
			v.note(got)
		}
		return unsure
	}
}

func (s speeder) boolCall(c celast.CallExpr) asBool {
	args := c.Args()
	switch c.FunctionName() {
	case operators.LogicalNot:
		return not(s.bool(args[0]))
	case operators.LogicalAnd:
		return both(s.bool(args[0]), s.bool(args[1]))
	case operators.LogicalOr:
		return either(s.bool(args[0]), s.bool(args[1]))
	case operators.Conditional:
		return choose(s.bool(args[0]), s.bool(args[1]), s.bool(args[2]))
	case operators.In:
		return s.member(args[0], args[1])
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return s.comparison(c.FunctionName(), args[0], args[1])
	}
	return nil
}

func not(a asBool) asBool {
	if a == nil {
		return nil
	}
	return func(v *view) int8 {
		switch a(v) {
		case yes:
			return no
		case no:
			return yes
		}
		return unsure
	}
}

func both(a, b asBool) asBool {
	if a == nil || b == nil {
		return nil
	}
	return func(v *view) int8 {
		x := a(v)
		if x == no {
			return no
		}
		y := b(v)
		if x == yes || y == no {
			return y
		}
		return unsure
	}
}

func either(a, b asBool) asBool {
	if a == nil || b == nil {
		return nil
	}
	return func(v *view) int8 {
		x := a(v)
		if x == yes {
			return yes
		}
		y := b(v)
		if x == no || y == yes {
			return y
		}
		return unsure
	}
}

func choose(when, then, other asBool) asBool {
	if when == nil || then == nil || other == nil {
		return nil
	}
	return func(v *view) int8 {
		switch when(v) {
		case yes:
			return then(v)
		case no:
			return other(v)
		}
		return unsure
	}
}

// member is "text in [literals]".
func (s speeder) member(e, list celast.Expr) asBool {
	x := s.text(e)
	if x == nil || list.Kind() != celast.ListKind {
		return nil
	}
	set := map[string]bool{}
	for _, item := range list.AsList().Elements() {
		lit, ok := literal[types.String](item)
		if !ok {
			return nil
		}
		set[string(lit)] = true
	}
	return func(v *view) int8 {
		got, ok := x(v)
		if !ok {
			return unsure
		}
		return truth(set[got])
	}
}

func literal[T any](e celast.Expr) (T, bool) {
	var none T
	if e.Kind() != celast.LiteralKind {
		return none, false
	}
	lit, ok := e.AsLiteral().(T)
	return lit, ok
}

func (s speeder) comparison(op string, l, r celast.Expr) asBool {
	switch {
	case s.typeOf(l).IsExactType(cel.IntType) && s.typeOf(r).IsExactType(cel.IntType):
		return compareInts(op, s.int(l), s.int(r))
	case s.typeOf(l).IsExactType(cel.StringType) && s.typeOf(r).IsExactType(cel.StringType):
		return compareTexts(op, s.text(l), s.text(r))
	}
	return nil
}

func compareTexts(op string, a, b asText) asBool {
	if a == nil || b == nil || (op != operators.Equals && op != operators.NotEquals) {
		return nil
	}
	equal := op == operators.Equals
	return func(v *view) int8 {
		x, ok := a(v)
		y, ok2 := b(v)
		if !ok || !ok2 {
			return unsure
		}
		return truth((x == y) == equal)
	}
}

func compareInts(op string, a, b asInt) asBool {
	if a == nil || b == nil {
		return nil
	}
	var holds func(x, y int64) bool
	switch op {
	case operators.Equals:
		holds = func(x, y int64) bool { return x == y }
	case operators.NotEquals:
		holds = func(x, y int64) bool { return x != y }
	case operators.Less:
		holds = func(x, y int64) bool { return x < y }
	case operators.LessEquals:
		holds = func(x, y int64) bool { return x <= y }
	case operators.Greater:
		holds = func(x, y int64) bool { return x > y }
	case operators.GreaterEquals:
		holds = func(x, y int64) bool { return x >= y }
	}
	return func(v *view) int8 {
		x, ok := a(v)
		y, ok2 := b(v)
		if !ok || !ok2 {
			return unsure
		}
		return truth(holds(x, y))
	}
}

func (s speeder) text(e celast.Expr) asText {
	if lit, ok := literal[types.String](e); ok {
		return func(*view) (string, bool) { return string(lit), true }
	}
	if e.Kind() != celast.IdentKind && e.Kind() != celast.SelectKind {
		return nil
	}
	x, ok := s.name(e)
	if !ok {
		return nil
	}
	return func(v *view) (string, bool) {
		switch got := x.get(v).(type) {
		case types.String:
			return string(got), true
		case *types.Err:
			v.note(got)
		}
		return "", false
	}
}
