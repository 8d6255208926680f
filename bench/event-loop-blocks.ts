import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** A time in which the event loop did not turn. */
export interface EventLoopBlock {
  /** Unix milliseconds at which it began. */
  readonly at: number;
  readonly wallMs: number;
  /** What the main thread used of it: a thread also stands still because it has no core. */
  readonly cpuMs: number;
}

/** The longest blocks since the last question, from the probe that listens on this socket. */
export async function eventLoopBlocks(socketPath: string): Promise<readonly EventLoopBlock[]> {
  return JSON.parse(await text(connect(socketPath)));
}
