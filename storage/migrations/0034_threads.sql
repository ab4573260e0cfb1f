-- Where a comment stands in its thread, so that a page of a thread is one look into an index,
-- however long the thread is: the ids of the comments that it answers, from the start of the
-- thread on, and its own; see replyThread. '' at the start of a thread, and for replies that
-- have no place yet: those of earlier versions get one when their article is first read.
ALTER TABLE comments ADD COLUMN thread text NOT NULL DEFAULT '';
-- How much the author was trusted when a comment came that starts a thread, 0 to 19; that of
-- earlier versions is that of an unknown author.
ALTER TABLE comments ADD COLUMN trust bigint NOT NULL DEFAULT 10;

-- Comments that readers see, and those that are gone while their replies are still there.
CREATE INDEX comments_roots ON comments (site, article, created_at, id)
	WHERE parent_id = '' AND (status = 'approved' OR reason IN ('erased', 'withdrawn'));
CREATE INDEX comments_best ON comments (site, article, featured, trust, created_at, id)
	WHERE parent_id = '' AND (status = 'approved' OR reason IN ('erased', 'withdrawn'));
CREATE INDEX comments_thread ON comments (site, thread)
	WHERE thread <> '' AND (status = 'approved' OR reason IN ('erased', 'withdrawn'));
CREATE INDEX comments_featured ON comments (site, article, created_at, id) WHERE featured;
CREATE INDEX comments_unplaced ON comments (site, article, created_at, id) WHERE parent_id <> '' AND thread = '';
