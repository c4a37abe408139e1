// oauth4webapi logs a user in: discovery, a pushed request, code with PKCE and nonce, the ID token and its signature,
// userinfo, refresh, RP-initiated logout.

import * as oauth from 'oauth4webapi';
import { Browser, allow, expect } from './user.mjs';

const issuer = new URL(process.argv[2]);
const redirectUri = 'http://localhost:1111';
const client = { client_id: 'example-login' };
const browser = new Browser();
const proof = oauth.ClientSecretBasic('example-login-secret');

const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer));
expect(as.jwks_uri && as.userinfo_endpoint, 'discovery');

const [verifier, nonce, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomNonce(), oauth.generateRandomState()];
const request = {
  response_type: 'code',
  redirect_uri: redirectUri,
  scope: 'openid profile email offline_access',
  state,
  nonce,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
};
const pushed = await oauth.processPushedAuthorizationResponse(
  as,
  client,
  await oauth.pushedAuthorizationRequest(as, client, proof, request),
);
const authorization = new URL(as.authorization_endpoint);
authorization.search = new URLSearchParams({ client_id: client.client_id, request_uri: pushed.request_uri });
const answer = oauth.validateAuthResponse(as, client, await allow(authorization, redirectUri, browser), state);
const response = await oauth.authorizationCodeGrantRequest(as, client, proof, answer, redirectUri, verifier);
const first = await oauth.processAuthorizationCodeResponse(as, client, response, {
  expectedNonce: nonce,
  requireIdToken: true,
});
const claims = oauth.getValidatedIdTokenClaims(first);
expect(claims.sub, 'a pushed request, code with PKCE and nonce, and an ID token');
await oauth.validateApplicationLevelSignature(as, response);
expect(true, 'the signature of the ID token, by the keys of the server');

const user = await oauth.processUserInfoResponse(
  as,
  client,
  claims.sub,
  await oauth.userInfoRequest(as, client, first.access_token),
);
expect(user.email === 'exampleuser@example.com' && user.name === 'Example User', 'userinfo');

const second = await oauth.processRefreshTokenResponse(
  as,
  client,
  await oauth.refreshTokenGrantRequest(as, client, proof, first.refresh_token),
);
expect(oauth.getValidatedIdTokenClaims(second).sub === claims.sub, 'refresh, with an ID token of the same user');

const goodbye = new URL(as.end_session_endpoint);
const farewell = `${redirectUri}/bye`;
goodbye.search = new URLSearchParams({ id_token_hint: second.id_token, post_logout_redirect_uri: farewell, state });
const bye = await browser.open(goodbye);
expect(bye.location === `${farewell}?state=${state}`, 'logout at the provider, and back with the state (RP-initiated)');
