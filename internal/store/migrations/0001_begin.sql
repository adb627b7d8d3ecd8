-- The whole schema, one text for both engines. Package store fills in the words in braces: {id} is a column that numbers
-- itself, {text} is text compared by its bytes, {bytes} is binary. Instants are microseconds UTC (0 = none), money is
-- minor units beside a currency, JSON is text, a flag is 0 or 1. Nothing cascades: what is deleted is deleted by name.

CREATE TABLE company (
	id {id},
	name {text} NOT NULL
);

CREATE TABLE store (
	id {id},
	version BIGINT NOT NULL,
	company_id BIGINT NOT NULL REFERENCES company(id),
	connector {text} NOT NULL,
	marketplace {text} NOT NULL,
	name {text} NOT NULL,
	external_id {text} NOT NULL,
	zone {text} NOT NULL,
	currency {text} NOT NULL,
	country {text} NOT NULL,
	language {text} NOT NULL,
	settings {text} NOT NULL,
	secret {bytes},
	packs {text} NOT NULL,
	state {text} NOT NULL,
	created_at BIGINT NOT NULL
);
-- The same shop cannot be added twice; a closed one may come back.
CREATE UNIQUE INDEX store_external ON store (connector, external_id) WHERE external_id <> '' AND state <> 'closed';

CREATE TABLE sync (
	store_id BIGINT PRIMARY KEY REFERENCES store(id),
	next_at BIGINT NOT NULL,
	last_try_at BIGINT NOT NULL,
	last_ok_at BIGINT NOT NULL,
	failing_since BIGINT NOT NULL,
	fault_kind {text} NOT NULL,
	fault_key {text} NOT NULL,
	fault_text {text} NOT NULL,
	cursor {text} NOT NULL,
	source_count BIGINT NOT NULL,
	desk_count BIGINT NOT NULL,
	counted_at BIGINT NOT NULL,
	backfilled SMALLINT NOT NULL,
	fence BIGINT NOT NULL,
	lease_until BIGINT NOT NULL
);
CREATE INDEX sync_next ON sync (next_at) WHERE next_at > 0;
CREATE INDEX sync_leased ON sync (lease_until) WHERE lease_until > 0;

-- The columns of the lists. What only the case page reads stands in case_body, so that this table stays small enough
-- for memory. due_at is the largest number where no deadline runs, so that the order of the index is the order shown.
CREATE TABLE case_ (
	id {id},
	version BIGINT NOT NULL,
	company_id BIGINT NOT NULL,
	store_id BIGINT NOT NULL REFERENCES store(id),
	connector {text} NOT NULL,
	matter {text} NOT NULL,
	order_no {text} NOT NULL,
	buyer_id {text} NOT NULL,
	open SMALLINT NOT NULL,
	view {text} NOT NULL,
	class {text} NOT NULL,
	state {text} NOT NULL,
	owner {text} NOT NULL,
	ask {text} NOT NULL,
	recommended {text} NOT NULL,
	due_at BIGINT NOT NULL,
	due_kind {text} NOT NULL,
	stake BIGINT NOT NULL,
	stake_currency {text} NOT NULL,
	stake_ref BIGINT NOT NULL,
	stake_ref_currency {text} NOT NULL,
	assignee_id BIGINT NOT NULL,
	opened_at BIGINT NOT NULL,
	changed_at BIGINT NOT NULL,
	ended_at BIGINT NOT NULL,
	card {text} NOT NULL
);
CREATE UNIQUE INDEX case_matter ON case_ (store_id, matter);
CREATE INDEX case_order ON case_ (store_id, order_no, id) WHERE order_no <> '';
CREATE INDEX case_buyer ON case_ (store_id, buyer_id, id) WHERE buyer_id <> '';
-- One index for each way the open cases are walked; the store at the end lets a member's stores be picked inside it.
CREATE INDEX case_due ON case_ (due_at, id, store_id) WHERE open = 1;
CREATE INDEX case_store ON case_ (store_id, due_at, id) WHERE open = 1;
CREATE INDEX case_assignee ON case_ (assignee_id, due_at, id, store_id) WHERE open = 1;
CREATE INDEX case_view ON case_ (view, due_at, id, store_id) WHERE open = 1;
CREATE INDEX case_connector ON case_ (connector, due_at, id, store_id) WHERE open = 1;
CREATE INDEX case_recommended ON case_ (recommended, due_at, id, store_id) WHERE open = 1;
CREATE INDEX case_ask ON case_ (ask, due_at, id, store_id) WHERE open = 1;
CREATE INDEX case_class ON case_ (class, due_at, id, store_id) WHERE open = 1;
CREATE INDEX case_money ON case_ (stake_ref, id, store_id) WHERE open = 1;
CREATE INDEX case_opened ON case_ (opened_at, id, store_id) WHERE open = 1;
CREATE INDEX case_changed ON case_ (changed_at, id, store_id) WHERE open = 1;
CREATE INDEX case_ended ON case_ (ended_at, id, store_id) WHERE open = 0;
CREATE INDEX case_store_ended ON case_ (store_id, ended_at, id) WHERE open = 0;

