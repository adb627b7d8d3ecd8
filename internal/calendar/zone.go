package calendar

import (
	"sync"
	"time"
)

var zones sync.Map // of *time.Location, by name

// Zone is a time zone by its name in the IANA database, such as "Europe/Madrid". It is loaded once: the standard library reads the file each
// time. ok is false for a name that is not there, and for "" and "Local", which mean another zone on each machine.
func Zone(name string) (zone *time.Location, ok bool) {
	if z, known := zones.Load(name); known {
		return z.(*time.Location), true
	}
	if name == "" || name == "Local" {
		return nil, false
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, false
	}
	zones.Store(name, zone)
	return zone, true
}
