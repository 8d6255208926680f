import type { Action } from '../core/action.ts';
import type { ManagedResource } from '../core/managed-resource.ts';
import { intentStatus } from '../core/next-status.ts';
import type { Situation } from '../core/situation.ts';
import type { ExecutionPorts, ExecutionSituation } from './execution-ports.ts';
import type { WriteTarget } from './kubernetes.ts';
import { Outdated } from './outdated.ts';

/** The writes of one pass to its own resource, before and between the calls to PAM: each under the version that it knows. */
export class ResourceWrites {
  /** resourceVersions of what was written: events that carry them are no news. */
  readonly ownVersions: string[] = [];
  readonly #ports: Pick<ExecutionPorts, 'kubernetes' | 'conditionClock'>;
  readonly #installKey: Situation['installKey'] | undefined;
  #resource: ManagedResource;

  constructor(
    { resource, installKey }: ExecutionSituation,
    ports: Pick<ExecutionPorts, 'kubernetes' | 'conditionClock'>,
  ) {
    this.#resource = resource;
    this.#installKey = installKey;
    this.#ports = ports;
  }

  /** As the last write left it. */
  get resource(): ManagedResource {
    return this.#resource;
  }

  async finalizers(change: (finalizers: readonly string[]) => string[]): Promise<void> {
    const { metadata } = this.#resource;
    const finalizers = change(metadata.finalizers ?? []);
    const result = await this.#ports.kubernetes.writeFinalizers(
      this.#target(),
      finalizers,
      metadata.resourceVersion,
    );
    if (result.outcome !== 'written') throw new Outdated();
    this.#wrote(result.resourceVersion, { ...this.#resource, metadata: { ...metadata, finalizers } });
  }

  /** Tells whoever comes after a crash what is about to be sent. */
  async intent(intent: Extract<Action, { do: 'recordIntent' }>): Promise<void> {
    const { digest, changeBefore } = intent;
    const installKey = this.#installKey;
    // A plan with an intent is made with the install key; without one there is nothing to push.
    if (installKey === undefined) throw new Outdated();
    const clock = this.#ports.conditionClock();
    const status = intentStatus(this.#resource, { digest, changeBefore }, installKey, clock);
    const { resourceVersion } = this.#resource.metadata;
    const result = await this.#ports.kubernetes.writeStatus(this.#target(), this.#resource.stored, status, {
      resourceVersion,
    });
    // A conflict means that this view is stale: another replica, or a newer spec. The POST must not go out.
    if (result.outcome === 'conflict' || result.outcome === 'gone') throw new Outdated();
    if (result.outcome === 'written') {
      const resource = { ...this.#resource, status, stored: status } as ManagedResource;
      this.#wrote(result.resourceVersion, resource);
    }
  }

  /**
   * A stale view must not enable what was just disabled, so the resource is read once before a PUT: throws
   * {@link Outdated} where it is another one by now.
   */
  async confirmGeneration(): Promise<void> {
    const { resourceKind, metadata } = this.#resource;
    const fresh = await this.#ports.kubernetes.readResource({
      kind: resourceKind,
      namespace: metadata.namespace,
      name: metadata.name,
    });
    if (fresh === 'notFound') throw new Outdated();
    const { uid, generation, deletionTimestamp } = fresh.metadata;
    if (uid !== metadata.uid || generation !== metadata.generation || deletionTimestamp !== undefined)
      throw new Outdated();
  }

  #wrote(resourceVersion: string, resource: ManagedResource): void {
    this.ownVersions.push(resourceVersion);
    this.#resource = { ...resource, metadata: { ...resource.metadata, resourceVersion } } as ManagedResource;
  }

  #target(): WriteTarget {
    const { resourceKind, metadata } = this.#resource;
    return { kind: resourceKind, namespace: metadata.namespace, name: metadata.name, uid: metadata.uid };
  }
}
