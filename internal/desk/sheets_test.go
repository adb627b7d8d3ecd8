package desk_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"parley/internal/desk"
	"parley/internal/fault"
	"parley/internal/sheet"
)

// files adds a store whose records come from files only.
func (s *scene) files(kind string, settings map[string]string) int64 {
	s.t.Helper()
	v, err := s.AddStore(context.Background(), s.owner, desk.StoreInput{
		Company: "Ruta SL", Connector: kind, Name: "Ruta " + kind, Zone: "Europe/Madrid", Currency: "EUR", Country: "ES", Settings: settings})
	s.must(err)
	return v.ID
}

func (s *scene) file(source, text string) desk.SheetFile {
	return desk.SheetFile{Name: "export.csv", Content: strings.NewReader(text), Size: int64(len(text)), Source: source}
}

func (s *scene) read(storeID int64, source, text string, m *sheet.Mapping, dry bool) desk.SheetResult {
	s.t.Helper()
	r, err := s.ImportSheet(context.Background(), s.owner, storeID, s.file(source, text), m, dry)
	s.must(err)
	return r
}

const incidents = "Nº de incidencia;Pedido;Fecha de apertura;Motivo;Importe reclamado;Estado;Fecha límite\n" +
	"I-1;77;01/03/2026 09:30;no recibido;12,50 €;Abierta;13/03/2026\n" +
	"I-2;78;01/03/2026 10:30;roto;5,00 €;Abierta;13/03/2026\n"

func TestCasesOfASpreadsheet(t *testing.T) {
	onEach(t, func(s *scene) {
		st := s.files("sheet", map[string]string{"marketplace": "own_shop"})
		dry := s.read(st, "erp", incidents, nil, true)
		if dry.New != 2 || dry.Rows != 2 || !dry.DryRun || len(dry.Cases) != 0 || dry.Lines[0].Case != "I-1" {
			s.t.Fatalf("dry run: %+v", dry)
		}
		if q := s.openCases(st); len(q) != 0 {
			s.t.Fatalf("a dry run left %d cases", len(q))
		}
		got := s.read(st, "erp", incidents, nil, false)
		if got.New != 2 || len(got.Cases) != 2 || got.Remembered {
			s.t.Fatalf("%+v", got)
		}
		p := s.page(got.Cases[0])
		if p.OrderNo != "77" || p.Stake.String() != "12.50 EUR" || p.Facts.Case.Reason != "no recibido" || p.Facts.Case.PlatformDueAt.IsZero() {
			s.t.Errorf("%+v", p.Row)
		}
		before := len(s.page(got.Cases[0]).Timeline)
		again := s.read(st, "erp", incidents, nil, false)
		if again.Same != 2 || again.New+again.Changed != 0 || !again.Remembered || len(s.page(got.Cases[0]).Timeline) != before {
			s.t.Errorf("read again: %+v", again)
		}
		changed := s.read(st, "erp", strings.Replace(incidents, "5,00 €", "7,00 €", 1), nil, false)
		if changed.Changed != 1 || changed.Same != 1 || s.page(got.Cases[1]).Stake.String() != "7.00 EUR" {
			s.t.Errorf("changed: %+v", changed)
		}
	})
}

func TestAMissingRowEndsOnlyInACompleteFile(t *testing.T) {
	onEach(t, func(s *scene) {
		st := s.files("sheet", nil)
		got := s.read(st, "erp", incidents, nil, false)
		less := incidents[:strings.Index(incidents, "I-2")]
		if r := s.read(st, "erp", less, nil, false); r.Ended != 0 || !s.page(got.Cases[1]).Open {
			s.t.Errorf("a missing row ended a case: %+v", r)
		}
		m := got.Mapping
		m.Complete = true
		if r := s.read(st, "erp", less, &m, true); r.Ended != 1 || len(s.openCases(st)) != 2 {
			s.t.Errorf("dry run of a complete file: %+v", r)
		}
		s.read(st, "erp", less, &m, false)
		if c := s.sourceOf(got.Cases[1], "I-2"); c.Open {
			s.t.Error("a complete file left a case open that it does not list")
		}
		if c := s.sourceOf(got.Cases[0], "I-1"); !c.Open {
			s.t.Error("a complete file ended a case that it lists")
		}
		s.read(st, "erp", incidents, nil, false)
		if c := s.sourceOf(got.Cases[1], "I-2"); !c.Open {
			s.t.Error("a case that came back is not open again")
		}
	})
}

func TestErrorsOfRowsAreToldAndTheOthersTaken(t *testing.T) {
	onEach(t, func(s *scene) {
		st := s.files("sheet", nil)
		r := s.read(st, "", strings.Replace(incidents, "5,00 €", "a lot", 1), nil, false)
		if r.New != 1 || r.Failed != 1 || r.Errors[0].Row != 3 || r.Errors[0].Column != "Importe reclamado" || r.Errors[0].Value != "a lot" || r.Source != sheet.Cases {
			s.t.Errorf("%+v", r)
		}
	})
}

