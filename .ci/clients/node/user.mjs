// The demo user with a browser: signs in, allows what a client asks for, and is sent back to it.

/** Opens the URL that the client made, and answers the one that the browser ends at, or the request of the form that is sent there. */
export async function allow(authorizationUrl, redirectUri, browser = new Browser()) {
  let page = await browser.open(authorizationUrl);
  for (let step = 0; step < 10; step++) {
    if (page.location) {
      if (page.location.startsWith(redirectUri)) return new URL(page.location);
      page = await browser.open(page.location);
      continue;
    }
    const posted = formWith('iss', page.html);
    if (posted) return new Request(posted.action, { method: 'POST', body: new URLSearchParams(posted.hidden) });
    const login = formWith('password', page.html);
    const form = login ?? formWith('user_action', page.html);
    if (!form) throw new Error(`${page.url} shows neither login nor consent: ${page.html}`);
    const given = login ? { username: 'exampleuser', password: 'password' } : { user_action: 'Accept' };
    page = await browser.open(new URL(form.action, page.url), new URLSearchParams({ ...form.hidden, ...given }));
  }
  throw new Error(`the browser never came back to ${redirectUri}, last at ${page.url}`);
}

/** Prints the step that is proved, or throws it. */
export function expect(held, what) {
  if (!held) throw new Error(`not so: ${what}`);
  console.log(`  ${what}`);
}

/** Answers the error that a step must end with. */
export async function refusal(step) {
  try {
    await step;
  } catch (error) {
    return error;
  }
  throw new Error('not so: it is refused');
}

/** Cookies, and redirects that are followed one by one. */
export class Browser {
  #cookies = new Map();

  async open(url, form) {
    const cookie = [...this.#cookies].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(url, {
      method: form ? 'POST' : 'GET',
      body: form,
      headers: { cookie },
      redirect: 'manual',
      signal: AbortSignal.timeout(10_000),
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set);
      this.#cookies.set(name, value);
    }
    const location = response.headers.get('location');
    const html = await response.text();
    return { url, html, location: location && (URL.canParse(location) ? location : new URL(location, url).href) };
  }
}

/** The form of a page that has a control of this name: where it goes, and what it carries unseen. */
function formWith(control, html) {
  const form = html.match(/<form\b.*?<\/form>/gs)?.find((form) => form.includes(`name="${control}"`));
  if (!form) return undefined;
  const hidden = form.match(/<input\b[^>]*>/g).filter((tag) => attribute(tag, 'type') === 'hidden');
  return {
    action: attribute(form, 'action'),
    hidden: Object.fromEntries(hidden.map((tag) => [attribute(tag, 'name'), attribute(tag, 'value')])),
  };
}

/** The value of a tag's attribute, unescaped. */
function attribute(tag, name) {
  const named = { amp: '&', lt: '<', gt: '>', quot: '"' };
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
  return value.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_, hex, decimal, entity) =>
    entity ? named[entity] : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal)),
  );
}
