package page

import (
	"strings"

	"parley/internal/desk"
)

// Settings are what holds for the whole desk: limits of people, and how long cases keep what they tell of people.
type Settings struct {
	Frame
	Sums    map[string]string // by LimitFields, as typed
	Unnamed []string          // currencies of stores in which every payment needs a signature
	Days    string
	Error   string
}

// LimitFields are the roles with a ceiling, and the sums that need two persons.
var LimitFields = []string{"agent", "lead", "owner", "second"}

// SumsOf are limits as the form shows them.
func SumsOf(l desk.Limits) map[string]string {
	list := map[string][]string{}
	for _, c := range l.Ceilings {
		list[c.Role] = append(list[c.Role], c.Amount.String())
	}
	for _, a := range l.Second {
		list["second"] = append(list["second"], a.String())
	}
	out := map[string]string{}
	for _, field := range LimitFields {
		out[field] = strings.Join(list[field], ", ")
	}
	return out
}
