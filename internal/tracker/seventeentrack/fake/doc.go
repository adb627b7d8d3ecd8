// Package fake is a simulated 17TRACK: accounts with a quota, registered numbers, carriers whose scans it sees while it watches, a clock of
// its own that stops the watching, and deliveries that are signed, repeated and dropped. It refuses what the real service refuses.
//
//	service := fake.New(fake.Options{Now: now})
//	account := service.AddAccount(fake.AccountSpec{})
//	parcel := service.Parcel("RR123456785CN")
//	parcel.Scan(fake.Event{SubStatus: "InTransit_Departure", Country: "CN"})
//	service.Advance(31 * 24 * time.Hour)
package fake
