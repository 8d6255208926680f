import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { PamConnectionSettings } from './pam-connection-settings.ts';

/** Keep-alive sockets of one connection. */
export interface HttpAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  close(): void;
}

/**
 * An idle socket is closed before the usual servers close it (5 s is Apache's and Node's own limit): a write
 * on a socket that the server is just closing is lost without saying whether it was applied.
 */
const idleSocketMs = 4_000;

/** The token call and the one reserved disable may go beyond `maxInFlight`, so neither waits for a socket. */
const spareSockets = 2;

/** Agents of one PAM connection: own trust, own proxy, own sockets; nothing is taken from the environment. */
export function createHttpAgents(
  settings: Pick<PamConnectionSettings, 'ca' | 'proxyUrl' | 'limits'>,
  idleMs: number = idleSocketMs,
): HttpAgents {
  const pool = {
    keepAlive: true,
    maxSockets: settings.limits.maxInFlight + spareSockets,
    scheduling: 'lifo',
    timeout: idleMs,
  } as const;
  // Plain http is for loopback addresses, which no proxy can reach.
  const http = new HttpAgent(pool);
  const https = new HttpsAgent({
    ...pool,
    ...(settings.ca !== undefined && { ca: settings.ca }),
    ...(settings.proxyUrl !== undefined && { proxyEnv: { HTTPS_PROXY: settings.proxyUrl } }),
    minVersion: 'TLSv1.2',
    // Explicit, so that NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment changes nothing.
    rejectUnauthorized: true,
  });
  return {
    http,
    https,
    close() {
      http.destroy();
      https.destroy();
    },
  };
}
