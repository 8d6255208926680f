import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProxiedCall } from './fault-rule.ts';

/** A fault that a watch has from its beginning. */
export interface WatchFault {
  /** The connection is reset after this many bytes, wherever that is in a line. */
  readonly cutAfterBytes?: number;
  /** Lines for which this is true are not delivered: what a broken server would lose. */
  readonly drop?: (line: string) => boolean;
}

/** One open watch on its way through the proxy; tests disturb it while it runs. */
export class WatchRelay {
  readonly call: ProxiedCall;
  readonly #upstream: IncomingMessage;
  readonly #client: ServerResponse;
  #fault: WatchFault;
  #rest = '';
  #sentBytes = 0;
  #held: string[] | undefined;

  constructor(call: ProxiedCall, upstream: IncomingMessage, client: ServerResponse, fault: WatchFault = {}) {
    this.call = call;
    this.#upstream = upstream;
    this.#client = client;
    this.#fault = fault;
    upstream.setEncoding('utf8');
    upstream.on('data', (text: string) => this.#receive(text));
    upstream.on('end', () => this.#held === undefined && client.end());
    upstream.on('error', () => client.destroy());
  }

  onEnd(listener: () => void): void {
    this.#client.on('close', listener);
  }

  /** From now on lines for which `isLost` is true are not delivered. */
  drop(isLost: (line: string) => boolean): void {
    this.#fault = { ...this.#fault, drop: isLost };
  }

  /** Sends a line of the test's own between those of the server. */
  inject(line: string): void {
    this.#send(`${line}\n`);
  }

  /** Sends bytes that are no complete line. */
  injectBytes(text: string): void {
    this.#send(text);
  }

  /** Ends the response properly, as the server does at its time limit. */
  end(): void {
    this.#client.end();
    this.#upstream.destroy();
  }

  /** Resets the connection. */
  cut(): void {
    this.#client.socket?.resetAndDestroy();
    this.#client.destroy();
    this.#upstream.destroy();
  }

  /** From now on nothing arrives, and the connection stays open: half-open TCP, or a slow network. */
  hold(): void {
    this.#held ??= [];
  }

  /** Reads no more from the server, so that its buffers fill: a client that does not keep up. */
  stall(): void {
    this.#upstream.pause();
  }

  /** Reads on. */
  catchUp(): void {
    this.#upstream.resume();
  }

  /** Delivers what was held. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const line of held) this.#send(line);
  }

  #receive(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (this.#fault.drop?.(line) === true) continue;
      if (this.#held !== undefined) this.#held.push(`${line}\n`);
      else this.#send(`${line}\n`);
    }
  }

  #send(text: string): void {
    const { cutAfterBytes } = this.#fault;
    const bytes = Buffer.from(text);
    if (cutAfterBytes === undefined || this.#sentBytes + bytes.length < cutAfterBytes) {
      this.#sentBytes += bytes.length;
      this.#client.write(bytes);
      return;
    }
    this.#client.write(bytes.subarray(0, cutAfterBytes - this.#sentBytes), () => this.cut());
  }
}
