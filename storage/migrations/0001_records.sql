-- Times are microseconds since 1970 UTC, days are counted from there, ids are
-- UUIDv7 text, JSON is text. SQLite obeys what stands in /* */.

CREATE TABLE sites (
	slug       text PRIMARY KEY,
	name       text NOT NULL,
	origins    text NOT NULL,
	mode       text NOT NULL,
	hold       double precision,
	reject     double precision,
	sso_secret text NOT NULL,
	key_hash   bytea NOT NULL UNIQUE,
	created_at bigint NOT NULL,
	rules      text NOT NULL -- JSON that may be long, read by itself
);

-- Kept apart from sites, because it changes with every held comment.
CREATE TABLE site_counts (
	site    text PRIMARY KEY REFERENCES sites (slug),
	pending bigint NOT NULL
) /* WITHOUT ROWID */;

CREATE TABLE articles (
	site     text NOT NULL REFERENCES sites (slug),
	id       text NOT NULL,
	url      text NOT NULL,
	title    text NOT NULL,
	version  bigint NOT NULL,
	approved bigint NOT NULL,
	PRIMARY KEY (site, id)
) /* WITHOUT ROWID */;

-- What became of the comments of each author.
CREATE TABLE authors (
	site     text NOT NULL,
	key      text NOT NULL, -- comments.author_key
	approved bigint NOT NULL,
	rejected bigint NOT NULL,
	pending  bigint NOT NULL,
	PRIMARY KEY (site, key)
) /* WITHOUT ROWID */;

-- How many comments came, by what the machine did with them.
CREATE TABLE arrivals (
	day      bigint NOT NULL,
	site     text NOT NULL,
	approved bigint NOT NULL,
	rejected bigint NOT NULL,
	held     bigint NOT NULL,
	PRIMARY KEY (day, site)
) /* WITHOUT ROWID */;

-- How many decisions stand, by what the machine had done.
CREATE TABLE judgements (
	day       bigint NOT NULL, -- of the decision
	site      text NOT NULL,
	moderator text NOT NULL,
	machine   text NOT NULL,
	approved  bigint NOT NULL,
	rejected  bigint NOT NULL,
	PRIMARY KEY (day, site, moderator, machine)
) /* WITHOUT ROWID */;

CREATE TABLE comments (
	id           text PRIMARY KEY,
	site         text NOT NULL REFERENCES sites (slug),
	article      text NOT NULL,
	parent_id    text NOT NULL,
	author_id    text NOT NULL,
	author_name  text NOT NULL,
	author_email text NOT NULL,
	author_url   text NOT NULL,
	author_key   text NOT NULL, -- whom the author's record is kept for
	client_hash  text NOT NULL,
	client_net   text NOT NULL,
	user_agent   text NOT NULL,
	referrer     text NOT NULL,
	status       text NOT NULL,
	reason       text NOT NULL,
	machine      text NOT NULL, -- status it arrived with
	risk         double precision NOT NULL,
	flags        bigint NOT NULL,
	version      bigint NOT NULL,
	created_at   bigint NOT NULL,
	updated_at   bigint NOT NULL,
	lease_by     text NOT NULL,
	lease_until  bigint NOT NULL,
	body         text NOT NULL,
	search       text NOT NULL, -- author and body in lower case, while pending
	campaign     text NOT NULL, -- id of its group of near-copies; '': too short for one
	-- The verdict.
	spam         double precision,
	abuse        double precision,
	action       text NOT NULL,
	said         text NOT NULL, -- its reason
	model        text NOT NULL,
	hold_at      double precision NOT NULL,
	reject_at    double precision NOT NULL,
	signals      text NOT NULL
);
CREATE INDEX comments_public ON comments (site, article, created_at, id) WHERE status = 'approved';
CREATE INDEX comments_risk ON comments (site, risk, created_at, id) WHERE status = 'pending';
CREATE INDEX comments_age ON comments (site, created_at, id) WHERE status = 'pending';
CREATE INDEX comments_any_risk ON comments (risk, created_at, id) WHERE status = 'pending';
CREATE INDEX comments_any_age ON comments (created_at, id) WHERE status = 'pending';
CREATE INDEX comments_lease ON comments (lease_by) WHERE lease_by <> '';
CREATE INDEX comments_replies ON comments (parent_id, created_at, id) WHERE parent_id <> '';
CREATE INDEX comments_rejected ON comments (site, author_key, updated_at) WHERE status = 'rejected';
CREATE INDEX comments_campaign ON comments (campaign, risk, created_at, id) WHERE status = 'pending' AND campaign <> '';
CREATE INDEX comments_arrival ON comments (site, created_at, id);

