-- For who deletes what was revoked. Not so for access tokens: each refresh revokes one, and would have to write here too.
CREATE INDEX oauth_grants_revoked_at ON oauth_grants (revoked_at) WHERE revoked_at IS NOT NULL;
