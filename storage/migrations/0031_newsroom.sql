-- The name in which the newsroom replies to readers; '': that of the site.
ALTER TABLE sites ADD COLUMN newsroom text NOT NULL DEFAULT '';

-- The moderator who wrote a reply of the newsroom; '': it is a reader's comment.
ALTER TABLE comments ADD COLUMN written_by text NOT NULL DEFAULT '';

-- The newsroom points it out to readers; only published comments.
ALTER TABLE comments ADD COLUMN featured boolean NOT NULL DEFAULT FALSE;

-- Parts of the text were taken out; revisions have what was written, and who did that.
ALTER TABLE comments ADD COLUMN redacted boolean NOT NULL DEFAULT FALSE;
ALTER TABLE revisions ADD COLUMN replaced_by text NOT NULL DEFAULT '';

-- Comments that have terms to get in the search index: of their reasons, and of the
-- moderators who decided them.
INSERT INTO search_stale (site, comment_id)
	SELECT d.site, d.comment_id FROM search_docs d JOIN comments c ON c.site = d.site AND c.id = d.comment_id
	WHERE c.reason <> '' OR EXISTS (SELECT 1 FROM decisions x WHERE x.site = c.site AND x.comment_id = c.id AND x.undone_at IS NULL)
	ON CONFLICT (site, comment_id) DO NOTHING;
