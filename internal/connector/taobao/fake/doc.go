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
//
// An exchange of a Tmall shop (TMALL_EXCHANGE) is one record under one number, which the methods about refunds show in their words and
// those about exchanges in numbers. Unproven there: the clocks, which are those of our own rules; that silence of the seller counts as
// agreement, that of the buyer ends the matter, and an article that is not sent turns the exchange into a demand for money; that a
// refusal waits for the buyer to change what he wants, before and after the goods came back; that the buyer makes a refund of the same
// number out of it, and the exchange says 14 from then on; the names of its topics and sub-codes.
package fake
