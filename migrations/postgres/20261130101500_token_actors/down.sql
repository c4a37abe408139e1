-- Without its actor such a token would outlive it.
DELETE FROM oauth_access_tokens WHERE actor IS NOT NULL;
ALTER TABLE oauth_access_tokens DROP COLUMN actor;
