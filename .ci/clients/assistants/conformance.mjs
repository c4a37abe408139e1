// The conformance suite of the Model Context Protocol, for authorization servers: no failure, no warning, nothing skipped.

import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '../node/user.mjs';
import { start } from './run.mjs';

const [issuer, clientId, port, results] = process.argv.slice(2);
const programs = join(import.meta.dirname, 'node_modules');
// It wants a newer Node.js than Debian has.
const suite = start(join(programs, '.bin/node'), [
  join(programs, '@modelcontextprotocol/conformance/dist/index.js'),
  ...['authorization', '--url', issuer, '--client-id', clientId, '--port', port],
  ...['--resource', `${issuer}/mcp`, '--output-dir', results],
], 'stdout');
expect((await suite.ended) === 0, 'the conformance suite ends with no failure');

const files = (await readdir(results, { recursive: true })).filter((file) => file.endsWith('checks.json'));
const checks = (await Promise.all(files.map(async (file) => JSON.parse(await readFile(join(results, file)))))).flat();
expect(checks.length > 2, `${checks.length} checks were made`);
for (const check of checks) expect(check.status === 'SUCCESS', `${check.id}: ${check.status}`);
