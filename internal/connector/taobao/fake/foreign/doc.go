// Package foreign runs programs other people wrote for Taobao against the simulated platform, unchanged but for the address: the npm
// packages topsdk, node-taobao-topclient and, for messages over a connection, ali-topsdk. They list and read refunds, agree to them, refuse
// them, agree to returns, take messages, and meet the documented errors. ali-topsdk reads what its WebSocket library told until version 2 and
// no longer tells, so package.json holds that one back.
//
// It holds tests only. They need Node and the packages of package-lock.json: `npm ci` in this folder installs them.
package foreign
