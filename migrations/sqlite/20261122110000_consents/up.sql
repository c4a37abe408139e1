-- What a user has said yes to, so that it is not asked again. Kept apart from grants: each authorization is a family of
-- its own, and one that is revoked never takes another device's with it.
CREATE TABLE oauth_consents (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    subject    TEXT    NOT NULL,
    client_id  BIGINT  NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    scopes     TEXT    NOT NULL,
    granted_at BIGINT  NOT NULL,
    UNIQUE (subject, client_id)
);
CREATE INDEX oauth_consents_client_id ON oauth_consents (client_id);

-- An application of the provider's own is not asked for.
ALTER TABLE oauth_clients ADD COLUMN skip_consent BOOLEAN NOT NULL DEFAULT FALSE;
-- The last issue or refresh, and at most once an hour the use of a token.
ALTER TABLE oauth_grants ADD COLUMN last_used_at BIGINT;
