// Package fake simulates Stripe as its clients meet it: accounts with their keys, payments, disputes with their evidence and clocks,
// refunds, files, early fraud warnings, events and signed webhooks.
//
//	platform := fake.New(fake.Options{Now: time.Now})
//	shop := platform.AddAccount(fake.AccountSpec{Name: "Casa Norte", Country: "ES", Currency: "eur"})
//	paid := shop.Pay(fake.ChargeSpec{Amount: 6990, Currency: "eur", Name: "Ana Souza"})
//	d := shop.Dispute(paid, fake.DisputeSpec{Reason: "product_not_received", Code: "13.1"})
//	http.ListenAndServe("127.0.0.1:0", platform)
//
// The interface is that of Stripe's OpenAPI description 2026-08-26.dahlia. The simulator is strict: parameters it does not know, texts
// that are too long, files that are too large, a second set of evidence and a refund beyond what is left are refused, and a key for
// idempotency that comes back with other parameters is an error. A dispute that is not answered by its due date is lost, an inquiry
// that the bank does not raise is closed after 120 days, and a bank decides when the stage says so. What a stage does by hand is in
// stage.go; faults and counting are in package simulator (Gate).
package fake
