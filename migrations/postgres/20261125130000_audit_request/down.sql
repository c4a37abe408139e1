ALTER TABLE oauth_audit DROP COLUMN address;
ALTER TABLE oauth_audit DROP COLUMN request_id;
