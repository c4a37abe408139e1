// openid-client logs a user in: discovery, code with PKCE and nonce, the ID token, userinfo, refresh; and what the
// OpenID Foundation's tests ask of a provider: form_post, hybrid, prompt, max_age, claims, RP-initiated logout.

import * as client from 'openid-client';
import { Browser, allow, expect, refusal } from './user.mjs';

const [issuer, secret] = process.argv.slice(2);
const redirectUri = 'https://a-program.example/callback';
const browser = new Browser();

const config = await client.discovery(new URL(issuer), 'a-program', secret);
const metadata = config.serverMetadata();
expect(metadata.issuer === issuer && metadata.id_token_signing_alg_values_supported.includes('RS256'), 'discovery');
client.enableNonRepudiationChecks(config);

/** The user's answer to a request, and the checks that belong to it. */
async function ask(more = {}, as = config) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() };
  const url = client.buildAuthorizationUrl(as, {
    redirect_uri: redirectUri,
    scope: 'openid profile email offline_access',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...more,
  });
  return [await allow(url, redirectUri, browser), checks];
}

async function login(more, checked) {
  const [answer, checks] = await ask(more);
  return client.authorizationCodeGrant(config, answer, { ...checks, ...checked });
}

const unknown = await refusal(login({ prompt: 'none' }));
expect(unknown.error === 'login_required', 'prompt=none of who is not signed in is login_required');

const first = await login({ max_age: 600 }, { maxAge: 600 });
const { sub, auth_time: signedIn } = first.claims();
expect(sub && signedIn, 'code with PKCE and nonce, and an ID token of a sign-in that is recent enough');

const user = await client.fetchUserInfo(config, first.access_token, sub);
expect(user.preferred_username === 'exampleuser' && user.email_verified === true, 'userinfo of the scopes profile and email');

const second = await client.refreshTokenGrant(config, first.refresh_token);
expect(second.claims().sub === sub && second.claims().auth_time === signedIn, 'refresh, with an ID token of the same user and sign-in');

const silent = await login({ prompt: 'none', id_token_hint: first.id_token });
expect(silent.claims().sub === sub, 'prompt=none of who is signed in and has allowed it, by the hint of an ID token');

const [answer, checks] = await ask({ response_mode: 'form_post' });
const posted = await client.authorizationCodeGrant(config, answer, checks);
expect(answer instanceof Request && posted.claims().sub === sub, 'the answer as a form that the browser posts');

const hybrid = await client.discovery(new URL(issuer), 'a-program', secret);
client.useCodeIdTokenResponseType(hybrid);
const [both, nonces] = await ask({ response_mode: 'form_post' }, hybrid);
const exchanged = await client.authorizationCodeGrant(hybrid, both, nonces);
expect(exchanged.claims().sub === sub, 'code id_token: an ID token beside the code, with the hash of it (hybrid)');

const asked = { id_token: { email: null }, userinfo: { given_name: { essential: true } } };
const claimed = await login({ scope: 'openid', claims: JSON.stringify(asked) });
const told = await client.fetchUserInfo(config, claimed.access_token, sub);
expect(claimed.claims().email === 'exampleuser@example.com', 'a single claim in the ID token');
expect(told.given_name === 'Example' && told.email === undefined, 'a single claim of userinfo, and none that was not asked for');

await new Promise((later) => setTimeout(later, 1100));
const anew = await login({ prompt: 'login' });
expect(anew.claims().auth_time > signedIn, 'prompt=login has the user sign in again');
await new Promise((later) => setTimeout(later, 1100));
const fresh = await login({ max_age: 0 }, { maxAge: 0 });
expect(fresh.claims().auth_time > anew.claims().auth_time, 'max_age=0 does, too');

const extra = await login({ display: 'touch', ui_locales: 'ru en', acr_values: 'anything', extra: 'ignored' });
expect(extra.claims().sub === sub, 'parameters that say nothing here are ignored');

const farewell = 'https://a-program.example/bye';
const goodbye = { id_token_hint: extra.id_token, post_logout_redirect_uri: farewell, state: client.randomState() };
const bye = await browser.open(client.buildEndSessionUrl(config, goodbye));
expect(bye.location === `${farewell}?state=${goodbye.state}`, 'logout at the provider, and back with the state (RP-initiated)');
const gone = await refusal(login({ prompt: 'none' }));
expect(gone.error === 'login_required', 'nobody is signed in at the provider any more');
