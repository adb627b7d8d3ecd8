// Package demo fills a simulated Mirakl with a small believable world: shops of the demo's two companies on a Spanish marketplace, with
// incidents, talks, returns, late and quiet orders in all stages.
//
// Everything is data in world.yaml and always the same; only the instants are counted back from the moment of filling.
package demo
