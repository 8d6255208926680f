import { createHash } from 'node:crypto';
import { Socket } from 'node:net';
import { Agent, buildConnector, type Dispatcher, ProxyAgent } from 'undici';
import type { KubeTls } from './kube-access.ts';
import { askLast } from './last-question.ts';

/** Separate connections, so that neither a burst of calls nor a full pool delays a watch or a lease renewal. */
export type KubeLane = 'api' | 'watch' | 'lease';

/** Connections per lane; a watch occupies one for its whole life, so that lane has no limit. */
const CONNECTIONS: Readonly<Record<KubeLane, number | null>> = { api: 16, watch: null, lease: 2 };

/** An answer that is larger is no list of ours: 50,000 resources are about 85 MB. */
const MAX_RESPONSE_BYTES = 512 * 1024 * 1024;

/** The pooled connections of one set of TLS material. */
export interface KubeAgents {
  readonly fingerprint: string;
  readonly lanes: Readonly<Record<KubeLane, Dispatcher>>;
  /** Lets running requests end, then closes. */
  retire(): void;
  /** Ends everything at once. */
  destroy(): Promise<void>;
}

/** Tells whether a rotated CA or client certificate asks for new connections. */
export function tlsFingerprint(tls: KubeTls): string {
  const hash = createHash('sha256');
  for (const [name, value] of Object.entries(tls)) {
    hash.update(`${name}:${typeof value}:`);
    hash.update(value instanceof Uint8Array ? value : JSON.stringify(value));
  }
  return hash.digest('hex');
}

/** Opens nothing yet: connections are made on demand. */
export function createKubeAgents(tls: KubeTls, proxyUrl: string | undefined): KubeAgents {
  const connecting = new Set<Socket>();
  const lanes = { api: lane('api'), watch: lane('watch'), lease: lane('lease') };

  function lane(name: KubeLane): Dispatcher {
    // 30 s as client-go: some load balancers drop connections that were silent for 60 s.
    const connect = {
      ...tls,
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
      timeout: 10_000,
      // HTTP/1.1 gives each watch its own connection: one that hangs cannot stop the others.
      allowH2: false,
    };
    const options = {
      connections: CONNECTIONS[name],
      allowH2: false,
      keepAliveTimeout: 30_000,
      maxResponseSize: name === 'watch' ? -1 : MAX_RESPONSE_BYTES,
    };
    const agent =
      proxyUrl === undefined
        ? new Agent({ ...options, connect: tracked(buildConnector(connect)) })
        : new ProxyAgent({ ...options, uri: proxyUrl, requestTls: connect });
    return agent.compose(askLast);
  }

  /** undici forgets what still connects when it is destroyed; each would hold the process until its timeout. */
  function tracked(connect: buildConnector.connector): buildConnector.connector {
    return (options, callback) => {
      // It returns the socket, which its type does not say.
      const socket: unknown = connect(options, (...outcome) => {
        if (socket instanceof Socket) connecting.delete(socket);
        callback(...outcome);
      });
      if (socket instanceof Socket) connecting.add(socket);
    };
  }

  return {
    fingerprint: tlsFingerprint(tls),
    lanes,
    retire: () => {
      for (const agent of Object.values(lanes)) agent.close().catch(() => {});
    },
    destroy: async () => {
      for (const socket of connecting) socket.destroy(new Error('closed'));
      await Promise.all(Object.values(lanes).map((agent) => agent.destroy().catch(() => {})));
    },
  };
}
