-- How many days a site keeps what; 0 is for ever. The addresses of its
-- comments are removed up to the place (cleared_at, cleared_id).
ALTER TABLE sites ADD COLUMN keep_addresses bigint NOT NULL DEFAULT 30;
ALTER TABLE sites ADD COLUMN keep_rejected bigint NOT NULL DEFAULT 180;
ALTER TABLE sites ADD COLUMN keep_labels bigint NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN cleared_at bigint NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN cleared_id text NOT NULL DEFAULT '';

-- Keys of the hashes of addresses, each for a period of seven days.
CREATE TABLE address_keys (
	period bigint PRIMARY KEY, -- number of the period since 1970
	key    bytea NOT NULL
);

-- Rejected comments whose text is still there.
CREATE INDEX comments_refuse ON comments (site, updated_at) WHERE status = 'rejected' AND body <> '';

CREATE INDEX labels_site ON labels (site, created_at);
CREATE INDEX labels_author ON labels (site, created_at) WHERE author <> '' OR author_email <> '' OR author_url <> '';

-- Reports know their site, so that those of one reader are found and those by
-- address can be removed.
ALTER TABLE flags ADD COLUMN site text NOT NULL DEFAULT '';
UPDATE flags SET site = (SELECT c.site FROM comments c WHERE c.id = flags.comment_id);
CREATE INDEX flags_reader ON flags (site, who);
CREATE INDEX flags_age ON flags (site, created_at) WHERE who LIKE 'client %';
