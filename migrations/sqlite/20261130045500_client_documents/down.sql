DROP TABLE oauth_client_documents;
