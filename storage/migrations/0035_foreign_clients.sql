-- How much a label counts in training beside others, to 1; 0: fully. Others than moderators
-- are not certain of what they say.
ALTER TABLE labels ADD COLUMN weight double precision NOT NULL DEFAULT 0;

-- What clients of the Akismet protocol were answered, without the text, so that a later
-- correction can be counted.
CREATE TABLE akismet_checks (
	site       text NOT NULL,
	id         text NOT NULL, -- the guid of the answer
	content    text NOT NULL, -- pseudonym of the text and the address
	blog       text NOT NULL,
	spam       boolean NOT NULL, -- the answer
	corrected  text NOT NULL, -- what a submit said: spam, ham, or '' before there is one
	checked_at bigint NOT NULL,
	PRIMARY KEY (site, id)
) /* WITHOUT ROWID */;
CREATE INDEX akismet_checks_content ON akismet_checks (site, content, checked_at);
CREATE INDEX akismet_checks_age ON akismet_checks (checked_at);

-- Figures of a month, in UTC, counted from the year 0.
CREATE TABLE akismet_months (
	site            text NOT NULL,
	month           bigint NOT NULL,
	blog            text NOT NULL,
	calls           bigint NOT NULL,
	spam            bigint NOT NULL,
	ham             bigint NOT NULL,
	missed_spam     bigint NOT NULL,
	false_positives bigint NOT NULL,
	PRIMARY KEY (site, month, blog)
) /* WITHOUT ROWID */;
