-- What has to be written to issue an access token in a new family, as the best single statement in autocommit, for pgbench:
-- the floor of the load bench. Keys rise with the time, as those of the server do.
WITH begun AS (
    INSERT INTO oauth_grants (id, client_id, subject, scopes, created_at, expires_at, last_used_at)
    SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint) * 1048576 + CAST(random() * 1048575 AS bigint),
        (SELECT min(id) FROM oauth_clients), NULL, 'user_info', 4000000000, 4000000000, 4000000000
    ON CONFLICT (id) DO NOTHING RETURNING id
)
INSERT INTO oauth_access_tokens (grant_id, digest, prefix, scopes, created_at, expires_at)
SELECT id, sha256(convert_to(concat('pgbench-issue-', id), 'UTF8')), 'prefix', 'user_info', 4000000000, 4000000000
FROM begun RETURNING grant_id;
