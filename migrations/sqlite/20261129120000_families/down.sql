DROP TABLE oauth_refresh_tokens;
DROP TABLE oauth_access_tokens;
DROP TABLE oauth_authorization_codes;
CREATE TABLE oauth_authorization_codes (
    id             INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    digest         BLOB    NOT NULL UNIQUE,
    grant_id       BIGINT  NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
    redirect_uri   TEXT,
    code_challenge TEXT,
    created_at     BIGINT  NOT NULL,
    expires_at     BIGINT  NOT NULL,
    redeemed_at    BIGINT
);
CREATE INDEX oauth_authorization_codes_grant_id ON oauth_authorization_codes (grant_id);
CREATE INDEX oauth_authorization_codes_expires_at ON oauth_authorization_codes (expires_at);

CREATE TABLE oauth_access_tokens (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    digest     BLOB    NOT NULL UNIQUE,
    grant_id   BIGINT  NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
    scopes     TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX oauth_access_tokens_grant_id ON oauth_access_tokens (grant_id);
CREATE INDEX oauth_access_tokens_expires_at ON oauth_access_tokens (expires_at);

CREATE TABLE oauth_refresh_tokens (
    id              INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    digest          BLOB    NOT NULL UNIQUE,
    grant_id        BIGINT  NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
    access_token_id BIGINT  NOT NULL,
    created_at      BIGINT  NOT NULL,
    expires_at      BIGINT,
    redeemed_at     BIGINT,
    salt            BLOB
);
CREATE INDEX oauth_refresh_tokens_grant_id ON oauth_refresh_tokens (grant_id);
CREATE INDEX oauth_refresh_tokens_expires_at ON oauth_refresh_tokens (expires_at);
ALTER TABLE oauth_refresh_tokens ADD COLUMN predecessor_id BIGINT;
ALTER TABLE oauth_authorization_codes ADD COLUMN prefix TEXT NOT NULL DEFAULT '';
ALTER TABLE oauth_access_tokens ADD COLUMN prefix TEXT NOT NULL DEFAULT '';
ALTER TABLE oauth_refresh_tokens ADD COLUMN prefix TEXT NOT NULL DEFAULT '';
CREATE INDEX oauth_grants_expires_at ON oauth_grants (expires_at);
CREATE INDEX oauth_grants_live ON oauth_grants (id) WHERE revoked_at IS NULL;
