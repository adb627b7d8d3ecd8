package shopify

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"parley/internal/connector"
	"parley/internal/dispute"
	"parley/internal/fault"
)

// Session is an open way to one shop.
type Session struct {
	*client
	shipDays int // days after the order within which goods are sent, where the platform tells no promise; 0 = no promise
}

// Check asks the shop who it is.
func (s *Session) Check(ctx context.Context) (connector.Identity, error) {
	a, err := s.read(ctx, "Shop", nil)
	if err != nil {
		return connector.Identity{}, err
	}
	var shop struct {
		ID       scalar `json:"id"`
		Name     scalar `json:"name"`
		Currency scalar `json:"currencyCode"`
		Address  struct {
			Country scalar `json:"countryCodeV2"`
		} `json:"shopAddress"`
	}
	if err := json.Unmarshal(a.data["shop"], &shop); err != nil || shop.ID.plain() == "" {
		return connector.Identity{}, garbled(err, false)
	}
	return connector.Identity{
		ID: shop.ID.plain(), Name: shop.Name.plain(), Country: shop.Address.Country.plain(), Currency: shop.Currency.plain(),
	}, nil
}

// Renew does nothing: the token of an own app does not expire.
func (s *Session) Renew(context.Context, string) (connector.Token, error) {
	return connector.Token{}, fault.Input("code", "", "nothing: the access token of a shop's own app is entered as a setting and does not expire")
}

// recordsDocuments names the document that reads records of a kind.
var recordsDocuments = map[string]string{returnKind: "ReturnRecords", disputeKind: "DisputeRecords", lateKind: "FulfilmentRecords"}

// Fetch reads one record again.
func (s *Session) Fetch(ctx context.Context, ref connector.Ref) (connector.Snapshot, error) {
	if recordsDocuments[ref.Kind] == "" {
		return connector.Snapshot{Ref: ref}, fault.Input("ref.kind", ref.Kind, "return, dispute, late")
	}
	if ref.ID == "" {
		return connector.Snapshot{Ref: ref}, fault.Input("ref.id", "", "global id of the record")
	}
	snaps, err := s.records(ctx, ref.Kind, []string{ref.ID})
	if err != nil {
		return connector.Snapshot{Ref: ref, Problem: err}, err
	}
	return snaps[0], snaps[0].Problem
}

// records reads several records of one kind, in the order of their ids. One that is gone comes back closed, with the problem.
func (s *Session) records(ctx context.Context, kind string, ids []string) ([]connector.Snapshot, error) {
	a, err := s.read(ctx, recordsDocuments[kind], map[string]any{"ids": ids})
	if err != nil {
		return nil, err
	}
	var nodes []json.RawMessage
	if err := json.Unmarshal(a.data["nodes"], &nodes); err != nil || len(nodes) != len(ids) {
		return nil, garbled(err, false)
	}
	now := s.world.Now()
	out := make([]connector.Snapshot, len(ids))
	for i, node := range nodes {
		if string(node) == "null" {
			out[i] = gone(kind, ids[i], node)
			continue
		}
		if node, err = s.complete(ctx, node); err != nil {
			return nil, err
		}
		out[i] = s.readRecord(kind, node, now)
		out[i].Fingerprint = warm(out[i].Fingerprint, out[i].ChangedAt, now)
		if out[i].Ref.ID == "" {
			out[i].Ref.ID = ids[i]
		}
	}
	return out, nil
}

func (s *Session) readRecord(kind string, node json.RawMessage, now time.Time) connector.Snapshot {
	switch kind {
	case returnKind:
		return readReturn(node)
	case disputeKind:
		return readDispute(node)
	}
	return readLate(node, s.shipDays, now)
}

// gone is a record the platform knows no more.
func gone(kind, id string, node json.RawMessage) connector.Snapshot {
	return connector.Snapshot{
		Ref: connector.Ref{Kind: kind, ID: id}, Raw: wrapped(kind, node),
		Problem: fault.New(fault.NotFound, "fault.shopify.gone", "record", strings.TrimPrefix(id, "gid://shopify/")),
	}
}

func sortScans(list []dispute.Scan) {
	slices.SortStableFunc(list, func(a, b dispute.Scan) int { return cmp.Compare(a.At.UnixMicro(), b.At.UnixMicro()) })
}
