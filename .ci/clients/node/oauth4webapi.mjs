// oauth4webapi: discovery, a pushed request, code with PKCE, refresh, introspection, revocation.

import * as oauth from 'oauth4webapi';
import { allow, expect, refusal } from './user.mjs';

const issuer = new URL(process.argv[2]);
const redirectUri = 'http://localhost:1111';
const client = { client_id: 'be6f31235c6118273918c4c70f6768' };
const proof = oauth.ClientSecretBasic('89dcee4e6fe655377a19944c2bee9b');
const resourceServer = { client_id: 'example-resource-server' };
const resourceServerProof = oauth.ClientSecretBasic('example-resource-server-secret');
// The example listens without TLS, on loopback only.
const http = { [oauth.allowInsecureRequests]: true };

const as = await oauth.processDiscoveryResponse(
  issuer,
  await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...http }),
);
expect(as.pushed_authorization_request_endpoint, 'discovery');

async function introspect(token) {
  const response = await oauth.introspectionRequest(as, resourceServer, resourceServerProof, token, http);
  return oauth.processIntrospectionResponse(as, resourceServer, response);
}

async function refresh(token) {
  const response = await oauth.refreshTokenGrantRequest(as, client, proof, token, http);
  return oauth.processRefreshTokenResponse(as, client, response);
}

const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const pushed = await oauth.processPushedAuthorizationResponse(
  as,
  client,
  await oauth.pushedAuthorizationRequest(
    as,
    client,
    proof,
    {
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'user_info',
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    },
    http,
  ),
);
expect(pushed.expires_in > 0, 'a pushed authorization request');

const authorization = new URL(as.authorization_endpoint);
authorization.search = new URLSearchParams({ client_id: client.client_id, request_uri: pushed.request_uri });
const answer = oauth.validateAuthResponse(as, client, await allow(authorization, redirectUri), state);
expect(answer.get('iss') === issuer.href.replace(/\/$/, ''), 'the answer names its issuer');

const first = await oauth.processAuthorizationCodeResponse(
  as,
  client,
  await oauth.authorizationCodeGrantRequest(as, client, proof, answer, redirectUri, verifier, http),
);
expect(first.refresh_token, 'code with PKCE');

const api = new URL('/api/user_info/', issuer);
const user = await oauth.protectedResourceRequest(first.access_token, 'GET', api, undefined, undefined, http);
expect((await user.json()).username === 'exampleuser', 'the guarded API takes the token');

const second = await refresh(first.refresh_token);
expect(second.access_token !== first.access_token, 'refresh');

const told = await introspect(second.access_token);
expect(told.active && told.scope === 'user_info', 'introspection by the resource server');

await oauth.processRevocationResponse(
  await oauth.revocationRequest(as, client, proof, second.refresh_token, http),
);
expect(!(await introspect(second.access_token)).active, 'revocation, and the access token ends too');

const refused = await refusal(refresh(second.refresh_token));
expect(refused.error === 'invalid_grant', 'a revoked refresh token is refused as invalid_grant');
