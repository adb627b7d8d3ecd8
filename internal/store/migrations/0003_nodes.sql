-- The programs that share this database, by a name each gives itself when it starts. A row that was not renewed for a while is of one
-- that died.
CREATE TABLE node (
	id {text} PRIMARY KEY,
	host {text} NOT NULL,
	version {text} NOT NULL,
	started_at BIGINT NOT NULL,
	seen_at BIGINT NOT NULL,
	worked_at BIGINT NOT NULL
);

-- Things only one node may do at a time, such as renewing the token of a store, by name.
CREATE TABLE lease (
	name {text} PRIMARY KEY,
	holder {text} NOT NULL,
	until BIGINT NOT NULL
);

-- Files of evidence where several nodes share a database and no folder. A file is cut into parts of 256 KiB.
CREATE TABLE blob (
	hash {text} PRIMARY KEY,
	size BIGINT NOT NULL
);
CREATE TABLE blob_part (
	hash {text} NOT NULL,
	part BIGINT NOT NULL,
	content {bytes},
	PRIMARY KEY (hash, part)
);

-- Each sum of the open cases is spread over several rows, so that nodes which write to the same store need not wait for each other.
CREATE TABLE tally_slot (
	store_id BIGINT NOT NULL,
	view {text} NOT NULL,
	currency {text} NOT NULL,
	slot BIGINT NOT NULL,
	cases BIGINT NOT NULL,
	ref BIGINT NOT NULL,
	PRIMARY KEY (store_id, view, currency, slot)
);
INSERT INTO tally_slot (store_id, view, currency, slot, cases, ref) SELECT store_id, view, currency, 0, cases, ref FROM tally;
DROP TABLE tally;
ALTER TABLE tally_slot RENAME TO tally;
