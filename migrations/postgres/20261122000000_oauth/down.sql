DROP TABLE oauth_refresh_tokens;
DROP TABLE oauth_access_tokens;
DROP TABLE oauth_authorization_codes;
DROP TABLE oauth_grants;
DROP TABLE oauth_clients;
DROP TABLE oauth_scopes;
DROP TABLE oauth_sessions;
DROP TABLE oauth_users;
