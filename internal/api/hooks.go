package api

import (
	"io"
	"net/http"
	"strconv"

	"parley/internal/connector"
	"parley/internal/fault"
)

// maxDelivery is the largest delivery of a platform that is taken, in bytes. The largest documented one has 256 kB.
const maxDelivery = 2 << 20

// hook takes deliveries of platforms at /hooks/STORE. The signature in the delivery says who calls; there is no token. What the platform
// hears tells only whether it should try again.
func (a *API) hook(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("store"), 10, 64)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxDelivery))
	if err != nil {
		http.Error(w, "the delivery could not be read", http.StatusBadRequest)
		return
	}
	answer, err := a.Desk.Receive(r.Context(), id, connector.Delivery{Header: r.Header, Query: r.URL.Query(), Body: body})
	if err != nil {
		a.hookFailed(w, id, err)
		return
	}
	_, _ = w.Write(answer) // the platform may be gone
}

func (a *API) hookFailed(w http.ResponseWriter, store int64, err error) {
	status := http.StatusInternalServerError // try again
	words := ""
	switch {
	case fault.Is(err, fault.NotFound):
		status = http.StatusNotFound
	case fault.Is(err, fault.Unauthorised):
		status = http.StatusUnauthorized
	case fault.Is(err, fault.Garbled), fault.Is(err, fault.Invalid):
		status = http.StatusBadRequest
		words = ": " + a.detail("en", fault.Of(err)) // for whoever looks at deliveries in the pages of the platform
	}
	a.Log.Warn("a delivery was not taken", "store", store, "status", status, "err", err)
	http.Error(w, http.StatusText(status)+words, status)
}
