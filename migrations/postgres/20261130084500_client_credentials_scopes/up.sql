-- What a client may have for itself by the grant client_credentials, apart from what it may ask users for: names, separated
-- by one space. Empty is nothing. It stands beside the document, because a client must never choose it itself.
ALTER TABLE oauth_clients ADD COLUMN client_credentials_scopes TEXT NOT NULL DEFAULT '';

-- Clients of before keep what they could have: what their document lists, and all there is now where that was no limit.
-- `offline_access` was of no effect there, and `openid` is about a user. Names are each once, in the order of bytes.
UPDATE oauth_clients SET client_credentials_scopes = coalesce((
    SELECT string_agg(had.name, ' ' ORDER BY had.name COLLATE "C") FROM (
        SELECT listed.name COLLATE "C" AS name
        FROM unnest(string_to_array(oauth_clients.metadata::jsonb ->> 'scope', ' ')) AS listed (name)
        UNION
        SELECT oauth_scopes.name FROM oauth_scopes WHERE oauth_clients.any_scope
    ) AS had
    WHERE had.name NOT IN ('', 'offline_access')
    AND (had.name <> 'openid' OR oauth_clients.acts_as_owner AND oauth_clients.owner IS NOT NULL)
), '')
WHERE oauth_clients.metadata::jsonb -> 'grant_types' @> '["client_credentials"]';
