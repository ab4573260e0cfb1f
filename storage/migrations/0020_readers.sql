-- What is imposed on readers. The Go code of this step moves the sanctions here that
-- are in force; standings keeps the notes.
CREATE TABLE bans (
	id     text PRIMARY KEY,
	site   text NOT NULL REFERENCES sites (slug),
	kind   text NOT NULL,
	reason text NOT NULL,
	until  bigint NOT NULL, -- 0: for ever
	set_by text NOT NULL,
	set_at bigint NOT NULL
);
CREATE INDEX bans_site ON bans (site, id);
CREATE INDEX bans_end ON bans (until) WHERE until <> 0;

-- What a ban holds on: a keyed hash of the site, of what it is (an id, a name, a
-- household and so on) and of its value.
CREATE TABLE ban_marks (
	mark  text NOT NULL,
	ban   text NOT NULL REFERENCES bans (id),
	kind  text NOT NULL,
	label text NOT NULL, -- for the newsroom
	PRIMARY KEY (mark, ban)
) /* WITHOUT ROWID */;
CREATE INDEX ban_marks_ban ON ban_marks (ban);
DROP INDEX standings_sanctions;

ALTER TABLE comments ADD COLUMN browser text NOT NULL DEFAULT ''; -- id in the browser's token

-- Reports count once for a household, and by how often their reporter was right.
ALTER TABLE flags ADD COLUMN household text NOT NULL DEFAULT ''; -- hash, of this comment alone
ALTER TABLE flags ADD COLUMN weight double precision NOT NULL DEFAULT 1;
DROP INDEX flags_reader;
CREATE INDEX flags_reader ON flags (site, who, comment_id);
CREATE INDEX flags_browser ON flags (site, created_at) WHERE who LIKE 'browser %';
CREATE INDEX flags_household ON flags (site, created_at) WHERE household <> '';
ALTER TABLE sites ADD COLUMN reports_to_hold bigint; -- NULL: the default, 0: never
