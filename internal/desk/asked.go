package desk

import (
	"context"
	"fmt"
	"slices"

	"parley/internal/store"
)

// asked is a planner that asks for each thing once: a page and a plan are of one moment, and several of their parts look at the same purchase.
// It serves one goroutine, and none that writes what it asked for.
type asked struct {
	planner
	effects  map[int64][]store.Effect
	evidence map[int64][]store.Evidence
	orders   map[orderAt][]store.Case
	beside   map[string][]store.Named
}

// asking gives a planner that asks for each thing once.
func asking(r planner) planner {
	if a, already := r.(*asked); already {
		return a
	}
	return &asked{r, map[int64][]store.Effect{}, map[int64][]store.Evidence{}, map[orderAt][]store.Case{}, map[string][]store.Named{}}
}

func (a *asked) EffectsOf(ctx context.Context, caseID int64) ([]store.Effect, error) {
	return hear(a.effects, caseID, func() ([]store.Effect, error) { return a.planner.EffectsOf(ctx, caseID) })
}

func (a *asked) EvidenceOf(ctx context.Context, caseID int64) ([]store.Evidence, error) {
	return hear(a.evidence, caseID, func() ([]store.Evidence, error) { return a.planner.EvidenceOf(ctx, caseID) })
}

func (a *asked) CasesOfOrder(ctx context.Context, storeID int64, number string) ([]store.Case, error) {
	return hear(a.orders, orderAt{storeID, number}, func() ([]store.Case, error) { return a.planner.CasesOfOrder(ctx, storeID, number) })
}

func (a *asked) CasesBeside(ctx context.Context, ids []int64) ([]store.Named, error) {
	return hear(a.beside, fmt.Sprint(ids), func() ([]store.Named, error) { return a.planner.CasesBeside(ctx, ids) })
}

// hear gives the answer to a question, heard before or now.
func hear[K comparable, T any](heard map[K][]T, question K, ask func() ([]T, error)) ([]T, error) {
	answer, known := heard[question]
	if !known {
		var err error
		if answer, err = ask(); err != nil {
			return nil, err
		}
		heard[question] = answer
	}
	return slices.Clone(answer), nil
}
