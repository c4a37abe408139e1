-- Who acts with an access token that was exchanged (RFC 8693 section 4.1): the claim `act`, as JSON. NULL of every other.
ALTER TABLE oauth_access_tokens ADD COLUMN actor TEXT;
