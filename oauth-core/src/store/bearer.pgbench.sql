-- What `access_token::standing` asks for each bearer check, for pgbench: the floor of the load bench. The 10,000 families are
-- pgbench's own.
\set family random(1000, 10999)
SELECT t.grant_id, g.last_used_at, t.scopes, t.created_at, t.expires_at, t.revoked_at, g.subject, g.expires_at, g.revoked_at,
    g.data, g.openid, t.audience, c.client_id, c.disabled_at
FROM oauth_access_tokens t
    JOIN oauth_grants g ON t.grant_id = g.id
    JOIN oauth_clients c ON g.client_id = c.id
WHERE t.grant_id = :family AND t.digest = sha256(convert_to('pgbench-bearer-' || (:family)::bigint::text, 'UTF8'));
