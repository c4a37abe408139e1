-- What has to be written to redeem a code for a pair of tokens, as the best single statement in autocommit, for pgbench: the
-- floor of the load bench. Each code is of a family of its own, and each pgbench client takes every 64th.
\set family 100000 + :step * 64 + :client_id
WITH redeemed AS (
    UPDATE oauth_authorization_codes SET redeemed_at = 4000000000
    WHERE grant_id = :family AND redeemed_at IS NULL
        AND digest = sha256(convert_to('pgbench-code-' || (:family)::bigint::text, 'UTF8'))
    RETURNING grant_id
), access AS (
    INSERT INTO oauth_access_tokens (grant_id, digest, prefix, scopes, created_at, expires_at)
    SELECT grant_id, sha256(convert_to('pgbench-code-access-' || grant_id, 'UTF8')), 'prefix', 'user_info', 4000000000,
        4000000000
    FROM redeemed RETURNING grant_id, digest
)
INSERT INTO oauth_refresh_tokens (grant_id, digest, prefix, access_token, created_at, expires_at)
SELECT grant_id, sha256(convert_to('pgbench-code-refresh-' || grant_id, 'UTF8')), 'prefix', digest, 4000000000, 4000000000
FROM access RETURNING grant_id;
\set step :step + 1
