package fake

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
)

// largestBody is the largest request taken, in bytes.
const largestBody = 20 << 20

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the caller may be gone
}

// graph answers one document.
func (p *Platform) graph(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Query         string         `json:"query"`
		OperationName string         `json:"operationName"`
		Variables     map[string]any `json:"variables"`
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestBody))
	if err != nil || json.Unmarshal(body, &q) != nil {
		writeJSON(w, http.StatusBadRequest, map[string]any{"errors": "Bad Request"})
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	shop := p.shopOf(r)
	if shop == nil {
		unauthorised(w)
		return
	}
	shop.settle(p.now())
	w.Header().Set("X-Shopify-API-Version", r.PathValue("version"))
	doc, list := p.document(q.Query)
	if len(list) > 0 {
		writeJSON(w, http.StatusOK, map[string]any{"errors": invalid(list)})
		return
	}
	if p.trouble == Throttled {
		shop.left, shop.refilled = 0, p.now()
	}
	writeJSON(w, http.StatusOK, shop.operate(doc, q.OperationName, q.Variables))
	p.trouble = ""
}

// mostDocuments is how many documents are kept once they were read: programs send the same few over and over.
const mostDocuments = 200

// document reads and checks a document.
func (p *Platform) document(query string) (*ast.QueryDocument, gqlerror.List) {
	if doc, ok := p.read[query]; ok {
		return doc, nil
	}
	doc, list := gqlparser.LoadQueryWithRules(p.schema, query, nil)
	if len(list) == 0 && len(p.read) < mostDocuments {
		p.read[query] = doc
	}
	return doc, list
}

// invalid writes complaints about a document as the platform does: message, place, code.
func invalid(list gqlerror.List) []map[string]any {
	var out []map[string]any
	for _, e := range list {
		out = append(out, map[string]any{"message": e.Message, "locations": e.Locations, "extensions": map[string]any{"code": e.Rule}})
	}
	return out
}

func coded(message, code string) []map[string]any {
	return []map[string]any{{"message": message, "extensions": map[string]any{"code": code, "documentation": "https://shopify.dev/api/usage/rate-limits"}}}
}

// dearest is the most points one call may cost.
const dearest = 1000

// operate checks the variables and the points, and carries the operation out.
func (s *Shop) operate(doc *ast.QueryDocument, name string, given map[string]any) map[string]any {
	op := doc.Operations.ForName(name)
	if op == nil {
		return map[string]any{"errors": coded("No operation named "+name, "operationNotFound")}
	}
	vars, err := validator.VariableValues(s.p.schema, op, given)
	if err != nil {
		var e *gqlerror.Error
		if !errors.As(err, &e) {
			e = gqlerror.Errorf("%s", err.Error())
		}
		return map[string]any{"errors": coded("Variable of an invalid value was provided: "+e.Message, "INVALID_VARIABLE")}
	}
	x := &execution{schema: s.p.schema, vars: vars}
	price := x.price(op.SelectionSet, op.Operation == ast.Mutation)
	if price > dearest {
		return map[string]any{"errors": coded("Query cost exceeds the single query max cost limit of 1000.", "MAX_COST_EXCEEDED"), "extensions": s.cost(price, nil)}
	}
	if !s.pay(price) {
		return map[string]any{"errors": coded("Throttled", "THROTTLED"), "extensions": s.cost(price, nil)}
	}
	root, top := any(s.query()), s.p.schema.Query
	if op.Operation == ast.Mutation {
		root, top = s.mutation(), s.p.schema.Mutation
	}
	data := x.object(op.SelectionSet, top, root)
	spent := min(x.spent, price)
	s.left += price - spent // what was asked for and not found is given back
	out := map[string]any{"data": data, "extensions": s.cost(price, spent)}
	if len(x.errors) > 0 {
		out["errors"] = x.errors
	}
	return out
}

// pay takes points out of the bucket, if there are as many.
func (s *Shop) pay(price float64) bool {
	now := s.p.now()
	s.left = math.Min(s.p.points, s.left+math.Max(0, now.Sub(s.refilled).Seconds())*s.p.points/20)
	s.refilled = now
	if s.left < price {
		return false
	}
	s.left -= price
	return true
}

func (s *Shop) cost(asked float64, actual any) map[string]any {
	return map[string]any{"cost": map[string]any{"requestedQueryCost": asked, "actualQueryCost": actual, "throttleStatus": map[string]any{
		"maximumAvailable": s.p.points, "currentlyAvailable": math.Floor(s.left), "restoreRate": s.p.points / 20,
	}}}
}
