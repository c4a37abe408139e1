ALTER TABLE oauth_logout_deliveries DROP COLUMN last_error;
