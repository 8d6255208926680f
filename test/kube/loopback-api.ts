import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small HTTP server on loopback that stands for an API server where its answers must be scripted. */
export interface LoopbackApi {
  /** Kubeconfig (YAML); `user` is the YAML of its user. */
  kubeconfig(user?: string): string;
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
  /** Highest number of sockets open at once. */
  peakConnections(): number;
  stop(): Promise<void>;
}

export async function startLoopbackApi(listener: RequestListener): Promise<LoopbackApi> {
  const requests: IncomingMessage[] = [];
  let open = 0;
  let peak = 0;
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  server.on('connection', (socket) => {
    open += 1;
    peak = Math.max(peak, open);
    socket.on('close', () => {
      open -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    requests,
    kubeconfig: (user = '{}') =>
      [
        'apiVersion: v1',
        'kind: Config',
        `clusters: [{name: c, cluster: {server: "${url}"}}]`,
        `users: [{name: u, user: ${user}}]`,
        'contexts: [{name: c, context: {cluster: c, user: u, namespace: ns}}]',
        'current-context: c',
        '',
      ].join('\n'),
    peakConnections: () => peak,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
