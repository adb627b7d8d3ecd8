// Package packs carries the rule packs, calendars and sources that come with the program. They are data: whoever wants
// other rules puts YAML files of the same form into the data folder.
package packs

import "embed"

// Files holds every pack; give it to policy.Load.
//
//go:embed *.yaml all:house all:aliexpress all:mirakl all:payments all:shopify all:dropship all:account all:law all:calendars
var Files embed.FS
