ALTER TABLE sessions ADD COLUMN started_at bigint NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN used_at bigint NOT NULL DEFAULT 0; -- when its refresh token was last replaced
ALTER TABLE sessions ADD COLUMN ends_at bigint NOT NULL DEFAULT 0; -- however often it is refreshed
ALTER TABLE sessions ADD COLUMN previous_hash bytea; -- of the refresh token before, which may be repeated once
ALTER TABLE sessions ADD COLUMN method text NOT NULL DEFAULT 'password';
ALTER TABLE sessions ADD COLUMN address text NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN user_agent text NOT NULL DEFAULT '';
-- Refreshed 30 days before they would expire, and to end 60 days later at most.
UPDATE sessions SET started_at = expires_at - 2592000000000, used_at = expires_at - 2592000000000, ends_at = expires_at + 5184000000000;

ALTER TABLE moderators ADD COLUMN temporary_password boolean NOT NULL DEFAULT false; -- set by somebody else
ALTER TABLE moderators ADD COLUMN totp text NOT NULL DEFAULT '{}'; -- JSON, see models.TOTP

-- Networks, as keyed hashes, from which a moderator has logged in.
CREATE TABLE login_networks (
	moderator text NOT NULL REFERENCES moderators (name),
	network   text NOT NULL,
	seen_at   bigint NOT NULL,
	PRIMARY KEY (moderator, network)
) /* WITHOUT ROWID */;
CREATE INDEX login_networks_age ON login_networks (seen_at);

-- What the keys of access tokens are derived from. The newest signs.
CREATE TABLE signing_keys (
	id         text PRIMARY KEY,
	key        bytea NOT NULL,
	created_at bigint NOT NULL
);
