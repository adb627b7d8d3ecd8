package fake

import (
	"bytes"
	"context"
	_ "embed" // the example is a file
	"fmt"
	"io"
	"net/http"
	"time"

	"parley/internal/connector/simulator"
)

//go:embed example.yaml
var example []byte

// scene is a scenario file: accounts, and parcels with their scans. Times are how long ago.
type scene struct {
	Accounts []struct {
		Key        string
		Quota      int
		WebhookURL string `yaml:"webhook_url"`
	}
	Parcels []struct {
		Number  string
		Carrier int
		Local   string
		WeightG int `yaml:"weight_g"`
		Events  []struct {
			Ago         string
			SubStatus   string `yaml:"sub_status"`
			Stage       string
			Description string
			Place       string
			Country     string
			Provider    int
		}
	}
}

// Load fills the service from a scenario file.
func (s *Service) Load(from io.Reader) error {
	var sc scene
	if err := simulator.Scenario(from, &sc); err != nil {
		return fmt.Errorf("scenario: %w", err)
	}
	for _, a := range sc.Accounts {
		s.AddAccount(AccountSpec{Key: a.Key, Quota: a.Quota, WebhookURL: a.WebhookURL})
	}
	for _, p := range sc.Parcels {
		parcel := s.Parcel(p.Number)
		parcel.Local, parcel.WeightG = p.Local, p.WeightG
		if p.Carrier != 0 {
			parcel.Carrier = p.Carrier
		}
		for _, e := range p.Events {
			ago, err := time.ParseDuration(e.Ago)
			if err != nil {
				return fmt.Errorf("scenario: %s: %w", p.Number, err)
			}
			parcel.Scan(Event{
				At: s.Now().Add(-ago), SubStatus: e.SubStatus, Stage: e.Stage, Description: e.Description, Place: e.Place, Country: e.Country, Provider: e.Provider,
			})
		}
	}
	return nil
}

// deliverEvery is how often a service that runs alone tells its news.
const deliverEvery = 2 * time.Second

// Main runs a service filled from a scenario file until the context ends; without one it has an account and a few parcels.
func Main(ctx context.Context, address string, scenario io.Reader, out io.Writer, now func() time.Time) error {
	s := New(Options{Now: now, HTTP: &http.Client{Timeout: 10 * time.Second}, Enforce: true})
	if scenario == nil {
		scenario = bytes.NewReader(example)
	}
	if err := s.Load(scenario); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	told := make(chan struct{})
	go func() {
		defer close(told)
		s.tell(ctx)
	}()
	defer func() { stop(); <-told }()
	return simulator.Serve(ctx, "17TRACK", address, s, out, s.lines()...)
}

func (s *Service) lines() (out []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		out = append(out, fmt.Sprintf("account api_key=%s quota=%d", a.Key, a.Quota))
	}
	return out
}

// tell delivers what waits, until the context ends.
func (s *Service) tell(ctx context.Context) {
	tick := time.NewTicker(deliverEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_, _ = s.Deliver(ctx) // what failed waits for its next time
		}
	}
}
