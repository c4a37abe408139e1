// simple-oauth2: code with PKCE, refresh, revocation. It knows no other endpoint.

import { createHash, randomBytes } from 'node:crypto';
import { AuthorizationCode } from 'simple-oauth2';
import { allow, expect, refusal } from './user.mjs';

const issuer = process.argv[2];
const redirectUri = 'http://localhost:1111';
const client = new AuthorizationCode({
  client: { id: 'be6f31235c6118273918c4c70f6768', secret: '89dcee4e6fe655377a19944c2bee9b' },
  auth: {
    tokenHost: issuer,
    tokenPath: '/oauth2/token/',
    authorizePath: '/oauth2/authorization/',
    revokePath: '/oauth2/revoke/',
  },
});
const api = (token) =>
  fetch(`${issuer}/api/user_info/`, { headers: { authorization: `Bearer ${token.token.access_token}` } });

const verifier = randomBytes(32).toString('base64url');
const state = randomBytes(16).toString('base64url');
const authorization = client.authorizeURL({
  redirect_uri: redirectUri,
  scope: 'user_info',
  state,
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
});
const answer = await allow(authorization, redirectUri);
expect(answer.searchParams.get('state') === state, 'the answer has the state');

const code = answer.searchParams.get('code');
const first = await client.getToken({ code, redirect_uri: redirectUri, code_verifier: verifier });
expect(!first.expired(), 'code with PKCE');
expect((await (await api(first)).json()).username === 'exampleuser', 'the guarded API takes the token');

const second = await first.refresh();
expect(second.token.access_token !== first.token.access_token, 'refresh');

await second.revokeAll();
expect((await api(second)).status === 401, 'revocation, and the guarded API refuses the access token');

const refused = await refusal(second.refresh());
expect(refused.data.payload.error === 'invalid_grant', 'a revoked refresh token is refused as invalid_grant');
