-- The request that a change came with, and from where; NULL where it was no request's.
ALTER TABLE oauth_audit ADD COLUMN request_id TEXT;
ALTER TABLE oauth_audit ADD COLUMN address TEXT;
