// Package store holds every SQL sentence of Parley: one text for SQLite, the default with nothing to install, and for
// PostgreSQL, where any number of nodes may share one database.
//
// Reading is a method on DB and on Tx alike; a Tx sees its own changes. Writing happens inside DB.Write only:
//
//	err := db.Write(ctx, func(tx *store.Tx) error {
//		c, err := tx.CaseForUpdate(id, version)
//		…
//		return tx.PutCases([]*store.Case{&c})
//	})
//
// On SQLite all writes that wait at the same moment share one durable commit, each inside a savepoint of its own. On
// PostgreSQL each write is a transaction, run again when another one was in its way; so the function must not keep
// anything between two runs, must not call DB.Write, and must not wait for the outside world.
//
// Instants are kept as microseconds UTC, the zero time as 0; finer parts of a second are cut off. Money is minor units
// beside a currency. Errors are of package fault where a caller can act on them: NotFound, Conflict (a newer version,
// or a row that exists), Invalid (a bad cursor), Unavailable (the database is busy or gone; nothing happened) and
// Unknown (the commit itself failed: read again before acting). A cancelled context gives its own error.
package store
