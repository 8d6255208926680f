import type { PamConnection } from '../api/pam-connection.gen.ts';
import { watchDrift } from '../controller/drift-watch.ts';
import { inTurns } from '../controller/in-turns.ts';
import type { ResourceKind } from '../controller/kubernetes.ts';
import type { Memories } from '../controller/resource-memory.ts';
import type { Workqueue } from '../controller/workqueue.ts';
import { connectionFingerprint } from '../core/digest.ts';
import type { InventoryIndex } from '../core/inventory-index.ts';
import { connectionName, manage } from '../core/managed-resource.ts';
import { unclaimedEntries } from '../core/unclaimed-entries.ts';
import type { WatchCaches } from '../kube/watch-caches.ts';
import type { Metrics } from '../observability/metrics.ts';

interface ListWatchOptions {
  readonly caches: WatchCaches;
  readonly memories: Memories;
  readonly metrics: Metrics;
  readonly connectionQueue: Workqueue<string>;
  readonly wake: (
    kind: ResourceKind,
    names: readonly { readonly namespace: string; readonly name: string }[],
  ) => void;
}

/** What the lists of PAM Core say beyond the passes that asked for them. */
export interface ListWatch {
  /** A new list of the connection of this name. */
  listed(connection: string, index: InventoryIndex): Promise<void>;
  /** Entries with the connection's prefix that no resource of this cluster derives or holds. */
  unclaimed(connection: PamConnection, index: InventoryIndex): Promise<number>;
  /** A list has shown a record that we had disabled. */
  showsDisabled(connection: string): boolean;
}

export function watchLists(options: ListWatchOptions): ListWatch {
  const { caches, memories, metrics, connectionQueue, wake } = options;
  const listsDisabled = new Set<string>();

  function* watchedOf(connection: string) {
    for (const kind of ['PamCredential', 'PamSshKey'] as const) {
      for (const resource of caches.list(kind)) {
        if (connectionName(resource) === connection)
          yield { resource, memory: memories.of(resource.metadata.uid) };
      }
    }
  }

  return {
    /** Records that are known: told as numbers, and to the resources whose record is gone. */
    listed: async (name, index) => {
      const connection = caches.get('PamConnection', '', name);
      if (connection === undefined) return;
      const { url, tenant, disabledRecords = 'Auto' } = connection.spec;
      const learned = connection.status?.inventory?.disabledRecords;
      const shows = disabledRecords === 'Auto' ? (learned ?? 'Hidden') : disabledRecords;
      const fingerprint = connectionFingerprint(url, tenant);
      const drift = await inTurns(watchDrift(index, fingerprint, shows, watchedOf(name)));
      for (const { kind, metadata } of drift.concerned)
        wake(kind, [{ namespace: metadata.namespace ?? '', name: metadata.name }]);
      metrics.pam.inventoryRead(name, { entries: index.inventory.entries.length, at: new Date() });
      metrics.pam.rotated(name, drift.rotated);
      if (drift.sawDisabled && !listsDisabled.has(name)) {
        listsDisabled.add(name);
        connectionQueue.add(name);
      }
    },
    unclaimed: async ({ metadata, spec }, index) => {
      function* resources() {
        for (const kind of ['PamCredential', 'PamSshKey'] as const)
          for (const resource of caches.list(kind)) yield manage(resource);
      }
      const count = await inTurns(unclaimedEntries(index.inventory, spec.identifierPrefix, resources()));
      metrics.pam.unclaimed(metadata.name, count);
      return count;
    },
    showsDisabled: (connection) => listsDisabled.has(connection),
  };
}
