package shipment

import "parley/internal/dispute"

// Tracking levels.
const (
	LevelUnknown  = ""
	LevelNone     = "none"
	LevelHandover = "until_handover"
	LevelFull     = "full"
)

// Level is how far a parcel can be followed, as its service promises. It is not known when the shop did not say
// whether the line is registered.
func Level(s *dispute.Shipment) string {
	switch {
	case s == nil || s.Registered == nil:
		return LevelUnknown
	case *s.Registered:
		return LevelFull
	case s.ArrangedBy == "platform":
		return LevelHandover
	}
	return LevelNone
}
