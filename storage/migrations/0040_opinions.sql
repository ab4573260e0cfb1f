-- Second opinions of other services on comments that are held.

ALTER TABLE sites ADD COLUMN opinion text NOT NULL DEFAULT '{}'; -- JSON
ALTER TABLE sites ADD COLUMN opinion_key text NOT NULL DEFAULT ''; -- a secret

-- An opinion goes with the text that it is about.
CREATE TABLE opinions (
	site       text NOT NULL,
	comment_id text NOT NULL,
	text_hash  text NOT NULL, -- see models.OpinionText
	question   text NOT NULL, -- see models.OpinionSettings.Question; '': not asked
	status     text NOT NULL,
	source     text NOT NULL,
	abuse      double precision NOT NULL,
	spam       double precision NOT NULL,
	reason     text NOT NULL,
	at         bigint NOT NULL,
	counted    text NOT NULL, -- the status of the comment with which it is in opinion_bins; '': it is not
	PRIMARY KEY (site, comment_id)
) /* WITHOUT ROWID */;
CREATE INDEX opinions_waiting ON opinions (site, comment_id) WHERE status = 'waiting';
CREATE INDEX opinions_question ON opinions (site, question) WHERE status = 'answered';

-- The requests of a site on the last day on which it sent any.
CREATE TABLE opinion_budgets (
	site  text PRIMARY KEY,
	day   bigint NOT NULL, -- since 1970, UTC
	calls bigint NOT NULL
) /* WITHOUT ROWID */;

-- What moderators decided on comments, by what the service had said of them.
CREATE TABLE opinion_bins (
	site     text NOT NULL,
	head     text NOT NULL,
	bin      bigint NOT NULL,
	approved bigint NOT NULL,
	rejected bigint NOT NULL,
	PRIMARY KEY (site, head, bin)
) /* WITHOUT ROWID */;
