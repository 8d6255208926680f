import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import got, { type Response } from 'got';
import { joinSignals } from '../core/join-signals.ts';
import type { PamSignal } from '../core/pam-fault.ts';
import { createHttpAgents } from './http-agents.ts';
import type { PamConnectionSettings } from './pam-connection-settings.ts';
import { signalOfFailure } from './transport-failure.ts';

/** One HTTP call, complete with its authorization. */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly authorization?: string;
  readonly requestId?: string;
  readonly body?: { readonly contentType: string; readonly text: string };
  /** From now until the last byte of the answer. */
  readonly timeoutMs: number;
  /** Largest answer in decoded bytes. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** Asked at the last moment at which nothing is sent yet: false ends the call as aborted. */
  readonly mayStart?: () => boolean;
}

/** What came back, or why nothing did. */
type HttpAnswer =
  | {
      readonly httpStatus: number;
      readonly retryAfter: string | undefined;
      readonly date: string | undefined;
      readonly body: Uint8Array;
    }
  | { readonly signal: PamSignal; readonly httpStatus?: number; readonly unsent?: true };

/** Sends one call, once: no retry, no redirect, no exception. */
export interface HttpTransport {
  send(call: HttpCall): Promise<HttpAnswer>;
  /** Ends what is in flight and closes every socket. */
  close(): void;
}

/** The only user of got. Every error ends here and becomes a {@link PamSignal}. */
export function createHttpTransport(settings: PamConnectionSettings): HttpTransport {
  const agents = createHttpAgents(settings);
  const closing = new AbortController();
  const client = got.extend({
    // The agent's TLS options win over those of a single call: trust is settled there.
    agent: { http: agents.http, https: agents.https },
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    headers: {
      accept: 'application/json',
      'user-agent': settings.userAgent,
      ...(settings.referer !== undefined && { referer: settings.referer }),
    },
  });

  async function send(call: HttpCall): Promise<HttpAnswer> {
    if (call.signal.aborted || closing.signal.aborted) return { signal: 'aborted', unsent: true };
    if (call.timeoutMs <= 0) return { signal: 'timeout', unsent: true };
    const timeoutMs = Math.ceil(call.timeoutMs);
    const connectMs = Math.min(settings.timeouts.connectMs, timeoutMs);
    const ending = joinSignals(call.signal, closing.signal);

    let httpStatus: number | undefined;
    let refused = false;
    let begun = false;
    try {
      const stream = client.stream(call.url, {
        method: call.method,
        headers: {
          ...(call.authorization !== undefined && { authorization: call.authorization }),
          ...(call.requestId !== undefined && { 'x-request-id': call.requestId }),
          ...(call.body !== undefined && { 'content-type': call.body.contentType }),
        },
        // A stream of got waits to be written to where PUT or DELETE have no body; GET must have none.
        ...(call.method !== 'GET' && { body: call.body?.text ?? '' }),
        timeout: { lookup: connectMs, connect: connectMs, secureConnect: connectMs, request: timeoutMs },
        signal: ending.signal,
      });
      stream.once('request', (request: ClientRequest) =>
        beforeFirstByte(
          request,
          () => {
            refused = call.mayStart?.() === false;
            return !refused;
          },
          () => {
            begun = true;
          },
        ),
      );
      let response: Response | undefined;
      stream.once('response', (answer: Response) => {
        response = answer;
        httpStatus = answer.statusCode;
      });
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      for await (const chunk of stream as AsyncIterable<Uint8Array>) {
        // Counted after decompression: 200 KB of gzip can be 200 MB. Leaving the loop destroys the socket.
        bytes += chunk.byteLength;
        if (bytes > call.maxBytes) return unreadable(httpStatus);
        chunks.push(chunk);
      }
      if (response === undefined) return { signal: 'unreachable' };
      return {
        httpStatus: response.statusCode,
        retryAfter: response.headers['retry-after'],
        date: response.headers.date,
        body: Buffer.concat(chunks, bytes),
      };
    } catch (error) {
      const unsent = !begun && { unsent: true as const };
      if (refused || call.signal.aborted || closing.signal.aborted) return { signal: 'aborted', ...unsent };
      const signal = signalOfFailure(error);
      return signal === 'unreadable' ? unreadable(httpStatus) : { signal, ...unsent };
    } finally {
      ending.release();
    }
  }

  return {
    send,
    close() {
      closing.abort();
      agents.close();
    },
  };
}

/**
 * Asks when the request has got its socket, and again when a new one is connected, which may be seconds later. Node
 * writes the request right after these events, in the same turn, and nothing once it was destroyed in them.
 *
 * @param begins told when the request is written now; until then the other side has seen nothing of it
 */
function beforeFirstByte(request: ClientRequest, maySend: () => boolean, begins: () => void): void {
  const ask = (isOpen: boolean) => {
    if (!maySend()) request.destroy();
    else if (isOpen) begins();
  };
  request.once('socket', (socket: Socket | TLSSocket) => {
    // A socket of TLS is secure later than it is connected, and holds the request back until then.
    const isSecured = 'encrypted' in socket;
    // What goes through a proxy comes secure already, and new.
    ask(!socket.connecting && (!isSecured || socket.authorized));
    if (!request.reusedSocket) socket.once(isSecured ? 'secureConnect' : 'connect', () => ask(true));
  });
}

function unreadable(httpStatus: number | undefined): HttpAnswer {
  return { signal: 'unreadable', ...(httpStatus !== undefined && { httpStatus }) };
}
