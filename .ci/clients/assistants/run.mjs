// A program that wants its user's browser: reads what it prints until it names a URL, and has the user allow what is asked
// for there. What the browser brings back goes to where the program listens.

import { spawn } from 'node:child_process';
import { allow } from '../node/user.mjs';

/** Starts the program; `read` gets each of its lines, of `asking` those with which it asks its user. */
export function start(program, given, asking, env = {}) {
  const started = spawn(program, given, { env: { ...process.env, BROWSER: 'true', ...env } });
  let said = '';
  let asked = false;
  const listen = (text) => {
    said += text;
    const url = !asked && /^https:\S+\/oauth2\/authorization\/?\?\S+$/m.exec(said)?.[0];
    if (!url) return;
    asked = true;
    const redirectUri = new URL(url).searchParams.get('redirect_uri');
    allow(url, redirectUri).then((answer) => fetch(answer)).catch((error) => started.emit('error', error));
  };
  started[asking].setEncoding('utf8').on('data', listen);
  const ended = new Promise((resolve, reject) => {
    started.once('error', reject).once('exit', resolve);
  });
  return { process: started, ended, said: () => said };
}
