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

// scene is a scenario file: accounts, and parcels with their checkpoints. Times are how long ago.
type scene struct {
	Accounts []struct {
		Key           string
		WebhookSecret string `yaml:"webhook_secret"`
		WebhookURL    string `yaml:"webhook_url"`
	}
	Parcels []struct {
		Number      string
		Slug        string
		LastMile    string  `yaml:"last_mile"`
		SignedBy    string  `yaml:"signed_by"`
		WeightKg    float64 `yaml:"weight_kg"`
		Checkpoints []struct {
			Ago     string
			Subtag  string
			Message string
			Place   string
			Country string
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
		s.AddAccount(AccountSpec{Key: a.Key, WebhookSecret: a.WebhookSecret, WebhookURL: a.WebhookURL})
	}
	for _, p := range sc.Parcels {
		parcel := s.Parcel(p.Number)
		parcel.LastMile, parcel.SignedBy, parcel.WeightKg = p.LastMile, p.SignedBy, p.WeightKg
		if p.Slug != "" {
			parcel.Slug = p.Slug
		}
		for _, c := range p.Checkpoints {
			ago, err := time.ParseDuration(c.Ago)
			if err != nil {
				return fmt.Errorf("scenario: %s: %w", p.Number, err)
			}
			parcel.Scan(Checkpoint{At: s.Now().Add(-ago), Subtag: c.Subtag, Message: c.Message, Place: c.Place, Country: c.Country})
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
	return simulator.Serve(ctx, "AfterShip", address, s, out, s.lines()...)
}

func (s *Service) lines() (out []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		out = append(out, fmt.Sprintf("account api_key=%s webhook_secret=%s", a.Key, a.WebhookSecret))
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
