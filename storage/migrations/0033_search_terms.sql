-- Comments that have terms to get in the search index: of their reasons, and of the
-- moderators who decided them. In a step of its own, which locks no table that readers use.
INSERT INTO search_stale (site, comment_id)
	SELECT d.site, d.comment_id FROM search_docs d JOIN comments c ON c.site = d.site AND c.id = d.comment_id
	WHERE c.reason <> '' OR EXISTS (SELECT 1 FROM decisions x WHERE x.site = c.site AND x.comment_id = c.id AND x.undone_at IS NULL)
	ON CONFLICT (site, comment_id) DO NOTHING;

-- The youngest come first, of whichever site.
CREATE INDEX search_stale_age ON search_stale (comment_id);
