// Package demo fills a simulated 17TRACK with parcels that shops of the demo sent: what their marketplaces do not tell.
package demo
