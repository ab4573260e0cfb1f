-- What cannot be sent to a newsroom or to its readers, since when and why, until it can again.
CREATE TABLE notice_failures (
	site      text NOT NULL,
	target    text NOT NULL, -- webhook, newsroom or readers
	recipient text NOT NULL, -- an address of the newsroom, or ''
	since     bigint NOT NULL,
	failed_at bigint NOT NULL, -- the last attempt
	error     text NOT NULL,
	given_up  bigint NOT NULL, -- messages that were lost
	PRIMARY KEY (site, target, recipient)
) /* WITHOUT ROWID */;
