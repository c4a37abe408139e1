-- How a client came: `staff` registered it, it did so by itself (`dynamic`, RFC 7591), or it is known by a document of its
-- own (`document`). Who did so by itself manages its registration with a token, of which `management_token` is the digest
-- (RFC 7592). Of both, whoever nobody has granted anything by `reap_at` is deleted then: NULL is kept for good.
ALTER TABLE oauth_clients ADD COLUMN registered_by TEXT NOT NULL DEFAULT 'staff';
ALTER TABLE oauth_clients ADD COLUMN management_token BLOB;
ALTER TABLE oauth_clients ADD COLUMN reap_at BIGINT;
CREATE INDEX oauth_clients_reap_at ON oauth_clients (reap_at) WHERE reap_at IS NOT NULL;

-- An initial access token (RFC 7591 section 3): who has it may register so many clients more, until it ends. `issued_by` is
-- the subject of who made it.
CREATE TABLE oauth_registration_tokens (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    digest     BLOB   NOT NULL UNIQUE,
    prefix     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    uses_left  BIGINT NOT NULL,
    issued_by  TEXT   NOT NULL
);
CREATE INDEX oauth_registration_tokens_expires_at ON oauth_registration_tokens (expires_at);
