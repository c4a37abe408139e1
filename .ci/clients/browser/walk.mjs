// Chromium opens the page beside this file, and its user signs in and allows what the page asks for.

import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const issuer = process.argv[2];
// The origin that the demo data registered.
const origin = 'http://localhost:1111';

/** What the user does on the page that is shown; answers what the application came to. */
const USER = `
  const find = (css) => document.querySelector(css);
  const outcome = find('#outcome')?.textContent;
  if (outcome || document.readyState !== 'complete' || document.body.dataset.answered)
    return outcome && { outcome, steps: find('#steps').textContent };
  const [password, accept] = [find('[name=password]'), find('[name=user_action][value=Accept]')];
  if (password || accept) document.body.dataset.answered = true;
  if (password) {
    find('[name=username]').value = 'exampleuser';
    password.value = 'password';
    password.form.requestSubmit();
  } else accept?.click();
`;
// No window, and no sandbox, which refuses to run as root.
const ARGUMENTS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-proxy-server'];

const page = await readFile(new URL('page.html', import.meta.url));
const server = createServer((_, response) => response.setHeader('content-type', 'text/html; charset=utf-8').end(page));
await new Promise((listening, failed) => server.on('error', failed).listen(1111, '127.0.0.1', listening));

const chromedriver = spawn('chromedriver', ['--port=0'], { stdio: ['ignore', 'pipe', 'inherit'] });
let session;
try {
  const driver = `http://127.0.0.1:${await portOf(chromedriver)}/session`;
  const capabilities = { alwaysMatch: { 'goog:chromeOptions': { args: ARGUMENTS } } };
  session = `${driver}/${(await command(driver, { capabilities })).sessionId}`;
  await command(`${session}/url`, { url: `${origin}/?${new URLSearchParams({ issuer })}` });
  const { outcome, steps } = await walked();
  process.stdout.write(steps);
  if (outcome !== 'done') throw new Error(outcome);
} finally {
  if (session) await fetch(session, { method: 'DELETE' });
  chromedriver.kill();
  server.close();
}

async function walked() {
  for (let attempt = 0; attempt < 300; attempt++) {
    // A page that goes away under a script is none of the user's business.
    const seen = await command(`${session}/execute/sync`, { script: USER, args: [] }).catch(() => undefined);
    if (seen) return seen;
    await pause(100);
  }
  throw new Error(`the application came to nothing, and shows ${await command(`${session}/url`)}`);
}

/** A command to the browser (W3C WebDriver, section 6). */
async function command(url, body) {
  const response = await fetch(url, body && { method: 'POST', body: JSON.stringify(body) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(value.message);
  return value;
}

async function portOf(chromedriver) {
  for await (const line of createInterface({ input: chromedriver.stdout })) {
    const port = /started successfully on port (\d+)/.exec(line)?.[1];
    if (port) return port;
  }
  throw new Error('chromedriver has not started');
}
