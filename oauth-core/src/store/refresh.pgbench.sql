-- What `grant/refresh_token.rs` and `rotation.rs` send for each refresh, for pgbench: the floor of the load bench. Each pgbench client
-- follows a chain of its own, whose values are digests of each other.
SELECT id FROM oauth_clients WHERE client_id = 'pgbench' AND disabled_at IS NULL LIMIT 1;
SELECT t.id AS token, t.grant_id AS family, t.access_token_id AS access, coalesce(t.predecessor_id, 0) AS predecessor
FROM oauth_refresh_tokens t JOIN oauth_grants g ON t.grant_id = g.id
WHERE t.digest = sha256(convert_to('pgbench-' || (:client_id)::bigint::text || '-' || (:step)::bigint::text, 'UTF8'))
LIMIT 1 \gset
\set next :step + 1
BEGIN;
WITH redeemed AS (
    UPDATE oauth_refresh_tokens SET redeemed_at = 4000000000, salt = '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
    WHERE id = :token AND redeemed_at IS NULL
    RETURNING id, grant_id, access_token_id, predecessor_id
), revoked AS (
    UPDATE oauth_access_tokens SET revoked_at = 4000000000 FROM redeemed
    WHERE oauth_access_tokens.id = redeemed.access_token_id AND oauth_access_tokens.revoked_at IS NULL
), used AS (
    UPDATE oauth_grants SET last_used_at = 4000000000 FROM redeemed WHERE oauth_grants.id = redeemed.grant_id
), forgotten AS (
    UPDATE oauth_refresh_tokens SET salt = NULL FROM redeemed
    WHERE oauth_refresh_tokens.id = redeemed.predecessor_id
), access AS (
    INSERT INTO oauth_access_tokens (digest, prefix, grant_id, scopes, created_at, expires_at)
    SELECT sha256(convert_to('pgbench-access-' || (:client_id)::bigint::text || '-' || (:next)::bigint::text, 'UTF8')), 'prefix', grant_id,
        'user_info', 4000000000, 4000000000 FROM redeemed RETURNING id
)
INSERT INTO oauth_refresh_tokens (digest, prefix, grant_id, access_token_id, created_at, expires_at, predecessor_id)
SELECT sha256(convert_to('pgbench-' || (:client_id)::bigint::text || '-' || (:next)::bigint::text, 'UTF8')), 'prefix', redeemed.grant_id,
    access.id, 4000000000, 4000000000, redeemed.id FROM redeemed, access RETURNING id;
COMMIT;
\set step :next
