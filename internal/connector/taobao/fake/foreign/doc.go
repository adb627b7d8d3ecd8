// Package foreign runs programs other people wrote for Taobao against the simulated platform, unchanged but for the address: the npm
// packages topsdk and node-taobao-topclient. They list and read refunds, agree to them, refuse them, agree to returns, take messages, and
// meet the documented errors.
//
// It holds tests only. They need Node and the packages of package-lock.json: `npm ci` in this folder installs them.
package foreign
