// What both SDKs of the Model Context Protocol want of an assistant: where it keeps what it is told, and its user's browser.

import { Browser, allow, expect } from '../node/user.mjs';

export const redirectUrl = 'http://127.0.0.1:1111/callback';

export class Assistant {
  redirectUrl = redirectUrl;
  clientMetadata = {
    client_name: 'An assistant',
    redirect_uris: [redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
  #browser = new Browser();
  #kept = {};

  /** With the URL of its document it is known by that; else it registers. */
  constructor(document) {
    this.clientMetadataUrl = document;
  }

  state() {
    return (this.#kept.state = crypto.randomUUID());
  }

  clientInformation() {
    return this.#kept.client;
  }
  saveClientInformation(client) {
    this.#kept.client = client;
  }

  tokens() {
    return this.#kept.tokens;
  }
  saveTokens(tokens) {
    this.#kept.tokens = tokens;
  }

  codeVerifier() {
    return this.#kept.verifier;
  }
  saveCodeVerifier(verifier) {
    this.#kept.verifier = verifier;
  }

  discoveryState() {
    return this.#kept.discovery;
  }
  saveDiscoveryState(discovery) {
    this.#kept.discovery = discovery;
  }

  redirectToAuthorization(url) {
    this.asked = url;
  }

  /** The user allows what was asked for last: what the browser brings back. */
  async allowed() {
    const { searchParams } = await allow(this.asked, redirectUrl, this.#browser);
    if (searchParams.get('state') !== this.#kept.state) throw new Error('not so: the answer has the state');
    return searchParams;
  }
}

/** The same steps for either SDK: how it connects is its own. */
export async function walk({ Client, StreamableHTTPClientTransport, UnauthorizedError, auth }, issuer, document) {
  const url = new URL(`${issuer}/mcp`);

  /** Opens a session, and lets the user allow what that takes. */
  async function connect(assistant) {
    for (const transport of [0, 1].map(() => new StreamableHTTPClientTransport(url, { authProvider: assistant }))) {
      const client = new Client({ name: 'an assistant', version: '1' });
      try {
        await client.connect(transport);
        return client;
      } catch (error) {
        if (!(error instanceof UnauthorizedError)) throw error;
        await finish(transport, await assistant.allowed());
      }
    }
    throw new Error('not so: it connects once its user has allowed it');
  }

  /** What came back, as each SDK takes it. */
  const finish = (transport, answer) => transport.finishAuth(transport.finishAuth.length > 1 ? answer : answer.get('code'));

  const call = async (client, name, given = {}) => (await client.callTool({ name, arguments: given })).structuredContent;

  for (const [assistant, how] of [
    [new Assistant(document), 'by a document of its own'],
    [new Assistant(), 'by registration'],
  ]) {
    const client = await connect(assistant);
    const asked = assistant.asked.searchParams;
    expect(asked.get('resource') === url.href && asked.get('scope').split(' ').includes('mcp:tools'), `${how}: it asks for /mcp and its scope`);
    const known = assistant.clientInformation().client_id;
    expect(document === known || how === 'by registration', `${how}: it is known`);

    const who = await call(client, 'whoami');
    expect(who.username === 'exampleuser' && who.client_id === known, `${how}: whoami`);
    const vote = await call(client, 'vote', { poll: 1, choice: 'yes' });
    expect(vote.username === 'exampleuser', `${how}: vote`);

    const before = assistant.tokens();
    assistant.saveTokens({ ...before, access_token: 'over' });
    expect((await call(client, 'whoami')).username === 'exampleuser', `${how}: a token that is over is refreshed`);
    expect(assistant.tokens().refresh_token !== before.refresh_token, `${how}: the refresh token is another`);
    await client.close();
  }

  for (const [modest, how] of [
    [new Assistant(document), 'by a document of its own'],
    [new Assistant(), 'by registration'],
  ]) {
    await auth(modest, { serverUrl: url, scope: 'offline_access' });
    await finish(new StreamableHTTPClientTransport(url, { authProvider: modest }), await modest.allowed());
    // One of them would refresh what it has, and be refused again.
    modest.saveTokens({ ...modest.tokens(), refresh_token: undefined });
    expect(modest.tokens().scope === 'offline_access', `${how}: a token without the scope of the tools`);
    const client = await connect(modest);
    expect(modest.asked.searchParams.get('scope').includes('mcp:tools'), `${how}: it is refused with 403, and the challenge says what to ask for`);
    expect((await call(client, 'whoami')).scope.includes('mcp:tools'), `${how}: the user allows that, and the tool is called`);
    await client.close();
  }
}
