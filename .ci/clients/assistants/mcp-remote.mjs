// mcp-remote: what speaks to an assistant by stdio, and to the server as a client that registers itself.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from '../node/user.mjs';
import { start } from './run.mjs';

const [issuer] = process.argv.slice(2);
const kept = await mkdtemp(join(tmpdir(), 'mcp-remote-'));
const program = join(import.meta.dirname, 'node_modules/mcp-remote/dist/proxy.js');
const remote = start(process.execPath, [program, `${issuer}/mcp`], 'stderr', { MCP_REMOTE_CONFIG_DIR: kept });
const failed = remote.ended.then((status) => {
  throw new Error(`mcp-remote ended with ${status}: ${remote.said()}`);
});
failed.catch(() => {});

const answers = createInterface({ input: remote.process.stdout })[Symbol.asyncIterator]();
let number = 0;
const say = (message) => remote.process.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
async function ask(method, params) {
  const id = ++number;
  say({ id, method, params });
  for (;;) {
    const { value } = await Promise.race([answers.next(), failed]);
    const answer = JSON.parse(value);
    if (answer.id === id) return answer.result ?? Promise.reject(new Error(value));
  }
}

const clientInfo = { name: 'an assistant', version: '1' };
const opened = await ask('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
expect(opened.serverInfo, 'it registers, has its user sign in, and connects');
say({ method: 'notifications/initialized' });
const { tools } = await ask('tools/list', {});
expect(['whoami', 'vote'].every((name) => tools.some((tool) => tool.name === name)), 'the tools are listed');
const { structuredContent: who } = await ask('tools/call', { name: 'whoami', arguments: {} });
expect(who.username === 'exampleuser', 'whoami');

remote.process.kill();
await remote.ended;
await rm(kept, { recursive: true });
