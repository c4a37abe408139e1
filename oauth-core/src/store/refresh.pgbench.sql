-- What has to be written for a refresh, as the best single statement in autocommit, for pgbench: the floor of the load
-- bench. Each pgbench client follows a chain of its own, whose values are digests of each other, in the family of its number.
\set next :step + 1
WITH redeemed AS (
    UPDATE oauth_refresh_tokens SET redeemed_at = 4000000000, salt = '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
    WHERE grant_id = :client_id AND redeemed_at IS NULL
        AND digest = sha256(convert_to('pgbench-' || (:client_id)::bigint::text || '-' || (:step)::bigint::text, 'UTF8'))
    RETURNING digest, access_token, predecessor
), revoked AS (
    UPDATE oauth_access_tokens AS dead SET revoked_at = 4000000000 FROM redeemed
    WHERE dead.grant_id = :client_id AND dead.digest = redeemed.access_token AND dead.revoked_at IS NULL
), used AS (
    UPDATE oauth_grants SET last_used_at = 4000000000 FROM redeemed WHERE oauth_grants.id = :client_id
), forgotten AS (
    UPDATE oauth_refresh_tokens AS used SET salt = NULL FROM redeemed
    WHERE used.grant_id = :client_id AND used.digest = redeemed.predecessor
), access AS (
    INSERT INTO oauth_access_tokens (grant_id, digest, prefix, scopes, created_at, expires_at)
    SELECT :client_id, sha256(convert_to('pgbench-access-' || (:client_id)::bigint::text || '-' || (:next)::bigint::text, 'UTF8')),
        'prefix', 'user_info', 4000000000, 4000000000 FROM redeemed RETURNING digest
)
INSERT INTO oauth_refresh_tokens (grant_id, digest, prefix, access_token, created_at, expires_at, predecessor)
SELECT :client_id, sha256(convert_to('pgbench-' || (:client_id)::bigint::text || '-' || (:next)::bigint::text, 'UTF8')), 'prefix',
    access.digest, 4000000000, 4000000000, redeemed.digest FROM redeemed, access RETURNING grant_id;
\set step :next
