DROP TABLE oauth_known_browsers;
