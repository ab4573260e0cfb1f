-- The secret keys of sites. After a rotation the old key keeps its name and ends
-- at a time. sites.key_hash is not read any more: SQLite cannot drop it.
CREATE TABLE site_keys (
	id         text PRIMARY KEY,
	site       text NOT NULL REFERENCES sites (slug),
	name       text NOT NULL,
	scopes     text NOT NULL, -- JSON
	key_hash   bytea NOT NULL UNIQUE,
	created_at bigint NOT NULL,
	created_by text NOT NULL,
	until      bigint, -- NULL: it does not end
	used_at    bigint
);
CREATE INDEX site_keys_name ON site_keys (site, name);
INSERT INTO site_keys (id, site, name, scopes, key_hash, created_at, created_by)
	SELECT slug, slug, 'main', '["post","read","articles"]', key_hash, created_at, '' FROM sites;
