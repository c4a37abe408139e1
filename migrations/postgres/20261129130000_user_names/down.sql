DROP INDEX oauth_users_name_shared;
DROP INDEX oauth_users_name;
DROP INDEX oauth_users_name_skeleton;
DROP INDEX oauth_users_name_key;
CREATE INDEX oauth_users_username ON oauth_users (lower(username), id);

ALTER TABLE oauth_users DROP COLUMN name_shared;
ALTER TABLE oauth_users DROP COLUMN name_skeleton;
ALTER TABLE oauth_users DROP COLUMN name_key;
