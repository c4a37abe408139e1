-- What a client may have for itself by the grant client_credentials, apart from what it may ask users for: names, separated
-- by one space. Empty is nothing. It stands beside the document, because a client must never choose it itself.
ALTER TABLE oauth_clients ADD COLUMN client_credentials_scopes TEXT NOT NULL DEFAULT '';

-- Clients of before keep what they could have: what their document lists, and all there is now where that was no limit.
-- `offline_access` was of no effect there, and `openid` is about a user. Names are each once, in the order of bytes.
UPDATE oauth_clients SET client_credentials_scopes = coalesce((
    SELECT group_concat(had.name, ' ') FROM (
        SELECT listed.value AS name
        FROM json_each('["' || replace(coalesce(json_extract(oauth_clients.metadata, '$.scope'), ''), ' ', '","') || '"]')
            AS listed
        UNION
        SELECT oauth_scopes.name FROM oauth_scopes WHERE oauth_clients.any_scope
        ORDER BY 1
    ) AS had
    WHERE had.name NOT IN ('', 'offline_access')
    AND (had.name <> 'openid' OR oauth_clients.acts_as_owner AND oauth_clients.owner IS NOT NULL)
), '')
WHERE EXISTS (
    SELECT 1 FROM json_each(oauth_clients.metadata, '$.grant_types') AS used WHERE used.value = 'client_credentials'
);
