import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { PamCallContext, PamClient } from '../../src/core/pam-call.ts';
import { SecretText } from '../../src/core/secret-text.ts';
import { createPamClient } from '../../src/pam/pam-client.ts';
import type { PamConnectionSettings } from '../../src/pam/pam-connection-settings.ts';

/** A request as it arrived. */
interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request that is no token call; `seen` is complete. */
export type Reply = (seen: Seen, response: ServerResponse) => void;

/** A loopback PAM whose answers a test writes itself. */
export interface LoopbackPam {
  readonly url: string;
  /** Calls that are no token calls, in order. */
  readonly calls: Seen[];
  readonly tokenCalls: Seen[];
  reply: Reply;
  tokenReply: Reply;
  stop(): Promise<void>;
}

/** Everything that was started and has to be stopped after each test. */
const running: (() => Promise<void> | void)[] = [];

export async function stopAll(): Promise<void> {
  for (const stop of running.splice(0).reverse()) await stop();
}

export function stopLater(stop: () => Promise<void> | void): void {
  running.push(stop);
}

export function sendJson(response: ServerResponse, status: number, json: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(json));
}

/** PAM's envelope; `error` by status. */
export function envelope(status: number, message: string, more: object = {}): object {
  const error = status >= 400;
  return {
    code: status,
    response: { status, message, error, error_code: error ? 1 : 0, detail: '' },
    ...more,
  };
}

export async function startLoopbackPam(tls?: { key: string; cert: string }): Promise<LoopbackPam> {
  let issued = 0;
  const pam: Omit<LoopbackPam, 'url' | 'stop'> = {
    calls: [],
    tokenCalls: [],
    reply: (_seen, response) => sendJson(response, 200, envelope(200, 'Credential successfully activated')),
    tokenReply: (_seen, response) => {
      issued += 1;
      sendJson(response, 200, { token_type: 'Bearer', expires_in: 3600, access_token: `token-${issued}` });
    },
  };
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => {});
    request.on('end', () => {
      const path = request.url ?? '';
      const { method = '', headers } = request;
      const seen: Seen = { method, path, headers, body: Buffer.concat(chunks).toString() };
      const isToken = path.endsWith('/oauth2/token');
      (isToken ? pam.tokenCalls : pam.calls).push(seen);
      (isToken ? pam.tokenReply : pam.reply)(seen, response);
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  stopLater(stop);
  return Object.assign(pam, { url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`, stop });
}

/** A secret of which no trace may be found anywhere. */
export const canary = 'canary-7c1f';

/** Settings with short limits; the defaults of the product are ten times as long. */
export function settingsFor(url: string, more: Partial<PamConnectionSettings> = {}): PamConnectionSettings {
  return {
    url,
    apiPrefix: '/api',
    auth: { type: 'oauth2', clientId: 'client', clientSecret: new SecretText(`client-secret-${canary}`) },
    timeouts: { connectMs: 1_000, requestMs: 5_000, inventoryMs: 5_000 },
    limits: { maxInFlight: 8 },
    maxResponseBytes: 1024 * 1024,
    maxInventoryBytes: 32 * 1024 * 1024,
    userAgent: 'pam-operator/0.0.0-test',
    clock: { monotonicMs: () => performance.now(), now: () => new Date() },
    ...more,
  };
}

export function clientFor(url: string, more: Partial<PamConnectionSettings> = {}): PamClient {
  const client = createPamClient(settingsFor(url, more));
  stopLater(() => client.close());
  return client;
}

export function context(more: Partial<PamCallContext> = {}): PamCallContext {
  return { signal: new AbortController().signal, requestId: 'request-1', ...more };
}
