package fake

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// object is an object of the graph: its fields by name. A field is a value, or a function of the field's arguments.
type object map[string]any

// with is a field that depends on its arguments.
type with func(args map[string]any) any

// lazy is an object that is made when somebody looks at it: most of a list is on other pages than the one asked for.
type lazy func() object

// execution carries out one checked operation over objects. gqlparser reads and checks documents but does not execute them.
type execution struct {
	schema *ast.Schema
	vars   map[string]any
	errors []map[string]any
	spent  float64 // points of what was really found
}

// object answers a selection on one object.
func (x *execution) object(set ast.SelectionSet, of *ast.Definition, value any) any {
	o, ok := value.(object)
	if !ok {
		return nil
	}
	x.spent += weight(of.Name)
	out := map[string]any{}
	x.fields(set, of, o, out)
	return out
}

// weight is what an object of a type costs once it is found.
func weight(name string) float64 {
	switch {
	case strings.HasSuffix(name, "Payload"):
		return 10
	case strings.HasSuffix(name, "Connection"):
		return 2
	case name == "PageInfo", name == "QueryRoot", name == "Mutation", strings.HasSuffix(name, "Edge"), strings.HasSuffix(name, "UserError"):
		return 0
	}
	return 1
}

func (x *execution) fields(set ast.SelectionSet, of *ast.Definition, o object, out map[string]any) {
	for _, one := range set {
		switch one := one.(type) {
		case *ast.Field:
			if x.skipped(one.Directives) {
				continue
			}
			out[one.Alias] = x.field(one, of, o)
		case *ast.InlineFragment:
			if x.is(of, one.TypeCondition) && !x.skipped(one.Directives) {
				x.fields(one.SelectionSet, of, o, out)
			}
		case *ast.FragmentSpread:
			if x.is(of, one.Definition.TypeCondition) && !x.skipped(one.Directives) {
				x.fields(one.Definition.SelectionSet, of, o, out)
			}
		}
	}
}

func (x *execution) field(f *ast.Field, of *ast.Definition, o object) any {
	if f.Name == "__typename" {
		return of.Name
	}
	value := o[f.Name]
	args := f.ArgumentMap(x.vars)
	if d := f.Directives.ForName("idempotent"); d != nil {
		args["@idempotent"] = d.ArgumentMap(x.vars)["key"]
	}
	if fn, ok := value.(with); ok {
		value = fn(args)
	}
	out := x.complete(f.SelectionSet, f.Definition.Type, value, args)
	if out == nil && f.Definition.Type.NonNull {
		x.errors = append(x.errors, map[string]any{"message": "Cannot return null for non-nullable field " + of.Name + "." + f.Name, "path": []any{f.Alias}})
	}
	return out
}

// complete brings a value into the form of its type: lists element by element, connections page by page, objects field by field.
func (x *execution) complete(set ast.SelectionSet, t *ast.Type, value any, args map[string]any) any {
	if value == nil {
		return nil
	}
	if made, ok := value.(lazy); ok {
		value = made()
	}
	if t.Elem != nil {
		list, _ := value.([]any)
		if n, ok := number(args["first"]); ok && n < len(list) {
			list = list[:n]
		}
		out := make([]any, len(list))
		for i := range list {
			out[i] = x.complete(set, t.Elem, list[i], nil)
		}
		return out
	}
	def := x.schema.Types[t.NamedType]
	if def.IsLeafType() {
		return value
	}
	if list, ok := value.([]any); ok && strings.HasSuffix(def.Name, "Connection") {
		value = page(list, args)
	}
	return x.object(set, x.concrete(def, value), value)
}

// concrete is the type of the object itself where the field's type is an interface or a union.
func (x *execution) concrete(def *ast.Definition, value any) *ast.Definition {
	if o, ok := value.(object); ok && def.IsAbstractType() {
		if name, ok := o["__typename"].(string); ok && x.schema.Types[name] != nil {
			return x.schema.Types[name]
		}
	}
	return def
}

// is tells whether an object type is, or belongs to, the type a fragment is for.
func (x *execution) is(of *ast.Definition, condition string) bool {
	if condition == "" || of.Name == condition {
		return true
	}
	for _, possible := range x.schema.PossibleTypes[condition] {
		if possible.Name == of.Name {
			return true
		}
	}
	return false
}

func (x *execution) skipped(list ast.DirectiveList) bool {
	if d := list.ForName("skip"); d != nil && d.ArgumentMap(x.vars)["if"] == true {
		return true
	}
	d := list.ForName("include")
	return d != nil && d.ArgumentMap(x.vars)["if"] == false
}

func number(v any) (int, bool) {
	switch v := v.(type) {
	case int64:
		return int(v), true
	case int:
		return v, true
	case float64:
		return int(v), true
	case interface{ Int64() (int64, error) }: // json.Number
		n, err := v.Int64()
		return int(n), err == nil
	}
	return 0, false
}

// page cuts one page out of a list. Cursors are opaque: they hold the place in the list.
func page(list []any, args map[string]any) object {
	from := 0
	if after, ok := args["after"].(string); ok {
		if raw, err := base64.StdEncoding.DecodeString(after); err == nil {
			from, _ = strconv.Atoi(strings.TrimPrefix(string(raw), "place:"))
		}
	}
	from = max(0, min(from, len(list)))
	to := len(list)
	if n, ok := number(args["first"]); ok {
		to = min(to, from+n)
	}
	cursor := func(n int) string { return base64.StdEncoding.EncodeToString([]byte("place:" + strconv.Itoa(n))) }
	nodes := list[from:to]
	edges := make([]any, len(nodes))
	for i, n := range nodes {
		edges[i] = object{"node": n, "cursor": cursor(from + i + 1)}
	}
	info := object{"hasNextPage": to < len(list), "hasPreviousPage": from > 0, "startCursor": nil, "endCursor": nil}
	if len(nodes) > 0 {
		info["startCursor"], info["endCursor"] = cursor(from+1), cursor(to)
	}
	return object{"nodes": nodes, "edges": edges, "pageInfo": info}
}

// price counts the points of a selection; see the package comment.
func (x *execution) price(set ast.SelectionSet, mutation bool) float64 {
	var sum, dearest float64
	for _, one := range set {
		switch one := one.(type) {
		case *ast.InlineFragment:
			dearest = max(dearest, x.price(one.SelectionSet, false)) // an object is of one type only
		case *ast.FragmentSpread:
			sum += x.price(one.Definition.SelectionSet, false)
		case *ast.Field:
			sum += x.fieldPrice(one, mutation)
		}
	}
	return sum + dearest
}

func (x *execution) fieldPrice(f *ast.Field, mutation bool) float64 {
	switch {
	case len(f.SelectionSet) == 0 || f.Name == "pageInfo" || f.Name == "userErrors":
		return 0
	case mutation:
		return 10
	case strings.HasSuffix(f.Definition.Type.Name(), "Connection"):
		n, _ := number(f.ArgumentMap(x.vars)["first"])
		return 2 + float64(n)*x.price(f.SelectionSet, false)
	case f.Name == "nodes" && f.Definition.Arguments.ForName("ids") != nil:
		ids, _ := f.ArgumentMap(x.vars)["ids"].([]any)
		return float64(len(ids)) * (1 + x.price(f.SelectionSet, false))
	case f.Definition.Type.Elem != nil:
		n, ok := number(f.ArgumentMap(x.vars)["first"])
		if !ok {
			n = 1
		}
		return float64(n) * (1 + x.price(f.SelectionSet, false))
	}
	return 1 + x.price(f.SelectionSet, false)
}