CREATE TABLE case_body (
	case_id BIGINT PRIMARY KEY REFERENCES case_(id),
	packs {text} NOT NULL,
	own {text} NOT NULL,
	verdict {text} NOT NULL
);

CREATE TABLE source (
	id {id},
	store_id BIGINT NOT NULL REFERENCES store(id),
	case_id BIGINT NOT NULL,
	kind {text} NOT NULL,
	external_id {text} NOT NULL,
	fingerprint {text} NOT NULL,
	open SMALLINT NOT NULL,
	changed_at BIGINT NOT NULL,
	seen_at BIGINT NOT NULL,
	problem {text} NOT NULL,
	ref {text} NOT NULL,
	facts {text} NOT NULL,
	raw {bytes}
);
CREATE UNIQUE INDEX source_external ON source (store_id, kind, external_id);
CREATE INDEX source_case ON source (case_id);
CREATE INDEX source_open ON source (store_id) WHERE open = 1;

CREATE TABLE order_ (
	id {id},
	store_id BIGINT NOT NULL REFERENCES store(id),
	number {text} NOT NULL,
	fetched_at BIGINT NOT NULL,
	wanted_at BIGINT NOT NULL,
	facts {text} NOT NULL,
	raw {bytes}
);
CREATE UNIQUE INDEX order_number ON order_ (store_id, number);
CREATE INDEX order_wanted ON order_ (wanted_at) WHERE wanted_at > 0;

CREATE TABLE event (
	id {id},
	case_id BIGINT NOT NULL,
	at BIGINT NOT NULL,
	kind {text} NOT NULL,
	actor {text} NOT NULL,
	member_id BIGINT NOT NULL,
	data {text} NOT NULL
);
CREATE INDEX event_case ON event (case_id, id);

CREATE TABLE timer (
	case_id BIGINT NOT NULL,
	kind {text} NOT NULL,
	due_at BIGINT NOT NULL,
	data {text} NOT NULL,
	PRIMARY KEY (case_id, kind)
);
CREATE INDEX timer_due ON timer (due_at);

CREATE TABLE decision (
	id {text} PRIMARY KEY,
	case_id BIGINT NOT NULL,
	member_id BIGINT NOT NULL,
	at BIGINT NOT NULL,
	option_ {text} NOT NULL,
	data {text} NOT NULL,
	basis {text} NOT NULL,
	state {text} NOT NULL
);
CREATE INDEX decision_case ON decision (case_id);
CREATE INDEX decision_waiting ON decision (case_id) WHERE state IN ('to_sign', 'prepared');

