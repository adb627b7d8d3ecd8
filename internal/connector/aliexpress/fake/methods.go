package fake

// method is one call of the open platform.
type method struct {
	needs   []string // required form fields
	session bool     // needs a shop's token
	writes  bool     // changes something: recorded with its parameters
	path    bool     // lives under /rest
	do      func(p *Platform, c *call) (body, *refusal)
}

// methods are all calls this platform answers. The official tables list required fields inside objects; those are
// checked where the object is read.
var methods = map[string]method{
	"/auth/token/create":  {path: true, writes: true, needs: []string{"code"}, do: (*Platform).createToken},
	"/auth/token/refresh": {path: true, writes: true, needs: []string{"refresh_token"}, do: (*Platform).refreshToken},

	"aliexpress.issue.issuelist.get": {session: true, needs: []string{"query_dto"}, do: (*Platform).issueList},
	"aliexpress.issue.detail.get":    {session: true, needs: []string{"issue_id", "buyer_login_id"}, do: (*Platform).issueDetail},
	"aliexpress.issue.solution.agree": {session: true, writes: true,
		needs: []string{"buyer_login_id", "issue_id", "solution_id"}, do: (*Platform).agree},
	"aliexpress.issue.solution.save": {session: true, writes: true, needs: []string{"param_dto"}, do: (*Platform).saveSolution},
	"aliexpress.issue.image.upload": {session: true, writes: true,
		needs: []string{"buyer_login_id", "issue_id", "extension"}, do: (*Platform).uploadImage},

	"aliexpress.trade.seller.orderlist.get": {session: true, needs: []string{"param_aeop_order_query"}, do: (*Platform).sellerOrders},
	"aliexpress.solution.order.get":         {session: true, needs: []string{"param0"}, do: (*Platform).solutionOrders},
	"aliexpress.trade.new.redefining.findorderbyid": {session: true, needs: []string{"param1"},
		do: (*Platform).orderByID},
	"aliexpress.trade.redefining.extendsbuyeracceptgoodstime": {session: true, writes: true,
		needs: []string{"param0", "param1"}, do: (*Platform).extendProtection},
	"aliexpress.trade.seller.order.acceptcancel": {session: true, writes: true,
		needs: []string{"param_order_cancel_request"}, do: (*Platform).acceptCancel},
	"aliexpress.trade.seller.order.refusecancel": {session: true, writes: true,
		needs: []string{"param_order_cancel_request"}, do: (*Platform).refuseCancel},

	"aliexpress.logistics.redefining.querytrackingresult": {session: true,
		needs: []string{"logistics_no", "origin", "out_ref", "service_name", "to_area"}, do: (*Platform).tracking},
	"aliexpress.logistics.redefining.getonlinelogisticsinfo":      {session: true, do: (*Platform).onlineLogistics},
	"aliexpress.logistics.redefining.getlogisticsselleraddresses": {session: true, needs: []string{"seller_address_query"}, do: (*Platform).sellerAddresses},

	"aliexpress.evaluation.listorderevaluation.get": {session: true, needs: []string{"trade_evaluation_request"},
		do: (*Platform).evaluations},
	"aliexpress.evaluation.evaluation.reply": {session: true, writes: true,
		needs: []string{"child_order_id", "parent_order_id", "text"}, do: (*Platform).replyEvaluation},
	"aliexpress.merchant.profile.get": {session: true, do: (*Platform).profile},
}
