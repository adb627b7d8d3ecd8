// Package policy turns facts, dated rule packs and an instant into a verdict: what the matter is, whose move it is, what
// may be done by when, what it costs, what is missing, what counts, and why.
//
// Rules are data. A pack is YAML with a name and version, the dates of its validity, sources for every number,
// conditions in CEL over declared facts, state machines and texts in three languages. Library holds all packs and
// calendars; Library.For composes the packs of a case into Rules; Rules.Evaluate is a pure function and safe for any
// number of goroutines. The names of marketplaces, laws and numbers stand in packs, never in this package.
//
// What the facts do not decide is said, not guessed: a condition over a fact that is not known makes its verdict
// undecided, names the fact, and leaves the matter to a person.
package policy
