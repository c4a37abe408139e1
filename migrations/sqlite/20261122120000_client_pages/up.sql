-- What users are told of a client besides its name, in the words of RFC 7591.
ALTER TABLE oauth_clients ADD COLUMN policy_uri TEXT;
ALTER TABLE oauth_clients ADD COLUMN tos_uri TEXT;
-- When its authorization requests must carry `state`: always, unless_pkce or never. NULL is the server's own setting.
ALTER TABLE oauth_clients ADD COLUMN require_state TEXT;
-- Whether it can be answered by a redirect whose Location has a fragment.
ALTER TABLE oauth_clients ADD COLUMN fragment_supported BOOLEAN NOT NULL DEFAULT TRUE;
-- A prefix is the first 6 characters of what the server drew, by which staff recognise it: 220 of its 256 bits stay
-- secret. Of what a person chose it is empty.
ALTER TABLE oauth_clients ADD COLUMN secret_prefix TEXT NOT NULL DEFAULT '';
ALTER TABLE oauth_authorization_codes ADD COLUMN prefix TEXT NOT NULL DEFAULT '';
ALTER TABLE oauth_access_tokens ADD COLUMN prefix TEXT NOT NULL DEFAULT '';
ALTER TABLE oauth_refresh_tokens ADD COLUMN prefix TEXT NOT NULL DEFAULT '';
-- What users see of a scope in a few words, over its description; empty is none.
ALTER TABLE oauth_scopes ADD COLUMN title TEXT NOT NULL DEFAULT '';
