package fake

// Reason is one reason a buyer can open an issue for. Only 115 is known from the platform; the other numbers are made up.
type Reason struct {
	ID      int64
	English string
	Chinese string
	// Goods: the complaint is about goods in hand; only then may the kind of solution be changed to a return.
	Goods bool
}

// Reasons are all reasons a buyer can choose from.
var Reasons = []Reason{
	{115, "not received", "未收到货物", false},
	{116, "tracking abnormal", "物流信息异常", false},
	{117, "invalid waybill", "运单号无效", false},
	{118, "in transit", "运输途中", false},
	{119, "promised time passed", "超过承诺时间", false},
	{120, "delivered, not received", "显示妥投但未收到", false},
	{121, "detention by customs", "海关扣关", false},
	{122, "parcel returned", "包裹退回", false},
	{123, "refusal to accept", "买家拒收", false},
	{124, "dispatched to wrong address", "发错地址", false},
	{125, "shipping method changed", "更换物流方式", false},
	{201, "differences", "货物与描述不符", true},
	{202, "quality problem", "质量问题", true},
	{203, "does not work", "无法使用", true},
	{204, "goods damaged", "货物破损", true},
	{205, "short shipment", "货物短装", true},
	{206, "quantity shortage", "数量不符", true},
	{207, "sale of fake products", "销售假货", true},
	{301, "dislike, unwanted", "不喜欢/不想要", true},
}

// ReasonNamed gives the reason with an English text; an unknown text is a reason of its own, as the platform adds some.
func ReasonNamed(english string) Reason {
	for _, reason := range Reasons {
		if reason.English == english {
			return reason
		}
	}
	return Reason{ID: 900 + int64(fingerprint(english)%90), English: english, Chinese: english, Goods: true}
}