CREATE TABLE effect (
	id {text} PRIMARY KEY,
	decision_id {text} NOT NULL,
	case_id BIGINT NOT NULL,
	store_id BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	payload {text} NOT NULL,
	state {text} NOT NULL,
	attempts BIGINT NOT NULL,
	retries BIGINT NOT NULL,
	looks BIGINT NOT NULL,
	due_at BIGINT NOT NULL,
	lease_until BIGINT NOT NULL,
	fence BIGINT NOT NULL,
	before_ {text} NOT NULL,
	fault {text} NOT NULL,
	created_at BIGINT NOT NULL,
	ended_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX effect_case ON effect (case_id, seq);
CREATE INDEX effect_decision ON effect (decision_id);
CREATE INDEX effect_doubt ON effect (ended_at, store_id) WHERE state IN ('in_doubt', 'contradicted', 'refused');
CREATE INDEX effect_due ON effect (due_at) WHERE ended_at = 0 AND due_at > 0;

CREATE TABLE receipt (
	id {id},
	effect_id {text} NOT NULL,
	at BIGINT NOT NULL,
	request {bytes},
	raw {bytes}
);
CREATE INDEX receipt_effect ON receipt (effect_id, id);

CREATE TABLE evidence (
	id {id},
	case_id BIGINT NOT NULL,
	at BIGINT NOT NULL,
	from_ {text} NOT NULL,
	kind {text} NOT NULL,
	hash {text} NOT NULL,
	name {text} NOT NULL,
	type {text} NOT NULL,
	size BIGINT NOT NULL,
	reading {text} NOT NULL,
	text {text} NOT NULL,
	note {text} NOT NULL,
	member_id BIGINT NOT NULL,
	frozen_at BIGINT NOT NULL
);
CREATE INDEX evidence_case ON evidence (case_id, id);
CREATE INDEX evidence_hash ON evidence (hash) WHERE hash <> '';

CREATE TABLE member (
	id {id},
	version BIGINT NOT NULL,
	email {text} NOT NULL,
	name {text} NOT NULL,
	role {text} NOT NULL,
	password {text} NOT NULL,
	locale {text} NOT NULL,
	zone {text} NOT NULL,
	theme {text} NOT NULL,
	all_stores SMALLINT NOT NULL,
	state {text} NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX member_email ON member (email) WHERE state <> 'removed';

CREATE TABLE access (
	member_id BIGINT NOT NULL REFERENCES member(id),
	store_id BIGINT NOT NULL REFERENCES store(id),
	PRIMARY KEY (member_id, store_id)
);

CREATE TABLE session (
	hash {bytes} PRIMARY KEY,
	member_id BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	seen_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	agent {text} NOT NULL
);
CREATE INDEX session_member ON session (member_id);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE token (
	id {id},
	hash {bytes} NOT NULL UNIQUE,
	member_id BIGINT NOT NULL,
	kind {text} NOT NULL,
	name {text} NOT NULL,
	created_at BIGINT NOT NULL,
	used_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX token_member ON token (member_id);

CREATE TABLE saved_view (
	id {id},
	member_id BIGINT NOT NULL,
	name {text} NOT NULL,
	query {text} NOT NULL
);
CREATE UNIQUE INDEX saved_view_name ON saved_view (member_id, name);

CREATE TABLE login_try (
	key {text} PRIMARY KEY,
	tries BIGINT NOT NULL,
	since BIGINT NOT NULL
);

CREATE TABLE setting (
	key {text} PRIMARY KEY,
	value {text} NOT NULL
);

-- Open cases by store and view: kept by the writer, so that no request ever counts.
CREATE TABLE tally (
	store_id BIGINT NOT NULL,
	view {text} NOT NULL,
	currency {text} NOT NULL,
	cases BIGINT NOT NULL,
	ref BIGINT NOT NULL,
	PRIMARY KEY (store_id, view, currency)
);

-- Numbers by which people look for a case, folded: capital letters and digits, no spaces.
CREATE TABLE number (
	folded {text} NOT NULL,
	case_id BIGINT NOT NULL,
	PRIMARY KEY (folded, case_id)
){compact};
CREATE INDEX number_case ON number (case_id);

-- Every word of letters that ever stood in a case's text, by which a word that is only begun is completed.
CREATE TABLE word (
	term {text} PRIMARY KEY
){compact};

-- Names under which other systems know the purchase of a case: cases of a company that share one are about the same money.
CREATE TABLE handle (
	case_id BIGINT NOT NULL,
	name {text} NOT NULL,
	company_id BIGINT NOT NULL,
	PRIMARY KEY (case_id, name, company_id)
);
CREATE INDEX handle_name ON handle (company_id, name);

-- Deliveries of platforms that were taken in, so that the same one counts once; they go after some weeks.
CREATE TABLE push (
	store_id BIGINT NOT NULL,
	id {text} NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (store_id, id)
);
CREATE INDEX push_at ON push (at);

-- Keys under which callers decided, so that a repeated request decides nothing anew; they go after some weeks.
CREATE TABLE given (
	key {text} PRIMARY KEY,
	at BIGINT NOT NULL,
	decision_id {text} NOT NULL,
	asked {text} NOT NULL
);
CREATE INDEX given_at ON given (at);

-- Records a platform asked us to read again. The next reading of the store begins with them.
CREATE TABLE nudge (
	store_id BIGINT NOT NULL,
	kind {text} NOT NULL,
	external_id {text} NOT NULL,
	ref {text} NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (store_id, kind, external_id)
);

-- What was indexed for a case, so that an unchanged text costs no write.
CREATE TABLE indexed (
	case_id BIGINT PRIMARY KEY,
	hash BIGINT NOT NULL
);

{search};
