import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BindAddress, formatBindAddress } from './bind-address.ts';

/** A server that answers until it is stopped; {@link port} is undefined when it is switched off. */
export interface Listener {
  readonly port: number | undefined;
  stop(): Promise<void>;
}

/** Answers are made at once or within a scrape; who needs longer to ask is not a probe. */
const REQUEST_TIMEOUT_MS = 5000;
/** Probes and a scraper or two; more is a flood that must not take the process's file descriptors. */
const MAX_CONNECTIONS = 64;

/**
 * Listens on `address`; rejects with one sentence that names `flag` when it cannot. The server does not keep
 * the process alive.
 */
export function listen(
  address: BindAddress | 'off',
  flag: string,
  answer: RequestListener,
): Promise<Listener> {
  if (address === 'off') {
    return Promise.resolve({ port: undefined, stop: () => Promise.resolve() });
  }
  const server = createServer(
    {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: 1000,
    },
    (request, response) => {
      if (isRead(request, response)) answer(request, response);
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.unref();

  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => reject(new Error(problem(address, flag, error.code)));
    server.once('error', refuse);
    server.listen({ port: address.port, host: address.host }, () => {
      server.off('error', refuse);
      // A connection that cannot be accepted (no file descriptors) must not end the process.
      server.on('error', () => undefined);
      resolve({ port: (server.address() as AddressInfo).port, stop });
    });
  });
}

/** Plain text answer that nobody stores. */
export function sendText(response: ServerResponse, status: number, body: string, contentType?: string): void {
  response.writeHead(status, {
    'Content-Type': contentType ?? 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(body);
}

/** The path that is asked for, without its query. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}

function isRead({ method }: IncomingMessage, response: ServerResponse): boolean {
  const isAllowed = method === 'GET' || method === 'HEAD';
  if (!isAllowed) sendText(response, 405, 'method not allowed\n');
  return isAllowed;
}

function problem(address: BindAddress, flag: string, code: string | undefined): string {
  const shown = formatBindAddress(address);
  switch (code) {
    case 'EADDRINUSE':
      return `${flag} is ${shown}, which another process listens on; choose another port.`;
    case 'EACCES':
      return `${flag} is ${shown}, which this user may not listen on; choose a port above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${flag} is ${shown}, which is no address of this machine; choose one that is, or leave the host out.`;
    default:
      return `${flag} is ${shown}, which cannot be listened on (${code ?? 'unknown cause'}); choose another address.`;
  }
}
