-- A logout token that a client is to be sent (OpenID Connect Back-Channel Logout): of which user, and of which session where
-- the client wants to know or only that one ended. `subject` is the server's own, not what the client calls the user. A row
-- goes when the client has the token; `due_at` is when it is tried next, and `expires_at` when no more.
CREATE TABLE oauth_logout_deliveries (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    client_id  BIGINT NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    subject    TEXT   NOT NULL,
    sid        TEXT,
    created_at BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    attempts   BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL
);
CREATE INDEX oauth_logout_deliveries_client_id ON oauth_logout_deliveries (client_id);
CREATE INDEX oauth_logout_deliveries_due_at ON oauth_logout_deliveries (due_at);
CREATE INDEX oauth_logout_deliveries_expires_at ON oauth_logout_deliveries (expires_at);
