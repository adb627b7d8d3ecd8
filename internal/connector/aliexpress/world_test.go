package aliexpress_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"parley/internal/connector"
	"parley/internal/connector/aliexpress"
	"parley/internal/connector/aliexpress/fake/demo"
	"parley/internal/connector/connectortest"
)

// TestAWholeWorldReads pulls every shop of the simulated companies: nothing is unreadable, nothing unknown, and every
// case that the platform calls running says where it stands.
func TestAWholeWorldReads(t *testing.T) {
	s := newScene(t, "iop")
	world, err := demo.Fill(s.platform, s.platform.Now())
	if err != nil {
		t.Fatal(err)
	}
	var reasons, states, acts []string
	cases := 0
	for _, company := range world.Companies {
		for _, shop := range company.Shops {
			s.account.StoreID = stores.Add(1)
			s.account.Settings["app_key"], s.account.Settings["app_secret"] = shop.Key, shop.Secret
			s.account.Token = connector.Token{Access: shop.Token}
			session, m := s.open(t), connectortest.Memory{}
			pulled, err := session.Pull(t.Context(), "", m.Known, m.Take)
			if err != nil || pulled.Count != len(pulled.Listed) {
				t.Fatalf("%s: count %d, %d listed, %v", shop.Name, pulled.Count, len(pulled.Listed), err)
			}
			for _, snap := range m {
				cases++
				readable(t, session, snap)
				c := snap.Facts.Case
				reasons, states = append(reasons, c.Reason), append(states, c.Reported.State)
				for _, a := range snap.Facts.History {
					acts = append(acts, a.Did)
				}
			}
		}
	}
	distinct := func(list []string) int { slices.Sort(list); return len(slices.Compact(list)) }
	if cases < 100 || distinct(reasons) < 10 || distinct(states) < 7 || distinct(acts) < 10 {
		t.Errorf("only %d cases, %d reasons, %d states, %d acts", cases, distinct(reasons), distinct(states), distinct(acts))
	}
}

func readable(t *testing.T, session *aliexpress.Session, snap connector.Snapshot) {
	t.Helper()
	c := snap.Facts.Case
	if snap.Problem != nil || len(snap.Facts.Unknown) != 0 || c.Reported.State == "" || !c.Claim.Amount.Known() {
		t.Errorf("%s: problem %v, unknown %+v, reported %+v", snap.Ref.ID, snap.Problem, snap.Facts.Unknown, c.Reported)
	}
	if n, err := strconv.Atoi(snap.Ref.ID); err != nil || n < 1e12 {
		t.Errorf("id %q", snap.Ref.ID)
	}
	o, err := session.Order(t.Context(), snap.Ref)
	if err != nil || len(o.Unknown) != 0 || o.Shipment == nil || !o.Order.Goods.Known() || len(o.Buyer.Country) != 2 {
		t.Errorf("%s: order %+v, parcel %+v, unknown %+v, %v", snap.Ref.ID, o.Order, o.Shipment, o.Unknown, err)
		return
	}
	last := time.Time{}
	for _, e := range o.Shipment.Events {
		if e.At.Before(last) || e.Status == "" {
			t.Errorf("%s: scan %+v", snap.Ref.ID, e)
		}
		last = e.At
	}
}
