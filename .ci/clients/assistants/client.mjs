// The SDK of the Model Context Protocol, 2.x: discovery, a document and registration, tools, refresh, step-up.

import { Client, StreamableHTTPClientTransport, UnauthorizedError, auth } from '@modelcontextprotocol/client';
import { walk } from './assistant.mjs';

const [issuer, document] = process.argv.slice(2);
await walk({ Client, StreamableHTTPClientTransport, UnauthorizedError, auth }, issuer, document);
