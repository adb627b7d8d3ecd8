package api

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"parley/internal/desk"
	"parley/internal/fault"
)

// healthAnswer says per part how it is: ok, failing or gone.
type healthAnswer struct {
	Status string            `json:"status"`
	Parts  map[string]string `json:"parts"`
}

// health answers 200 while the desk can work, 503 when the database is gone. A store that fails does not make the desk unhealthy: the
// others go on; nor does work that stands still here, because pages can still be read and another node may do it. It says nothing that
// needs a token.
func (a *API) health(w http.ResponseWriter, r *http.Request) {
	h := a.Desk.Health(r.Context())
	out, code := healthAnswer{"ok", map[string]string{"database": "ok", "stores": "ok", "timers": "ok", "work": "ok", "notices": "ok", "trackers": "ok"}}, http.StatusOK
	if h.Database != nil {
		a.Log.ErrorContext(r.Context(), "health: the database does not answer", "error", h.Database)
		out, code = healthAnswer{"gone", map[string]string{"database": "gone"}}, http.StatusServiceUnavailable
	}
	for _, s := range h.Stores {
		if s.State == "active" && (s.Failing || s.Unheard) {
			out.Parts["stores"] = "failing"
		}
	}
	for _, t := range h.Trackers {
		if t.Failing {
			out.Parts["trackers"] = "failing"
		}
	}
	if h.Late >= lateMany {
		out.Parts["timers"] = "failing"
	}
	if h.Unsent > 0 {
		out.Parts["notices"] = "failing"
	}
	if h.Standing {
		out.Parts["work"] = "failing"
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(out) // a caller who left hears nothing
}

// lateMany timers waiting at once mean that the desk does not keep up.
const lateMany = 1000

// metrics answers Prometheus. The figures tell how a business is doing, so they need a token unless they are asked for on the machine
// itself and not through a proxy.
func (a *API) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), figures{a})
	show := promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !local(r) {
			if _, err := a.Desk.ByToken(r.Context(), bearer(r)); err != nil {
				if fault.Is(err, fault.Unauthorised) {
					w.Header().Set("WWW-Authenticate", `Bearer realm="parley"`)
				}
				a.refuse(w, r, err)
				return
			}
		}
		show.ServeHTTP(w, r)
	})
}

func local(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
		return false
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// figures reads the desk's state whenever Prometheus asks.
type figures struct{ api *API }

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("parley_"+name, help, labels, nil)
}

func descs() map[string]*prometheus.Desc {
	return map[string]*prometheus.Desc{
		"up":      desc("database_up", "1 while the database answers."),
		"open":    desc("cases_open", "Open cases by queue view.", "view"),
		"age":     desc("sync_age_seconds", "Seconds since the last good reading of a store; -1 = never.", "store", "connector"),
		"failing": desc("sync_failing", "1 while the reading of a store fails.", "store", "connector"),
		"unheard": desc("messages_failing", "1 while the connection fails over which a platform's messages for a store come; it is read at its rhythm.", "store", "connector"),
		"missing": desc("sync_missing_cases", "Open cases the platform counts and the desk does not have.", "store", "connector"),
		"effects": desc("effects", "Outward acts that have not ended, by state; doubtful: in doubt or contradicted.", "state"),
		"late":    desc("timers_late", "Timers that are due and wait, counted up to 10,000."),
		"work":    desc("work_age_seconds", "Seconds since the slowest loop of this node last looked for work and could."),
		"nodes":   desc("node_work_age_seconds", "The same of every node that shares the database, as it wrote last; -1 = it does no work.", "node", "host", "version"),
		"tracker": desc("tracker_failing", "1 while a service that watches parcels fails, or has no quota left.", "tracker", "kind"),
		"parcels": desc("tracker_parcels", "Parcels a service watches; stopped: it gave them up.", "tracker", "kind", "state"),
		"quota":   desc("tracker_quota_left", "Parcels that may still be registered at a service; -1 = it does not say.", "tracker", "kind"),
		"jumps":   desc("clock_jumps", "How often this machine's clock was set while the program ran."),
	}
}

// Describe names the figures.
func (f figures) Describe(to chan<- *prometheus.Desc) {
	for _, d := range descs() {
		to <- d
	}
}

// Collect reads the figures.
func (f figures) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	h, names := f.api.Desk.Health(ctx), descs()
	tell := func(name string, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(names[name], prometheus.GaugeValue, value, labels...)
	}
	tell("up", one(h.Database == nil))
	if !h.WorkedAt.IsZero() {
		tell("work", h.At.Sub(h.WorkedAt).Seconds())
	}
	if f.api.ClockJumps != nil {
		tell("jumps", float64(f.api.ClockJumps()))
	}
	if h.Database != nil {
		return
	}
	for view, n := range h.Open {
		tell("open", float64(n), view)
	}
	for state, n := range h.Effects {
		tell("effects", float64(n), state)
	}
	for _, t := range h.Trackers {
		id := strconv.FormatInt(t.ID, 10)
		tell("tracker", one(t.Failing), id, t.Kind)
		tell("parcels", float64(t.Watched), id, t.Kind, "watched")
		tell("parcels", float64(t.Stopped), id, t.Kind, "stopped")
		tell("quota", float64(t.QuotaLeft), id, t.Kind)
	}
	tell("late", float64(h.Late))
	for _, n := range h.Nodes {
		tell("nodes", n.Worked.Seconds(), n.ID, n.Host, n.Version)
	}
	for _, s := range h.Stores {
		f.tellStore(tell, s)
	}
}

func (f figures) tellStore(tell func(string, float64, ...string), s desk.StoreHealth) {
	id := strconv.FormatInt(s.ID, 10)
	age := -1.0
	if s.Age >= 0 {
		age = s.Age.Seconds()
	}
	tell("age", age, id, s.Connector)
	tell("failing", one(s.Failing), id, s.Connector)
	tell("unheard", one(s.Unheard), id, s.Connector)
	tell("missing", float64(s.Missing), id, s.Connector)
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
