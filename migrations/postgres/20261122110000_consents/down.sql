ALTER TABLE oauth_grants DROP COLUMN last_used_at;
ALTER TABLE oauth_clients DROP COLUMN skip_consent;
DROP TABLE oauth_consents;
