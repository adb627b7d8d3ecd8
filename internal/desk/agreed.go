package desk

import (
	"slices"

	"parley/internal/dispute"
	"parley/internal/money"
	"parley/internal/store"
)

// paysAgreed tells whether an option names no sum and yet lets money go, as the word that goods came back does where the platform pays
// then what was agreed on before.
func (d *Desk) paysAgreed(m *matter, option string) bool {
	return slices.Contains(d.abouts[m.st.Connector].Pays, option)
}

// agreedOf is that sum: the one both sides agreed on last, the whole claim where they named none.
func agreedOf(f *dispute.Facts) money.Amount {
	if f.Case != nil && f.Case.Reported.Agreed.Known() {
		return f.Case.Reported.Agreed
	}
	return stakeOf(f)
}

// sameMoney tells which acts are about the very payment that an option makes: the decision's own ones that are not done, and where it pays
// what was agreed, those of the matter by which that was done.
func (d *Desk) sameMoney(m *matter, option, decision string) func(store.Effect) bool {
	agreed := d.paysAgreed(m, option)
	return func(e store.Effect) bool {
		return e.State != confirmed && e.DecisionID == decision || agreed && e.State == confirmed && e.CaseID == m.c.ID
	}
}
