-- Notices to the newsroom, and mail to readers about their comments.

ALTER TABLE sites ADD COLUMN language text NOT NULL DEFAULT ''; -- '': the default
ALTER TABLE sites ADD COLUMN notices text NOT NULL DEFAULT '{}'; -- JSON
ALTER TABLE sites ADD COLUMN notice_webhook text NOT NULL DEFAULT ''; -- a secret
ALTER TABLE sites ADD COLUMN reader_mail boolean NOT NULL DEFAULT FALSE;

-- Work that one node at a time does for all, and how far it has read the events.
CREATE TABLE tasks (
	name        text PRIMARY KEY,
	holder      text NOT NULL, -- a node; '': none
	lease_until bigint NOT NULL,
	event       bigint NOT NULL -- the last one that was read, see events.seq
) /* WITHOUT ROWID */;

-- What the newsroom of a site was last told of each kind.
CREATE TABLE notice_states (
	site    text NOT NULL,
	kind    text NOT NULL,
	active  boolean NOT NULL,
	told    boolean NOT NULL,
	told_at bigint NOT NULL,
	PRIMARY KEY (site, kind)
) /* WITHOUT ROWID */;

-- Readers who want mail about a comment. Nothing but a question is sent to an address before
-- it is confirmed; what is not confirmed in time goes, and so does what is old.
CREATE TABLE mail_subscriptions (
	site         text NOT NULL,
	id           text NOT NULL, -- random
	comment_id   text NOT NULL,
	email        text NOT NULL,
	folded       text NOT NULL, -- the address as addresses are compared
	owner        text NOT NULL, -- see models.MailOwner
	replies      boolean NOT NULL,
	outcome      boolean NOT NULL,
	created_at   bigint NOT NULL,
	confirmed_at bigint NOT NULL, -- 0: not yet
	expires_at   bigint NOT NULL,
	sent_at      bigint NOT NULL, -- the last mail
	PRIMARY KEY (site, id)
) /* WITHOUT ROWID */;
CREATE UNIQUE INDEX mail_subscriptions_comment ON mail_subscriptions (site, comment_id, folded);
CREATE INDEX mail_subscriptions_email ON mail_subscriptions (site, folded);
CREATE INDEX mail_subscriptions_owner ON mail_subscriptions (site, owner);
CREATE INDEX mail_subscriptions_age ON mail_subscriptions (expires_at);

-- What a subscriber is told, or was. Nothing is told twice.
CREATE TABLE mail_items (
	site         text NOT NULL,
	subscription text NOT NULL,
	comment_id   text NOT NULL, -- the reply; the subscriber's own for its outcome
	sent         boolean NOT NULL,
	PRIMARY KEY (site, subscription, comment_id)
) /* WITHOUT ROWID */;

-- Messages that wait to be sent. Who sends one moves its time on first, so that nobody else
-- sends it meanwhile.
CREATE TABLE outgoing_messages (
	site         text NOT NULL,
	id           text NOT NULL,
	channel      text NOT NULL,
	recipient    text NOT NULL, -- an address of the newsroom, or ''
	subscription text NOT NULL, -- of a reader, or ''
	subject      text NOT NULL,
	body         text NOT NULL,
	created_at   bigint NOT NULL,
	due_at       bigint NOT NULL,
	attempts     bigint NOT NULL,
	PRIMARY KEY (site, id)
) /* WITHOUT ROWID */;
CREATE INDEX outgoing_messages_due ON outgoing_messages (due_at);
