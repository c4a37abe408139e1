-- What a client may ask for, and for how long it gets it. NULL is the server's own setting; a lifetime of 0 never ends.
ALTER TABLE oauth_clients ADD COLUMN any_scope BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE oauth_clients ADD COLUMN default_scopes TEXT NOT NULL DEFAULT '';
ALTER TABLE oauth_clients ADD COLUMN access_token_lifetime BIGINT;
ALTER TABLE oauth_clients ADD COLUMN refresh_token_lifetime BIGINT;
-- Who registered the client, and whether its own tokens act for that user.
ALTER TABLE oauth_clients ADD COLUMN owner TEXT;
ALTER TABLE oauth_clients ADD COLUMN acts_as_owner BOOLEAN NOT NULL DEFAULT FALSE;
-- A disabled scope is known, and not given to anybody.
ALTER TABLE oauth_scopes ADD COLUMN is_enabled BOOLEAN NOT NULL DEFAULT TRUE;
-- Whose salt is of no more use once this token is redeemed.
ALTER TABLE oauth_refresh_tokens ADD COLUMN predecessor_id BIGINT;
