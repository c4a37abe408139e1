-- One consent for each client and user: the newest.
DELETE FROM oauth_consents WHERE id NOT IN (SELECT max(id) FROM oauth_consents GROUP BY subject, client_id);
ALTER TABLE oauth_consents DROP CONSTRAINT oauth_consents_subject_client_id_redirect_uri_key;
ALTER TABLE oauth_consents DROP COLUMN redirect_uri;
ALTER TABLE oauth_consents ADD UNIQUE (subject, client_id);
