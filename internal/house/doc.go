// Package house keeps the house in order: its tests say who may import whom, who may ask for the time, who may talk to the network and
// the database, and that every package says what it is. ARCHITECTURE.md tells why.
package house
