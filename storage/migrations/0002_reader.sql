-- What one reader wrote: to export or erase it, and for the history that a
-- moderator sees.
CREATE INDEX comments_author ON comments (site, author_key, id);
