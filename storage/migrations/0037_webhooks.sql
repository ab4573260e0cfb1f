-- Why a comment or an article changed: decided, undone, reported and so on. '' for what was
-- written before, and for events that have only one cause.
ALTER TABLE events ADD COLUMN cause text NOT NULL DEFAULT '';

-- Where a site's events are sent to (Standard Webhooks). One node at a time sends those of a
-- webhook: the one that has the lease.
CREATE TABLE webhooks (
	site          text NOT NULL,
	id            text NOT NULL,
	url           text NOT NULL,
	events        text NOT NULL, -- JSON list of types; [] for all
	secret        text NOT NULL, -- signs, so that it cannot be a hash
	old_secret    text NOT NULL, -- signs too until old_until
	old_until     bigint NOT NULL,
	position      bigint NOT NULL, -- seq of the last event that deliveries were made of
	created_at    bigint NOT NULL,
	created_by    text NOT NULL,
	disabled_at   bigint NOT NULL, -- 0: it is in use
	disabled_for  text NOT NULL, -- '' when a person did it, gone, failing
	failing_since bigint NOT NULL, -- of the first failure after the last success; 0: there is none
	delivered_at  bigint NOT NULL, -- of the last success; 0: there is none
	lease_by      text NOT NULL,
	lease_until   bigint NOT NULL,
	PRIMARY KEY (site, id)
) /* WITHOUT ROWID */;

-- Events that a webhook is still to be sent, and those that it could not be sent (dead
-- letters). They outlive the events themselves. What is sent is made of them at that moment:
-- nothing that a reader wrote is stored here.
CREATE TABLE webhook_deliveries (
	site        text NOT NULL,
	webhook     text NOT NULL,
	seq         bigint NOT NULL, -- of the event, and the rest of it
	kind        text NOT NULL,
	subject     text NOT NULL,
	article     text NOT NULL,
	status      text NOT NULL,
	cause       text NOT NULL,
	at          bigint NOT NULL,
	attempts    bigint NOT NULL,
	next_at     bigint NOT NULL,
	expires_at  bigint NOT NULL, -- a failure from then on is the last one
	dead_at     bigint NOT NULL, -- 0: it is still tried
	last_status bigint NOT NULL, -- of the last reply; 0: there was none
	last_error  text NOT NULL, -- '' before the first failure
	PRIMARY KEY (site, webhook, seq)
) /* WITHOUT ROWID */;
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (site, webhook, seq) WHERE dead_at = 0;
CREATE INDEX webhook_deliveries_subject ON webhook_deliveries (site, webhook, subject, seq) WHERE dead_at = 0;
CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (site, webhook, seq) WHERE last_error <> '';
CREATE INDEX webhook_deliveries_dead ON webhook_deliveries (dead_at) WHERE dead_at > 0;
