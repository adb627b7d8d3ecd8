-- Messages of platforms and services that the desk can make nothing of. The words in braces are those of 0001_begin.sql.

-- How many there were of a kind. Either the store or the account at a service that watches parcels is 0.
CREATE TABLE unknown_topic (
	store_id BIGINT NOT NULL,
	tracker_id BIGINT NOT NULL,
	topic {text} NOT NULL,
	reason {text} NOT NULL,
	times BIGINT NOT NULL,
	first_at BIGINT NOT NULL,
	last_at BIGINT NOT NULL,
	PRIMARY KEY (store_id, tracker_id, topic, reason)
);

-- The newest of a kind as they came, each content once.
CREATE TABLE unknown_message (
	id {id},
	store_id BIGINT NOT NULL,
	tracker_id BIGINT NOT NULL,
	topic {text} NOT NULL,
	reason {text} NOT NULL,
	hash {text} NOT NULL,
	fault {text} NOT NULL,
	times BIGINT NOT NULL,
	first_at BIGINT NOT NULL,
	last_at BIGINT NOT NULL,
	size BIGINT NOT NULL,
	body {bytes}
);
CREATE UNIQUE INDEX unknown_message_once ON unknown_message (store_id, tracker_id, topic, reason, hash);
