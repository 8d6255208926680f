import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Certificate } from './self-signed-certificate.ts';

export interface LoopbackServer {
  readonly url: string;
  readonly port: number;
  /** Closes the server and every connection. */
  stop(): Promise<void>;
}

/** Listens on 127.0.0.1; port 0 takes a free one. Rejects when the port is taken. */
export async function startLoopbackServer(
  listener: RequestListener,
  port: number,
  tls: Certificate | undefined,
): Promise<LoopbackServer> {
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer({ ...tls }, listener);
  // Hanging calls must stay open as long as the client likes, and idle connections outlive a client's pool.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP address');
  const url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`;
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, port: address.port, stop };
}
