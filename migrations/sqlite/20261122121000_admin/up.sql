-- Who changed what, when. `changes` names fields, never values; names are as they were, because records go.
CREATE TABLE oauth_audit (
    id          INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    at          BIGINT NOT NULL,
    actor       TEXT   NOT NULL,
    actor_name  TEXT   NOT NULL,
    action      TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    record_id   BIGINT NOT NULL,
    record_name TEXT   NOT NULL,
    changes     TEXT   NOT NULL
);
CREATE INDEX oauth_audit_record ON oauth_audit (kind, record_id, id);
CREATE INDEX oauth_audit_actor ON oauth_audit (actor, id);

-- Each list is read in the order of one index and ends after a page: one index for each filter. Clients, scopes and
-- users seldom change, so theirs cost nothing to speak of.
CREATE INDEX oauth_clients_name ON oauth_clients (lower(name), id);
CREATE INDEX oauth_clients_public ON oauth_clients (id) WHERE is_public;
CREATE INDEX oauth_clients_confidential ON oauth_clients (id) WHERE NOT is_public;
CREATE INDEX oauth_clients_enabled ON oauth_clients (id) WHERE disabled_at IS NULL;
CREATE INDEX oauth_clients_disabled ON oauth_clients (id) WHERE disabled_at IS NOT NULL;
CREATE INDEX oauth_clients_acts_as_owner ON oauth_clients (owner) WHERE acts_as_owner;
CREATE INDEX oauth_scopes_name ON oauth_scopes (lower(name), id);
CREATE INDEX oauth_scopes_enabled ON oauth_scopes (id) WHERE is_enabled;
CREATE INDEX oauth_scopes_disabled ON oauth_scopes (id) WHERE NOT is_enabled;
CREATE INDEX oauth_users_username ON oauth_users (lower(username), id);
CREATE INDEX oauth_users_email ON oauth_users (lower(email), id);
CREATE INDEX oauth_users_staff ON oauth_users (id) WHERE is_staff;
CREATE INDEX oauth_users_active ON oauth_users (id) WHERE is_active;
CREATE INDEX oauth_users_inactive ON oauth_users (id) WHERE NOT is_active;
-- A grant stands in one of these two, and moves once.
CREATE INDEX oauth_grants_live ON oauth_grants (id) WHERE revoked_at IS NULL;
CREATE INDEX oauth_grants_revoked ON oauth_grants (id) WHERE revoked_at IS NOT NULL;
-- The indexes of grants, codes and tokens end with the key already: SQLite's do by themselves.
