// openid-client, as the public client of the API's documentation: discovery, a pushed request, code with PKCE,
// refresh, introspection, revocation.

import * as client from 'openid-client';
import { allow, expect, refusal } from './user.mjs';

const issuer = process.argv[2];
const redirectUri = `${issuer}/docs/oauth-receiver.html`;

// The example listens without TLS, on loopback only.
const discover = (id, proof) =>
  client.discovery(new URL(issuer), id, undefined, proof, {
    algorithm: 'oauth2',
    execute: [client.allowInsecureRequests],
  });
const config = await discover('swagger-ui', client.None());
const resourceServer = await discover(
  'example-resource-server',
  client.ClientSecretBasic('example-resource-server-secret'),
);
expect(config.serverMetadata().issuer === issuer, 'discovery');

const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const authorization = await client.buildAuthorizationUrlWithPAR(config, {
  redirect_uri: redirectUri,
  scope: 'user_info',
  state,
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
});
expect(authorization.searchParams.has('request_uri'), 'a pushed authorization request of a public client');

const answer = await allow(authorization, redirectUri);
const first = await client.authorizationCodeGrant(config, answer, {
  pkceCodeVerifier: verifier,
  expectedState: state,
});
expect(first.refresh_token, 'code with PKCE');

const api = new URL('/api/user_info/', issuer);
const user = await client.fetchProtectedResource(config, first.access_token, api, 'GET');
expect((await user.json()).username === 'exampleuser', 'the guarded API takes the token');

const second = await client.refreshTokenGrant(config, first.refresh_token);
expect(second.access_token !== first.access_token, 'refresh');

const told = await client.tokenIntrospection(resourceServer, second.access_token);
expect(told.active && told.client_id === 'swagger-ui', 'introspection by the resource server');

await client.tokenRevocation(config, second.refresh_token);
const ended = await client.tokenIntrospection(resourceServer, second.access_token);
expect(!ended.active, 'revocation, and the access token ends too');

const refused = await refusal(client.refreshTokenGrant(config, second.refresh_token));
expect(refused.error === 'invalid_grant', 'a revoked refresh token is refused as invalid_grant');
