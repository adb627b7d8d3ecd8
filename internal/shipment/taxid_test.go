package shipment_test

import (
	"strings"
	"testing"

	"parley/internal/shipment"
)

func TestTaxNumbers(t *testing.T) {
	for _, c := range []struct{ code, value, normal, wrong string }{
		{"cpf", "390.533.447-05", "39053344705", ""},
		{"cpf", "231.002.999-00", "23100299900", shipment.TaxIDDigits},
		{"cpf", "111.111.111-11", "11111111111", shipment.TaxIDDigits},
		{"cpf", "390.533.447", "390533447", shipment.TaxIDFormat},
		{"cnpj", "16.727.230/0001-97", "16727230000197", ""},
		{"cnpj", "12.ABC.345/01DE-35", "12ABC34501DE35", ""},
		{"cnpj", "16.727.230.0001-98", "16727230000198", shipment.TaxIDDigits},
		{"dni", "54362315-K", "54362315K", ""},
		{"dni", "54362315Z", "54362315Z", shipment.TaxIDDigits},
		{"dni", "M-1234567-L", "M1234567L", ""},
		{"nie", "x-2482300-w", "X2482300W", ""},
		{"nie", "X-2482300-A", "X2482300A", shipment.TaxIDDigits},
		{"nif", "A13585625", "A13585625", ""},
		{"nif", "A13585626", "A13585626", shipment.TaxIDDigits},
		{"nif", "Q2876031B", "Q2876031B", ""},
		{"nif", "Q28760312", "Q28760312", shipment.TaxIDDigits},
		{"pccc", "P123456789012", "P123456789012", ""},
		{"pccc", "P12345678901", "P12345678901", shipment.TaxIDFormat},
		{"rut", "76.086.428-5", "760864285", ""},
		{"rut", "12531909-2", "125319092", ""},
		{"rut", "12531909-3", "125319093", shipment.TaxIDDigits},
		{"cuit", "20-05536168-2", "20055361682", ""},
		{"cuit", "20-05536168-3", "20055361683", shipment.TaxIDDigits},
		{"cuit", "99-05536168-2", "99055361682", shipment.TaxIDFormat},
		{"tckn", "17291716060", "17291716060", ""},
		{"tckn", "17291716050", "17291716050", shipment.TaxIDDigits},
		{"tckn", "07291716092", "07291716092", shipment.TaxIDFormat},
		{"rfc", "GODE 561231 GR8", "GODE561231GR8", ""},
		{"rfc", "MAB-930714-8T4", "MAB9307148T4", ""},
		{"rfc", "VACE460910SX6", "VACE460910SX6", shipment.TaxIDDoubt},
		{"rfc", "Ñ", "Ñ", shipment.TaxIDFormat},
		{"inn", "123456789047", "123456789047", ""},
		{"inn", "1234567894", "1234567894", ""},
		{"inn", "123456789037", "123456789037", shipment.TaxIDDigits},
		{"inn", "1234567895", "1234567895", shipment.TaxIDDigits},
		{"inn", "12345678901", "12345678901", shipment.TaxIDFormat},
		{"nik", "3171011708450001", "3171011708450001", ""},
		{"nik", "3171015708450001", "3171015708450001", ""},
		{"nik", "3171013213450001", "3171013213450001", shipment.TaxIDDigits},
		{"nik", "9971011708450001", "9971011708450001", shipment.TaxIDFormat},
		{"pan", "ACUPA7085R", "ACUPA7085R", ""},
		{"pan", "ACUPA0000R", "ACUPA0000R", shipment.TaxIDDigits},
		{"pan", "ABMXA3211G", "ABMXA3211G", shipment.TaxIDFormat},
		{"aadhaar", "2341 2341 2346", "234123412346", ""},
		{"aadhaar", "2341 2341 2347", "234123412347", shipment.TaxIDDigits},
		{"vat_gb", "GB 980 7806 84", "GB980780684", ""},
		{"vat_gb", "802311781", "802311781", shipment.TaxIDDigits},
		{"eori_gb", "GB123456789000", "GB123456789000", ""},
		{"eori", "DE1234567890123", "DE1234567890123", ""},
		{"eori", "1234567890123", "1234567890123", shipment.TaxIDFormat},
		{"ioss", "IM3720000224", "IM3720000224", ""},
		{"ioss", "IN3720000224", "IN3720000224", shipment.TaxIDFormat},
		{"passport", "X1", "", shipment.TaxIDKind},
		{"cpf", strings.Repeat("1", 5000), "", shipment.TaxIDFormat},
	} {
		if normal, wrong := shipment.CheckTaxID(c.code, c.value); normal != c.normal || wrong != c.wrong {
			t.Errorf("%s %.30s: %q %q, want %q %q", c.code, c.value, normal, wrong, c.normal, c.wrong)
		}
	}
}

func TestTaxNumbersOfACountry(t *testing.T) {
	names := func(country string) (out []string) {
		for _, id := range shipment.TaxIDs(country) {
			if id.Source == "" || id.Who == "" {
				t.Errorf("%s: no source or owner", id.Code)
			}
			out = append(out, id.Code)
		}
		return out
	}
	for country, want := range map[string]string{"BR": "cpf cnpj", "ES": "dni nie nif eori ioss", "GB": "vat_gb eori_gb", "JP": ""} {
		if got := strings.Join(names(country), " "); got != want {
			t.Errorf("%s: %s, want %s", country, got, want)
		}
	}
	if n := len(names("")); n < 18 {
		t.Errorf("only %d numbers", n)
	}
}

func FuzzTaxID(f *testing.F) {
	for _, id := range shipment.TaxIDs("") {
		f.Add(id.Code, "390.533.447-05")
	}
	f.Add("rfc", "ÑÑÑ&561231GR8")
	f.Add("tckn", strings.Repeat("\xbf", 40))
	f.Fuzz(func(t *testing.T, code, value string) {
		normal, wrong := shipment.CheckTaxID(code, value)
		if again, w := shipment.CheckTaxID(code, normal); normal != "" && (again != normal || w != wrong) {
			t.Errorf("%s %q: %q %q, then %q %q", code, value, normal, wrong, again, w)
		}
	})
}
