// The SDK of the Model Context Protocol, 1.x: discovery, a document and registration, tools, refresh, step-up.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { UnauthorizedError, auth } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { walk } from './assistant.mjs';

const [issuer, document] = process.argv.slice(2);
await walk({ Client, StreamableHTTPClientTransport, UnauthorizedError, auth }, issuer, document);
