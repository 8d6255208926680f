import { KubeError } from '../core/kube-error.ts';
import { listPages, type PagesRequest } from './list-pages.ts';
import { listStream, type StreamRequest } from './list-stream.ts';

/** Which collection to list, and whom to tell what it holds. */
export interface ListRequest extends Omit<PagesRequest & StreamRequest, 'accept'> {
  /** Other representation than JSON objects, in pages and in a stream. */
  readonly accept: { readonly list: string; readonly watch: string } | undefined;
}

/**
 * Lists a collection, in pages or as a stream. A stream that the server refuses, or that breaks for any reason,
 * is followed by pages at once: a server, or something in front of it, that cannot stream must not keep the cache
 * empty. Only who is asked to come back later does not ask in another way.
 * @returns the resourceVersion from which a watch goes on
 * @throws KubeError
 */
export async function listCollection(request: ListRequest, asStream: boolean): Promise<string> {
  const inPages = () => listPages({ ...request, accept: request.accept?.list });
  if (!asStream) return await inPages();
  try {
    return await listStream({ ...request, accept: request.accept?.watch });
  } catch (error) {
    if (request.signal.aborted || isBusy(error)) throw error;
    request.onRestart();
    return await inPages();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof KubeError && (error.fault.status === 429 || error.fault.status === 503);
}
