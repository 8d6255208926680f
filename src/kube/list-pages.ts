import { setImmediate as nextTurn } from 'node:timers/promises';
import { isKubeStatus, KubeError } from '../core/kube-error.ts';
import { asObject, textField } from './json-fields.ts';
import type { KubeClient } from './kube-client.ts';

/** One page of a list must arrive within this; an unpaged list of 50,000 objects takes seconds. */
const LIST_TIMEOUT_MS = 60_000;

/** Which collection to list, and whom to tell what it holds. */
export interface PagesRequest {
  readonly client: KubeClient;
  readonly path: string;
  readonly resource: string;
  /** Other representation than JSON objects. */
  readonly accept: string | undefined;
  readonly pageSize: number;
  readonly signal: AbortSignal;
  /** Called for each object as it arrives; a later call for the same UID replaces the earlier one. */
  readonly onItem: (raw: unknown) => void;
  /** Called when the list starts from its beginning again: items seen so far do not count. */
  readonly onRestart: () => void;
  /** Called when a page has arrived, or a part of a stream. */
  readonly onPage: () => void;
}

/**
 * Lists a collection page by page. Never sends `resourceVersion`: an unset one is the consistent read, 0 may be
 * stale. An expired continue token (they live 5 to 15 minutes) makes it start again in one piece, as client-go does.
 * @returns the resourceVersion from which a watch goes on
 * @throws KubeError
 */
export async function listPages(request: PagesRequest): Promise<string> {
  try {
    return await listFrom(request, request.pageSize);
  } catch (error) {
    if (!(error instanceof ContinueExpired)) throw error;
    request.onRestart();
    return await listFrom(request, undefined);
  }
}

class ContinueExpired extends Error {}

async function listFrom(request: PagesRequest, limit: number | undefined): Promise<string> {
  const { client, path, resource, accept, signal } = request;
  let resourceVersion: string | undefined;
  let token: string | undefined;
  do {
    const { body } = await client
      .request({
        method: 'GET',
        verb: 'list',
        path,
        resource,
        signal,
        query: { limit, continue: token },
        timeoutMs: LIST_TIMEOUT_MS,
        ...(accept !== undefined && { accept }),
      })
      .catch((error: unknown) => {
        throw token !== undefined && isKubeStatus(error, 410) ? new ContinueExpired() : error;
      });
    const list = asObject(body);
    const metadata = asObject(list?.metadata);
    // The first page's version: later pages repeat it, and an older one only replays events.
    resourceVersion ??= textField(metadata, 'resourceVersion');
    // `items` is null in lists of some servers where it is empty.
    const items = list?.items ?? [];
    if (!resourceVersion || !Array.isArray(items)) {
      throw new KubeError({ verb: 'list', resource, signal: 'unreadable' });
    }
    request.onPage();
    for (const item of items) request.onItem(item);
    token = textField(metadata, 'continue') || undefined;
    // Parsing a page blocks for milliseconds; between two of them others get their turn.
    await nextTurn();
  } while (token !== undefined && !signal.aborted);
  if (signal.aborted) throw new KubeError({ verb: 'list', resource, signal: 'aborted' });
  return resourceVersion;
}
