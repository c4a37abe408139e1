"""requests-oauthlib: code with PKCE, refresh, and revocation by oauthlib's request for it."""

import sys

from user import allow, expect
from oauthlib.oauth2 import InvalidGrantError, WebApplicationClient
from requests_oauthlib import OAuth2Session

issuer = sys.argv[1]
redirect_uri = "http://localhost:1111"
token_endpoint = f"{issuer}/oauth2/token/"
credentials = client_id, client_secret = "be6f31235c6118273918c4c70f6768", "89dcee4e6fe655377a19944c2bee9b"

protocol = WebApplicationClient(client_id)
client = OAuth2Session(client=protocol, scope=["user_info"], redirect_uri=redirect_uri, pkce="S256")
url, _ = client.authorization_url(f"{issuer}/oauth2/authorization/")
answer = allow(url, redirect_uri)
token = client.fetch_token(token_endpoint, authorization_response=answer, client_secret=client_secret)
expect(token["token_type"] == "Bearer", "code with PKCE")

user = client.get(f"{issuer}/api/user_info/").json()
expect(user["username"] == "exampleuser", "the guarded API takes the token")

before = token["access_token"]
token = client.refresh_token(token_endpoint, auth=credentials)
expect(token["access_token"] != before, "refresh")

url, headers, body = protocol.prepare_token_revocation_request(
    f"{issuer}/oauth2/revoke/", token["refresh_token"], "refresh_token"
)
answer = client.post(url, data=body, headers=headers, auth=credentials, withhold_token=True)
expect(answer.status_code == 200, "revocation")
answer = client.get(f"{issuer}/api/user_info/")
expect(answer.status_code == 401, "the guarded API refuses the access token of what was revoked")

try:
    client.refresh_token(token_endpoint, auth=credentials)
    expect(False, "a revoked refresh token is refused")
except InvalidGrantError:
    expect(True, "a revoked refresh token is refused as invalid_grant")
