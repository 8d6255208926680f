import { ConnectionUsage, type Usage } from '../controller/connection-usage.ts';
import type { Workqueue } from '../controller/workqueue.ts';
import type { WatchCaches } from '../kube/watch-caches.ts';
import type { Metrics } from '../observability/metrics.ts';

/** How long changed numbers wait until they stand in the status of a connection: few writes, whatever happens. */
const COUNTS_DELAY_MS = 30_000;
/** The same for deletions that are held: somebody has to know of them. */
const HELD_DELAY_MS = 1000;

/** Counts what uses each connection, tells it as metrics at once, and wakes the connection to say it in its status. */
export function watchUsage(
  caches: () => WatchCaches,
  queue: Pick<Workqueue<string>, 'add'>,
  metrics: Metrics,
): { readonly usage: ConnectionUsage; tell(connection: string): void } {
  const usage = new ConnectionUsage(changed);

  /** Numbers of a connection that does not exist are nobody's: a resource may name any. */
  function tell(connection: string): void {
    if (caches().get('PamConnection', '', connection) === undefined) return;
    const { disablesPending, held } = usage.of(connection);
    metrics.pam.disablesPending(connection, disablesPending);
    metrics.pam.deletionsHeld(connection, held);
  }

  function changed(name: string, before: Usage, after: Usage): void {
    const connection = caches().get('PamConnection', '', name);
    if (connection === undefined) return;
    tell(name);
    queue.add(name, { afterMs: delayMs(before, after, connection.metadata.deletionTimestamp !== undefined) });
  }

  return { usage, tell };
}

function delayMs(before: Usage, after: Usage, deleting: boolean): number {
  // The in-use finalizer comes with the first use. It goes with a refresh, or at once where somebody waits for it.
  const isFirst = before.finalizers === 0 && after.finalizers > 0;
  const isLast = before.finalizers > 0 && after.finalizers === 0 && deleting;
  if (isFirst || isLast) return 0;
  return before.held === after.held ? COUNTS_DELAY_MS : HELD_DELAY_MS;
}
