-- A consent counts for where its answer went: a redirect URI that a client gets later is asked for. Those of before have
-- none, and so ask once more.
ALTER TABLE oauth_consents ADD COLUMN redirect_uri TEXT;
ALTER TABLE oauth_consents DROP CONSTRAINT oauth_consents_subject_client_id_key;
ALTER TABLE oauth_consents ADD UNIQUE (subject, client_id, redirect_uri);
