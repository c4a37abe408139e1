DROP INDEX oauth_clients_document;
DROP INDEX oauth_clients_dynamic;
DROP INDEX oauth_clients_staff;
