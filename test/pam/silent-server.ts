import { type AddressInfo, createServer, type Socket } from 'node:net';
import { stopLater } from './loopback-pam.ts';

/** Takes connections on loopback and never says a word: a handshake with it does not end. */
export async function startSilentServer(): Promise<{
  readonly port: number;
  readonly connections: () => number;
}> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}).resume());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stopLater(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, connections: () => sockets.length };
}
