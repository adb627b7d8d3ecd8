// Package foreign runs AfterShip's own client for Node (npm @aftership/tracking-sdk) against the simulated service, unchanged but for the
// address: it registers, lists, reads, takes up again and deletes trackings.
//
// It holds tests only. They need Node and the packages of package-lock.json: `npm ci` in this folder installs them.
package foreign
