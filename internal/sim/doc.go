// Package sim is the proof that nothing is lost: it lets desks work for years in minutes, beside simulated platforms whose buyers, clocks
// and networks misbehave, and checks at every step what must never happen.
//
// Everything happens on one goroutine in the order of virtual time, drawn from a seed: the same options give the same run. Several nodes
// share one database; whoever is drawn does the next piece of work. Time passes inside a piece of work only while a call to a platform is
// under way, and there other nodes and people may go on: that is how work of two nodes gets between each other.
//
// What goes wrong is a list of incidents (incident.go), drawn before the run or read from a script: each arms at an instant and hits the
// next operation it fits. An operation is a call to a platform (wire.go) or a sentence to the database (node.go). A node that dies stops
// between two operations, as a process under kill -9 does: its memory is gone, what it had not committed is undone, and a commit that
// was under way has happened or has not.
//
// The way of a run: run.go makes the world and moves the time, buyers.go opens matters, staff.go lets people decide, check.go holds the
// invariants, script.go and shrink.go make a failing run small.
package sim
