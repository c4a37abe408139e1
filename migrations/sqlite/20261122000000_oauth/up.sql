-- Times are epoch seconds. Lists (scopes, grant types, redirect URIs) are text, separated by one space.
-- Secrets are never stored: `digest` is the SHA-256 of 256 random bits, `…_hash` is Argon2id of what a person chose.

-- The bundled accounts; an application with its own users leaves this table empty.
CREATE TABLE oauth_users (
    id            INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    username      TEXT    NOT NULL UNIQUE,
    password_hash TEXT    NOT NULL,
    first_name    TEXT    NOT NULL,
    last_name     TEXT    NOT NULL,
    email         TEXT    NOT NULL,
    is_staff      BOOLEAN NOT NULL,
    is_superuser  BOOLEAN NOT NULL,
    is_active     BOOLEAN NOT NULL,
    created_at    BIGINT  NOT NULL
);

-- A browser's session. `user_id` is NULL while nobody has signed in: the row is then only what CSRF tokens hang on.
CREATE TABLE oauth_sessions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    digest     BLOB    NOT NULL UNIQUE,
    user_id    BIGINT  REFERENCES oauth_users (id) ON DELETE CASCADE,
    created_at BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL
);
CREATE INDEX oauth_sessions_user_id ON oauth_sessions (user_id);
CREATE INDEX oauth_sessions_expires_at ON oauth_sessions (expires_at);

CREATE TABLE oauth_scopes (
    id          INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name        TEXT    NOT NULL UNIQUE,
    description TEXT    NOT NULL
);

-- `version` rises with every change, so that what is remembered of a row in memory is known to be old.
CREATE TABLE oauth_clients (
    id            INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    client_id     TEXT    NOT NULL UNIQUE,
    name          TEXT    NOT NULL,
    description   TEXT    NOT NULL,
    client_uri    TEXT,
    logo_uri      TEXT,
    is_public     BOOLEAN NOT NULL,
    secret_digest BLOB,
    secret_hash   TEXT,
    redirect_uris TEXT    NOT NULL,
    grant_types   TEXT    NOT NULL,
    scopes        TEXT    NOT NULL,
    require_pkce  BOOLEAN NOT NULL,
    version       BIGINT  NOT NULL,
    created_at    BIGINT  NOT NULL,
    disabled_at   BIGINT
);

-- One row is one authorization: a family of codes and tokens that lives and dies together.
CREATE TABLE oauth_grants (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    client_id  BIGINT  NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    subject    TEXT,
    scopes     TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX oauth_grants_client_id ON oauth_grants (client_id);
CREATE INDEX oauth_grants_subject ON oauth_grants (subject);
CREATE INDEX oauth_grants_expires_at ON oauth_grants (expires_at);

-- `redirect_uri` is NULL when the authorization request named none: RFC 6749 section 4.1.3.
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

-- `salt` is set when the token is redeemed: its successors are HMAC(token, salt), so that a repeated request is
-- answered by the very same pair. `access_token_id` is the token it was issued with, which dies when it is redeemed.
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
