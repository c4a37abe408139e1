-- Times are epoch seconds. Scopes are text, separated by one space.
-- Secrets are never stored: `digest` is the SHA-256 of 256 random bits, `…_hash` is Argon2id of what a person chose. A
-- `prefix` is the first 6 characters of what the server drew, by which staff recognise it: 220 of its 256 bits stay
-- secret. Of what a person chose it is empty.
-- Each list of staff's is read in the order of one index and ends after a page: one index for each filter. Clients,
-- scopes and users seldom change, so theirs cost nothing to speak of.
-- Every index ends with the key by itself, and is in the order of bytes.

-- The bundled accounts; an application with its own users leaves this table empty. `name_key` is what a user's name is
-- compared by (RFC 8265), and `name_skeleton` what it looks like (UTS 39): the program fills both in, no SQL can, and they
-- are NULL until then. `name_shared` names look like another's, which is refused of new ones: they keep working.
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
    created_at    BIGINT  NOT NULL,
    name_key      TEXT,
    name_skeleton TEXT,
    name_shared   BOOLEAN NOT NULL DEFAULT FALSE,
    email_verified BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX oauth_users_email ON oauth_users (lower(email), id);
CREATE INDEX oauth_users_staff ON oauth_users (id) WHERE is_staff;
CREATE INDEX oauth_users_active ON oauth_users (id) WHERE is_active;
CREATE INDEX oauth_users_inactive ON oauth_users (id) WHERE NOT is_active;
CREATE INDEX oauth_users_name_key ON oauth_users (name_key, id);
CREATE INDEX oauth_users_name_skeleton ON oauth_users (name_skeleton);
CREATE UNIQUE INDEX oauth_users_name ON oauth_users (name_skeleton) WHERE NOT name_shared;
CREATE INDEX oauth_users_name_shared ON oauth_users (id) WHERE name_shared;

-- One row is one sign-in at one browser.
CREATE TABLE oauth_sessions (
    digest     BLOB   PRIMARY KEY NOT NULL,
    user_id    BIGINT REFERENCES oauth_users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    sid        TEXT
) WITHOUT ROWID;
CREATE INDEX oauth_sessions_user_id ON oauth_sessions (user_id);
CREATE INDEX oauth_sessions_expires_at ON oauth_sessions (expires_at);

-- The browsers from which a user has signed in: their guesses at the password are counted apart. One browser may be
-- several users'. It ends 180 days after the last sign-in.
CREATE TABLE oauth_known_browsers (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    user_id    BIGINT NOT NULL REFERENCES oauth_users (id) ON DELETE CASCADE,
    digest     BLOB   NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE (digest, user_id)
);
CREATE INDEX oauth_known_browsers_user_id ON oauth_known_browsers (user_id);
CREATE INDEX oauth_known_browsers_expires_at ON oauth_known_browsers (expires_at);

