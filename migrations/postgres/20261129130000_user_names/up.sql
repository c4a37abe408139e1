-- What a user's name is compared by (RFC 8265), and its skeleton (UTS 39); the program fills both in, no SQL can. NULL
-- until then. `name_shared` names look like another's, from before that was refused: they keep working.
ALTER TABLE oauth_users ADD COLUMN name_key TEXT COLLATE "C";
ALTER TABLE oauth_users ADD COLUMN name_skeleton TEXT COLLATE "C";
ALTER TABLE oauth_users ADD COLUMN name_shared BOOLEAN NOT NULL DEFAULT FALSE;

DROP INDEX oauth_users_username;
CREATE INDEX oauth_users_name_key ON oauth_users (name_key, id);
CREATE INDEX oauth_users_name_skeleton ON oauth_users (name_skeleton);
CREATE UNIQUE INDEX oauth_users_name ON oauth_users (name_skeleton) WHERE NOT name_shared;
CREATE INDEX oauth_users_name_shared ON oauth_users (id) WHERE name_shared;
