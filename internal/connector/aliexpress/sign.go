package aliexpress

import "parley/internal/connector/alibaba"

// The four methods of signing; which gateway knows which is settled in signing.
const (
	signMD5        = alibaba.MD5
	signHMAC       = alibaba.HMAC
	signHMACSHA256 = alibaba.HMACSHA256
	signSHA256     = alibaba.SHA256
)

type (
	param = alibaba.Param
	file  = alibaba.File
)
