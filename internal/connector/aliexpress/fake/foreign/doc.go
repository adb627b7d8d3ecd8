// Package foreign runs programs other people wrote for AliExpress against the simulated platform, unchanged but for the
// address: the npm packages ae_sdk, topsdk, node-taobao-topclient and lazada-open-platform-sdk (for /rest). They list
// issues, read a detail, save and agree a solution, and meet the documented errors.
//
// It holds tests only. They need Node and the packages of package-lock.json: `npm ci` in this folder installs them.
package foreign