func TestWhoMayReadSpreadsheets(t *testing.T) {
	onEach(t, func(s *scene) {
		st := s.files("sheet", nil)
		ctx := context.Background()
		try := func(who desk.Who, storeID int64) string {
			_, err := s.ImportSheet(ctx, who, storeID, s.file("x", incidents), nil, false)
			if f := fault.Of(err); f != nil {
				return f.Key
			}
			return ""
		}
		viewer, stranger := s.owner, s.owner
		viewer.Role = "viewer"
		stranger.AllStores, stranger.Stores = false, []int64{s.store}
		if got := try(viewer, st); got != "fault.role" {
			s.t.Errorf("a viewer: %s", got)
		}
		if got := try(stranger, st); got != "fault.store_not_found" {
			s.t.Errorf("a member without the store: %s", got)
		}
		if got := try(s.owner, s.store); got != "fault.sheet.store_online" {
			s.t.Errorf("a store with a way in: %s", got)
		}
	})
}

const purchases = "Order ID,Order date,Product,Quantity,Price,Shipping cost,Buyer name,Country,Agent,Supplier platform,Ship by,Supplier status,Supplier status at\n" +
	"W1,2026-02-28 10:00,travel press,1,35.00,3.90,Carmen,ES,dsers,tmall,2026-03-05,out of stock,2026-03-02 09:00\n" +
	"W2,2026-02-28 10:00,travel press,1,35.00,3.90,Iker,ES,dsers,tmall,2026-03-04,awaiting shipment,\n"

func TestCasesAreBornFromPurchases(t *testing.T) {
	onEach(t, func(s *scene) {
		st := s.files("dropship", nil)
		r := s.read(st, "dsers", purchases, nil, false)
		if r.New != 2 || len(r.Cases) != 1 {
			s.t.Fatalf("%+v", r)
		}
		p := s.page(r.Cases[0])
		if p.Class != "pre_shipment.out_of_stock" || p.Verdict.SupplierState != "ordered" || p.OrderNo != "W1" || p.Facts.Supplier == nil {
			s.t.Errorf("%+v %+v", p.Row, p.Verdict.SupplierState)
		}
		if again := s.read(st, "dsers", purchases, nil, false); again.Same != 2 || len(again.Cases) != 0 {
			s.t.Errorf("read again: %+v", again)
		}
		// The shipping date of the other one passes: time alone makes it a case.
		s.clock.Advance(3 * 24 * time.Hour)
		s.must(s.Settle(context.Background()))
		open := s.openCases(st)
		if len(open) != 2 {
			s.t.Fatalf("%d cases after the shipping date", len(open))
		}
		late := open[0]
		if late.OrderNo != "W2" {
			late = open[1]
		}
		if late.Class != "pre_shipment.late_dispatch" {
			s.t.Errorf("%+v", late)
		}
		// A second file, of another source, says that it left.
		s.read(st, "scans", "Order ID,Tracking number,Event date,Event status\nW2,RX9,2026-03-05 20:00,Shipped\n", nil, false)
		s.read(st, "reports", "Order ID,Reported at,Event,Tracking number\nW2,2026-03-05 19:00,Shipped,RX9\n", nil, false)
		p = s.page(late.ID)
		if p.Class == "pre_shipment.late_dispatch" || p.Facts.Shipment == nil || p.Facts.Shipment.Number != "RX9" || len(p.Facts.Shipment.Events) != 1 {
			s.t.Errorf("after it left: %+v %+v", p.Row, p.Facts.Shipment)
		}
	})
}

func TestALookShowsTheMappingThatIsRemembered(t *testing.T) {
	onEach(t, func(s *scene) {
		st := s.files("sheet", nil)
		ctx := context.Background()
		look, known, err := s.LookAtSheet(ctx, s.owner, st, s.file("erp", incidents), nil)
		s.must(err)
		if known || look.Suggested.Record != sheet.Cases || len(look.Rows) != 2 || look.Encoding != sheet.UTF8 || look.Separator != ";" {
			s.t.Fatalf("%+v", look)
		}
		m := look.Suggested
		m.Zone = "Asia/Shanghai"
		s.read(st, "erp", incidents, &m, false)
		look, known, err = s.LookAtSheet(ctx, s.owner, st, s.file("erp", incidents), nil)
		s.must(err)
		if !known || look.Suggested.Zone != "Asia/Shanghai" {
			s.t.Errorf("%v %+v", known, look.Suggested)
		}
		list, err := s.SheetSources(ctx, s.owner, st)
		if s.must(err); len(list) != 1 || list[0].Name != "erp" {
			s.t.Errorf("%+v", list)
		}
	})
}

func (s *scene) openCases(storeID int64) []desk.Row {
	return s.queue(desk.QueueQuery{View: "all", Stores: []int64{storeID}})
}

func (s *scene) sourceOf(caseID int64, number string) desk.SourceItem {
	s.t.Helper()
	for _, src := range s.page(caseID).Sources {
		if src.ExternalID == number {
			return src
		}
	}
	s.t.Fatalf("case %d has no record %s", caseID, number)
	return desk.SourceItem{}
}
