-- A client that is known by a document of its own (client ID metadata documents): when that was fetched, and until when it
-- need not be fetched again. Whose client has no row here is registered.
CREATE TABLE oauth_client_documents (
    client_id   BIGINT PRIMARY KEY NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    fetched_at  BIGINT NOT NULL,
    fresh_until BIGINT NOT NULL
);