-- Groups of two comments or more.
CREATE TABLE campaigns (
	id       text PRIMARY KEY,
	count    bigint NOT NULL,
	authors  bigint NOT NULL,
	articles bigint NOT NULL,
	first_at bigint NOT NULL
);

-- old_status and old_reason are what an undo puts back.
CREATE TABLE decisions (
	id         text PRIMARY KEY,
	batch      text NOT NULL,
	comment_id text NOT NULL REFERENCES comments (id),
	site       text NOT NULL,
	moderator  text NOT NULL,
	action     text NOT NULL,
	reason     text NOT NULL,
	note       text NOT NULL,
	old_status text NOT NULL,
	old_reason text NOT NULL,
	created_at bigint NOT NULL,
	undone_at  bigint,
	undone_by  text NOT NULL
);
CREATE INDEX decisions_comment ON decisions (comment_id, id);
CREATE INDEX decisions_batch ON decisions (batch, comment_id) WHERE batch <> '';
CREATE INDEX decisions_site ON decisions (site, created_at);

-- A label that came from a decision has the decision's id. The next decision
-- on the comment sets replaced_by; only labels without it count.
CREATE TABLE labels (
	id           text PRIMARY KEY,
	comment_id   text NOT NULL,
	replaced_by  text NOT NULL,
	label        text NOT NULL,
	site         text NOT NULL,
	author       text NOT NULL,
	author_email text NOT NULL,
	author_url   text NOT NULL,
	url          text NOT NULL,
	lang         text NOT NULL,
	source       text NOT NULL,
	labelled_by  text NOT NULL,
	created_at   bigint NOT NULL,
	body         text NOT NULL
);
CREATE INDEX labels_age ON labels (created_at, id) WHERE replaced_by = '';
CREATE INDEX labels_count ON labels (site, label) WHERE replaced_by = '';
CREATE INDEX labels_comment ON labels (comment_id) WHERE comment_id <> '';

CREATE TABLE flags (
	comment_id text NOT NULL REFERENCES comments (id),
	who        text NOT NULL,
	reason     text NOT NULL,
	created_at bigint NOT NULL,
	PRIMARY KEY (comment_id, who)
);

CREATE TABLE idempotency (
	site        text NOT NULL,
	key         text NOT NULL,
	fingerprint bytea NOT NULL,
	comment_id  text NOT NULL,
	created_at  bigint NOT NULL,
	PRIMARY KEY (site, key)
) /* WITHOUT ROWID */;
CREATE INDEX idempotency_age ON idempotency (created_at);

CREATE TABLE moderators (
	name          text PRIMARY KEY,
	role          text NOT NULL,
	sites         text NOT NULL,
	disabled      boolean NOT NULL,
	password_hash text NOT NULL,
	created_at    bigint NOT NULL
);

CREATE TABLE sessions (
	id         text PRIMARY KEY,
	moderator  text NOT NULL REFERENCES moderators (name),
	token_hash bytea NOT NULL,
	expires_at bigint NOT NULL
);
CREATE INDEX sessions_moderator ON sessions (moderator);
CREATE INDEX sessions_age ON sessions (expires_at);

CREATE TABLE models (
	version    text PRIMARY KEY,
	origin     text NOT NULL,
	added_by   text NOT NULL,
	manifest   text NOT NULL,
	size       bigint NOT NULL,
	sum        bytea NOT NULL, -- SHA-256 of data
	created_at bigint NOT NULL,
	data       bytea NOT NULL
);

-- The live model is that of the newest promotion not rolled back.
CREATE TABLE promotions (
	id             text PRIMARY KEY,
	version        text NOT NULL REFERENCES models (version),
	created_at     bigint NOT NULL,
	rolled_back_at bigint
);
CREATE INDEX promotions_version ON promotions (version);

CREATE TABLE audit (
	id      text PRIMARY KEY,
	at      bigint NOT NULL,
	actor   text NOT NULL,
	site    text NOT NULL,
	action  text NOT NULL,
	subject text NOT NULL,
	address text NOT NULL,
	before  text NOT NULL,
	after   text NOT NULL
);
CREATE INDEX audit_at ON audit (at, id);
CREATE INDEX audit_site ON audit (site, at, id);

CREATE TABLE events (
	id      text PRIMARY KEY,
	kind    text NOT NULL,
	site    text NOT NULL,
	subject text NOT NULL,
	article text NOT NULL,
	status  text NOT NULL,
	at      bigint NOT NULL
) /* WITHOUT ROWID */;

CREATE TABLE settings (
	name  text PRIMARY KEY,
	value bytea NOT NULL
);
