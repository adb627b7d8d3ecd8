-- How the connection of a store stands over which its platform hands messages out. There is a row while the store has such a connection.
-- The words in braces are those of 0001_begin.sql.
CREATE TABLE subscription (
	store_id BIGINT PRIMARY KEY,
	opened_at BIGINT NOT NULL,
	failing_since BIGINT NOT NULL,
	fault_kind {text} NOT NULL,
	fault_key {text} NOT NULL
);
