-- The search index: the terms of comments of every status, made by package
-- searchterms and added in the background. A document is the place of a comment in
-- the order in which they are found; a block is 2048 of them, of one site. Each term
-- is written with the block's number before it, 2r_casino, so that a search reads the
-- newest block first, and of an old one nothing but its own part of the index.
CREATE TABLE search_docs (
	site       text NOT NULL,
	doc        bigint NOT NULL, -- number of the block times 2048, and its place there
	comment_id text NOT NULL,
	terms      /* text NOT NULL, -- */ tsvector NOT NULL,
	PRIMARY KEY (site, doc)
) /* WITHOUT ROWID */;
CREATE UNIQUE INDEX search_docs_comment ON search_docs (site, comment_id);

/* -- */CREATE INDEX search_docs_terms ON search_docs USING gin (terms) WITH (fastupdate = off);
/* CREATE VIRTUAL TABLE search_docs_terms USING fts5 (terms, content = '', detail = none, columnsize = 0, tokenize = "ascii tokenchars '_'"); */
/* INSERT INTO search_docs_terms (search_docs_terms, rank) VALUES ('secure-delete', 1); */
/* CREATE TRIGGER search_docs_added AFTER INSERT ON search_docs BEGIN INSERT INTO search_docs_terms (rowid, terms) VALUES (new.doc, new.terms); END; */
/* CREATE TRIGGER search_docs_removed AFTER DELETE ON search_docs BEGIN INSERT INTO search_docs_terms (search_docs_terms, rowid, terms) VALUES ('delete', old.doc, old.terms); END; */

-- When the comments of a block arrived.
CREATE TABLE search_blocks (
	site     text NOT NULL,
	block    bigint NOT NULL,
	docs     bigint NOT NULL, -- that were numbered so far
	first_at bigint NOT NULL,
	last_at  bigint NOT NULL,
	PRIMARY KEY (site, block)
) /* WITHOUT ROWID */;

-- Up to which comment, in the order of arrival, a site is indexed, and up to which
-- that was checked again later: a comment may be stored after younger ones.
CREATE TABLE search_cursors (
	site       text PRIMARY KEY,
	at         bigint NOT NULL,
	id         text NOT NULL,
	checked_at bigint NOT NULL,
	checked_id text NOT NULL
) /* WITHOUT ROWID */;

-- Comments whose terms have changed since.
CREATE TABLE search_stale (
	site       text NOT NULL,
	comment_id text NOT NULL,
	PRIMARY KEY (site, comment_id)
) /* WITHOUT ROWID */;
