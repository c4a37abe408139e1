DROP TABLE oauth_logout_deliveries;