-- A disabled scope is known, and not given to anybody. `title` is the description in a few words; empty is none. A scope
-- belongs to one `resource` (RFC 8707); NULL is the server's own API. Who is granted it is granted what it `implies`, too:
-- names, separated by one space.
CREATE TABLE oauth_scopes (
    id          INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name        TEXT    NOT NULL UNIQUE,
    description TEXT    NOT NULL,
    is_enabled  BOOLEAN NOT NULL DEFAULT TRUE,
    title       TEXT    NOT NULL DEFAULT '',
    resource    TEXT,
    implies     TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX oauth_scopes_name ON oauth_scopes (lower(name), id);
CREATE INDEX oauth_scopes_enabled ON oauth_scopes (id) WHERE is_enabled;
CREATE INDEX oauth_scopes_disabled ON oauth_scopes (id) WHERE NOT is_enabled;
CREATE INDEX oauth_scopes_resource ON oauth_scopes (resource) WHERE resource IS NOT NULL;

-- `metadata` is what a client may say of itself, as JSON in the words of RFC 7591 section 2, and `name` its `client_name`,
-- for what lists clients. Beside it stands what has no name there, what a client must never choose itself, and what
-- statements filter by.
-- `version` rises with every change, so that what is remembered of a row in memory is known to be old. Of a lifetime and
-- of `require_state` (always, unless_pkce or never) NULL is the server's own setting; a lifetime of 0 never ends.
-- `owner` registered the client; its own tokens may act for that user. Who has `skip_consent` is an application of the
-- provider's own, for which nobody is asked. `fragment_supported` is whether it can be answered by a redirect whose
-- Location has a fragment. `cors_origins` and `introspects` are separated by one space.
-- Who is deleted is disabled, too, which is what look-ups see, and shown nowhere any more. The clean-up deletes all that
-- hangs on it in batches, and then the row: until then the identifier is taken.
CREATE TABLE oauth_clients (
    id                     INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    client_id              TEXT    NOT NULL UNIQUE,
    metadata               TEXT    NOT NULL,
    name                   TEXT    NOT NULL GENERATED ALWAYS AS (json_extract(metadata, '$.client_name')) STORED,
    description            TEXT    NOT NULL,
    is_public              BOOLEAN NOT NULL,
    require_pkce           BOOLEAN NOT NULL,
    version                BIGINT  NOT NULL,
    created_at             BIGINT  NOT NULL,
    disabled_at            BIGINT,
    deleted_at             BIGINT,
    any_scope              BOOLEAN NOT NULL DEFAULT FALSE,
    default_scopes         TEXT    NOT NULL DEFAULT '',
    access_token_lifetime  BIGINT,
    refresh_token_lifetime BIGINT,
    owner                  TEXT,
    acts_as_owner          BOOLEAN NOT NULL DEFAULT FALSE,
    skip_consent           BOOLEAN NOT NULL DEFAULT FALSE,
    require_state          TEXT,
    fragment_supported     BOOLEAN NOT NULL DEFAULT TRUE,
    cors_origins           TEXT    NOT NULL DEFAULT '',
    introspects            TEXT    NOT NULL DEFAULT '',
    CHECK (deleted_at IS NULL OR disabled_at IS NOT NULL)
);
CREATE INDEX oauth_clients_kept ON oauth_clients (id) WHERE deleted_at IS NULL;
CREATE INDEX oauth_clients_name ON oauth_clients (lower(name), id) WHERE deleted_at IS NULL;
CREATE INDEX oauth_clients_public ON oauth_clients (id) WHERE is_public AND deleted_at IS NULL;
CREATE INDEX oauth_clients_confidential ON oauth_clients (id) WHERE NOT is_public AND deleted_at IS NULL;
CREATE INDEX oauth_clients_enabled ON oauth_clients (id) WHERE disabled_at IS NULL AND deleted_at IS NULL;
CREATE INDEX oauth_clients_disabled ON oauth_clients (id) WHERE disabled_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX oauth_clients_deleted ON oauth_clients (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX oauth_clients_cors ON oauth_clients (id) WHERE cors_origins <> '' AND disabled_at IS NULL;
CREATE INDEX oauth_clients_owner ON oauth_clients (owner) WHERE owner IS NOT NULL;

-- What a client proves itself with: one row, or two while one takes the place of the other, which has an end then. One
-- that was drawn has a digest, one that a person picked a hash.
CREATE TABLE oauth_client_secrets (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    client_id  BIGINT NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    digest     BLOB,
    hash       TEXT,
    prefix     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    CHECK ((digest IS NULL) <> (hash IS NULL))
);
CREATE INDEX oauth_client_secrets_client_id ON oauth_client_secrets (client_id);
CREATE INDEX oauth_client_secrets_expires_at ON oauth_client_secrets (expires_at);

-- What a user has said yes to, so that it is not asked again: for where the answer went, because a redirect URI that a
-- client gets later is asked for. Kept apart from grants: each authorization is a family of its own, and one that is
-- revoked never takes another device's with it. `resources` as of grants.
CREATE TABLE oauth_consents (
    id           INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    subject      TEXT   NOT NULL,
    client_id    BIGINT NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    scopes       TEXT   NOT NULL,
    granted_at   BIGINT NOT NULL,
    redirect_uri TEXT,
    resources    TEXT,
    UNIQUE (subject, client_id, redirect_uri)
);
CREATE INDEX oauth_consents_client_id ON oauth_consents (client_id);

-- One row is one authorization: a family of codes and tokens that lives and dies together. `last_used_at` is the last
-- issue or refresh, and at most once an hour the use of a token. `data` is what the application's policy attached, as JSON,
-- and `members` what it added to the answer of the last refresh: that answer may be given a second time. `resources` are
-- what its tokens may be for (RFC 8707), separated by one space: `own` among others is the server's own API, and NULL is
-- that alone.
-- `openid` is how a family began that began with the scope openid, as JSON, and `sid` what the session of then is called
-- towards clients.
CREATE TABLE oauth_grants (
    id           INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    client_id    BIGINT NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    subject      TEXT,
    scopes       TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT,
    revoked_at   BIGINT,
    last_used_at BIGINT,
    data         TEXT,
    members      TEXT,
    resources    TEXT,
    openid       TEXT,
    sid          TEXT
);
CREATE INDEX oauth_grants_client_id ON oauth_grants (client_id);
CREATE INDEX oauth_grants_subject ON oauth_grants (subject);
CREATE INDEX oauth_grants_sid ON oauth_grants (sid) WHERE sid IS NOT NULL;
CREATE INDEX oauth_grants_revoked ON oauth_grants (id) WHERE revoked_at IS NOT NULL;
-- For who deletes what was revoked. Not so for access tokens: each refresh revokes one, and would have to write here too.
CREATE INDEX oauth_grants_revoked_at ON oauth_grants (revoked_at) WHERE revoked_at IS NOT NULL;

-- Everything that hangs on a family is keyed by it, and rows of one family lie together. Ended ones are found by a walk
-- over the families. `redirect_uri` is NULL when the authorization request named none: RFC 6749 section 4.1.3.
CREATE TABLE oauth_authorization_codes (
    grant_id       BIGINT NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
    digest         BLOB   NOT NULL,
    prefix         TEXT   NOT NULL,
    redirect_uri   TEXT,
    code_challenge TEXT,
    created_at     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    redeemed_at    BIGINT,
    PRIMARY KEY (grant_id, digest)
) WITHOUT ROWID;

-- `audience` is the one resource that a token is for (RFC 8707); NULL is the server's own API.
CREATE TABLE oauth_access_tokens (
    grant_id   BIGINT NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
    digest     BLOB   NOT NULL,
    prefix     TEXT   NOT NULL,
    scopes     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    audience   TEXT,
    PRIMARY KEY (grant_id, digest)
) WITHOUT ROWID;

-- Alone among the tables of families it has rowids: its rows are long and change when they are redeemed, and a refresh was
-- 1.1 to 1.2 times as fast for it, where access tokens and codes are read and issued faster without.
-- `salt` is set when the token is redeemed: its successors are derived with it, so that a repeated request is answered by
-- the very same pair. `access_token` is the digest of the one it was issued with, which dies when it is redeemed;
-- `predecessor` that of the token whose place it took, whose salt is of no more use once this one is redeemed.
CREATE TABLE oauth_refresh_tokens (
    grant_id     BIGINT NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
    digest       BLOB   NOT NULL,
    prefix       TEXT   NOT NULL,
    access_token BLOB   NOT NULL,
    predecessor  BLOB,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT,
    redeemed_at  BIGINT,
    salt         BLOB,
    PRIMARY KEY (grant_id, digest)
);

-- Who changed what, when. `changes` names fields, never values; names are as they were, because records go, but blank of a
-- user who was forgotten. The request that it came with, and from where, is NULL where it was no request's.
CREATE TABLE oauth_audit (
    id          INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    at          BIGINT NOT NULL,
    actor       TEXT   NOT NULL,
    actor_name  TEXT   NOT NULL,
    action      TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    record_id   BIGINT NOT NULL,
    record_name TEXT   NOT NULL,
    changes     TEXT   NOT NULL,
    request_id  TEXT,
    address     TEXT
);
CREATE INDEX oauth_audit_record ON oauth_audit (kind, record_id, id);
CREATE INDEX oauth_audit_actor ON oauth_audit (actor, id);

-- An authorization request that was pushed (RFC 9126), by the digest of its request_uri. It is nobody's until a browser
-- brings it; `browser` is the digest of what that one is known by.
CREATE TABLE oauth_pushed_requests (
    digest     BLOB   PRIMARY KEY NOT NULL,
    parameters TEXT   NOT NULL,
    browser    BLOB,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    spent_at   BIGINT
) WITHOUT ROWID;
CREATE INDEX oauth_pushed_requests_expires_at ON oauth_pushed_requests (expires_at);

-- What the server signs with. Of each algorithm one key follows another by its number, and is published before it signs.
-- `private` is encrypted where the operator has given a key for that; `public` is a JWK (RFC 7517). The salt of pairwise
-- subjects has an `algorithm` of its own.
CREATE TABLE oauth_signing_keys (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kid        TEXT   NOT NULL UNIQUE,
    algorithm  TEXT   NOT NULL,
    number     BIGINT NOT NULL,
    private    BLOB   NOT NULL,
    public     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    signs_from BIGINT NOT NULL,
    UNIQUE (algorithm, number)
);
