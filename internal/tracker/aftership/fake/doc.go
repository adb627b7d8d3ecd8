// Package fake is a simulated AfterShip Tracking, version 2026-07 of its interface: accounts, trackings, carriers whose checkpoints it sees
// while it watches, a clock of its own that lets trackings expire, and signed deliveries. It refuses what the real service refuses.
package fake
