package fake

import "testing"

// vector is a signature of the public documents, or one computed from the same parameters. All use secret "helloworld".
type vector struct {
	name, method, prefix, sign string
	params                     map[string]string
}

func top(how string) map[string]string {
	return map[string]string{"app_key": "12345678", "fields": "num_iid,title,nick,price,num", "format": "json",
		"method": "taobao.item.seller.get", "num_iid": "11223344", "session": "test", "sign_method": how,
		"timestamp": "2016-01-01 12:00:00", "v": "2.0"}
}

var vectors = []vector{
	{"old gateway, published", "md5", "", "66987CB115214E59E6EC978214934FB8", top("md5")},
	{"old gateway, computed", "hmac", "", "D56D7858309C31B6251083A874D48273", top("hmac")},
	{"old gateway, computed", "hmac-sha256", "", "04DB15AD0774D5CFCE2C837DE43E3FCEA9011ED74F3038FB6AB5F3C4CEA119E8", top("hmac-sha256")},
	{"sync, published", "sha256", "", "F7F7926B67316C9D1E8E15F7E66940ED3059B1638C497D77973F30046EFB5BBB", map[string]string{
		"access_token": "test", "aliexpress_category_id": "200135143", "app_key": "123456",
		"method": "aliexpress.logistics.redefining.getonlinelogisticsinfo", "sign_method": "sha256", "timestamp": "1517820392000"}},
	{"sync, published in a test", "sha256", "", "F3ABBAB059750C3CD6D341A2FDA939ECB0FA892120E9196270ED67D6EC1511DD", map[string]string{
		"app_key": "12345678", "method": "aliexpress.affiliate.category.get", "sign_method": "sha256", "timestamp": "1517820392000"}},
	{"rest, published", "sha256", "/auth/token/create", "35607762342831B6A417A0DED84B79C05FEFBF116969C48AD6DC00279A9F4D81", map[string]string{
		"app_key": "12345678", "code": "3_500102_JxZ05Ux3cnnSSUm6dCxYg6Q26", "sign_method": "sha256", "timestamp": "1517820392000"}},
	{"rest order, published", "sha256", "/order/get", "4190D32361CFB9581350222F345CB77F3B19F0E31D162316848A2C1FFD5FAB4A", map[string]string{
		"access_token": "test", "app_key": "123456", "order_id": "1234", "sign_method": "sha256", "timestamp": "1517820392000"}},
	{"official Java client, computed", "sha256", "/orders/1234", "28892DA90AD996B219B03AAF204E4CC6A5DB6A6A121C247EB6B2CD003AC4C31E", map[string]string{
		"access_token": "test-session", "app_key": "123456", "partner_id": "iop-sdk-java-20181207", "sign_method": "sha256", "timestamp": "1795302438512"}},
	{"official Java client, computed", "sha256", "", "E1522AC668A7B283E085C1C313B87447600AF416F0DE8C6043F5E5CCDC4D14A6", map[string]string{
		"method": "aliexpress.issue.issuelist.get", "app_key": "123456", "partner_id": "iop-sdk-java-20181207", "v": "2.0",
		"session": "test-session", "format": "json", "sign_method": "sha256", "simplify": "true", "timestamp": "1795302438103",
		"query_dto": `{"current_page":1,"issue_status":"processing","page_size":50}`}},
	{"official Python client, computed", "md5", "", "252A2A763C10C42859BD7F83999229DD", map[string]string{"format": "json",
		"app_key": "123456", "sign_method": "md5", "v": "2.0", "timestamp": "1795302597372", "partner_id": "taobao-sdk-python-20200921",
		"method": "aliexpress.issue.issuelist.get", "session": "sess1", "query_dto": `{"current_page":1,"page_size":50}`}},
}

func TestSignatureVectors(t *testing.T) {
	for _, v := range vectors {
		t.Run(v.name+" "+v.method, func(t *testing.T) {
			expect(t, "signature", signature(v.method, "helloworld", v.prefix, v.params, true), v.sign)
			v.params["sign"] = v.sign
			expect(t, "accepted", signed(v.method, "helloworld", v.prefix, v.params), true)
			v.params["sign"] = v.sign[:len(v.sign)-1] + "0x"
			expect(t, "accepted when changed", signed(v.method, "helloworld", v.prefix, v.params), false)
		})
	}
}

func TestEmptyValuesMayBeSignedOrNot(t *testing.T) {
	params := map[string]string{"app_key": "1", "method": "m", "note": ""}
	for _, withEmpty := range []bool{true, false} {
		params["sign"] = signature("md5", "s", "", params, withEmpty)
		expect(t, "accepted", signed("md5", "s", "", params), true)
	}
	expect(t, "unknown method", signed("crc32", "s", "", params), false)
}
