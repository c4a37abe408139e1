"""Authlib logs a user in: discovery, code with PKCE and nonce, the ID token, userinfo, refresh; and out again: RP-initiated
logout, and the logout token that the server calls with (back-channel)."""

import queue
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import requests
from joserfc import jwt
from joserfc.jwk import KeySet
from user import allow, expect
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken, UserInfo
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url

issuer, secret, port = sys.argv[1:]
redirect_uri = "http://localhost:1111"
client_id = "a-listener"
browser = requests.Session()

document = requests.get(get_well_known_url(issuer, external=True), timeout=10)
metadata = OpenIDProviderMetadata(document.json())
metadata.validate()
expect(metadata["issuer"] == issuer, "discovery, valid by Authlib's own rules")
keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=10).json())

client = OAuth2Session(
    client_id,
    secret,
    scope="openid profile email",
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
answer = allow(url, redirect_uri, browser)
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

calls = queue.Queue()


class Called(BaseHTTPRequestHandler):
    """Where the server says that a user has logged out."""

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        self.send_response(200)
        self.end_headers()
        calls.put(form["logout_token"][0])

    def log_message(self, *_):
        pass


listener = HTTPServer(("127.0.0.1", int(port)), Called)
threading.Thread(target=listener.serve_forever, daemon=True).start()

farewell = "http://localhost:1111/bye"
asked = {"id_token_hint": token["id_token"], "post_logout_redirect_uri": farewell, "state": state}
bye = browser.get(metadata["end_session_endpoint"], params=asked, allow_redirects=False, timeout=10)
expect(bye.headers.get("location") == f"{farewell}?state={state}", "logout at the provider, and back with the state (RP-initiated)")

logout = jwt.decode(calls.get(timeout=20), keys, algorithms=["RS256"])
events = logout.claims["events"]
expect(
    logout.header["typ"] == "logout+jwt"
    and (logout.claims["iss"], logout.claims["aud"]) == (issuer, client_id)
    and events == {"http://schemas.openid.net/event/backchannel-logout": {}}
    and (logout.claims["sub"], logout.claims["sid"]) == (claims["sub"], claims["sid"])
    and "nonce" not in logout.claims,
    "a logout token of that user and session comes from the server (back-channel)",
)
try:
    client.refresh_token(metadata["token_endpoint"])
    expect(False, "the session's refresh token has ended")
except OAuthError as error:
    expect(error.error == "invalid_grant", "the session's refresh token has ended")
