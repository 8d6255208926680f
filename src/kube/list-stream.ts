import { setImmediate as nextTurn } from 'node:timers/promises';
import { KubeError } from '../core/kube-error.ts';
import { readLines } from './json-lines.ts';
import type { PagesRequest } from './list-pages.ts';
import { readWatchEvent } from './watch-event.ts';

/** A server that sends its state has no reason to pause for longer; a buffering intermediary shows here. */
const SILENCE_MS = 15_000;

/** The server ends a stream that does not come to its end in this time; 50,000 objects take seconds. */
const STREAM_SECONDS = 60;

/** Parsing this many lines takes 1 to 5 ms; between two such parts others get their turn. */
const LINES_PER_TURN = 200;

/** Which collection to list, and whom to tell what it holds. */
export interface StreamRequest extends Omit<PagesRequest, 'pageSize' | 'onRestart'> {
  /** The object with this UID was deleted while the list ran. */
  readonly onGone: (uid: string) => void;
  /** Silence after which a watch counts as half-open; a list is given up sooner. */
  readonly idleLimitMs: number;
}

/**
 * Lists a collection as a stream (KEP-3157, "WatchList"): a watch that begins with all objects, which a bookmark
 * marks as complete. The stream ends there. Sends no `resourceVersion`, so the state is that of a consistent read.
 * @returns the resourceVersion from which a watch goes on
 * @throws KubeError, also where the server does not know such streams (422)
 */
export async function listStream(request: StreamRequest): Promise<string> {
  const { client, path, resource, accept, signal } = request;
  const stream = await client.watch({
    path,
    resource,
    signal,
    idleLimitMs: Math.min(SILENCE_MS, request.idleLimitMs),
    query: {
      sendInitialEvents: true,
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: true,
      timeoutSeconds: STREAM_SECONDS,
    },
    ...(accept !== undefined && { accept }),
  });
  const unreadable = () => new KubeError({ verb: 'list', resource, signal: 'unreadable' });
  let lines = 0;
  try {
    for await (const line of readLines(stream.chunks)) {
      const event = readWatchEvent(line);
      switch (event.type) {
        case 'changed':
          request.onItem(event.raw);
          break;
        // What happens while the stream runs may come before its mark.
        case 'deleted':
          request.onGone(event.identity.uid);
          break;
        case 'bookmark':
          if (event.endsInitialEvents) return event.resourceVersion;
          break;
        case 'error':
          if (event.code === undefined) throw unreadable();
          throw new KubeError({ verb: 'list', resource, signal: 'http', status: event.code });
        case 'corrupt':
          throw unreadable();
      }
      lines += 1;
      if (lines % LINES_PER_TURN !== 0) continue;
      request.onPage();
      await nextTurn();
      if (signal.aborted) throw new KubeError({ verb: 'list', resource, signal: 'aborted' });
    }
  } catch (error) {
    // An endless line.
    throw error instanceof KubeError ? error : unreadable();
  } finally {
    stream.close();
  }
  // Without its mark nobody knows what is missing.
  throw unreadable();
}
