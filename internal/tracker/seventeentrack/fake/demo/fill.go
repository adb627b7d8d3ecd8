package demo

import (
	"bytes"
	_ "embed"

	"parley/internal/tracker/seventeentrack/fake"
)

// Company is whose parcels the account watches.
const Company = "Ibérica Hogar y Herramienta S.L."

//go:embed parcels.yaml
var parcels []byte

// Open opens the company's account. The service knows by itself who carries a number of GLS.
func Open(service *fake.Service) *fake.Account {
	service.Parcel("60312345678").Carrier = 100189
	return service.AddAccount(fake.AccountSpec{Quota: 500})
}

// Tell lets the carriers tell of the parcels. Of those that are registered by then the service has news to deliver.
func Tell(service *fake.Service) error { return service.Load(bytes.NewReader(parcels)) }
