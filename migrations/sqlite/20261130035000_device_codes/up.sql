-- A device waits for its user (RFC 8628): by the digest of what it polls with, and by that of the code that its user
-- types. `address` and `user_agent` are where it asked from, for the user to see, and gone once that is answered.
-- `poll_interval` is how many seconds lie between its polls, `polled_at` the last poll that was written down, and
-- `was_early` whether that came too soon. Answered without a grant is declined; `grant_id` is the family that began when
-- the user said yes: a code of the same digest waits there to be redeemed.
CREATE TABLE oauth_device_codes (
    digest        BLOB    PRIMARY KEY NOT NULL,
    prefix        TEXT    NOT NULL,
    user_code     BLOB    NOT NULL UNIQUE,
    client_id     BIGINT  NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
    scopes        TEXT    NOT NULL,
    resources     TEXT,
    created_at    BIGINT  NOT NULL,
    expires_at    BIGINT  NOT NULL,
    address       TEXT,
    user_agent    TEXT,
    poll_interval BIGINT  NOT NULL,
    polled_at     BIGINT  NOT NULL DEFAULT 0,
    was_early     BOOLEAN NOT NULL DEFAULT FALSE,
    answered_at   BIGINT,
    grant_id      BIGINT
) WITHOUT ROWID;
CREATE INDEX oauth_device_codes_client_id ON oauth_device_codes (client_id);
CREATE INDEX oauth_device_codes_expires_at ON oauth_device_codes (expires_at);
