-- What waits for a moderator, by the parts of its text and its signals: see
-- storage/queuetexts.go. The documents are those of search_docs.
CREATE TABLE search_queue (
	doc        /* integer PRIMARY KEY, -- */ bigint NOT NULL,
	site       text NOT NULL,
	comment_id text NOT NULL,
	terms      /* text NOT NULL, -- */ tsvector NOT NULL,
	/* CHECK (doc > 0) -- */ PRIMARY KEY (site, doc)
);

/* -- */CREATE INDEX search_queue_terms ON search_queue USING gin (terms) WITH (fastupdate = off);
/* CREATE VIRTUAL TABLE search_queue_terms USING fts5 (terms, content = '', detail = none, columnsize = 0, tokenize = "ascii tokenchars '_'"); */
/* INSERT INTO search_queue_terms (search_queue_terms, rank) VALUES ('secure-delete', 1); */
/* CREATE TRIGGER search_queue_added AFTER INSERT ON search_queue BEGIN INSERT INTO search_queue_terms (rowid, terms) VALUES (new.doc, new.terms); END; */
/* CREATE TRIGGER search_queue_removed AFTER DELETE ON search_queue BEGIN INSERT INTO search_queue_terms (search_queue_terms, rowid, terms) VALUES ('delete', old.doc, old.terms); END; */

-- What waits now is indexed again, in the background.
INSERT INTO search_stale (site, comment_id)
	SELECT d.site, d.comment_id FROM search_docs d JOIN comments c ON c.site = d.site AND c.id = d.comment_id
	WHERE c.status = 'pending'
	ON CONFLICT (site, comment_id) DO NOTHING;
