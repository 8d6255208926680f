import type { Caches, ResourceKind } from '../controller/kubernetes.ts';
import type { Park } from '../controller/park.ts';
import type { PassResult } from '../controller/pass-result.ts';
import type { Memories } from '../controller/resource-memory.ts';
import type { Claim } from '../controller/workqueue.ts';
import type { Tracing } from '../observability/tracing.ts';
import { nameOf, namespaceOf } from './resource-key.ts';

/** One pass for the key that was claimed, as a controller runs it. */
export type Reconcile = (claim: Claim<string>, deadline: AbortSignal, park: Park) => Promise<PassResult>;

/** Wraps passes, so that each is told to the tracing with what the caches and the memory know of its resource. */
export function tracePasses(tracing: Tracing, caches: () => Pick<Caches, 'get'>, memories: Memories) {
  /** As the pass left it: the cache may be behind the status that was just written. */
  function reasonOf(kind: ResourceKind, namespace: string, name: string): string | undefined {
    const cached = caches().get(kind, namespace, name);
    if (cached === undefined) return undefined;
    const seen = cached.kind === 'PamConnection' ? cached : memories.of(cached.metadata.uid).overlay(cached);
    if (seen === 'stale') return undefined;
    return seen.status?.conditions?.find(({ type }) => type === 'Ready')?.reason;
  }

  return (controller: string, kind: ResourceKind, reconcile: Reconcile): Reconcile =>
    (claim, deadline, park) => {
      const namespace = namespaceOf(claim.key);
      const name = nameOf(claim.key);
      const generation = caches().get(kind, namespace, name)?.metadata.generation;
      return tracing.pass(
        { controller, kind, namespace, name, generation },
        () => reconcile(claim, deadline, park),
        () => reasonOf(kind, namespace, name),
      );
    };
}
