import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { stopLater } from './loopback-pam.ts';

/** An HTTP proxy on loopback that knows CONNECT alone. */
export interface ConnectProxy {
  readonly url: string;
  /** Targets that were asked for, with what the client said in `Proxy-Authorization`. */
  readonly tunnels: { readonly target: string; readonly authorization: string | undefined }[];
}

/** Refuses every tunnel with `refuseWith`, or leads every tunnel to the port `leadTo`, where given. */
export async function startConnectProxy({
  refuseWith,
  leadTo,
}: {
  refuseWith?: number;
  leadTo?: number;
} = {}): Promise<ConnectProxy> {
  const tunnels: ConnectProxy['tunnels'] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_request, response) => {
    response.writeHead(405);
    response.end();
  });
  server.on('connect', (request, client, head) => {
    sockets.add(client as Socket);
    const target = request.url ?? '';
    tunnels.push({ target, authorization: request.headers['proxy-authorization'] });
    if (refuseWith !== undefined) {
      client.end(`HTTP/1.1 ${refuseWith} Refused\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const port = leadTo ?? Number(target.split(':').at(-1));
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    sockets.add(upstream);
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stopLater(async () => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, tunnels };
}
