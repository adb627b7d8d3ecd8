// Package foreign runs PayPal's own toolkit for Node (npm @paypal/agent-toolkit) against the simulated PayPal. Its address is fixed in the
// program, so the test turns each request of its HTTP library (axios) to the simulator before it leaves; everything else of the requests is
// the toolkit's own: it fetches a token, lists and reads disputes, and accepts a claim.
//
// It holds tests only. They need Node and the package of package-lock.json: `npm ci` in this folder installs it.
package foreign
