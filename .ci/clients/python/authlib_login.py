"""Authlib logs a user in: discovery, code with PKCE and nonce, the ID token, userinfo, refresh."""

import sys

import requests
from joserfc import jwt
from joserfc.jwk import KeySet
from user import allow, expect
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken, UserInfo
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url

issuer = sys.argv[1]
redirect_uri = "http://localhost:1111"
client_id = "example-login"

document = requests.get(get_well_known_url(issuer, external=True), timeout=10)
metadata = OpenIDProviderMetadata(document.json())
metadata.validate()
expect(metadata["issuer"] == issuer, "discovery, valid by Authlib's own rules")
keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=10).json())

client = OAuth2Session(
    client_id,
    "example-login-secret",
    scope="openid profile email offline_access",
    redirect_uri=redirect_uri,
    code_challenge_method="S256",
)
verifier, nonce = generate_token(48), generate_token(24)


def verified(token, nonce=None):
    """The claims of an ID token that is signed by the server, for this client, beside this access token."""
    signed = jwt.decode(token["id_token"], keys, algorithms=["RS256"])
    claims = CodeIDToken(
        signed.claims,
        signed.header,
        {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client_id}},
        {"nonce": nonce, "client_id": client_id, "access_token": token["access_token"]},
    )
    claims.validate()
    return claims


url, state = client.create_authorization_url(
    metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
)
answer = allow(url, redirect_uri)
token = client.fetch_token(
    metadata["token_endpoint"], authorization_response=answer, state=state, code_verifier=verifier
)
claims = verified(token, nonce)
expect(claims["at_hash"] and claims["auth_time"], "code with PKCE and nonce, and an ID token")

user = UserInfo(client.get(metadata["userinfo_endpoint"]).json())
expect(user.sub == claims["sub"] and user.email == "exampleuser@example.com", "userinfo")

token = client.refresh_token(metadata["token_endpoint"])
again = verified(token)
expect(
    (again["sub"], again["auth_time"]) == (claims["sub"], claims["auth_time"]),
    "refresh, with an ID token of the same user and sign-in",
)
