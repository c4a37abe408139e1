ALTER TABLE oauth_clients DROP COLUMN client_credentials_scopes;
