-- Everything that hangs on a family is keyed by it, and rows of one family lie together. Ended ones are found by a walk over
-- the families, so that an issue touches five B-trees and not nine. Nothing was released: what lived is let go.
DROP TABLE oauth_refresh_tokens;
DROP TABLE oauth_access_tokens;
DROP TABLE oauth_authorization_codes;
DELETE FROM oauth_grants;
DROP INDEX oauth_grants_expires_at;
DROP INDEX oauth_grants_live;

-- `redirect_uri` is NULL when the authorization request named none: RFC 6749 section 4.1.3.
CREATE TABLE oauth_authorization_codes (
    grant_id       BIGINT NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
    digest         BYTEA  NOT NULL,
    prefix         TEXT   NOT NULL,
    redirect_uri   TEXT,
    code_challenge TEXT,
    created_at     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    redeemed_at    BIGINT,
    PRIMARY KEY (grant_id, digest)
);

CREATE TABLE oauth_access_tokens (
    grant_id   BIGINT NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
    digest     BYTEA  NOT NULL,
    prefix     TEXT   NOT NULL,
    scopes     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    PRIMARY KEY (grant_id, digest)
);

-- `salt` is set when the token is redeemed: its successors are derived with it, so that a repeated request is answered by
-- the very same pair. `access_token` is the digest of the one it was issued with, which dies when it is redeemed;
-- `predecessor` that of the token whose place it took, whose salt is of no more use once this one is redeemed.
CREATE TABLE oauth_refresh_tokens (
    grant_id     BIGINT NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
    digest       BYTEA  NOT NULL,
    prefix       TEXT   NOT NULL,
    access_token BYTEA  NOT NULL,
    predecessor  BYTEA,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT,
    redeemed_at  BIGINT,
    salt         BYTEA,
    PRIMARY KEY (grant_id, digest)
);
