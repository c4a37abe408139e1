DROP TABLE oauth_registration_tokens;
DROP INDEX oauth_clients_reap_at;
ALTER TABLE oauth_clients DROP COLUMN reap_at;
ALTER TABLE oauth_clients DROP COLUMN management_token;
ALTER TABLE oauth_clients DROP COLUMN registered_by;
