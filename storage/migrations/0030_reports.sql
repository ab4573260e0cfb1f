-- What a reader says of a comment that they report, in their own words.
ALTER TABLE flags ADD COLUMN words text NOT NULL DEFAULT '';

-- The reports of a comment by their times, and those as illegal, which few comments have.
CREATE INDEX flags_comment ON flags (comment_id, created_at, site);
CREATE INDEX flags_illegal ON flags (comment_id, created_at, site) WHERE reason = 'illegal';
