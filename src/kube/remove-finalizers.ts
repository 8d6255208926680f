import { KubeError, type KubeFault } from '../core/kube-error.ts';
import { type FinalizerHolder, readFinalizerHolder } from './finalizer-holder.ts';
import type { KubeClient } from './kube-client.ts';
import { pause } from './pause.ts';
import { createStatusWriter } from './status-writer.ts';

/** What became of one resource. */
export type Removal =
  /** `count` finalizers were taken off by us; 0 where the resource or its finalizers had gone meanwhile. */
  { readonly count: number } | { readonly fault: KubeFault | 'conflict' };

/** Enough for a resource that somebody else writes to all the time, and for an API server that restarts (about 15 s). */
const TRIES = 10;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 3000;

/**
 * Takes the finalizers of `ours` off one resource and leaves those of others. Each write has the resourceVersion of
 * what it was made from; after a conflict the resource is read anew. Throws nothing.
 */
export async function removeFinalizers(
  client: KubeClient,
  holder: FinalizerHolder,
  ours: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Removal> {
  const writer = createStatusWriter(client);
  let present: FinalizerHolder | 'notFound' | undefined = holder;
  let fault: KubeFault | 'conflict' = 'conflict';
  for (let tries = 0; tries < TRIES; tries++) {
    if (tries > 0 && !(await pause(Math.min(FIRST_WAIT_MS * 2 ** tries, LONGEST_WAIT_MS), signal))) break;
    try {
      present ??= await readFinalizerHolder(client, holder, signal);
      if (present === 'notFound') return { count: 0 };
      const others: readonly string[] = present.finalizers.filter((name) => !ours.has(name));
      const count = present.finalizers.length - others.length;
      if (count === 0) return { count };
      const { resourceVersion } = present;
      const { outcome } = await writer.patchFinalizers(present, others, { resourceVersion, signal });
      if (outcome === 'written') return { count };
      if (outcome === 'gone') return { count: 0 };
      fault = 'conflict';
    } catch (error) {
      fault = error instanceof KubeError ? error.fault : { verb: 'patch', signal: 'unreadable' };
      if (!isWorthAnotherTry(fault)) break;
    }
    // Also after an unknown outcome: the write may have been applied.
    present = undefined;
  }
  return { fault };
}

/** What the API server refused by 4xx it refuses again. */
function isWorthAnotherTry({ signal, status }: KubeFault): boolean {
  if (signal === 'http') return status === 429 || (status ?? 0) >= 500;
  return signal === 'timeout' || signal === 'unreachable' || signal === 'unreadable';
}
