"""Authlib: discovery, code with PKCE, refresh, introspection, revocation; the grant of devices."""

import sys
import time

import requests
from user import allow, expect
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url

issuer = sys.argv[1]
redirect_uri = "http://localhost:1111"

document = requests.get(get_well_known_url(issuer, external=True), timeout=10)
document.raise_for_status()
metadata = AuthorizationServerMetadata(document.json())
metadata.validate()
expect(metadata["issuer"] == issuer, "discovery, valid by Authlib's own rules")

client = OAuth2Session(
    "be6f31235c6118273918c4c70f6768",
    "89dcee4e6fe655377a19944c2bee9b",
    scope="user_info",
    redirect_uri=redirect_uri,
    code_challenge_method="S256",
)
resource_server = OAuth2Session("example-resource-server", "example-resource-server-secret")


def introspect(token):
    answer = resource_server.introspect_token(
        metadata["introspection_endpoint"], token=token, withhold_token=True
    )
    return answer.json()


verifier = generate_token(48)
url, state = client.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier)
answer = allow(url, redirect_uri)
token = client.fetch_token(
    metadata["token_endpoint"], authorization_response=answer, state=state, code_verifier=verifier
)
expect(token["token_type"] == "Bearer", "code with PKCE")

user = client.get(f"{issuer}/api/user_info/").json()
expect(user["username"] == "exampleuser", "the guarded API takes the token")

before = token["access_token"]
token = client.refresh_token(metadata["token_endpoint"])
expect(token["access_token"] != before, "refresh")

told = introspect(token["access_token"])
expect(told["active"] and told["scope"] == "user_info", "introspection by the resource server")

client.revoke_token(metadata["revocation_endpoint"], token_type_hint="refresh_token").raise_for_status()
expect(introspect(token["access_token"]) == {"active": False}, "revocation, and the access token ends too")

try:
    client.refresh_token(metadata["token_endpoint"])
    expect(False, "a revoked refresh token is refused")
except OAuthError as error:
    expect(error.error == "invalid_grant", "a revoked refresh token is refused as invalid_grant")

# A device without a browser, whose user says yes elsewhere.
device = OAuth2Session("example-device", token_endpoint_auth_method="none")
codes = requests.post(
    metadata["device_authorization_endpoint"], data={"client_id": "example-device", "scope": "user_info"}, timeout=10
).json()


def poll():
    return device.fetch_token(
        metadata["token_endpoint"],
        grant_type="urn:ietf:params:oauth:grant-type:device_code",
        device_code=codes["device_code"],
    )


try:
    poll()
    expect(False, "a device whose user has not answered has to wait")
except OAuthError as error:
    expect(error.error == "authorization_pending", "a device whose user has not answered has to wait")
allow(codes["verification_uri_complete"])
time.sleep(codes["interval"])
token = poll()
user = device.get(f"{issuer}/api/user_info/").json()
expect(user["username"] == "exampleuser", "a device gets tokens once its user has said yes")
