-- What `grant/refresh_token.rs` sends for each refresh, for pgbench: the floor of the load bench. Each pgbench client
-- follows a chain of its own, whose values are digests of each other.
SELECT id FROM oauth_clients WHERE client_id = 'pgbench' AND disabled_at IS NULL LIMIT 1;
SELECT t.id AS token, t.grant_id AS family, t.access_token_id AS access, coalesce(t.predecessor_id, 0) AS predecessor
FROM oauth_refresh_tokens t JOIN oauth_grants g ON t.grant_id = g.id
WHERE t.digest = sha256(convert_to('pgbench-' || (:client_id)::bigint::text || '-' || (:step)::bigint::text, 'UTF8'))
LIMIT 1 \gset
BEGIN;
UPDATE oauth_refresh_tokens SET redeemed_at = 4000000000, salt = '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
WHERE id = :token AND redeemed_at IS NULL;
UPDATE oauth_access_tokens SET revoked_at = 4000000000 WHERE id = :access AND revoked_at IS NULL;
UPDATE oauth_grants SET last_used_at = 4000000000 WHERE id = :family;
\set step :step + 1
INSERT INTO oauth_access_tokens (digest, grant_id, scopes, created_at, expires_at)
VALUES (sha256(convert_to('pgbench-access-' || (:client_id)::bigint::text || '-' || (:step)::bigint::text, 'UTF8')), :family,
    'user_info', 4000000000, 4000000000) RETURNING id AS access \gset
INSERT INTO oauth_refresh_tokens (digest, grant_id, access_token_id, created_at, expires_at, predecessor_id)
VALUES (sha256(convert_to('pgbench-' || (:client_id)::bigint::text || '-' || (:step)::bigint::text, 'UTF8')), :family, :access,
    4000000000, 4000000000, :token);
UPDATE oauth_refresh_tokens SET salt = NULL WHERE id = :predecessor;
COMMIT;
