DROP INDEX oauth_grants_revoked_at;
