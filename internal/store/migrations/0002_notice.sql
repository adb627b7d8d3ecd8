-- Who is told what, once. The words in braces are those of 0001_begin.sql.

-- One way to reach a person: an address and what it needs, sealed. member_id 0 is the installation's own: a program that listens.
CREATE TABLE channel (
	id {id},
	version BIGINT NOT NULL,
	member_id BIGINT NOT NULL,
	kind {text} NOT NULL,
	name {text} NOT NULL,
	shown {text} NOT NULL,
	sealed {bytes},
	reasons {text} NOT NULL,
	state {text} NOT NULL,
	failing_since BIGINT NOT NULL,
	last_ok_at BIGINT NOT NULL,
	fault {text} NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE INDEX channel_member ON channel (member_id, id);

-- When a member works and wants quiet, and the next instants of the two lists a day: in the morning, and before leaving.
CREATE TABLE hours (
	member_id BIGINT PRIMARY KEY,
	plan {text} NOT NULL,
	digest_at BIGINT NOT NULL,
	evening_at BIGINT NOT NULL
);
CREATE INDEX hours_digest ON hours (digest_at) WHERE digest_at > 0;
CREATE INDEX hours_evening ON hours (evening_at) WHERE evening_at > 0;

-- One thing that one person is told on one way. about names the occasion, such as a deadline with its instant: the same person
-- is never told the same of the same case twice on the same way. channel_id 0 is the desk's own list, which everybody has.
CREATE TABLE notice (
	id {id},
	case_id BIGINT NOT NULL,
	store_id BIGINT NOT NULL,
	reason {text} NOT NULL,
	about {text} NOT NULL,
	member_id BIGINT NOT NULL,
	channel_id BIGINT NOT NULL,
	level BIGINT NOT NULL,
	state {text} NOT NULL,
	due_at BIGINT NOT NULL,
	look_at BIGINT NOT NULL,
	letter_id {text} NOT NULL,
	data {text} NOT NULL,
	created_at BIGINT NOT NULL,
	ended_at BIGINT NOT NULL,
	seen_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX notice_once ON notice (case_id, about, reason, member_id, channel_id);
CREATE INDEX notice_due ON notice (due_at) WHERE state = 'planned';
CREATE INDEX notice_look ON notice (look_at) WHERE look_at > 0;
CREATE INDEX notice_letter ON notice (letter_id) WHERE letter_id <> '';
CREATE INDEX notice_list ON notice (member_id, id) WHERE channel_id = 0;
CREATE INDEX notice_unseen ON notice (member_id, case_id) WHERE channel_id = 0 AND seen_at = 0;
CREATE INDEX notice_old ON notice (created_at);

-- What goes out: one sending of one or several notices on one channel. Its id is the one the other side knows it by.
CREATE TABLE letter (
	id {text} PRIMARY KEY,
	channel_id BIGINT NOT NULL,
	state {text} NOT NULL,
	attempts BIGINT NOT NULL,
	due_at BIGINT NOT NULL,
	lease_until BIGINT NOT NULL,
	fence BIGINT NOT NULL,
	fault {text} NOT NULL,
	body {bytes},
	created_at BIGINT NOT NULL,
	ended_at BIGINT NOT NULL
);
CREATE INDEX letter_due ON letter (due_at) WHERE ended_at = 0;
CREATE INDEX letter_channel ON letter (channel_id, created_at);
CREATE INDEX letter_old ON letter (created_at);
