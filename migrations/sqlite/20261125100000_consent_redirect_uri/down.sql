-- One consent for each client and user: the newest.
DELETE FROM oauth_consents WHERE id NOT IN (SELECT max(id) FROM oauth_consents GROUP BY subject, client_id);
CREATE TABLE oauth_consents_anew (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    subject    TEXT    NOT NULL,
    client_id  BIGINT  NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    scopes     TEXT    NOT NULL,
    granted_at BIGINT  NOT NULL,
    UNIQUE (subject, client_id)
);
INSERT INTO oauth_consents_anew (id, subject, client_id, scopes, granted_at)
    SELECT id, subject, client_id, scopes, granted_at FROM oauth_consents;
DROP TABLE oauth_consents;
ALTER TABLE oauth_consents_anew RENAME TO oauth_consents;
CREATE INDEX oauth_consents_client_id ON oauth_consents (client_id);
