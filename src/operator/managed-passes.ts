import type { ResourceKind } from '../controller/kubernetes.ts';
import type { ReconcilePorts } from '../controller/reconcile-ports.ts';
import { reconcileResource } from '../controller/reconcile-resource.ts';
import type { Workqueue } from '../controller/workqueue.ts';
import { nameOf, namespaceOf } from './resource-key.ts';
import type { Reconcile } from './traced-passes.ts';

type ManagedKind = Exclude<ResourceKind, 'PamConnection'>;

export interface ManagedPassesOptions {
  /** What lives as long as the process; the rest is made for each pass. */
  readonly ports: Omit<ReconcilePorts, 'signal' | 'park' | 'superseded' | 'stopping'>;
  readonly queues: Readonly<Record<ManagedKind, Pick<Workqueue<string>, 'add'>>>;
  /** Aborts when the Lease that is held now is lost. */
  readonly term: () => AbortSignal;
  readonly stopping: AbortSignal;
}

/** Passes over credentials and keys, each with its own signals and with the memory of its resource told of it. */
export function managedPasses({ ports, queues, term, stopping }: ManagedPassesOptions) {
  /** Ends the waits of the passes that run, by kind and key. */
  const waits = new Map<string, AbortController>();

  return {
    of:
      (kind: ManagedKind): Reconcile =>
      async (claim, deadline, park) => {
        const namespace = namespaceOf(claim.key);
        const name = nameOf(claim.key);
        const uid = ports.caches.get(kind, namespace, name)?.metadata.uid;
        const memory = uid === undefined ? undefined : ports.memories.of(uid);
        memory?.begin();
        const superseded = new AbortController();
        deadline.addEventListener('abort', () => superseded.abort(), { once: true });
        waits.set(passKey(kind, claim.key), superseded);
        try {
          return await reconcileResource({ kind, namespace, name }, claim, {
            ...ports,
            park,
            signal: term(),
            superseded: superseded.signal,
            stopping,
          });
        } finally {
          waits.delete(passKey(kind, claim.key));
          if (memory?.end()) queues[kind].add(claim.key);
        }
      },
    /** A pass that runs for this key gives up its waits: the resource is to be disabled now. */
    supersede: (kind: ResourceKind, key: string) => waits.get(passKey(kind, key))?.abort(),
  };
}

function passKey(kind: ResourceKind, key: string): string {
  return `${kind} ${key}`;
}
