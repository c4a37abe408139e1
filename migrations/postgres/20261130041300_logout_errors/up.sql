-- Why a logout token was not delivered the last time: for staff.
ALTER TABLE oauth_logout_deliveries ADD COLUMN last_error TEXT;
