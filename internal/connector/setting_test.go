package connector_test

import (
	"maps"
	"testing"

	"parley/internal/connector"
	"parley/internal/fault"
)

func TestWhatAFieldDoesNotAllowIsNamed(t *testing.T) {
	free := connector.Setting{Name: "shop", Required: true}
	digits := connector.Setting{Name: "days", Pattern: `[0-9]{1,3}`}
	choice := connector.Setting{Name: "gateway", Options: []string{"iop", "top"}}
	secret := connector.Setting{Name: "key", Secret: true, Pattern: `^sk_[a-z]+$`}
	for _, c := range []struct {
		field                 connector.Setting
		given, shown, allowed string // allowed: empty where it is
	}{
		{free, "mine", "", ""},
		{free, "", "", "not empty"},
		{digits, "", "", ""},
		{digits, "12", "", ""},
		{digits, "12\n", "12\n", `[0-9]{1,3}`},
		{digits, "x12", "x12", `[0-9]{1,3}`},
		{choice, "top", "", ""},
		{choice, "iop, top", "iop, top", "iop, top"},
		{secret, "sk_abc", "", ""},
		{secret, "whsec_abc", "", `^sk_[a-z]+$`},
	} {
		err := c.field.Check("settings."+c.field.Name, c.given)
		f := fault.Of(err)
		switch {
		case c.allowed == "" && err != nil:
			t.Errorf("%s %q: %v", c.field.Name, c.given, err)
		case c.allowed != "" && (f == nil || f.Kind != fault.Invalid || f.Field != "settings."+c.field.Name || f.Value != c.shown || f.Allowed != c.allowed):
			t.Errorf("%s %q: %+v", c.field.Name, c.given, f)
		}
	}
}

func TestFieldsAreFilledWithTheirDefaults(t *testing.T) {
	fields := []connector.Setting{{Name: "shop"}, {Name: "zone", Default: "utc"}, {Name: "days", Pattern: `[0-9]+`}}
	got, err := connector.Filled(fields, map[string]string{"shop": " mine ", "zone": " ", "stray": "x"}, "")
	if want := (map[string]string{"shop": "mine", "zone": "utc", "days": ""}); err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	if _, err = connector.Filled(fields, map[string]string{"days": "ten"}, "settings."); fault.Of(err) == nil || fault.Of(err).Field != "settings.days" {
		t.Errorf("%v", err)
	}
}
