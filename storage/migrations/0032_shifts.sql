-- Filters of the queue that people have saved under a name.
CREATE TABLE queue_views (
	id         text PRIMARY KEY,
	owner      text NOT NULL,
	site       text NOT NULL, -- that it is shared with; '': it is its owner's alone
	name       text NOT NULL,
	filter     text NOT NULL, -- as in the API
	created_at bigint NOT NULL
) /* WITHOUT ROWID */;
CREATE INDEX queue_views_owner ON queue_views (owner);
CREATE INDEX queue_views_site ON queue_views (site);

-- What a moderator leaves to the next one. A note that was removed stays for the history.
CREATE TABLE handovers (
	id         text PRIMARY KEY,
	site       text NOT NULL,
	body       text NOT NULL,
	written_by text NOT NULL,
	written_at bigint NOT NULL,
	answers    text NOT NULL, -- JSON
	removed_by text NOT NULL,
	removed_at bigint NOT NULL -- 0: it is open
) /* WITHOUT ROWID */;
CREATE INDEX handovers_open ON handovers (site, written_at, id) WHERE removed_at = 0;
CREATE INDEX handovers_all ON handovers (site, written_at, id);

-- What somebody has set for themselves.
ALTER TABLE moderators ADD COLUMN settings text NOT NULL DEFAULT '{}';

-- Arrivals, decisions and waits of a site by the hour (UTC, counted from 1970). The bins of
-- waits are those of histograms.
CREATE TABLE hourly (
	site      text NOT NULL,
	hour      bigint NOT NULL,
	approved  bigint NOT NULL,
	rejected  bigint NOT NULL,
	held      bigint NOT NULL,
	decisions bigint NOT NULL,
	waits0    bigint NOT NULL,
	waits1    bigint NOT NULL,
	waits2    bigint NOT NULL,
	waits3    bigint NOT NULL,
	waits4    bigint NOT NULL,
	waits5    bigint NOT NULL,
	waits6    bigint NOT NULL,
	PRIMARY KEY (site, hour)
) /* WITHOUT ROWID */;
