// Package fake is a simulated Taobao and Tmall: the gateway TOP with the methods about refunds, the trades and parcels behind them, and the
// messages of TMC, over a WebSocket and by asking, as an application of a seller sees them. It keeps shops, trades and refunds, moves them
// by what shops and buyers do and by the clocks of the platform, and answers as the gateway does: HTTP 200 for errors too, wrapped answers,
// only the fields asked for, ids as numbers, money as text in yuan, times of Beijing without a zone, JSON or (the default there) XML.
//
// It follows the platform's published tables of its methods. Where those say nothing, it does the following, which nothing here proves to
// be so: a version that is not the present one is refused with isv.refund-version-expired; a refund that is not there with
// isv.refund-not-exist; a state that does not fit with isv.refund-status-error; a Tmall refund must have been reviewed before it is agreed
// to; a return that the shop offers is agreed to or not by the buyer, and the refund counts as refused until then; a message does not change
// the refund's version; the list is in the order of the latest change, the newest first; a message of TMC goes to one connection of its
// group, and again after five minutes, or to the next connection once that one fell; who may not connect hears a code and why.
package fake
