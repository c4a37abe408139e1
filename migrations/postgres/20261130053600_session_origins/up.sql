-- Where a user signed in, for the user to see: the browser and the system in a few words, and the address.
ALTER TABLE oauth_sessions ADD COLUMN user_agent TEXT;
ALTER TABLE oauth_sessions ADD COLUMN address TEXT;
