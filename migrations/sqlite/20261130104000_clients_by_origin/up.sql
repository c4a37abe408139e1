-- How clients came is what the admin site lists them by.
CREATE INDEX oauth_clients_staff ON oauth_clients (id) WHERE registered_by = 'staff' AND deleted_at IS NULL;
CREATE INDEX oauth_clients_dynamic ON oauth_clients (id) WHERE registered_by = 'dynamic' AND deleted_at IS NULL;
CREATE INDEX oauth_clients_document ON oauth_clients (id) WHERE registered_by = 'document' AND deleted_at IS NULL;
