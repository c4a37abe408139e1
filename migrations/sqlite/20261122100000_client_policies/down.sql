ALTER TABLE oauth_refresh_tokens DROP COLUMN predecessor_id;
ALTER TABLE oauth_scopes DROP COLUMN is_enabled;
ALTER TABLE oauth_clients DROP COLUMN acts_as_owner;
ALTER TABLE oauth_clients DROP COLUMN owner;
ALTER TABLE oauth_clients DROP COLUMN refresh_token_lifetime;
ALTER TABLE oauth_clients DROP COLUMN access_token_lifetime;
ALTER TABLE oauth_clients DROP COLUMN default_scopes;
ALTER TABLE oauth_clients DROP COLUMN any_scope;
