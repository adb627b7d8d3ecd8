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
