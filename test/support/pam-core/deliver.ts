import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import type { Delivery } from './fault-plan.ts';

const floodPiece = `${'x'.repeat(65_535)},`;

/**
 * Sends what the plan says, and returns the HTTP status that the client got; `none` where it got no headers.
 * Resolves when everything is sent, the connection is gone, or (hang) the client has given up.
 */
export async function deliver(
  delivery: Delivery,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<number | 'none'> {
  const { socket } = response;
  if (socket === null || socket.destroyed) return 'none';
  switch (delivery.by) {
    case 'answer':
      head(response, delivery.answer, Buffer.byteLength(delivery.answer.body));
      response.end(delivery.answer.body);
      return delivery.answer.status;
    case 'hang':
      await closed(response);
      return 'none';
    case 'reset':
      reset(socket);
      return 'none';
    case 'cut': {
      const body = Buffer.from(delivery.answer.body);
      head(response, delivery.answer, body.length);
      // Half of the body is flushed before the connection breaks.
      response.write(body.subarray(0, Math.floor(body.length / 2)), () => socket.destroy());
      await closed(response);
      return delivery.answer.status;
    }
    case 'drip':
      head(response, delivery.answer, Buffer.byteLength(delivery.answer.body));
      await drip(response, Buffer.from(delivery.answer.body), delivery.ms, delivery.bytes, signal);
      return delivery.answer.status;
    case 'flood':
      response.writeHead(200, { 'content-type': 'application/json' });
      await flood(response, delivery.bytes);
      return 200;
  }
}

function head(response: ServerResponse, answer: Answer, length: number): void {
  response.writeHead(answer.status, { ...answer.headers, 'content-length': length });
}

async function drip(
  response: ServerResponse,
  body: Buffer,
  ms: number,
  bytes: number,
  signal: AbortSignal,
): Promise<void> {
  response.flushHeaders();
  for (let at = 0; at < body.length && !response.destroyed; at += bytes) {
    response.write(body.subarray(at, at + bytes));
    await sleep(ms, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
  response.end();
}

async function flood(response: ServerResponse, bytes: number): Promise<void> {
  const gone = closed(response);
  response.write('{"credentials":["');
  for (let sent = 0; sent < bytes && !response.destroyed; sent += floodPiece.length) {
    if (!response.write(floodPiece)) await Promise.race([once(response, 'drain'), gone]);
  }
  response.end('"]}');
}

function closed(response: ServerResponse): Promise<void> {
  if (response.closed) return Promise.resolve();
  return new Promise((resolve) => response.once('close', () => resolve()));
}

/** A TCP reset; over TLS, where Node offers none, the connection is cut without an alert. */
function reset(socket: Socket): void {
  if ('encrypted' in socket) socket.destroy();
  else socket.resetAndDestroy();
}
