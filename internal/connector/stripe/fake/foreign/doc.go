// Package foreign runs Stripe's own client for Node (npm stripe) against the simulated platform, unchanged but for the address: it
// lists, reads, answers and closes disputes, sends files, refunds, and checks the signature of a webhook that the platform sent.
//
// It holds tests only. They need Node and the package of package-lock.json: `npm ci` in this folder installs it.
package foreign
