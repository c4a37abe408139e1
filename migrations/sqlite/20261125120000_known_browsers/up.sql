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
